"""Parameter uncertainty: what is not known, from running the same patients under many draws of the evidence.

Not simulation error: this interval does not shrink with more patients. The same patients live under every draw, so their luck is common
to all draws and would shift every interval; `anchor` takes it out, by a ratio to a run of these patients at the central values. A
little simulation error is left, because the draws move events of a limited number of patients; `simulation_share` says how much at
most. Means are plain: with the few patients of a draw there is little to adjust by.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.adjust import deviations, linearised
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import OUTCOMES, base_values
from alps_sim.outcomes.drivers import Drivers, drivers

COLUMNS: Final = (
    *("strategy", "comparator", "outcome", "window_years", "mean", "ci_low", "ci_high", "draws"),
    *("driven_by_assumption", "drivers"),
)
PERCENTILES: Final = (2.5, 97.5)
FEWEST_EVENTS: Final = 10
"""Events of the draws' patients at the central values below which their ratio to the run would be luck itself."""

Array = np.ndarray[Any, np.dtype[np.float64]]
Acts = Callable[[str, str], bool]
"""From a parameter and an outcome to whether the one can act on the other."""


def acts_on_all(parameter: str, outcome: str) -> bool:
    """Every parameter can act on every outcome."""
    return True


def ratio_to_run(central: Array, estimates: Array, patients: int, outcomes: Sequence[str] = tuple(OUTCOMES)) -> Array:
    """What the estimates of draws are multiplied by, so that their patients' luck is taken out; 1 where too few events tell it.

    Parameters
    ----------
    central
        (..., outcomes) of the draws' patients at the central values.
    estimates
        (..., outcomes) of the run.
    patients
        How many the draws have.
    outcomes
        Identifiers.
    """
    counted = np.array([OUTCOMES[name].kind in ("indicator", "count") for name in outcomes])
    events = np.where(counted, central * patients, np.inf)
    usable = (events >= FEWEST_EVENTS) & (central > 0.0) & (estimates > 0.0)
    ratio: Array = np.divide(estimates, central, out=np.ones_like(estimates), where=usable)
    return ratio


def set_to_run(means: Array, ratio: Array | float, outcomes: Sequence[str] = tuple(OUTCOMES)) -> Array:
    """Estimates of draws set to the run; no share exceeds 1.

    Parameters
    ----------
    means
        (..., outcomes) of the draws.
    ratio
        Of `ratio_to_run`.
    outcomes
        Identifiers.
    """
    shares = np.array([OUTCOMES[name].kind == "indicator" for name in outcomes])
    anchored: Array = means * ratio
    return np.where(shares, np.minimum(anchored, 1.0), anchored)


def _standard_error(scatter: Array) -> Array:
    """(o,) standard errors of the means of patients' deviations."""
    n = scatter.shape[0]
    errors: Array = np.sqrt(np.einsum("ij,ij->j", scatter, scatter) / max(n - 1, 1) / n)
    return errors


@dataclass(frozen=True)
class DrawEstimates:
    """One draw, each of (strategies, windows, outcomes).

    Attributes
    ----------
    means
        Estimates.
    errors, difference_errors
        Simulation standard errors of the estimates, and of their differences from the comparator.
    """

    means: Array
    errors: Array
    difference_errors: Array


