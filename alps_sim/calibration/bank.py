"""The bank: many simulated cohorts of a study's size under draws of the priors, each seen as the study saw its own.

What has been fitted to another cohort before is drawn from its posterior instead. Cohorts are made in chunks; a chunk is a function of seed
and number alone, so the bank does not depend on workers.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from alps_sim.calibration.blocks import Block, Figure, block_named, figure_values, summary
from alps_sim.calibration.priors import Array, Priors
from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.posterior import FittedBlock
from alps_sim.outcomes.observation import observe
from alps_sim.population import draw_population
from alps_sim.rules.accounts import COUNTER_COUNT
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate

CHUNK: Final = 200
"""Cohorts in a piece of work."""
_UNUSED_CHUNK: Final = 10_000_000
"""Number of a chunk beyond those of any bank."""
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


@dataclass(frozen=True)
class _Study:
    """What all chunks of a block share."""

    block: Block
    scenario: Scenario
    size: int
    figures: tuple[Figure, ...]
    priors: Priors


@cache
def _study(name: str, scenarios: Path) -> _Study:
    """Made once a process."""
    block = block_named(name)
    scenario = load_scenario(scenarios / f"{block.scenario}.yaml")
    if block.choices.get("alive_at_entry") == "not_required":
        scenario = _all_counted(scenario)
    assert scenario.replica is not None
    return _Study(block, scenario, scenario.replica.size, block.figures, Priors(load_priors(), block.priors))


def _all_counted(scenario: Scenario) -> Scenario:
    """A replica that also takes in who died before enrolment."""
    population = scenario.population
    assert population.observation is not None
    seen = population.observation.model_copy(update={"alive_at_entry": False})
    return scenario.model_copy(update={"population": population.model_copy(update={"observation": seen})})


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


def _drawn_inputs(study: _Study, uniforms: Array, seed: int, first: int, given: FittedBlock | None) -> Iterator[tuple[int, Inputs]]:
    """Numbers from `first` on and translated replicas of cohorts under draws of the parameters."""
    for number, values in enumerate(study.priors.values(uniforms), first):
        values |= {other: values[name] for name, other in study.block.tied.items()}
        values |= study.block.held
        if given is not None:  # its draws in turn: each as often as the others
            values |= dict(zip(given.names, given.draws[number % len(given.draws)].tolist(), strict=True))
        yield number, replace(translate(study.scenario, values | study.scenario.override_values(values)), seed=seed)


def _figures_seen(study: _Study, uniforms: Array, seed: int, first: int, given: FittedBlock | None) -> Array:
    """(cohorts, targets) the figures of cohorts simulated under draws of the parameters, numbered from `first` on."""
    drawn = _drawn_inputs(study, uniforms, seed, first, given)
    return np.array([figure_values(study.figures, seen_cohort(inputs, number, study.size)) for number, inputs in drawn])


def sums_of_lives(name: str, scenarios: Path, count: int) -> Array:
    """All that is counted in lives, and their events, summed over the first cohorts under the priors: other sums are other rules.

    Parameters
    ----------
    name, scenarios
        Name of the block, and the folder of its scenario.
    count
        Cohorts.
    """
    study = _study(name, scenarios)
    total = np.zeros(COUNTER_COUNT + 1)
    for number, inputs in _drawn_inputs(study, study.priors.uniforms(0, 0, count), 0, 0, None):
        lived = simulate_block(inputs, 0, draw_population(inputs, number, 0, study.size), number)
        total += np.append(lived.counters[:, -1].sum(axis=0), lived.event_count)
    return total


def simulate_chunk(name: str, scenarios: Path, seed: int, chunk: int, count: int, given: FittedBlock | None = None) -> tuple[Array, Array]:
    """Scores and summaries of one chunk of cohorts.

    Parameters
    ----------
    name, scenarios
        Name of the block, and the folder of its scenario.
    seed, chunk, count
        Which draws, and how many.
    given
        Posterior draws of what has been fitted to another cohort before; none for priors alone.
    """
    study = _study(name, scenarios)
    uniforms = study.priors.uniforms(seed, chunk, count)
    seen = _figures_seen(study, uniforms, seed, chunk * CHUNK, given)
    summaries = [[summary(figure.target, value) for figure, value in zip(study.figures, row, strict=True)] for row in seen]
    return study.priors.scores(uniforms, study.block.fitted), np.array(summaries)


def predicted(block: Block, scenarios: Path, scores: Array, seed: int, given: FittedBlock | None = None) -> Array:
    """(draws, targets) figures of new cohorts under posterior draws, what was not fitted drawn from its prior.

    Parameters
    ----------
    block, scenarios
        What was fitted, and the folder of the replicas.
    scores
        (draws, fitted parameters) posterior draws as normal scores.
    seed
        Key of all random numbers.
    given
        As for `simulate_chunk`.
    """
    study = _study(block.name, scenarios)
    others = study.priors.uniforms(seed, _UNUSED_CHUNK, len(scores))
    return _figures_seen(study, study.priors.with_scores(others, scores, block.fitted), seed, _UNUSED_CHUNK * CHUNK, given)


def simulate_bank(
    block: Block, scenarios: Path, cohorts: int, seed: int, workers: int, progress: Progress, given: FittedBlock | None = None
) -> Bank:
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
    given
        As for `simulate_chunk`.

    Returns
    -------
    Bank
        Cohorts in which a figure has no denominator are left out.
    """
    parts = list(_chunks(block.name, scenarios, cohorts, seed, workers, progress, given))
    scores, summaries = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
    whole = np.isfinite(summaries).all(axis=1)
    return Bank(scores[whole], summaries[whole])


def _chunks(
    name: str, scenarios: Path, cohorts: int, seed: int, workers: int, progress: Progress, given: FittedBlock | None
) -> Iterator[tuple[Array, Array]]:
    """All chunks in their order; once interrupted, those not begun are dropped."""
    sizes = [min(CHUNK, cohorts - first) for first in range(0, cohorts, CHUNK)]
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        work = [pool.submit(simulate_chunk, name, scenarios, seed, chunk, size, given) for chunk, size in enumerate(sizes)]
        for done, future in enumerate(work, 1):
            yield future.result()
            progress(f"simulating cohorts of {name}", done, len(work))
    finally:
        pool.shutdown(cancel_futures=True)
