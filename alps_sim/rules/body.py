"""Growth and ageing: what changes on a birthday."""

import math
from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules.codes import (
    AGE_BAND_STARTS,
    CARE_ADULTS,
    CARE_CHILDREN,
    CARE_TRANSITION,
    NEVER,
    PHASE_MAINTENANCE,
    PHASE_REFRACTORY,
)
from alps_sim.rules.events import BIRTHDAY, DECLINE_BOUNDARY
from alps_sim.rules.factors import AGE, CARE, DECLINE, STEROID_DOSE, mark
from alps_sim.rules.steroids import give_oral_prednisone

_BAND_STARTS = AGE_BAND_STARTS
OLDEST = 119
"""Last completed age of the tables."""


@compiled
def weight_of(body: Any, z: float) -> float:
    """Weight in kg at a z-score, by the LMS method (Cole 1990): M (1 + L S z)^(1/L), M exp(S z) if L is 0.

    Parameters
    ----------
    body
        (4,) L, M in kg, S, height in cm.
    """
    if abs(body[0]) < 1.0e-9:
        return body[1] * math.exp(body[2] * z)
    base = max(1.0 + body[0] * body[2] * z, 0.05)
    return body[1] * math.pow(base, 1.0 / body[0])


@compiled
def _care_at(world: Any, completed_age: int) -> int:
    """Where care is given at an age: by children's services, in transition between services, or by adults'."""
    p = world.parameters
    if completed_age < p.transition_start_age_years:
        return CARE_CHILDREN
    return CARE_TRANSITION if completed_age < p.transition_end_age_years else CARE_ADULTS


@compiled
def _set_care(patient: Any, world: Any) -> None:
    """Set the care of the patient's age, and the share of prescribed oral doses taken, which is lower in transition."""
    p = world.parameters
    care = _care_at(world, patient.completed_age)
    if care != patient.care:
        mark(patient, CARE)
    patient.care = care
    patient.adherence = p.adherence_adult
    if care == CARE_CHILDREN:
        patient.adherence = p.adherence_child
    elif care == CARE_TRANSITION:
        patient.adherence = p.adherence_transition


@compiled
def set_age(patient: Any, world: Any, completed_age: int) -> None:
    """Set everything that follows from the completed age: weight, surface, age band, care, the next birthday."""
    age = min(completed_age, OLDEST)
    patient.completed_age = age
    body = world.body[patient.sex, age]
    patient.weight_kg = weight_of(body, patient.weight_z)
    patient.surface_m2 = math.sqrt(body[3] * patient.weight_kg / 3600.0)
    patient.age_band = 0
    for band in range(len(_BAND_STARTS)):
        if age >= _BAND_STARTS[band]:
            patient.age_band = band
    _set_care(patient, world)
    patient.next_time[BIRTHDAY] = completed_age + 1.0 - patient.age_at_index
    mark(patient, AGE)
    if patient.steroid_mg_per_day > 0.0:
        mark(patient, STEROID_DOSE)  # what counts as a high dose hangs on the weight


@compiled
def have_birthday(patient: Any, world: Any) -> None:
    """A birthday: the patient is a year older, and a dose that is held is set by the new weight."""
    birthdays = int(patient.time + patient.age_at_index + 0.5)
    mg_per_kg = patient.steroid_mg_per_day / patient.weight_kg
    set_age(patient, world, birthdays)
    if patient.phase == PHASE_REFRACTORY or patient.phase == PHASE_MAINTENANCE:
        give_oral_prednisone(patient, world, mg_per_kg)


@compiled
def _set_decline_boundary(patient: Any, world: Any) -> None:
    """Set the timer of the next age at which the decline of flares begins or ends."""
    p = world.parameters
    if patient.decline_phase == 0:
        patient.next_time[DECLINE_BOUNDARY] = p.flare_decline_start_years - patient.age_at_index
    elif patient.decline_phase == 1:
        patient.next_time[DECLINE_BOUNDARY] = p.flare_decline_end_years - patient.age_at_index
    else:
        patient.next_time[DECLINE_BOUNDARY] = NEVER


@compiled
def begin_decline(patient: Any, world: Any) -> None:
    """Place the age at the index before, within or after the ages of the decline."""
    patient.decline_phase = 0
    if patient.age_at_index >= world.parameters.flare_decline_end_years:
        patient.decline_phase = 2
    elif patient.age_at_index >= world.parameters.flare_decline_start_years:
        patient.decline_phase = 1
    _set_decline_boundary(patient, world)


@compiled
def cross_decline_boundary(patient: Any, world: Any) -> None:
    """The age at which the decline begins or ends; neither need be a birthday."""
    patient.decline_phase += 1
    _set_decline_boundary(patient, world)
    mark(patient, DECLINE)