class Draws:
    """Estimates of each draw, gathered one by one.

    Parameters
    ----------
    strategies, windows
        Names in the scenario's order.
    comparator
        Position of the strategy that the others are compared with.
    """

    def __init__(self, strategies: Sequence[str], windows: Sequence[str], comparator: int) -> None:
        self._strategies, self._windows, self._comparator = tuple(strategies), tuple(windows), comparator
        self._means: list[Array] = []
        self._errors: list[Array] = []
        self._difference_errors: list[Array] = []
        self._values: list[Mapping[str, float]] = []
        self._ratio: Array | float = 1.0

    def anchor(self, central: DrawEstimates, estimates: Array, patients: int) -> None:
        """Set the draws to the run: what the draws' patients have by luck is taken out of every draw.

        Each estimate of a draw is multiplied by that of the run over that of the draws' patients at the central values. Of events so
        rare that the ratio would itself be luck, and of what the run has none of, the draws stay as they are.

        Parameters
        ----------
        central
            Of `measure`, the draws' patients at the central values.
        estimates
            (strategies, windows, outcomes) of the run.
        patients
            How many the draws have.
        """
        self._ratio = ratio_to_run(central.means, estimates, patients)

    def measure(self, blocks: Iterable[Sequence[BlockResult]]) -> DrawEstimates:
        """Estimates of one draw; depends on its blocks alone, safe in any thread.

        Parameters
        ----------
        blocks
            The blocks of the same patients, each with one result a strategy, lived under the draw's parameters.
        """
        by_block = list(blocks)
        if any(len(block) != len(self._strategies) for block in by_block):
            raise ValueError(f"every block of a draw needs one result for each of the {len(self._strategies)} strategies")
        shape = (len(self._strategies), len(self._windows), len(OUTCOMES))
        means, errors, difference_errors = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for window in range(len(self._windows)):
            scatter = []
            for strategy in range(len(self._strategies)):
                values = np.vstack([base_values(block[strategy], window) for block in by_block])
                central = values.mean(axis=0)
                means[strategy, window], derivatives = linearised(central)
                scatter.append(deviations(values - central, derivatives))
                errors[strategy, window] = _standard_error(scatter[strategy])
            for strategy, patients in enumerate(scatter):
                difference_errors[strategy, window] = _standard_error(patients - scatter[self._comparator])
        return DrawEstimates(means, errors, difference_errors)

    def add(self, draw: DrawEstimates, values: Mapping[str, float] | None = None) -> None:
        """Add a draw, in the order of the draws.

        Parameters
        ----------
        draw
            Of `measure`.
        values
            Drawn value of each parameter that varies, by name; without them nothing is said of drivers.
        """
        self._values.append(values or {})
        self._means.append(draw.means)
        self._errors.append(draw.errors)
        self._difference_errors.append(draw.difference_errors)

    @property
    def means(self) -> Array:
        """(draws, strategies, windows, outcomes) estimates, outcomes in the order of `OUTCOMES`; for value of information."""
        return set_to_run(np.array(self._means), self._ratio)

    def _differences(self) -> Array:
        return self.means - self.means[:, [self._comparator]]

    def table(self, assumed: frozenset[str] = frozenset(), acts: Acts = acts_on_all) -> pd.DataFrame:
        """`parameter_uncertainty.csv`: mean, 95% interval over the draws, and the parameters that move the number.

        The comparator is empty for a strategy itself and named for a difference, strategy minus comparator.

        Parameters
        ----------
        assumed
            Parameters that rest on an assumption.
        acts
            Whether a parameter can act on an outcome; only those that can are named as moving it.

        Raises
        ------
        ValueError
            Without at least two draws.
        """
        if len(self._means) < 2:
            raise ValueError(f"parameter uncertainty needs at least two draws, found {len(self._means)}")
        rows = []
        for comparator, values in (("", self.means), (self._strategies[self._comparator], self._differences())):
            low, high = np.percentile(values, PERCENTILES, axis=0)
            places = self._places(comparator)
            if not places:  # one strategy compares with nothing
                continue
            answers = np.array([values[(slice(None), *place)] for place in places]).T
            moved_by = self._drivers(answers, assumed, [tuple(OUTCOMES)[outcome] for _, _, outcome in places], acts)
            for place, moved in zip(places, moved_by, strict=True):
                strategy, window, outcome = place
                names = (self._strategies[strategy], comparator, tuple(OUTCOMES)[outcome], self._windows[window])
                estimate = (values[:, strategy, window, outcome].mean(), low[place], high[place], len(values))
                rows.append((*names, *estimate, moved.mainly_assumed, str(moved)))
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _drivers(self, answers: Array, assumed: frozenset[str], outcomes: Sequence[str], acts: Acts) -> list[Drivers]:
        """What moves each of (draws, answers)."""
        names = tuple(self._values[0])
        drawn = np.array([[values[name] for name in names] for values in self._values]).reshape(len(answers), len(names))
        able = {outcome: [acts(name, outcome) for name in names] for outcome in dict.fromkeys(outcomes)}
        possible = np.array([able[outcome] for outcome in outcomes], dtype=np.bool_).reshape(len(outcomes), len(names)).T
        return drivers(names, drawn, answers, assumed, possible)

    def _places(self, comparator: str) -> list[tuple[int, int, int]]:
        """Indices of the rows: strategy, window, outcome; a difference has none for the comparator itself."""
        return [
            (strategy, window, outcome)
            for strategy in range(len(self._strategies))
            if not comparator or strategy != self._comparator
            for window in range(len(self._windows))
            for outcome in range(len(OUTCOMES))
        ]

    def simulation_share(self) -> pd.DataFrame:
        """Largest share of the variance over draws that simulation error can explain, by analysis of variance.

        Within-draw variance (the mean squared standard error) over the variance of the draws' estimates. The same patients live
        under every draw, so a part of their luck is common to all draws and does not widen the interval: the share is an upper
        bound. Above about 0.1 the interval deserves more patients in each draw.

        Returns
        -------
        pandas.DataFrame
            strategy, comparator, outcome, window_years, simulation_share (NaN if the draws do not differ).
        """
        rows = []
        comparator_name = self._strategies[self._comparator]
        for comparator, values, errors in (
            ("", self.means, np.array(self._errors)),
            (comparator_name, self._differences(), np.array(self._difference_errors)),
        ):
            within, total = (errors**2).mean(axis=0), values.var(axis=0, ddof=1)
            share = np.divide(within, total, out=np.full_like(total, np.nan), where=total > 0.0)
            for place in self._places(comparator):
                strategy, window, outcome = place
                names = (self._strategies[strategy], comparator, tuple(OUTCOMES)[outcome], self._windows[window])
                rows.append((*names, min(share[place], 1.0) if share[place] == share[place] else np.nan))
        return pd.DataFrame(rows, columns=["strategy", "comparator", "outcome", "window_years", "simulation_share"])
