"""Whether a fit has reached the figures it was fitted to: closer than an interval would ask, which wide priors alone would keep.

A verdict does not hang on the luck of the draws: where the interval of an estimate holds the bar, it is not told apart from it.
"""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from alps_sim.evidence.targets import CALIBRATED

CLOSE_SD: Final = 1.0
"""Farthest from the published figure that the predictive mean may be, in standard deviations of chance alone."""
WIDEST_RATIO: Final = 2.0
"""Widest predictive interval, in widths of chance alone."""

REACHED, MISSED, UNTOLD = "reached", "missed", "not told apart"
"""Verdicts on an estimate beside its bar."""


def calibrated(table: pd.DataFrame) -> pd.DataFrame:
    """The calibrated figures with what they were to reach.

    Parameters
    ----------
    table
        Columns of `validation.csv`, made with draws.

    Returns
    -------
    pandas.DataFrame
        The rows of the class CALIBRATED. `close` and `narrow` tell whether distance and width, as estimated, are within the bars;
        `distance` and `width` are REACHED, MISSED or, if the luck of the draws leaves that open, UNTOLD.
    """
    rows = table[table["class"] == CALIBRATED].copy()
    rows["close"] = rows["distance_sd"].abs() <= CLOSE_SD
    rows["narrow"] = rows["width_ratio"] <= WIDEST_RATIO
    records = rows.to_dict("records")
    rows["distance"] = [_distance(row) for row in records]
    rows["width"] = [beside(row["width_ratio_low"], row["width_ratio_high"], WIDEST_RATIO) for row in records]
    return rows


def beside(low: float, high: float, bar: float) -> str:
    """Where an estimate, which is one of an interval, lies beside the most it may be.

    Parameters
    ----------
    low, high
        Ends of the interval.
    bar
        The most.
    """
    return REACHED if high <= bar else (MISSED if low > bar else UNTOLD)


def _distance(row: Mapping[Hashable, Any]) -> str:
    """The same of a distance to either side."""
    low, high = row["distance_sd_low"], row["distance_sd_high"]
    nearest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return beside(nearest, max(abs(low), abs(high)), CLOSE_SD)


def calibrated_text(table: pd.DataFrame) -> str:
    """How many calibrated figures were reached, which were not, and of which the draws do not tell; empty without draws or such figures.

    Parameters
    ----------
    table
        Columns of `validation.csv`.
    """
    rows = calibrated(table)
    if rows.empty or rows["predicted"].isna().all():
        return ""
    lines = [
        f"Of {len(rows)} calibrated figures: predictive mean within {CLOSE_SD:g} sampling SD: {_counts(rows['distance'])};",
        f"interval at most {WIDEST_RATIO:g} times that of chance alone: {_counts(rows['width'])}.",
        "In brackets how far the luck of the draws reaches; more draws (--draws) tell more apart.",
    ]
    open_or_missed = rows[(rows["distance"] != REACHED) | (rows["width"] != REACHED)]
    return "\n".join([*lines, *(_told(row) for row in open_or_missed.to_dict("records"))])


def _counts(verdicts: "pd.Series[str]") -> str:
    return ", ".join(f"{(verdicts == word).sum()} {word}" for word in (REACHED, MISSED, UNTOLD))


def _told(row: Mapping[Hashable, Any]) -> str:
    """One figure with both estimates, and what is said of them."""
    distance = f"{row['distance_sd']:+.1f} SD ({row['distance_sd_low']:+.1f} to {row['distance_sd_high']:+.1f})"
    width = f"interval {row['width_ratio']:.1f} times as wide ({row['width_ratio_low']:.1f} to {row['width_ratio_high']:.1f})"
    said = [
        f"{name} {f'not told apart from {bar:g}' if row[name] == UNTOLD else 'missed'}"
        for name, bar in (("distance", CLOSE_SD), ("width", WIDEST_RATIO))
        if row[name] != REACHED
    ]
    return f"  {row['description']}: {distance}, {width}: {', '.join(said)}"
