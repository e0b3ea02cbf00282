"""Which long-term treatment patients are on as the years go by, read from the event logs of the first patients of a run."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.intervals import share_interval
from alps_sim.rules import events
from alps_sim.rules.codes import AGENTS, NO_AGENT

FOLLOWED: Final = 2048
"""Patients whose event logs are read: two blocks, a share to within two percentage points."""
TIMES: Final = np.array([0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, *(float(year) for year in range(4, 41))])
"""Years since the index, finer at first."""

NO_TREATMENT: Final = "none"
DEAD: Final = "dead"
IN_PLACE: Final = "in_place"
REMOVED: Final = "removed"
TREATMENT_COLUMNS: Final = ("strategy", "time_years", "spleen", "agent", "share", "ci_low", "ci_high", "n")

_LONGER_THAN_LIFE: Final = 1000.0
_BEGINS: Final = (events.LOG_AGENT_START, events.LOG_COURSE_START)
_ENDS: Final = (events.LOG_AGENT_STOP, events.LOG_COURSE_STOP)

Codes = np.ndarray[Any, np.dtype[np.int64]]


def agents_over_time(log: np.ndarray[Any, Any], patients: np.ndarray[Any, Any], begin: int, end: int) -> Codes:
    """Agent of each patient just after each of `TIMES`.

    Parameters
    ----------
    log
        Event lines of the patients, in the order of their lives.
    patients
        (n,) patient numbers, ascending.
    begin, end
        Kinds of line with which an agent begins and ends.

    Returns
    -------
    numpy.ndarray
        (n, times) codes of agents; NO_AGENT for none.
    """
    lines = log[(log["kind"] == begin) | (log["kind"] == end)]
    # one ascending key over all lives, so that a single search answers for all patients and times
    key = np.searchsorted(patients, lines["patient"]) * _LONGER_THAN_LIFE + lines["time"]
    became = np.where(lines["kind"] == begin, lines["code"], NO_AGENT)
    own = np.arange(patients.size) * _LONGER_THAN_LIFE
    last = np.searchsorted(key, own[:, None] + TIMES[None, :], side="right") - 1
    before = np.searchsorted(key, own)[:, None]  # lines of the patients before
    if not lines.size:
        return np.full(last.shape, NO_AGENT, np.int64)
    return np.where(last >= before, became[np.maximum(last, 0)], NO_AGENT).astype(np.int64)


class TreatmentLines:
    """Treatment of the first patients of a run over the years, under every strategy.

    Parameters
    ----------
    strategies
        Names in the scenario's order.
    """

    def __init__(self, strategies: Sequence[str]) -> None:
        self.strategies = tuple(strategies)
        shape = (len(self.strategies), TIMES.size)
        self._counts = np.zeros((*shape, 2, 1 + len(AGENTS)), np.int64)  # spleen in place or removed; no agent, then each agent
        self._dead = np.zeros(shape, np.int64)

    def add(self, block: Sequence[BlockResult]) -> None:
        """Add the next block, one result a strategy; blocks without event logs are left out."""
        for result in block:
            if result.events.size:
                self._add(result)

    def _add(self, result: BlockResult) -> None:
        rows, log = result.rows, result.events
        daily = agents_over_time(log, rows["patient"], _BEGINS[0], _ENDS[0])
        courses = agents_over_time(log, rows["patient"], _BEGINS[1], _ENDS[1])
        agent = 1 + np.where(daily != NO_AGENT, daily, courses)
        removed = (rows["splenectomy_time"][:, None] <= TIMES).astype(np.int64)
        dead = rows["death_time"][:, None] <= TIMES
        seen = ~dead & (rows["observation_years"][:, None] > TIMES)
        for moment in range(TIMES.size):
            chosen = seen[:, moment]
            np.add.at(self._counts[result.strategy, moment], (removed[chosen, moment], agent[chosen, moment]), 1)
        self._dead[result.strategy] += dead.sum(axis=0)

    def table(self) -> pd.DataFrame:
        """`treatments.csv`: share of patients by spleen and agent at each time, the dead among them; censored patients are left out."""
        rows = []
        for strategy, name in enumerate(self.strategies):
            for moment, time in enumerate(TIMES.tolist()):
                counts, dead = self._counts[strategy, moment], int(self._dead[strategy, moment])
                n = int(counts.sum()) + dead
                if n == 0:
                    break
                cells = [
                    (spleen, agent, int(counts[place, code]))
                    for place, spleen in enumerate((IN_PLACE, REMOVED))
                    for code, agent in enumerate((NO_TREATMENT, *AGENTS))
                ]
                cells.append(("", DEAD, dead))
                rows += [(name, time, spleen, agent, count / n, *share_interval(count, n), n) for spleen, agent, count in cells if count]
        return pd.DataFrame(rows, columns=list(TREATMENT_COLUMNS))
