"""The strategies in one outcome at all points of a sweep: estimates, differences, and which is preferred where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from alps_sim.outcomes.accumulate import Array
from alps_sim.outcomes.definitions import OUTCOMES, Comparable, less_is_better
from alps_sim.outcomes.uncertainty import PERCENTILES

Values = Mapping[str, float]
Row = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """One outcome at all points of a sweep; n points, s strategies, k draws; intervals are 95% simulation error.

    Attributes
    ----------
    outcome, window
        Identifier in the registry; years as in `window_years`.
    strategies, comparator
        Names in the scenario's order, and the one that the others are compared with.
    estimates
        (3, n, s) mean, lower and upper bound.
    differences
        (3, n, s, s) of the first strategy less the second.
    drawn
        (k, n, s) means in each draw of the other parameters; None if none were run.
    comparable
        Which strategies the outcome compares.
    """

    outcome: str
    window: str
    strategies: tuple[str, ...]
    comparator: str
    estimates: Array
    differences: Array
    drawn: Array | None
    comparable: Comparable

    @cached_property
    def _base(self) -> int:
        return self.strategies.index(self.comparator)

    @cached_property
    def group(self) -> tuple[int, ...]:
        """Positions of the strategies that compare with the comparator, itself first, so that it is preferred to its equals."""
        others = [place for place in range(len(self.strategies)) if place != self._base and self.compares(place)]
        return (self._base, *others)

    def compares(self, strategy: int) -> bool:
        """Whether the outcome of a strategy counts the same as that of the comparator."""
        return self.comparable(self.outcome, self.strategies[strategy], self.comparator)

    @cached_property
    def preferred(self) -> list[int]:
        """(n,) position of the best strategy at each point."""
        means = self.estimates[0][:, self.group]
        best = np.argmin(means if less_is_better(self.outcome) else -means, axis=1)
        return [self.group[place] for place in best.tolist()]

    @cached_property
    def preferred_beyond_error(self) -> list[bool]:
        """(n,) whether the best strategy at each point is better than every other beyond simulation error."""
        return [self._is_beyond(point, best) for point, best in enumerate(self.preferred)]

    def _is_beyond(self, point: int, best: int) -> bool:
        others = [place for place in self.group if place != best]
        _, low, high = self.differences[:, point, best]
        return bool(others) and all(high[place] < 0.0 if less_is_better(self.outcome) else low[place] > 0.0 for place in others)

    def better(self, first: int, second: int, first_has_more: bool) -> str:
        """Name of the better of two strategies."""
        return self.strategies[second if first_has_more == less_is_better(self.outcome) else first]

    @property
    def naming(self) -> Row:
        """What both tables say of the outcome."""
        return {"outcome": self.outcome, "unit": OUTCOMES[self.outcome].unit, "window_years": self.window}


def sweep_rows(compared: Compared, points: Sequence[Values]) -> Iterator[Row]:
    """Rows of `sweep.csv`: each point and strategy.

    Parameters
    ----------
    compared
        One outcome.
    points
        Values of the parameters at each point.
    """
    for point, values in enumerate(points):
        best = compared.strategies[compared.preferred[point]] if len(compared.group) > 1 else ""
        told = {"preferred": best, "preferred_beyond_error": compared.preferred_beyond_error[point]}
        for place, name in enumerate(compared.strategies):
            yield {**values, "strategy": name, **compared.naming, **_numbers(compared, point, place), **told}


def _numbers(compared: Compared, point: int, place: int) -> Row:
    """Estimate and difference of a strategy with their intervals; a difference from itself is left empty."""
    base = compared.strategies.index(compared.comparator)
    row = _interval("", compared.estimates[:, point, place]) | _drawn_bounds("", compared, point, place)
    row |= {"comparator": compared.comparator, "compares": compared.compares(place)}
    apart = compared.differences[:, point, place, base] if place != base else np.full(3, np.nan)
    return row | _interval("difference", apart) | _drawn_bounds("difference", compared, point, place, base)


def _interval(what: str, numbers: Array) -> Row:
    beginning = f"{what}_" if what else ""
    return dict(zip((what or "mean", f"{beginning}ci_low", f"{beginning}ci_high"), numbers.tolist(), strict=True))


def _drawn_bounds(what: str, compared: Compared, point: int, place: int, base: int | None = None) -> Row:
    """95% interval over the draws, of a strategy or of its difference from another."""
    if compared.drawn is None:
        return {}
    values = compared.drawn[:, point, place]
    if base is not None:
        values = values - compared.drawn[:, point, base] if base != place else np.full_like(values, np.nan)
    beginning = f"{what}_" if what else ""
    return dict(zip((f"{beginning}parameter_ci_low", f"{beginning}parameter_ci_high"), np.percentile(values, PERCENTILES), strict=True))
