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

from alps_sim.calibration.bank import CHUNK, Bank, Progress, predicted, simulate_bank
from alps_sim.calibration.blocks import BLOCKS, Block, observed_summaries
from alps_sim.calibration.fit import fit, posterior
from alps_sim.calibration.identity import fit_of_the_cohort, fitted_to, provenance_text
from alps_sim.calibration.learned import learned
from alps_sim.calibration.priors import Priors
from alps_sim.calibration.recovery import recovery
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.posterior import LEARNED, PROVENANCE, Contraction, FittedBlock
from alps_sim.outcomes.accumulate import sums_in_one_order
from alps_sim.outcomes.store import ResultsFolder
from alps_sim.provenance import versions

COHORTS: Final = 300_000
"""Size of the bank of the cohort; the drug series, of a third of the parameters and a tenth of the figures, get a sixth."""
SHARE_OF_SERIES: Final = 1 / 6
DRAWS: Final = 1_000
"""Posterior draws that are kept."""
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
        told = self.learned.set_index("parameter")[["contraction", "contraction_error"]]
        names = tuple(self.draws.columns)
        contractions = tuple(Contraction(*map(float, told.loc[name])) for name in names)
        return FittedBlock(self.block.cohort, names, self.draws.to_numpy(), contractions)


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
        given = fit_of_the_cohort(block, [result.fitted for result in results if not result.block.reading])
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
        (folder.path / PROVENANCE).write_text(provenance_text(_told(scenarios, cohorts, seed, blocks)), encoding="utf-8")
        folder.commit({"calibration": "alps-sim calibrate", "seed": seed, "cohorts": cohorts, "versions": versions()})
    return results


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
    told = learned(block, priors, scores, found)
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


def _told(scenarios: Path, cohorts: int, seed: int, blocks: tuple[Block, ...]) -> dict[str, Any]:
    """What the provenance of a fit tells."""
    readings = ", ".join(": ".join(block.reading) for block in blocks if block.reading) or "those taken"
    made = {"readings": readings, "cohorts_fitted": ", ".join(block.cohort for block in blocks), "cohorts_simulated": cohorts, "seed": seed}
    return {**fitted_to(scenarios, blocks), **made}
