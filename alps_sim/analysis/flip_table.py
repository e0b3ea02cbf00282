"""The rows of `flips.csv`: where two strategies change places along the first parameter of a sweep, or that they do not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from alps_sim.analysis.compared import Compared, Row
from alps_sim.analysis.flip import Curve, Flip, drawn_flips, find_flips, share_that_flips
from alps_sim.analysis.variation import Variation
from alps_sim.outcomes.accumulate import Array
from alps_sim.outcomes.definitions import less_is_better

BESIDE_THE_COMPARATOR: Final = "difference"
PREFERRED: Final = "preferred"
KINDS: Final = (BESIDE_THE_COMPARATOR, PREFERRED)
"""Of the rows: a strategy against the comparator, or the change of the preferred strategy."""
_NAMES: Final = ("outcome", "unit", "window_years", "kind", "strategy", "comparator", "parameter")
_BESIDE: Final = ("other_parameter", "other_value")
_FOUND: Final = ("flips", "value", "ci_low", "ci_high", "better_below", "better_above", "values_beyond_error", "values")
_DRAWN: Final = ("parameter_ci_low", "parameter_ci_high", "draws_that_flip")


def flip_columns(two_parameters: bool, drawn: bool) -> list[str]:
    """Columns of the table.

    Parameters
    ----------
    two_parameters
        Whether a second parameter is varied.
    drawn
        Whether all other parameters were drawn.
    """
    return [*_NAMES, *(_BESIDE if two_parameters else ()), *_FOUND, *(_DRAWN if drawn else ())]


@dataclass(frozen=True)
class Line:
    """Points along the first parameter.

    Attributes
    ----------
    variation
        Of the first parameter.
    points
        (n,) positions of the points.
    beside
        Name and value of the second parameter, if there is one.
    """

    variation: Variation
    points: tuple[int, ...]
    beside: Row


def lines_of(vary: Sequence[Variation]) -> list[Line]:
    """The line along one parameter, or along the first of two at each value of the second.

    Parameters
    ----------
    vary
        One or two; the points are all pairs, the second varying faster.
    """
    along, *second = vary
    if not second:
        return [Line(along, tuple(range(along.count)), {})]
    step, name = second[0].count, second[0].parameter
    return [
        Line(along, tuple(range(place, along.count * step, step)), dict(zip(_BESIDE, (name, value), strict=True)))
        for place, value in enumerate(second[0].values)
    ]


def flip_rows(compared: Compared, line: Line) -> Iterator[Row]:
    """Rows of `flips.csv` along a line: each strategy against the comparator, then the changes of the preferred strategy.

    Parameters
    ----------
    compared
        One outcome.
    line
        Points along the first parameter.
    """
    base, *others = compared.group
    for place in others:
        curve = _curve(compared, line, place, base)
        found = find_flips(curve)
        for flip in found:
            yield _row(compared, line, BESIDE_THE_COMPARATOR, (place, base)) | _flip(compared, line, curve, flip, (place, base))
        if not found:
            yield _row(compared, line, BESIDE_THE_COMPARATOR, (place, base)) | _no_flip(compared, line, curve, (place, base))
    if others:
        yield from _preferred_rows(compared, line)


def _preferred_rows(compared: Compared, line: Line) -> Iterator[Row]:
    """Each change of the preferred strategy along a line, or that it does not change."""
    found = []
    for first, second in _neighbours(compared, line):
        curve = _curve(compared, line, first, second)
        changes = {(k, k + 1) for k in range(len(line.points) - 1) if _is_change(compared, line, k, {first, second})}
        found += [(flip, curve, (first, second)) for flip in find_flips(curve) if changes & set(flip.between)]
    for flip, curve, pair in sorted(found, key=lambda one: one[0].value):
        upper, lower = pair if flip.rises != less_is_better(compared.outcome) else reversed(pair)
        yield _row(compared, line, PREFERRED, (upper, lower)) | _flip(compared, line, curve, flip, pair)
    if not found:
        yield _unchanged(compared, line)


def _neighbours(compared: Compared, line: Line) -> list[tuple[int, int]]:
    """Pairs of strategies of which one is preferred at a value and the other at the next."""
    best = [compared.preferred[point] for point in line.points]
    pairs = {(min(pair), max(pair)) for pair in pairwise(best) if pair[0] != pair[1]}
    return sorted(pairs)


def _is_change(compared: Compared, line: Line, k: int, pair: set[int]) -> bool:
    return {compared.preferred[line.points[k]], compared.preferred[line.points[k + 1]]} == pair


def _curve(compared: Compared, line: Line, first: int, second: int) -> Curve:
    mean, low, high = compared.differences[:, line.points, first, second]
    return Curve(np.array(line.variation.values), mean, low, high, line.variation.logarithmic)


def _differences_drawn(compared: Compared, line: Line, pair: tuple[int, int]) -> Array | None:
    """(k, n) difference of two strategies in each draw along a line."""
    if compared.drawn is None:
        return None
    along = compared.drawn[:, line.points]
    result: Array = along[..., pair[0]] - along[..., pair[1]]
    return result


def _row(compared: Compared, line: Line, kind: str, pair: tuple[int, int]) -> Row:
    names = {"kind": kind, "strategy": compared.strategies[pair[0]], "comparator": compared.strategies[pair[1]]}
    return {**compared.naming, **names, "parameter": line.variation.parameter, **line.beside}


def _flip(compared: Compared, line: Line, curve: Curve, flip: Flip, pair: tuple[int, int]) -> Row:
    row: Row = {"flips": True, "value": flip.value, "ci_low": flip.low, "ci_high": flip.high}
    row |= {"better_below": compared.better(*pair, not flip.rises), "better_above": compared.better(*pair, flip.rises)}
    row |= {"values_beyond_error": int(curve.beyond.sum()), "values": curve.values.size}
    drawn = _differences_drawn(compared, line, pair)
    if drawn is not None:
        found = drawn_flips(curve, drawn, flip)
        row |= {"parameter_ci_low": found.low, "parameter_ci_high": found.high, "draws_that_flip": found.share}
    return row


def _no_flip(compared: Compared, line: Line, curve: Curve, pair: tuple[int, int]) -> Row:
    """The order does not flip: which of the two is better wherever they are told apart."""
    more = Counter((curve.mean[curve.beyond] > 0.0).tolist()).most_common(1)
    better = compared.better(*pair, more[0][0]) if more else ""
    row = _nothing(better, int(curve.beyond.sum()), curve.values.size)
    drawn = _differences_drawn(compared, line, pair)
    if drawn is not None:
        row |= {"parameter_ci_low": np.nan, "parameter_ci_high": np.nan, "draws_that_flip": share_that_flips(curve, drawn)}
    return row


def _nothing(better: str, beyond: int, values: int) -> Row:
    row: Row = {"flips": False, "value": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    return row | {"better_below": better, "better_above": better, "values_beyond_error": beyond, "values": values}


def _unchanged(compared: Compared, line: Line) -> Row:
    """The preferred strategy does not change, or no more than simulation error lets it; the one preferred at most values is named."""
    told = [compared.preferred_beyond_error[point] for point in line.points]
    best, _ = Counter(compared.preferred[point] for point in line.points).most_common(1)[0]
    row = _row(compared, line, PREFERRED, (best, best)) | {"comparator": ""}
    row |= _nothing(compared.strategies[best], sum(told), len(told))
    if compared.drawn is not None:
        row |= {"parameter_ci_low": np.nan, "parameter_ci_high": np.nan, "draws_that_flip": _share_that_changes(compared, line)}
    return row


def _share_that_changes(compared: Compared, line: Line) -> float:
    """Share of the draws in which the best strategy is not the same at all values."""
    assert compared.drawn is not None
    means = compared.drawn[:, line.points][..., compared.group]
    best = np.argmin(means if less_is_better(compared.outcome) else -means, axis=2)
    return float((best != best[:, :1]).any(axis=1).mean())
