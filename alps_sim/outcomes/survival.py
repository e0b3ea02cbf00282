"""Curves over time, streamed: survival, cumulative incidence with competing risks, relapse after splenectomy.

Times are dealt into narrow steps of 1/64 year and only counts are kept, so memory does not grow with the patients. Events come
before censorings of the same step. Every reported time is a whole number of steps: without censoring the curves are exact
there, with it the error is that of ordering within six days. The number at risk at a time is that just before it: those whose time
ends then are among them, at time 0 all patients.

Survival is the Kaplan-Meier estimate, incidence the Aalen-Johansen estimate; relapse is one minus Kaplan-Meier with death as
censoring, as the publications have it. Bands are 95% simulation error at each time: Greenwood's variance (Aalen-Johansen:
Marubini and Valsecchi 1995, equation 10.12) turned into an effective number of patients, then the exact interval of a share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.accumulate import Array
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import death_outcome
from alps_sim.outcomes.intervals import share_interval
from alps_sim.rules.codes import CAUSES_OF_DEATH, NEVER

STEPS_PER_YEAR: Final = 64
LAST_YEAR: Final = 120
STEPS: Final = STEPS_PER_YEAR * LAST_YEAR + 1
"""The last step takes all later times."""

REPORT_TIMES: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, *(float(year) for year in range(4, LAST_YEAR)))
"""Years, finer at first."""

SURVIVAL_CURVES: Final = ("overall_survival", "opsi_free_survival")
INCIDENCE_CURVES: Final = tuple(death_outcome(cause) for cause in CAUSES_OF_DEATH)
RELAPSE_CURVE: Final = "relapse_after_splenectomy"
CURVES: Final = (*SURVIVAL_CURVES, *INCIDENCE_CURVES, RELAPSE_CURVE)
"""Overall and OPSI-free survival; cumulative incidence of death by cause from the index; cumulative relapse from surgery."""

SURVIVAL_COLUMNS: Final = ("strategy", "curve", "time_years", "estimate", "ci_low", "ci_high", "at_risk")


def _step(times: Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Step in which a time falls; step k ends at k / 64 years and takes a time equal to its end."""
    return np.clip(np.ceil(np.clip(times, 0.0, LAST_YEAR) * STEPS_PER_YEAR), 0, STEPS - 1).astype(np.int64)


@dataclass
class _Counts:
    """Events by kind and censorings in every step, and how many of both came at its very end."""

    events: np.ndarray[Any, np.dtype[np.int64]]
    censored: np.ndarray[Any, np.dtype[np.int64]]
    at_the_end: np.ndarray[Any, np.dtype[np.int64]]

    @classmethod
    def empty(cls, kinds: int) -> "_Counts":
        return cls(np.zeros((kinds, STEPS), dtype=np.int64), *np.zeros((2, STEPS), dtype=np.int64))

    def add(self, times: Array, kinds: np.ndarray[Any, Any]) -> None:
        """Add patients by the end of their time at risk and the kind of event that ended it; -1 is censoring."""
        steps = _step(times)
        for kind in range(self.events.shape[0]):
            self.events[kind] += np.bincount(steps[kinds == kind], minlength=STEPS)
        self.censored += np.bincount(steps[kinds < 0], minlength=STEPS)
        self.at_the_end += np.bincount(steps[times * STEPS_PER_YEAR == steps], minlength=STEPS)

    def at_risk(self) -> Array:
        """Patients at risk at the beginning of each step."""
        leaving = self.events.sum(axis=0) + self.censored
        staying: Array = (leaving.sum() - np.cumsum(leaving) + leaving).astype(np.float64)
        return staying


def _ratio(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)


def kaplan_meier(events: Array, at_risk: Array) -> tuple[Array, Array]:
    """Survival after each step and its variance by Greenwood's formula.

    Parameters
    ----------
    events, at_risk
        (steps,) events in each step, patients at risk at its beginning.
    """
    survival = np.asarray(np.cumprod(1.0 - _ratio(events, at_risk)), dtype=np.float64)
    variance = survival**2 * np.cumsum(_ratio(events, at_risk * (at_risk - events)))
    return survival, variance


