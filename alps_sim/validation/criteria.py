"""Whether a fit has reached the figures it was fitted to: closer than an interval would ask, which wide priors alone would keep."""

from typing import Final

import pandas as pd

from alps_sim.evidence.targets import CALIBRATED

CLOSE_SD: Final = 1.0
"""Farthest from the published figure that the predictive mean may be, in standard deviations of chance alone."""
WIDEST_RATIO: Final = 2.0
"""Widest predictive interval, in widths of chance alone."""


def calibrated(table: pd.DataFrame) -> pd.DataFrame:
    """The calibrated figures with what they were to reach.

    Parameters
    ----------
    table
        Columns of `validation.csv`, made with draws.

    Returns
    -------
    pandas.DataFrame
        The rows of the class CALIBRATED, with `close` and `narrow` beside.
    """
    rows = table[table["class"] == CALIBRATED].copy()
    rows["close"] = rows["distance_sd"].abs() <= CLOSE_SD
    rows["narrow"] = rows["width_ratio"] <= WIDEST_RATIO
    return rows


def calibrated_text(table: pd.DataFrame) -> str:
    """How many calibrated figures were reached, and which were not; empty without draws or without such figures.

    Parameters
    ----------
    table
        Columns of `validation.csv`.
    """
    rows = calibrated(table)
    if rows.empty or rows["predicted"].isna().all():
        return ""
    lines = [
        f"Reached: predictive mean within {CLOSE_SD:g} sampling SD of {rows['close'].sum()} of {len(rows)} calibrated figures, "
        f"interval at most {WIDEST_RATIO:g} times that of chance alone for {rows['narrow'].sum()}."
    ]
    lines += [
        f"  {row['description']}: {row['distance_sd']:+.1f} SD, interval {row['width_ratio']:.1f} times as wide"
        for row in rows[~(rows["close"] & rows["narrow"])].to_dict("records")
    ]
    return "\n".join(lines)
