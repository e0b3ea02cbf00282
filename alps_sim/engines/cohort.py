"""The cohort engine: every patient an event loop of its own, compiled, in threads.

Patients are dealt in fixed blocks of 1,024. A block is one piece of work: its patients are drawn once and live their lives under
each strategy. Blocks are handed on in their order, whatever the order in which threads finish them.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

import numpy as np

from alps_sim.engines.kernel import live_block
from alps_sim.engines.worlds import make_world
from alps_sim.outcomes.block import BLOCK_SIZE, CONTROLS, ROW_DTYPE, BlockResult
from alps_sim.population import draw_population
from alps_sim.rules.accounts import COUNTER_COUNT
from alps_sim.rules.state import ATTRIBUTES, LOG_DTYPE, STATE_DTYPE
from alps_sim.scenario.inputs import Inputs, record_type

Reduced = TypeVar("Reduced")

LINES_PER_PATIENT: Final = 512
"""First guess of the event lines of a life; the room is doubled until all lines fit."""


class EventLogFullError(RuntimeError):
    """One life has more event lines than any sensible scenario gives."""


def simulate_block(inputs: Inputs, strategy: int, attributes: Any, replication: int = 0, keep_events: bool = False) -> BlockResult:
    """Live the lives of one block of patients under one strategy.

    Parameters
    ----------
    inputs
        The translated scenario.
    strategy
        Position of the strategy in the scenario.
    attributes
        (n,) of ATTRIBUTE_DTYPE, from the population.
    replication
        Number of the replication.
    keep_events
        Whether to keep the event log.

    Returns
    -------
    BlockResult
        Counters at each window, residuals, books, and the event log if kept.

    Raises
    ------
    EventLogFullError
        If a life has more event lines than LOG_CAPACITY.
    """
    room = attributes.size * LINES_PER_PATIENT if keep_events else 0
    while True:
        result = _live(inputs, strategy, attributes, replication, room)
        if result is not None:
            return result
        room *= 2
        if room > attributes.size * 1_000_000:
            raise EventLogFullError(f"a life under strategy {inputs.strategies[strategy].name!r} has more event lines than can be kept")


def _live(inputs: Inputs, strategy: int, attributes: Any, replication: int, room: int) -> BlockResult | None:
    """One attempt with a given room for event lines; None if it was too small."""
    states = fresh_states(attributes)
    world = make_world(inputs, strategy, replication, room > 0)
    count, windows = attributes.size, inputs.censuses.size
    counters = np.zeros((count, windows, COUNTER_COUNT))
    residuals = np.zeros((count, windows, len(CONTROLS)))
    counts = np.zeros((windows, 2, len(CONTROLS)))
    log = np.zeros(room, record_type(LOG_DTYPE)).view(np.recarray)
    lines = np.zeros(1, np.int64)
    events = live_block(states, world, counters, residuals, counts, log, lines)
    if events < 0:
        return None
    return BlockResult(
        strategy=strategy,
        rows=rows_of(states),
        counters=counters,
        residuals=residuals,
        control_events=counts[:, 0],
        control_non_events=counts[:, 1],
        books=world["books"][0],
        events=log[: lines[0]].copy(),
        event_count=events,
    )


def fresh_states(attributes: Any) -> Any:
    """States of patients who have not begun to live: attributes filled in, zero elsewhere.

    Parameters
    ----------
    attributes
        (n,) of ATTRIBUTE_DTYPE.

    Returns
    -------
    numpy.recarray
        (n,) of STATE_DTYPE.
    """
    states, plain = np.zeros(attributes.size, record_type(STATE_DTYPE)), attributes.view(np.ndarray)
    for name, _ in ATTRIBUTES:
        states[name] = plain[name]
    return states.view(np.recarray)


def rows_of(states: Any) -> np.ndarray[Any, Any]:
    """One row a patient, from the states at the end of their lives.

    Parameters
    ----------
    states
        (n,) of STATE_DTYPE.

    Returns
    -------
    numpy.ndarray
        (n,) of ROW_DTYPE.
    """
    rows, plain = np.zeros(states.size, ROW_DTYPE), states.view(np.ndarray)
    for name in ROW_DTYPE.names or ():
        rows[name] = plain[name]
    return rows


def _simulate_strategies(inputs: Inputs, replication: int, first: int, count: int, keep_events: bool) -> list[BlockResult]:
    """One block under every strategy."""
    attributes = draw_population(inputs, replication, first, count)
    return [simulate_block(inputs, strategy, attributes, replication, keep_events) for strategy in range(len(inputs.strategies))]


def simulate(
    inputs: Inputs,
    workers: int = 1,
    replication: int = 0,
    events_of: int = 0,
    and_then: Callable[[list[BlockResult]], Reduced] | None = None,
) -> Iterator[tuple[list[BlockResult], Reduced | None]]:
    """Live the lives of all patients of a scenario, block by block, in order.

    Parameters
    ----------
    inputs
        The translated scenario; `inputs.patients` patients.
    workers
        Threads. The compiled loops hold no lock on the interpreter.
    replication
        Number of the replication.
    events_of
        Patients, from the first on, whose event logs are kept; whole blocks.
    and_then
        What else to do with each block in the thread that made it.

    Yields
    ------
    tuple
        For each block, one result a strategy, and what `and_then` made of it.
    """

    def work(first: int) -> tuple[list[BlockResult], Reduced | None]:
        count = min(BLOCK_SIZE, inputs.patients - first)
        block = _simulate_strategies(inputs, replication, first, count, first < events_of)
        return block, and_then(block) if and_then is not None else None

    starts = deque(range(0, inputs.patients, BLOCK_SIZE))
    waiting: deque[Future[tuple[list[BlockResult], Reduced | None]]] = deque()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            while starts or waiting:
                while starts and len(waiting) <= workers:
                    waiting.append(pool.submit(work, starts.popleft()))
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
