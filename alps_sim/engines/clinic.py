"""The clinic engine: every patient a SimPy process that asks the same compiled rules what comes next.

Where patients compete for beds, chairs, theatre and appointments, time must pass for all of them together. Capacity is unlimited
for now and every waiting time zero, so the lives are those of the cohort engine, bit for bit. A process keeps its clocks in its
state and waits for the earliest of them only: waiting for any of eight timeouts is 13 times slower.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from alps_sim.engines.cohort import fresh_states, rows_of
from alps_sim.engines.stepping import make_stepper
from alps_sim.engines.worlds import make_world
from alps_sim.outcomes.block import CONTROLS, BlockResult
from alps_sim.rules.accounts import COUNTER_COUNT
from alps_sim.rules.codes import SERVICES
from alps_sim.rules.state import LOG_DTYPE
from alps_sim.scenario.inputs import Inputs


class Clinic:
    """Patients of one block under one strategy in one SimPy environment.

    Parameters
    ----------
    inputs
        The translated scenario.
    strategy
        Position of the strategy.
    attributes
        (n,) of ATTRIBUTE_DTYPE.
    replication
        Number of the replication.
    keep_events
        Whether to keep the event log.

    Attributes
    ----------
    environment
        Its clock counts years since each patient's index: all patients enter together.
    events
        Number of events so far.
    """

    def __init__(self, inputs: Inputs, strategy: int, attributes: Any, replication: int = 0, keep_events: bool = False) -> None:
        self.environment = simpy.Environment()
        self.events = 0
        self._strategy = strategy
        self._keep_events = keep_events
        self._states = fresh_states(attributes)
        self._world = make_world(inputs, strategy, replication, keep_events)
        shape = (attributes.size, inputs.censuses.size)
        self._counters = np.zeros((*shape, COUNTER_COUNT))
        self._residuals = np.zeros((*shape, len(CONTROLS)))
        self._counts = np.zeros((*shape, 2, len(CONTROLS)))
        self._lines: list[list[Any]] = [[] for _ in range(attributes.size)]
        self._log_counts = np.asarray(self._states["log_count"])
        self._world["waiting"][0] = self.waiting_years()
        self._stepper = make_stepper(self._states, self._world, self._counters, self._residuals, self._counts)

    def waiting_years(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Waiting time for each service now, years; nothing is scarce yet."""
        return np.zeros(len(SERVICES))

    def run(self) -> BlockResult:
        """Let all patients live to the end.

        Returns
        -------
        BlockResult
            As from the cohort engine.
        """
        for number in range(self._states.size):
            self.environment.process(self._live(number))
        self.environment.run()
        lines = [line for life in self._lines for line in life]
        return BlockResult(
            strategy=self._strategy,
            rows=rows_of(self._states),
            counters=self._counters,
            residuals=self._residuals,
            control_events=self._counts[:, :, 0].sum(axis=0),
            control_non_events=self._counts[:, :, 1].sum(axis=0),
            books=self._world["books"][0],
            events=np.concatenate([np.zeros(0, LOG_DTYPE), *lines]),
            event_count=self.events,
        )

    def _live(self, number: int) -> Generator[simpy.Event, Any, None]:
        """One patient's life: wait until the next event's time, let it happen, ask for the one after."""
        due = self._step(number, True)
        while due >= 0.0:
            yield self.environment.timeout(max(due - self.environment.now, 0.0))
            due = self._step(number, False)
            self.events += 1

    def _step(self, number: int, begins: bool) -> float:
        """One call of the rules for one patient; the time of the next event, negative at the end of the life."""
        if not self._keep_events:
            return self._stepper(number, begins)
        written = int(self._log_counts[number])
        due = self._stepper(number, begins)
        self._lines[number].append(self._world["log"][0, written : int(self._log_counts[number])].copy())
        return due
