"""The event log: one line for each thing that happens, in order, if the run keeps events."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules.world import LOG_CAPACITY


@compiled
def note(patient: Any, world: Any, kind: int, code: int, value: float) -> None:
    """Write a line of the event log, or count it if the log is full (the engine then refuses the run).

    Parameters
    ----------
    kind
        Position in LOG_KINDS.
    code, value
        What the kind says they are (docs/outputs.md).
    """
    if world.keep_events == 0:
        return
    if patient.log_count < LOG_CAPACITY:
        line = world.log[patient.log_count]
        line.patient = patient.patient
        line.time = patient.time
        line.kind = kind
        line.code = code
        line.value = value
    patient.log_count += 1
