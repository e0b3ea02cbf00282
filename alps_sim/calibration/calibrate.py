"""`alps-sim calibrate`: bank, fit, test of recovery and posterior of every block, written as one folder.

Blocks are fitted in sequence: the drug series under what the cohort has taught of the disease, so that an agent is not credited or blamed
for flares that the cohort knows better. Nothing that a series shows goes back to the cohort's parameters.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim import accelerate
from alps_sim.calibration.bank import CHUNK, Bank, Progress, predicted, simulate_bank, simulate_chunk
from alps_sim.calibration.blocks import BLOCKS, Block, observed_summaries
from alps_sim.calibration.fit import fit, posterior
from alps_sim.calibration.learned import learned
from alps_sim.calibration.priors import Priors
from alps_sim.calibration.recovery import recovery
from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.posterior import LEARNED, PROVENANCE, FittedBlock, identity, load_posterior
from alps_sim.outcomes.accumulate import sums_in_one_order
from alps_sim.outcomes.store import ResultsFolder
from alps_sim.provenance import versions

COHORTS: Final = 300_000
"""Size of the bank of the cohort; the drug series, of a third of the parameters and a tenth of the figures, get a sixth."""
SHARE_OF_SERIES: Final = 1 / 6
DRAWS: Final = 1_000
"""Posterior draws that are kept."""
FIRST_COHORTS: Final = 12
"""Cohorts of each bank whose figures identify the model."""
UNSEEN: Final = 400
"""Cohorts kept apart for the test of recovery."""


@dataclass(frozen=True)
class BlockResult:
    """What one block gave.

    Attributes
    ----------
    block
        Which.
    draws
        Posterior values, a column a parameter.
    learned, recovered
        Tables of `learned.learned` and `recovery.recovery`.
    figures
        Each fitted figure: published, and mean and 95% predictive interval of new cohorts under the posterior.
    """

    block: Block
    draws: pd.DataFrame
    learned: pd.DataFrame
    recovered: pd.DataFrame
    figures: pd.DataFrame

    @property
    def fitted(self) -> FittedBlock:
        """The draws as the ledger takes them."""
        contractions = self.learned.set_index("parameter")["contraction"]
        names = tuple(self.draws.columns)
        return FittedBlock(self.block.cohort, names, self.draws.to_numpy(), tuple(float(contractions[name]) for name in names))


def calibrate(
    scenarios: Path, out: Path, cohorts: int, seed: int, workers: int, progress: Progress, blocks: tuple[Block, ...] = BLOCKS
) -> list[BlockResult]:
    """Fit every block and write the posterior.

    Parameters
    ----------
    scenarios
        Folder of the replicas.
    out
        Folder to write; replaced whole.
    cohorts
        Size of the largest bank.
    seed
        Key of all random numbers.
    workers
        Processes; the result does not depend on it.
    progress
        Told how far it is.
    blocks
        What to fit; all under the readings taken if not given. A series without the cohort is fitted under the shipped posterior of it.

    Returns
    -------
    list of BlockResult
        In the order of `blocks`.
    """
    results: list[BlockResult] = []
    for block in blocks:
        given = _given(block, results)
        results.append(_calibrated(block, scenarios, bank_size(block, cohorts), seed, workers, progress, given))
    with ResultsFolder(out) as folder:
        for result in results:
            result.draws.to_csv(folder.path / f"{result.block.cohort}.csv", index=False, float_format="%.6g")
        for name, tables in {
            LEARNED: [result.learned for result in results],
            "recovered.csv": [result.recovered for result in results],
            "figures.csv": [result.figures for result in results],
        }.items():
            pd.concat(tables).to_csv(folder.path / name, index=False, float_format="%.4g")
        (folder.path / PROVENANCE).write_text(_provenance(scenarios, cohorts, seed, blocks), encoding="utf-8")
        folder.commit({"calibration": "alps-sim calibrate", "seed": seed, "cohorts": cohorts, "versions": versions()})
    return results


def _given(block: Block, results: list[BlockResult]) -> FittedBlock | None:
    """What has been learned from the cohort before a series is fitted; nothing for the cohort itself."""
    cohort = BLOCKS[0].cohort
    if block.cohort == cohort:
        return None
    shipped = load_posterior()
    before = [result.fitted for result in results if not result.block.reading] + (list(shipped.blocks) if shipped is not None else [])
    found = next((fitted for fitted in before if fitted.cohort == cohort), None)
    if found is None:
        raise EvidenceError(f"expected a fit of `{cohort}` before that of `{block.name}`, found none; fit the cohort first")
    return found


def bank_size(block: Block, cohorts: int) -> int:
    """Cohorts in the bank of a block, whole chunks."""
    share = 1.0 if block.cohort == BLOCKS[0].cohort else SHARE_OF_SERIES
    return CHUNK * math.ceil(cohorts * share / CHUNK)


def _calibrated(
    block: Block, scenarios: Path, cohorts: int, seed: int, workers: int, progress: Progress, given: FittedBlock | None
) -> BlockResult:
    whole = simulate_bank(block, scenarios, cohorts + UNSEEN, seed, workers, progress, given)
    progress(f"fitting {block.name}", 0, 1)
    bank = Bank(whole.scores[:-UNSEEN], whole.summaries[:-UNSEEN])
    with sums_in_one_order():
        fitted = fit(bank, seed)
        found = posterior(fitted, observed_summaries(block.targets))
        recovered = recovery(fitted, whole.scores[-UNSEEN:], whole.summaries[-UNSEEN:], block.fitted, workers)
    scores = found.sample(DRAWS, seed)
    figures = _figures(block, predicted(block, scenarios, scores, seed, given))
    progress(f"fitting {block.name}", 1, 1)
    priors = Priors(load_priors(), block.priors)
    moved, own = priors.with_followers(block.fitted, scores)
    draws = pd.DataFrame(priors.from_scores(own, moved), columns=list(moved))
    told = learned(block, priors, scores)
    for name, other in block.tied.items():
        draws[other] = draws[name]
        told = pd.concat([told, told[told["parameter"] == name].assign(parameter=other)])
    return BlockResult(block, draws, told, recovered.assign(cohort=block.cohort), figures)


def _figures(block: Block, seen: np.ndarray[Any, np.dtype[np.float64]]) -> pd.DataFrame:
    """Published figures beside those of new cohorts."""
    low, high = np.nanquantile(seen, (0.025, 0.975), axis=0)
    return pd.DataFrame(
        {
            "cohort": block.cohort,
            "figure": [target.identifier for target in block.targets],
            "statistic": [target.statistic for target in block.targets],
            "published": [target.observed.value for target in block.targets],
            "mean": np.nanmean(seen, axis=0),
            "low": low,
            "high": high,
        }
    )


def fitted_to(scenarios: Path, blocks: tuple[Block, ...] = BLOCKS) -> dict[str, str]:
    """Identity of what a posterior hangs on: the rules, the published figures, the priors, the replicas, and what comes of them.

    The last are the figures of the first cohorts of each bank, so that a change of the population, of how studies observe, of a statistic
    or of a table is seen too, wherever it is made; one that changes no figure of these cohorts is not.

    Parameters
    ----------
    scenarios
        Folder of the replicas.
    blocks
        What was fitted; a series alone hangs on the fit of the cohort too.
    """
    ledger = load_priors()
    figures = [f"{one.identifier} {one.statistic} {one.observed}" for block in BLOCKS for one in block.targets]
    uncertain = [ledger[name] for name in Priors(ledger).names]
    believed = [f"{one.name} {one.value:g} {one.distribution} {one.moves_with}" for one in uncertain]
    names = dict.fromkeys(block.scenario for block in (*BLOCKS, *blocks))
    replicas = [(scenarios / f"{name}.yaml").read_text(encoding="utf-8") for name in names]
    given = _given(blocks[0], [])
    return {
        "rules": accelerate.model_hash(),
        "figures": identity(*figures),
        "priors": identity(*believed, *(name for block in BLOCKS for name in block.fitted)),
        "replicas": identity(*replicas),
        "first_cohorts": identity(*(_first_cohorts(block, scenarios) for block in BLOCKS)),
        **({"given": given.identity} if given is not None else {}),
    }


def _first_cohorts(block: Block, scenarios: Path) -> str:
    """Figures of the first cohorts under the priors, in six digits: the last bits belong to the machine and not to the model."""
    _, summaries = simulate_chunk(block.name, scenarios, 0, 0, FIRST_COHORTS)
    return " ".join(f"{value:.6g}" for value in summaries.ravel())


def _provenance(scenarios: Path, cohorts: int, seed: int, blocks: tuple[Block, ...]) -> str:
    """Where the posterior comes from, as a file of its own."""
    lines = ["# Written by `alps-sim calibrate`. A change of what is named by its hash makes these draws those of another model."]
    lines += [f'{key}: "{value}"' for key, value in fitted_to(scenarios, blocks).items()]
    readings = ", ".join(f"{block.reading[0]}: {block.reading[1]}" for block in blocks if block.reading) or "those taken"
    lines += [f'readings: "{readings}"', f'cohorts_fitted: "{", ".join(block.cohort for block in blocks)}"']
    lines += [f"cohorts_simulated: {cohorts}", f"seed: {seed}"]
    return "\n".join([*lines, ""])
