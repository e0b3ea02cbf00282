"""How unequally steroid is spread over patients: percentiles of each strategy and of the difference within patients.

A mean says nothing of who carries it. Values are kept to three significant digits with their counts, so that memory does not grow
with the patients, and percentiles are exact to that.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.accumulate import Array
from alps_sim.outcomes.block import BlockResult
from alps_sim.rules.accounts import C_LIFE_YEARS, C_PREDNISONE_MG_PER_KG

OUTCOME: Final = "prednisone_mg_per_kg_per_year"
PERCENTILES: Final = (0, 1, 2.5, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 97.5, 99, 100)
SPREAD_COLUMNS: Final = ("strategy", "comparator", "outcome", "unit", "window_years", "percentile", "value", "n")
SMALLEST: Final = 1e-9
"""mg/kg per year; less is no steroid."""
_DIGITS: Final = 2
"""After the first one."""


def three_digits(values: Array) -> Array:
    """Values rounded to three significant digits; what is less than the last bits of a sum becomes 0."""
    size = np.floor(np.log10(np.maximum(np.abs(values), SMALLEST)))
    scale = 10.0 ** (_DIGITS - size)
    rounded: Array = np.round(values * scale) / scale + 0.0  # no minus zero, which would be a value of its own
    return rounded


class _Counted:
    """Distinct values, ascending, and how often each came."""

    def __init__(self) -> None:
        self.values, self.counts = np.zeros(0), np.zeros(0, np.int64)

    def add(self, values: Array) -> None:
        """Add values, in any order."""
        found, counts = np.unique(three_digits(values), return_counts=True)
        self.values, places = np.unique(np.concatenate([self.values, found]), return_inverse=True)
        self.counts = np.bincount(places, np.concatenate([self.counts, counts])).astype(np.int64)

    def percentile(self, percent: float) -> float:
        """The least value that at least so many percent of all do not exceed."""
        upto = np.cumsum(self.counts)
        place = int(np.searchsorted(upto, percent / 100.0 * upto[-1]))
        return float(self.values[min(place, self.values.size - 1)])


class Spread:
    """Steroid by body weight and year alive in a window, of each patient under every strategy.

    Parameters
    ----------
    strategies
        Names in the scenario's order.
    comparator
        Position of the strategy that the others are compared with.
    window, position
        Label of the window and its place in the counters.
    """

    def __init__(self, strategies: Sequence[str], comparator: int, window: str, position: int) -> None:
        self.strategies, self.comparator, self.window, self._position = tuple(strategies), comparator, window, position
        self._own = [_Counted() for _ in strategies]
        self._differences = [_Counted() for _ in strategies]
        self._n = 0

    def add(self, block: Sequence[BlockResult]) -> None:
        """Add the next block, one result a strategy."""
        doses = [self._per_year_alive(result) for result in block]
        self._n += doses[0].size
        for position, dose in enumerate(doses):
            self._own[position].add(dose)
            self._differences[position].add(dose - doses[self.comparator])

    def _per_year_alive(self, result: BlockResult) -> Array:
        """(n,) mg/kg per year alive; 0 of who lived no time."""
        counters = result.counters[:, self._position]
        alive = counters[:, C_LIFE_YEARS]
        dose: Array = np.divide(counters[:, C_PREDNISONE_MG_PER_KG], alive, out=np.zeros_like(alive), where=alive > 0.0)
        return dose

    def table(self) -> pd.DataFrame:
        """`spread.csv`; the comparator is empty for a strategy itself and named for the difference within patients."""
        rows = []
        named = self.strategies[self.comparator]
        for comparator, counted in (("", self._own), (named, self._differences)):
            for position, name in enumerate(self.strategies):
                if comparator and position == self.comparator:
                    continue
                about = (name, comparator, OUTCOME, "mg/kg per year alive", self.window)
                rows += [(*about, percent, counted[position].percentile(percent), self._n) for percent in PERCENTILES]
        return pd.DataFrame(rows, columns=list(SPREAD_COLUMNS))
