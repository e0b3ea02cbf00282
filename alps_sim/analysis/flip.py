"""Where a difference changes its sign along a parameter, and how far that place is known.

Between two values the difference and the bounds of its interval are taken to run straight, along the logarithm of the parameter
where its values are spaced so. The interval of a flip is the inversion of the band: the stretch around it in which the difference is
not beyond its error. Several crossings in one such stretch are one flip if the difference comes out on the other side, and none if
it comes back: the error does not tell them apart. A stretch that reaches the first or last value leaves the interval open there; if
it reaches both, the two are nowhere told apart and nothing flips.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from alps_sim.outcomes.accumulate import Array
from alps_sim.outcomes.uncertainty import PERCENTILES

_OUTSIDE: Final = 1.0e9
"""Where a flip beyond the values is put, in spans of them: so far that a percentile next to it lies beyond them too."""
_ROUNDING: Final = 1.0e-9
"""Of the span: closer places are the same."""


@dataclass(frozen=True)
class Curve:
    """A difference along a parameter; n values.

    Attributes
    ----------
    values
        (n,) of the parameter, rising.
    mean, low, high
        (n,) the difference and its interval.
    logarithmic
        Whether the parameter is spaced by its logarithm.
    """

    values: Array
    mean: Array
    low: Array
    high: Array
    logarithmic: bool = False

    @property
    def places(self) -> Array:
        """(n,) the values on the scale on which lines are straight."""
        return np.log(self.values) if self.logarithmic else self.values

    def value_at(self, place: float) -> float:
        """Value of the parameter at a place of that scale; NaN stays."""
        return math.exp(place) if self.logarithmic else place

    @property
    def beyond(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(n,) whether the difference is beyond its error."""
        return (self.low > 0.0) | (self.high < 0.0)


@dataclass(frozen=True)
class Flip:
    """A change of sign.

    Attributes
    ----------
    value
        Of the parameter.
    low, high
        Interval; NaN where it is open, since the values end before the difference is beyond its error.
    rises
        Whether the difference is negative below and positive above.
    between
        Pairs of neighbouring positions between which the difference crosses zero in this stretch.
    """

    value: float
    low: float
    high: float
    rises: bool
    between: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Crossing:
    place: float
    between: tuple[int, int]
    rises: bool


def _crossings(places: Array, difference: Array) -> Iterator[_Crossing]:
    """Changes of sign; a run of exact zeros between both signs is crossed in its middle."""
    signed = np.flatnonzero(np.nan_to_num(difference)).tolist()
    for left, right in pairwise(signed):
        one, other = float(difference[left]), float(difference[right])
        if one * other > 0.0:
            continue
        middle = (places[left + 1] + places[right - 1]) / 2.0
        place = _zero(places[left], one, places[right], other) if right == left + 1 else float(middle)
        yield _Crossing(place, (left, right), other > 0.0)


def _zero(left: float, one: float, right: float, other: float) -> float:
    """Where a straight line from (left, one) to (right, other) is zero."""
    return float(left + (right - left) * one / (one - other))


def find_flips(curve: Curve) -> list[Flip]:
    """Flips of a difference, in the order of the parameter.

    Parameters
    ----------
    curve
        At least two values.
    """
    found: list[Flip] = []
    edges, rounding = _edges(curve), float(np.ptp(curve.places)) * _ROUNDING
    waiting = list(_crossings(curve.places, curve.mean))
    while waiting:
        low, high = _stretch(edges, waiting[0].place, rounding)
        together = [crossing for crossing in waiting if math.isnan(high) or crossing.place <= high + rounding]
        waiting = waiting[len(together) :]
        if len(together) % 2 == 1 and not (math.isnan(low) and math.isnan(high)):
            middle = together[len(together) // 2]
            value, below, above = (curve.value_at(place) for place in (middle.place, low, high))
            found.append(Flip(value, below, above, together[0].rises, tuple(crossing.between for crossing in together)))
    return found


def _edges(curve: Curve) -> list[float]:
    """Places at which the difference begins or ceases to be beyond its error."""
    found = []
    for bound in (curve.low, -curve.high):
        for (left, one), (right, other) in pairwise(zip(curve.places.tolist(), bound.tolist(), strict=True)):
            if (one > 0.0) != (other > 0.0):
                place = _zero(left, one, right, other)
                found.append(place if math.isfinite(place) else left if one > 0.0 else right)
    return found


def _stretch(edges: Sequence[float], place: float, rounding: float) -> tuple[float, float]:
    """The edges next to a place; NaN where there is none."""
    below = [edge for edge in edges if edge <= place + rounding]
    above = [edge for edge in edges if edge >= place - rounding]
    return max(below, default=math.nan), min(above, default=math.nan)


@dataclass(frozen=True)
class DrawnFlips:
    """Where a flip lies in joint draws of the evidence.

    Attributes
    ----------
    low, high
        95% interval over all draws; NaN where it is open, since too many draws do not flip within the values.
    share
        Of the draws that flip within the values, in the same direction.
    """

    low: float
    high: float
    share: float


def drawn_flips(curve: Curve, differences: Array, flip: Flip) -> DrawnFlips:
    """A flip in each draw: the crossing in its direction nearest to it, or a place beyond the values on the side of the draw's sign.

    Parameters
    ----------
    curve
        Of the central parameter values.
    differences
        (draws, n) of each draw at the same values.
    flip
        Of the curve.
    """
    places = curve.places
    centre = float(np.interp(flip.value, curve.values, places))
    drawn = np.array([_place_in_draw(places, difference, centre, flip.rises) for difference in differences])
    inside = (drawn >= places[0]) & (drawn <= places[-1])
    bounds = np.percentile(drawn, PERCENTILES).tolist()
    low, high = (curve.value_at(bound) if places[0] <= bound <= places[-1] else math.nan for bound in bounds)
    return DrawnFlips(low, high, float(inside.mean()))


def share_that_flips(curve: Curve, differences: Array) -> float:
    """Share of the draws that flip at all within the values.

    Parameters
    ----------
    curve
        Of the central parameter values.
    differences
        (draws, n) of each draw at the same values.
    """
    return float(np.mean([any(_crossings(curve.places, difference)) for difference in differences]))


def _place_in_draw(places: Array, difference: Array, centre: float, rises: bool) -> float:
    """Where a draw flips; a draw that has the sign of above the flip at most values flips below them, any other above."""
    same = [crossing.place for crossing in _crossings(places, difference) if crossing.rises == rises]
    if same:
        return min(same, key=lambda place: abs(place - centre))
    already = float(np.sign(difference).sum()) * (1.0 if rises else -1.0) > 0.0
    span = float(np.ptp(places))
    return float(places[0] - _OUTSIDE * span if already else places[-1] + _OUTSIDE * span)
