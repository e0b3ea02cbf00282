"""Intervals of parameter uncertainty, out of the table of a run."""

from typing import Any

import pandas as pd

Interval = tuple[float, float]


def parameter_intervals(uncertainty: pd.DataFrame | None, outcome: str, window: str, difference: bool = False) -> dict[str, Interval]:
    """Interval of parameter uncertainty by strategy; empty if no draws were run.

    Parameters
    ----------
    uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    outcome, window
        Identifier, and years as in `window_years`.
    difference
        Whether of the difference from the comparator, or of the strategy itself.
    """
    return {str(row["strategy"]): (row["ci_low"], row["ci_high"]) for row in rows_of(uncertainty, outcome, window, difference)}


def rows_of(uncertainty: pd.DataFrame | None, outcome: str, window: str, difference: bool) -> list[dict[Any, Any]]:
    """Rows of the parameter uncertainty of one outcome in one window.

    Parameters
    ----------
    uncertainty, outcome, window, difference
        As of `parameter_intervals`.
    """
    if uncertainty is None:
        return []
    # the comparator of a strategy itself is empty, which a table read back from its file has as a missing value
    compared = uncertainty["comparator"].fillna("") != ""
    chosen = (uncertainty["outcome"] == outcome) & (uncertainty["window_years"].astype(str) == window) & (compared == difference)
    return uncertainty[chosen].to_dict("records")
