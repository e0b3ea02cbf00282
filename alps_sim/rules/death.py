"""Death: once, of one cause."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import accounts as a
from alps_sim.rules.codes import ALIVE, DEATH_CYTOPENIA, NEVER
from alps_sim.rules.events import LOG_DEATH, LOG_TREATMENT_FAILURE
from alps_sim.rules.journal import note


@compiled
def fail_treatment(patient: Any, world: Any) -> None:
    """Count treatment failure, the first time."""
    if patient.treatment_failure_time == NEVER:
        patient.treatment_failure_time = patient.time
        patient.counters[a.C_TREATMENT_FAILURE] = 1.0
        note(patient, world, LOG_TREATMENT_FAILURE, 0, 0.0)


@compiled
def die(patient: Any, world: Any, cause: int) -> None:
    """End the life now. A cytopenia death is a treatment failure too."""
    if patient.death_cause != ALIVE:
        return
    if cause == DEATH_CYTOPENIA:
        fail_treatment(patient, world)
    patient.death_cause = cause
    patient.death_time = patient.time
    patient.finished = 1
    patient.counters[a.C_DEATHS] = 1.0
    note(patient, world, LOG_DEATH, cause, 0.0)
