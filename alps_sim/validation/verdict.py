"""How a published figure lies beside its predictive interval, and what that proves.

A figure inside its interval says little if nearly any figure would have been inside. So each comparison tells how wide the interval
is, and its power: the chance that a cohort would have fallen outside, had what it counts been twice as frequent as in the model. A bound
has no such power; of it is told under how many draws of the priors, before any fit, it would have been broken.
"""

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.evidence.targets import HELD_OUT
from alps_sim.outcomes.observation import INTERVAL_PERCENTILES

Interval = tuple[float, float]
NONE: Final[Interval] = (math.nan, math.nan)

CLASS_WORDS: Final = {
    HELD_OUT: "HELD OUT: not fitted; those marked ° helped to set a prior or a replica, those marked = count patients of another figure",
    "CALIBRATED": "CALIBRATED: the model is meant to be fitted to them",
    "INPUT": "INPUT: went into the model, so must come out; they check the code, not the model",
    "OWN": "YOUR OWN FIGURES: whether they took no part in making the model, you must know",
}
"""The classes of published figures in the order of the table."""
BOUND_WORDS: Final = (
    "HELD OUT, BOUNDS: figures of other diseases, or statements, that the model need only keep: each can fail on one side alone"
)

AGREEING: Final = ("inside", "bound kept")
"""Verdicts of a published figure that is where the model says it may be."""

STRONG: Final = 0.8
FAIR: Final = 0.5
"""Power from which a test is called so."""
BOUND: Final = "bound"
NEVER_BROKEN: Final = "never broken"
BOUNDS: Final = (BOUND, NEVER_BROKEN)
"""In place of a strength: a bound, and one that is kept under every draw of the priors, and so proves nothing here."""


def predictive_interval(values: "pd.Series[float]") -> Interval:
    """95% of simulated cohorts lie within; NaN if none has the figure.

    Parameters
    ----------
    values
        Of a figure, one a cohort; NaN where it has no denominator.
    """
    known = values.dropna()
    if known.empty:
        return NONE
    low, high = np.percentile(known, INTERVAL_PERCENTILES)
    return float(low), float(high)


def place(published: float, low: float, high: float, bound: str = "") -> str:
    """Where a published figure lies relative to an interval: inside, below or above; a bound is kept or broken.

    Parameters
    ----------
    published, low, high
        In the same unit.
    bound
        `at_least` or `at_most` if the simulated figure need only be that, else empty.
    """
    if math.isnan(low):
        return "no cohort"
    if bound:
        kept = high >= published if bound == "at_least" else low <= published
        return "bound kept" if kept else "bound broken"
    return "below" if published < low else ("above" if published > high else "inside")


def doubled(values: "pd.Series[float]", unit: str) -> np.ndarray[Any, Any]:
    """A figure of cohorts in which what it counts is twice as frequent: the sum of two cohorts of the model.

    Of a share above a half the rest is doubled, since the share itself cannot be. Sums of two independent cohorts double mean
    and variance, as twice as many events do; where a figure is a median or mean of years, they double it.

    Parameters
    ----------
    values
        Of a figure, one a cohort.
    unit
        Of the statistic.
    """
    known = values.dropna().to_numpy()
    if unit != "share":
        return known + np.roll(known, 1)
    if known.mean() > 0.5:
        return 1.0 - doubled(pd.Series(1.0 - known), unit)
    return np.minimum(known + np.roll(known, 1), 1.0)


def power_if_doubled(values: "pd.Series[float]", unit: str, interval: Interval, bound: str = "") -> float:
    """Chance that a cohort lies outside the interval if what the figure counts is twice as frequent as in the model.

    Parameters
    ----------
    values
        Of a figure under the central parameter values, one a cohort.
    unit
        Of the statistic.
    interval
        Against which the published figure is judged.
    bound
        As for `place`; NaN for a bound, which is kept over a wide range by design.
    """
    if bound or values.dropna().empty:
        return math.nan
    return float(np.mean([place(value, *interval) != "inside" for value in doubled(values, unit)]))


def relative_width(interval: Interval, mean: float, unit: str) -> float:
    """Width of an interval against what is possible: all of 0 to 1 for a share, the mean itself for anything else."""
    width = interval[1] - interval[0]
    if unit == "share":
        return width
    return width / mean if mean > 0.0 else math.nan


def share_that_break(drawn: "pd.Series[float]", published: float, bound: str) -> float:
    """Share of draws of the parameters under which a bound would be broken, each draw taken as the model: 0 if none could have.

    Parameters
    ----------
    drawn
        Of a figure, cohorts of many draws, with the level `draw` in the index.
    published, bound
        As for `place`.
    """
    verdicts = [place(published, *predictive_interval(of_draw), bound) for _, of_draw in drawn.groupby(level="draw")]
    known = [verdict for verdict in verdicts if verdict != "no cohort"]
    return float(np.mean([verdict == "bound broken" for verdict in known])) if known else math.nan


def strength(power: float, bound: str = "", breaks: float = math.nan) -> str:
    """The power of a comparison in a word.

    Parameters
    ----------
    power
        Of `power_if_doubled`.
    bound
        As for `place`.
    breaks
        Of `share_that_break`.

    Returns
    -------
    str
        strong, fair or weak; `bound`, or NEVER_BROKEN if no draw of the priors breaks it; `none` if no cohort could make the comparison.
    """
    if bound:
        return NEVER_BROKEN if breaks == 0.0 else BOUND
    if math.isnan(power):
        return "none"
    return "strong" if power >= STRONG else ("fair" if power >= FAIR else "weak")


def sections(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Rows of a comparison under their words: class by class, and of the held-out figures the bounds apart from the two-sided ones.

    Parameters
    ----------
    table
        Columns of `validation.csv`.
    """
    found = []
    for name, words in CLASS_WORDS.items():
        rows = table[table["class"] == name]
        apart = rows["test"].isin(BOUNDS) if name == HELD_OUT else np.zeros(len(rows), dtype=np.bool_)
        found += [(words, rows[~apart]), (BOUND_WORDS, rows[apart])]
    return [(words, rows) for words, rows in found if len(rows)]
