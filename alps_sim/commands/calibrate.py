"""`alps-sim calibrate`: run the calibration and tell what was learned."""

from pathlib import Path
from typing import TYPE_CHECKING

from alps_sim.evidence.errors import EvidenceError, suggestion

if TYPE_CHECKING:
    from alps_sim.calibration.bank import Progress


def confirmed(folder: Path, scenarios: Path) -> str:
    """Give a posterior the identity of changed rules that live the same lives.

    Parameters
    ----------
    folder, scenarios
        Of an earlier fit, and of the replicas.

    Raises
    ------
    EvidenceError
        If there is no fit, or the lives are others.
    """
    from alps_sim.calibration.identity import confirm

    return confirm(folder, scenarios)


def calibrated(scenarios: Path, out: Path, cohorts: int, seed: int, workers: int, progress: "Progress", reading: str | None = None) -> str:
    """Calibrate, and tell what was learned in plain text.

    Parameters
    ----------
    scenarios, out
        Folder of the replicas, and where to write.
    cohorts, seed, workers
        Size of the largest bank, key, processes.
    progress
        Told how far it is.
    reading
        Alternative under which the cohort is fitted by itself; all cohorts under the readings taken if not given.

    Raises
    ------
    EvidenceError
        If scikit-learn is not installed, or there is no fit under such a reading.
    """
    try:
        import sklearn  # noqa: F401
    except ModuleNotFoundError as error:
        raise EvidenceError("expected scikit-learn, found none; install it with `pip install 'alps-sim[calibration]'`") from error
    from alps_sim.calibration.blocks import BLOCKS, OTHER_STRUCTURES
    from alps_sim.calibration.calibrate import calibrate

    others = {block.name: block for block in OTHER_STRUCTURES}
    if reading is not None and reading not in others:
        raise EvidenceError(
            f"expected a reading that is fitted by itself for `--reading`, found `{reading}`; {suggestion(reading, others)}"
        )
    results = calibrate(scenarios, out, cohorts, seed, workers, progress, BLOCKS if reading is None else (others[reading],))
    lines = ["What was learned (95% intervals); a contraction below 0.2 leaves the prior:"]
    for result in results:
        lines.append(f"\n{result.block.cohort}, fitted to {', '.join(target.identifier for target in result.block.targets)}")
        for row in result.learned.to_dict("records"):
            prior = f"{row['prior_mean']:.3g} ({row['prior_low']:.3g} to {row['prior_high']:.3g})"
            found = f"{row['mean']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
            lines.append(f"  {row['parameter']:<46} {prior:<30} {found:<30} {row['contraction']:>5.2f}  {row['label']}")
        lines.append("\nWhat comes out of it: published, and new cohorts under the posterior (mean, 95% predictive interval)")
        for row in result.figures.to_dict("records"):
            span = f"{row['mean']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
            lines.append(f"  {row['figure']:<46} {row['published']:<10.3g} {span}")
    return "\n".join(lines)
