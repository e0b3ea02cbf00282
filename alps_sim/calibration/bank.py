"""The bank: many simulated cohorts of a study's size under draws of the priors, each seen as the study saw its own.

Cohorts are made in chunks; a chunk is a function of seed and number alone, so the bank does not depend on workers.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from alps_sim.calibration.blocks import BLOCKS, Block, summary
from alps_sim.calibration.priors import Array, Priors
from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import load_priors
from alps_sim.outcomes.observation import observe
from alps_sim.population import draw_population
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate

CHUNK: Final = 200
"""Cohorts in a piece of work."""
SPARE: Final = 1.1
"""Patients simulated at once for each one needed: some die before enrolment."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Bank:
    """Simulated cohorts of a block.

    Attributes
    ----------
    scores
        (cohorts, fitted parameters) normal scores of the values under which each was simulated.
    summaries
        (cohorts, targets) what the study would have published, on the scale of `blocks.summary`.
    """

    scores: Array
    summaries: Array


@cache
def _prepared(cohort: str, scenarios: Path) -> tuple[Block, Scenario, Priors]:
    """What all chunks of a block share, made once a process."""
    block = next(one for one in BLOCKS if one.cohort == cohort)
    return block, load_scenario(scenarios / f"{cohort}.yaml"), Priors(load_priors())


def seen_cohort(inputs: Inputs, number: int, size: int) -> np.ndarray[Any, Any]:
    """Observed rows of one simulated cohort: the first patients, in order, whom the study would have seen.

    Parameters
    ----------
    inputs
        The translated replica.
    number
        Of the cohort, a word of the patients' random numbers.
    size
        Patients in the study.
    """
    seen: list[np.ndarray[Any, Any]] = []
    first, step = 0, int(size * SPARE) + 5
    while sum(rows.size for rows in seen) < size:
        attributes = draw_population(inputs, number, first, step)
        seen.append(observe(simulate_block(inputs, 0, attributes, number).rows))
        first += step
    return np.concatenate(seen)[:size]


def simulate_chunk(cohort: str, scenarios: Path, seed: int, chunk: int, count: int) -> tuple[Array, Array]:
    """Scores and summaries of one chunk of cohorts.

    Parameters
    ----------
    cohort, scenarios
        Identifier of the block, and the folder of its scenario.
    seed, chunk, count
        Which draws, and how many.
    """
    block, scenario, priors = _prepared(cohort, scenarios)
    assert scenario.replica is not None
    uniforms = priors.uniforms(seed, chunk, count)
    summaries = []
    for number, values in enumerate(priors.values(uniforms)):
        inputs = replace(translate(scenario, values | scenario.override_values(values)), seed=seed)
        rows = seen_cohort(inputs, chunk * CHUNK + number, scenario.replica.size)
        summaries.append([summary(figure.target, figure.value(rows)) for figure in block.figures])
    return priors.scores(uniforms, block.fitted), np.array(summaries)


def simulate_bank(block: Block, scenarios: Path, cohorts: int, seed: int, workers: int, progress: Progress) -> Bank:
    """Simulate a bank.

    Parameters
    ----------
    block
        What is fitted to which cohort.
    scenarios
        Folder of the replicas.
    cohorts
        How many cohorts.
    seed
        Key of all random numbers.
    workers
        Processes.
    progress
        Told how far it is.

    Returns
    -------
    Bank
        Cohorts in which a figure has no denominator are left out.
    """
    parts = list(_chunks(block.cohort, scenarios, cohorts, seed, workers, progress))
    scores, summaries = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
    whole = np.isfinite(summaries).all(axis=1)
    return Bank(scores[whole], summaries[whole])


def _chunks(cohort: str, scenarios: Path, cohorts: int, seed: int, workers: int, progress: Progress) -> Iterator[tuple[Array, Array]]:
    """All chunks in their order."""
    sizes = [min(CHUNK, cohorts - first) for first in range(0, cohorts, CHUNK)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        work = [pool.submit(simulate_chunk, cohort, scenarios, seed, chunk, size) for chunk, size in enumerate(sizes)]
        for done, future in enumerate(work, 1):
            yield future.result()
            progress(f"simulating cohorts of {cohort}", done, len(work))
