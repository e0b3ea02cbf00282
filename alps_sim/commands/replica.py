"""Published figures of a cohort beside those of its simulated replica, as text."""

from typing import TYPE_CHECKING

from alps_sim.evidence.targets import Observed, Target, load_targets

if TYPE_CHECKING:
    import pandas as pd

HEADING = ("", "published", "simulated", "95% predictive interval", "")


def beside_published(predictions: "pd.DataFrame", cohort: str) -> str:
    """Published figures beside the simulated ones, one line each, for every strategy of a replica.

    The predictive interval is what a study of the same size could have found by chance if the model were right; a published
    figure outside it is marked.

    Parameters
    ----------
    predictions
        strategy, statistic, mean, low, high, cohorts: the table of a run.
    cohort
        Identifier of the cohort among the published targets.
    """
    targets = [target for target in load_targets() if target.cohort == cohort]
    parts = []
    for strategy, table in predictions.groupby("strategy", sort=False):
        by_statistic = table.set_index("statistic")
        compared = [target for target in targets if target.statistic in by_statistic.index]
        rows = [_row(target, by_statistic.loc[target.statistic]) for target in compared]
        parts.append(f"Published figures and {cohort} as simulated ({strategy}):\n{_aligned([HEADING, *rows])}")
    absent = [target.description for target in targets if target.statistic not in set(predictions["statistic"])]
    if absent:
        parts.append("Published but not compared here: " + "; ".join(absent) + ".")
    return "\n\n".join(parts)


def _row(target: Target, simulated: "pd.Series[float]") -> tuple[str, ...]:
    published, low, high = target.observed.value, simulated["low"], simulated["high"]
    if not simulated["cohorts"]:
        return target.description, _published(target.observed), "none", "no such patient", target.target_class
    outside = "" if low <= published <= high else ", outside"
    interval = f"{_number(low, target)} to {_number(high, target)}"
    return target.description, _published(target.observed), _number(simulated["mean"], target), interval, f"{target.target_class}{outside}"


def _published(observed: Observed) -> str:
    share = f" = {observed.value:.0%}" if observed.n is not None and observed.count is not None else ""
    return f"{observed}{share}"


def _number(value: float, target: Target) -> str:
    is_share = target.observed.person_years is None and 0.0 <= target.observed.value <= 1.0
    return f"{value:.0%}" if is_share else f"{value:.3g}"


def _aligned(rows: list[tuple[str, ...]]) -> str:
    """Columns of equal width, the first to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)), row[-1]]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)
