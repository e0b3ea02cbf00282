"""The tables of estimates: `summary.csv` and `differences.csv`. Their intervals are simulation error and fall with patients."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.accumulate import Totals
from alps_sim.outcomes.adjust import Differences, Estimates, compare, estimate
from alps_sim.outcomes.definitions import BASE_INDEX, OUTCOMES, Outcome
from alps_sim.outcomes.intervals import difference_interval, share_interval, sum_interval, t_multiplier

SUMMARY_COLUMNS: Final = (
    "strategy",
    "outcome",
    "unit",
    "window_years",
    "mean",
    "se",
    "ci_low",
    "ci_high",
    "mean_plain",
    "se_plain",
    "n",
    "n_events",
    "controls",
)
DIFFERENCE_COLUMNS: Final = ("strategy", "comparator", *SUMMARY_COLUMNS[1:], "variance_reduction")


def all_estimates(totals: Totals) -> list[list[Estimates]]:
    """Estimates of every strategy (outer list) and window (inner)."""
    return [[estimate(totals, strategy, window) for window in range(totals.windows)] for strategy in range(totals.strategies)]


def _rare_interval(totals: Totals, strategy: int, window: int, outcome: Outcome) -> tuple[float, float]:
    """Interval of a plain estimate with few events."""
    column = BASE_INDEX[outcome.numerator or outcome.identifier]
    events, n = totals.nonzero[strategy, window, column], totals.n
    if outcome.kind == "indicator":
        return share_interval(events, n)
    if outcome.kind == "amount" and events == 0:
        return 0.0, np.nan  # nobody had any: nothing says how much the first one would have
    size = totals.sums[strategy, window, BASE_INDEX[outcome.denominator]] if outcome.kind == "rate" else float(n)
    if size <= 0.0:
        return np.nan, np.nan
    total, squares = totals.sums[strategy, window, column], totals.squares[strategy, window, column]
    low, high = sum_interval(total, squares, totals.largest[strategy, window, column] or 1.0)
    return low / size, high / size


def _interval(totals: Totals, estimates: Estimates, strategy: int, window: int, position: int, outcome: Outcome) -> tuple[float, float]:
    """95% interval of one estimate, within what the outcome can be."""
    if estimates.rare[position]:
        return _rare_interval(totals, strategy, window, outcome)
    mean = estimates.mean[position]
    width = t_multiplier(totals.n - 1 - int(estimates.controls[position])) * estimates.se[position]
    low, high = mean - width, mean + width
    if outcome.kind == "indicator":
        low, high = max(low, min(0.0, mean)), min(high, max(1.0, mean))
    elif outcome.kind != "amount":
        low = max(low, min(0.0, mean))
    return low, high


def summary_table(
    totals: Totals, strategies: Sequence[str], windows: Sequence[str], estimates: Sequence[Sequence[Estimates]] | None = None
) -> pd.DataFrame:
    """Estimates of every outcome by strategy and window, with simulation error.

    Parameters
    ----------
    totals
        Moments of all blocks.
    strategies, windows
        Names in the scenario's order; a window is a number of years or `lifetime`.
    estimates
        Of `all_estimates`, if at hand.

    Returns
    -------
    pandas.DataFrame
        Columns `SUMMARY_COLUMNS`. `controls` is how many controls the mean was adjusted by; with 0 it is the plain mean.
    """
    rows = []
    for strategy, by_window in enumerate(estimates or all_estimates(totals)):
        for window, values in enumerate(by_window):
            for position, outcome in enumerate(OUTCOMES.values()):
                low, high = _interval(totals, values, strategy, window, position, outcome)
                names = (strategies[strategy], outcome.identifier, outcome.unit, windows[window])
                adjusted = (values.mean[position], values.se[position], low, high)
                plain = (values.mean_plain[position], values.se_plain[position], totals.n)
                rows.append((*names, *adjusted, *plain, int(values.events[position]), int(values.controls[position])))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _difference_interval(
    totals: Totals, difference: Differences, pair: tuple[Estimates, Estimates], place: tuple[int, int, int], outcome: Outcome
) -> tuple[float, float]:
    """95% interval of one difference: normal, or from the two exact intervals if either outcome is rare."""
    strategy, window, position = place
    mean = difference.mean[position]
    if difference.identical:
        return mean, mean
    mine, theirs = pair
    if not (mine.rare[position] or theirs.rare[position]):
        width = t_multiplier(totals.n - 1 - int(difference.controls[position])) * difference.se[position]
        return mean - width, mean + width
    one = _interval(totals, mine, strategy, window, position, outcome)
    other = _interval(totals, theirs, totals.comparator, window, position, outcome)
    correlation = difference.correlation[position]
    return difference_interval(mine.mean[position], one, theirs.mean[position], other, correlation)


def difference_table(
    totals: Totals, strategies: Sequence[str], windows: Sequence[str], estimates: Sequence[Sequence[Estimates]] | None = None
) -> pd.DataFrame:
    """Paired differences, strategy minus comparator, of every outcome and window, with simulation error.

    Parameters
    ----------
    totals
        Moments of all blocks.
    strategies, windows
        Names in the scenario's order.
    estimates
        Of `all_estimates`, if at hand.

    Returns
    -------
    pandas.DataFrame
        Columns `DIFFERENCE_COLUMNS`. `n_events` is that of both strategies together. `variance_reduction` is how many times
        the patients independent unadjusted sampling would need for the same standard error.
    """
    estimates = estimates or all_estimates(totals)
    rows = []
    for strategy in range(totals.strategies):
        if strategy == totals.comparator:
            continue
        for window in range(totals.windows):
            pair = estimates[strategy][window], estimates[totals.comparator][window]
            difference = compare(totals, strategy, window, *pair)
            for position, outcome in enumerate(OUTCOMES.values()):
                low, high = _difference_interval(totals, difference, pair, (strategy, window, position), outcome)
                names = (strategies[strategy], strategies[totals.comparator], outcome.identifier, outcome.unit, windows[window])
                adjusted = (difference.mean[position], difference.se[position], low, high)
                plain = (difference.mean_plain[position], difference.se_plain[position], totals.n)
                counts = (int(pair[0].events[position] + pair[1].events[position]), int(difference.controls[position]))
                rows.append((*names, *adjusted, *plain, *counts, difference.variance_reduction[position]))
    return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS))