def aalen_johansen(events: Array, all_events: Array, at_risk: Array) -> tuple[Array, Array]:
    """Cumulative incidence of one kind of event after each step among competing ones, and its variance.

    Parameters
    ----------
    events, all_events, at_risk
        (steps,) events of the kind and of any kind in each step, patients at risk at its beginning.
    """
    survival, _ = kaplan_meier(all_events, at_risk)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(before * _ratio(events, at_risk))
    greenwood = _ratio(all_events, at_risk * (at_risk - all_events))
    own = _ratio(events * (at_risk - events), at_risk**3)
    cross = before * _ratio(events, at_risk**2)
    squared = incidence**2 * np.cumsum(greenwood) - 2 * incidence * np.cumsum(incidence * greenwood)
    squared += np.cumsum(incidence**2 * greenwood)
    mixed = incidence * np.cumsum(cross) - np.cumsum(incidence * cross)
    return incidence, np.maximum(squared + np.cumsum(before**2 * own) - 2 * mixed, 0.0)


def _band(estimate: float, variance: float, n: float) -> tuple[float, float]:
    """95% interval of a share: exact, with the number of patients that the variance stands for."""
    if n <= 0:
        return np.nan, np.nan
    if 0.0 < estimate < 1.0 and variance > 0.0:
        n = estimate * (1.0 - estimate) / variance
    return share_interval(estimate * n, n)


class Curves:
    """Counts behind the curves of one strategy; add its blocks in any order."""

    def __init__(self) -> None:
        self._deaths = _Counts.empty(len(CAUSES_OF_DEATH))
        self._opsi_free = _Counts.empty(1)
        self._relapse = _Counts.empty(1)

    def add(self, block: BlockResult) -> None:
        """Add the patients of a block."""
        rows = block.rows
        dead = rows["death_time"] < NEVER
        end = np.minimum(rows["death_time"], rows["observation_years"])
        self._deaths.add(end, np.where(dead, rows["death_cause"], -1))
        first = np.minimum(rows["first_opsi_time"], end)
        self._opsi_free.add(first, np.where((rows["first_opsi_time"] < NEVER) | dead, 0, -1))
        operated = (rows["splenectomy_time"] >= 0.0) & (rows["splenectomy_time"] < NEVER) & (rows["has_cytopenia"] == 1)
        operated &= rows["years_since_prior_splenectomy"] < 0.0
        since = np.minimum(rows["relapse_time"], end)[operated] - rows["splenectomy_time"][operated]
        self._relapse.add(since, np.where(rows["relapse_time"][operated] < NEVER, 0, -1))

    def table(self, strategy: str) -> pd.DataFrame:
        """The curves at `REPORT_TIMES`, with columns `SURVIVAL_COLUMNS`."""
        deaths, risk = self._deaths.events.astype(float), self._deaths.at_risk()
        every = deaths.sum(axis=0)
        pieces = [_tidy("overall_survival", *kaplan_meier(every, risk), self._deaths)]
        pieces.append(_tidy("opsi_free_survival", *kaplan_meier(self._opsi_free.events[0], self._opsi_free.at_risk()), self._opsi_free))
        for kind, curve in enumerate(INCIDENCE_CURVES):
            pieces.append(_tidy(curve, *aalen_johansen(deaths[kind], every, risk), self._deaths))
        free, variance = kaplan_meier(self._relapse.events[0], self._relapse.at_risk())
        pieces.append(_tidy(RELAPSE_CURVE, 1.0 - free, variance, self._relapse))
        return pd.concat(pieces, ignore_index=True).assign(strategy=strategy)[list(SURVIVAL_COLUMNS)]


def _tidy(curve: str, estimate: Array, variance: Array, counts: _Counts) -> pd.DataFrame:
    """One curve at the report times, as long as anyone is at risk."""
    remaining = counts.at_risk() - counts.events.sum(axis=0) - counts.censored
    just_before = remaining + counts.at_the_end
    n = counts.at_risk()[0]
    rows = []
    for time in REPORT_TIMES:
        step = int(time * STEPS_PER_YEAR)
        band = _band(float(estimate[step]), float(variance[step]), n)
        rows.append((curve, time, estimate[step], *band, int(just_before[step])))
        if remaining[step] == 0:
            break
    return pd.DataFrame(rows, columns=list(SURVIVAL_COLUMNS[1:]))


def survival_table(curves: Sequence[Curves], strategies: Sequence[str]) -> pd.DataFrame:
    """Curves of every strategy, tidy: `survival.csv`.

    Parameters
    ----------
    curves
        One of each strategy.
    strategies
        Their names.
    """
    tables = [curve.table(name) for curve, name in zip(curves, strategies, strict=True)]
    return pd.concat(tables, ignore_index=True)
