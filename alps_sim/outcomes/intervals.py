"""Intervals that do not lean on the normal distribution, for outcomes too rare for it.

Clopper and Pearson 1934 for a share; Fay and Feuer 1997 (Stat Med 16:791) for a sum of events that may repeat in a patient, which
is the exact Poisson interval when nobody has two; Donner and Zou 2012 (Stat Methods Med Res 21:347), after Newcombe 1998, for the
difference of two estimates of the same patients from the interval of each and their correlation.
"""

import math
from typing import Final

from scipy.special import betaincinv, gammaincinv, stdtrit  # 40 times faster a call than the distributions of scipy.stats

LEVEL: Final = 0.95
"""Of every interval of simulation error."""


def t_multiplier(degrees_of_freedom: float) -> float:
    """Multiplier of a standard error for a two-sided interval; NaN without degrees of freedom."""
    if degrees_of_freedom < 1:
        return math.nan
    return float(stdtrit(degrees_of_freedom, 0.5 + LEVEL / 2))


def share_interval(events: float, n: float) -> tuple[float, float]:
    """Exact interval of a share (Clopper-Pearson).

    Parameters
    ----------
    events, n
        Events and patients; need not be whole, so that an effective sample size can be used.
    """
    tail = (1.0 - LEVEL) / 2
    low = 0.0 if events <= 0 else float(betaincinv(events, n - events + 1, tail))
    high = 1.0 if events >= n else float(betaincinv(events + 1, n - events, 1 - tail))
    return low, high


def sum_interval(total: float, squares: float, largest: float) -> tuple[float, float]:
    """Interval of the expectation of a sum over patients of which most are zero (Fay-Feuer).

    Parameters
    ----------
    total
        Sum of the patients' values.
    squares
        Sum of their squares.
    largest
        Largest value, the weight of one more patient with an event; 1 if none was seen.

    Returns
    -------
    tuple of float
        Bounds in the unit of the total. With squares = total and largest = 1 the exact Poisson interval.
    """
    tail = (1.0 - LEVEL) / 2
    low = 0.0
    if total > 0:
        low = squares / total * float(gammaincinv(total * total / squares, tail))
    upper_total, upper_squares = total + largest, squares + largest * largest
    high = upper_squares / upper_total * float(gammaincinv(upper_total * upper_total / upper_squares, 1 - tail))
    return low, high


def difference_interval(
    mean: float, interval: tuple[float, float], other: float, other_interval: tuple[float, float], correlation: float
) -> tuple[float, float]:
    """Interval of mean - other from the interval of each and the correlation of the two estimates (Donner-Zou)."""
    (low, high), (other_low, other_high) = interval, other_interval
    below, other_above = mean - low, other_high - other
    above, other_below = high - mean, other - other_low
    down = below**2 + other_above**2 - 2 * correlation * below * other_above
    up = above**2 + other_below**2 - 2 * correlation * above * other_below
    return mean - other - math.sqrt(max(down, 0.0)), mean - other + math.sqrt(max(up, 0.0))
