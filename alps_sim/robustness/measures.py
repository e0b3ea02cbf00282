"""What strategies are ranked on, and how far two of them differ among the same patients.

Means are plain, without control variates: two strategies are compared patient by patient, and any pair, not only with the comparator.
They differ from those of a run by no more than simulation error.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from alps_sim.outcomes.adjust import MINIMUM_EVENTS
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import BASE_INDEX, LIFETIME, OUTCOMES, base_values, headline_window, less_is_better
from alps_sim.outcomes.intervals import difference_interval, share_interval, t_multiplier

Array = np.ndarray[Any, np.dtype[np.float64]]

OF_A_LIFE: Final = ("life_years", "qalys")
"""Outcomes ranked over the lifetime too."""
RANKED: Final = ("opsi_deaths", "treatment_failure", "prednisone_mg_per_kg_per_year", *OF_A_LIFE)


@dataclass(frozen=True)
class Measure:
    """An outcome in a window on which strategies are ranked.

    Attributes
    ----------
    outcome
        Identifier in the registry of outcomes.
    window
        Years as in `window_years`.
    position
        Of the window in the counters.
    """

    outcome: str
    window: str
    position: int

    @property
    def less_is_better(self) -> bool:
        """Whether a strategy with less of it ranks before one with more."""
        return less_is_better(self.outcome)


def measures_of(windows: Sequence[str]) -> tuple[Measure, ...]:
    """The five outcomes in the headline window, or the longest short of the lifetime; then life-years and QALYs of the lifetime.

    Parameters
    ----------
    windows
        Labels, the last one the lifetime.
    """
    headline = headline_window(windows)
    asked = [(outcome, headline) for outcome in RANKED]
    asked += [(outcome, LIFETIME) for outcome in OF_A_LIFE]
    return tuple(Measure(outcome, window, windows.index(window)) for outcome, window in asked)


@dataclass(frozen=True)
class Sample:
    """What each patient had of each measure under each strategy; m measures, s strategies, n patients.

    Attributes
    ----------
    amounts, sizes
        (m, s, n) numerator and denominator of the mean of each patient; the denominator is 1 but for rates.
    digest
        Of all counters of all lives: two samples with the same digest are of the same lives.
    """

    amounts: Array
    sizes: Array
    digest: str

    @property
    def values(self) -> Array:
        """(m, s) means."""
        result: Array = self.amounts.sum(axis=2) / self.sizes.sum(axis=2)
        return result


def measured(block: Sequence[BlockResult], measures: Sequence[Measure]) -> Sample:
    """One block of patients reduced to the measures; safe in any thread.

    Parameters
    ----------
    block
        One result a strategy.
    measures
        What is taken.
    """
    amounts, sizes = (np.zeros((len(measures), len(block), block[0].rows.size)) for _ in range(2))
    for strategy, result in enumerate(block):
        by_window = {position: base_values(result, position) for position in {measure.position for measure in measures}}
        for place, measure in enumerate(measures):
            registered, values = OUTCOMES[measure.outcome], by_window[measure.position]
            amounts[place, strategy] = values[:, BASE_INDEX[registered.numerator or measure.outcome]]
            sizes[place, strategy] = values[:, BASE_INDEX[registered.denominator]] if registered.denominator else 1.0
    return Sample(amounts, sizes, hashlib.sha256(b"".join(result.counters.tobytes() for result in block)).hexdigest())


def joined(samples: Iterable[Sample]) -> Sample:
    """The samples of blocks in block order as one.

    Parameters
    ----------
    samples
        At least one.
    """
    parts = list(samples)
    digest = hashlib.sha256("".join(part.digest for part in parts).encode()).hexdigest()
    return Sample(np.concatenate([p.amounts for p in parts], 2), np.concatenate([p.sizes for p in parts], 2), digest)


@dataclass(frozen=True)
class Difference:
    """How far two strategies differ in one measure.

    Attributes
    ----------
    mean
        First less second.
    low, high
        95% interval of the simulation error.
    """

    mean: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 or -1 if the difference is beyond simulation error, else 0."""
        return int(self.low > 0.0) - int(self.high < 0.0)


def difference(sample: Sample, measures: Sequence[Measure], place: int, first: int, second: int) -> Difference:
    """Paired difference of two strategies.

    Parameters
    ----------
    sample, measures
        The lives, and what was taken of them.
    place
        Of the measure.
    first, second
        Positions of the strategies.
    """
    if first == second:
        return Difference(0.0, 0.0, 0.0)
    values, n = sample.values[place], sample.amounts.shape[2]
    mean = float(values[first] - values[second])
    parts = [_parts(sample, place, strategy, values[strategy]) for strategy in (first, second)]
    apart = parts[0] - parts[1]
    if not apart.any():
        return _no_difference(measures[place], n)
    if _is_rare(sample, measures[place], place, first, second):
        return Difference(mean, *_rare_interval(sample.amounts[place, first], sample.amounts[place, second]))
    width = t_multiplier(n - 1) * float(apart.std(ddof=1)) / n**0.5 if n > 1 else np.nan
    return Difference(mean, mean - width, mean + width)


def _no_difference(measure: Measure, n: int) -> Difference:
    """No patient differs: an event that both strategies gave to the same patients may yet differ in one among many more."""
    width = share_interval(0.0, n)[1] if OUTCOMES[measure.outcome].kind == "indicator" else 0.0
    return Difference(0.0, 0.0 - width, width)


def _parts(sample: Sample, place: int, strategy: int, value: float) -> Array:
    """(n,) what each patient adds to the error of the mean: to a rate by the delta method."""
    amounts, sizes = sample.amounts[place, strategy], sample.sizes[place, strategy]
    result: Array = (amounts - value * sizes) / sizes.mean() + value
    return result


def _is_rare(sample: Sample, measure: Measure, place: int, first: int, second: int) -> bool:
    """Whether too few patients had what is counted for a normal interval."""
    fewest = min(int(np.count_nonzero(sample.amounts[place, strategy])) for strategy in (first, second))
    return OUTCOMES[measure.outcome].kind == "indicator" and fewest < MINIMUM_EVENTS


def _rare_interval(mine: Array, theirs: Array) -> tuple[float, float]:
    """Interval of a difference of two shares of the same patients from the exact interval of each."""
    n, events, others = mine.size, float(mine.sum()), float(theirs.sum())
    varied = 0.0 < events < n and 0.0 < others < n
    correlation = float(np.corrcoef(mine, theirs)[0, 1]) if varied else 0.0
    return difference_interval(events / n, share_interval(events, n), others / n, share_interval(others, n), correlation)
