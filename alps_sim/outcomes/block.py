"""What an engine hands over: one block of patients under one strategy."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from alps_sim.randomness import DECISIONS
from alps_sim.rules.accounts import COUNTER_COUNT
from alps_sim.rules.codes import AGENT_COUNT
from alps_sim.rules.events import PROCESSES
from alps_sim.rules.state import ATTRIBUTES, MILESTONES

BLOCK_SIZE: Final = 1024
"""Patients are dealt in fixed blocks of this many, so that results do not depend on workers or chunks."""

CONTROLS: Final = (*PROCESSES, *DECISIONS)
"""Martingale residuals, each with mean zero: events minus used credit of a process, outcomes minus probabilities of a decision."""

ROW_DTYPE: Final = np.dtype(
    [
        *ATTRIBUTES,
        ("death_time", "f8"),  # NEVER if alive at the end of observation
        ("death_cause", "i8"),  # ALIVE likewise
        *((name, "f8") for name in MILESTONES),
        ("seen_lineages", "i8"),  # that flares have shown, a bit mask
        ("agent", "i8"),  # at the end; NO_AGENT if none
        ("weaned_agent", "i8"),  # weaned and not resumed by the end; NO_AGENT if none
        ("agent_courses", "i8", (AGENT_COUNT,)),
        ("counters", "f8", (COUNTER_COUNT,)),  # of the whole life, or until the end of observation
    ],
    align=True,
)
"""One row a patient, fields of the state at the end of the life: attributes, death, milestones in years since index, totals."""


@dataclass(frozen=True)
class BlockResult:
    """Lives of one block of patients under one strategy; n patients, w windows.

    Attributes
    ----------
    strategy
        Position of the strategy in the scenario.
    rows
        (n,) of ROW_DTYPE.
    counters
        (n, w, len(COUNTERS)) counters at the end of each window, or at death before it.
    residuals
        (n, w, len(CONTROLS)) martingale residuals at the same moments.
    control_events
        (w, len(CONTROLS)) events of each process, positive outcomes of each decision, in the block.
    control_non_events
        (w, len(CONTROLS)) negative outcomes of each decision, in the block; zero for processes.
    books
        (years, age bands, accounts, 2) quantity and discounted quantity, summed over the block.
    events
        Lines of LOG_DTYPE; empty when events are not kept.
    event_count
        Number of events in all lives of the block.
    """

    strategy: int
    rows: np.ndarray[Any, Any]
    counters: np.ndarray[Any, np.dtype[np.float64]]
    residuals: np.ndarray[Any, np.dtype[np.float64]]
    control_events: np.ndarray[Any, np.dtype[np.float64]]
    control_non_events: np.ndarray[Any, np.dtype[np.float64]]
    books: np.ndarray[Any, np.dtype[np.float64]]
    events: np.ndarray[Any, Any]
    event_count: int = 0
