"""One step of one patient, called from Python once an event: by address when compiled, on the records themselves when not."""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from alps_sim import accelerate
from alps_sim.engines.kernel import step_patient
from alps_sim.outcomes.block import CONTROLS
from alps_sim.rules.accounts import COUNTER_COUNT
from alps_sim.rules.state import STATE_DTYPE

CONTROL_COUNT = len(CONTROLS)
Stepper = Callable[[int, bool], float]
"""From a patient's position and whether the life begins to the time of the next event, negative at the end of the life."""

if accelerate.JIT:
    from numba import carray, types

    def _step_by_address(
        states: Any, worlds: Any, counters: Any, residuals: Any, counts: Any, windows: int, number: int, begins: bool
    ) -> float:
        """`step_patient` for the patient of a number, on arrays given by their addresses."""
        world = carray(worlds, (1,))[0]
        patient = carray(states, (number + 1,))[number]
        return step_patient(
            patient,
            world,
            carray(counters, (number + 1, windows, COUNTER_COUNT))[number],
            carray(residuals, (number + 1, windows, CONTROL_COUNT))[number],
            carray(counts, (number + 1, windows, 2, CONTROL_COUNT))[number],
            begins,
        )

    @cache
    def _callback(world_type: np.dtype[Any]) -> Callable[..., float]:
        """The compiled step for a type of world."""
        floats = accelerate.pointer_to(np.dtype("f8"))
        pointers = (accelerate.pointer_to(STATE_DTYPE), accelerate.pointer_to(world_type), floats, floats, floats)
        return accelerate.callback(_step_by_address, types.float64, *pointers, types.int64, types.int64, types.boolean)


def make_stepper(states: Any, world: Any, counters: Any, residuals: Any, counts: Any) -> Stepper:
    """A function that moves one patient of a block on by one event.

    Parameters
    ----------
    states
        (n,) of STATE_DTYPE.
    world
        (1,) of `world_dtype`.
    counters, residuals, counts
        (n, windows, ...) to be filled; all arrays must outlive the stepper.
    """
    if not accelerate.JIT:
        return lambda number, begins: step_patient(states[number], world[0], counters[number], residuals[number], counts[number], begins)
    step = _callback(world.dtype)
    records = (states.ctypes.data, world.ctypes.data)
    floats = (array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for array in (counters, residuals, counts))
    addresses = (*records, *floats)
    windows = counters.shape[1]
    return lambda number, begins: step(*addresses, windows, number, begins)
