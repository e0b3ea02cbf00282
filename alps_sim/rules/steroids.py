"""Steroid courses: dose changes, the risk window, and what is decided after a long exposure (docs/model.md, section 9)."""

from typing import Any, Final

from alps_sim.accelerate import compiled
from alps_sim.randomness import (
    ADRENAL_SUPPRESSION,
    CATARACT,
    CUSHINGOID,
    GROWTH_RETARDATION,
    LOW_BONE_DENSITY,
)
from alps_sim.rules import accounts as a
from alps_sim.rules import events as e
from alps_sim.rules.codes import DAYS_PER_YEAR, NEVER
from alps_sim.rules.decisions import decide
from alps_sim.rules.doses import iv_prednisone_equivalent_mg_per_day, prednisone_mg_per_day
from alps_sim.rules.factors import COMPLICATION, STEROID, STEROID_DOSE, mark
from alps_sim.rules.journal import note

EYES: Final = 2
"""Each has one lens that can cloud."""


@compiled
def count_toxicity(patient: Any) -> None:
    """Count a steroid toxicity if it comes on a steroid course or in the risk window after it."""
    if patient.steroid_burst == 1:
        patient.counters[a.C_STEROID_TOXICITIES] += 1.0


@compiled
def _decide_body_changes(patient: Any, world: Any) -> None:
    """Low bone density, growth retardation and Cushingoid habitus after a long exposure."""
    p = world.parameters
    if patient.low_bone_density == 0 and decide(patient, world, LOW_BONE_DENSITY, p.low_bone_density_probability):
        patient.low_bone_density = 1
        count_toxicity(patient)
        note(patient, world, e.LOG_LOW_BONE_DENSITY, 0, 0.0)
    growing = patient.growth_retardation == 0 and patient.completed_age < p.growing_until_years
    if growing and decide(patient, world, GROWTH_RETARDATION, p.growth_retardation_probability):
        patient.growth_retardation = 1
        count_toxicity(patient)
        note(patient, world, e.LOG_GROWTH_RETARDATION, 0, 0.0)
    if patient.cushingoid == 0 and decide(patient, world, CUSHINGOID, p.cushingoid_probability):
        patient.cushingoid = 1
        count_toxicity(patient)
        note(patient, world, e.LOG_CUSHINGOID, 1, 0.0)


@compiled
def _decide_organ_changes(patient: Any, world: Any) -> None:
    """Cataract and adrenal suppression after a long exposure."""
    p = world.parameters
    can_cloud = patient.cataract == 0 and patient.lenses_replaced < EYES
    if can_cloud and decide(patient, world, CATARACT, p.cataract_probability):
        patient.cataract = 1
        count_toxicity(patient)
        patient.next_time[e.CATARACT_OPERATION] = patient.time + p.cataract_months / 12.0
        note(patient, world, e.LOG_CATARACT, 0, 0.0)
    if patient.adrenal_suppression == 0 and decide(patient, world, ADRENAL_SUPPRESSION, p.adrenal_suppression_probability):
        patient.adrenal_suppression = 1
        count_toxicity(patient)
        note(patient, world, e.LOG_ADRENAL_SUPPRESSION, 1, 0.0)


@compiled
def _judge_exposure(patient: Any, world: Any) -> None:
    """Decide the toxicities of a long exposure to steroids."""
    _decide_body_changes(patient, world)
    _decide_organ_changes(patient, world)
    mark(patient, COMPLICATION)


@compiled
def _begin_exposure(patient: Any, world: Any) -> None:
    """A course begins, or goes on for longer than one exposure lasts."""
    patient.exposure_started = patient.time
    patient.next_time[e.LONG_EXPOSURE_END] = patient.time + world.parameters.long_exposure_years


@compiled
def end_long_exposure(patient: Any, world: Any) -> None:
    """A course has lasted for as long as one exposure: its toxicities are decided, and the next exposure begins."""
    _judge_exposure(patient, world)
    _begin_exposure(patient, world)


@compiled
def _begin_recovery(patient: Any, world: Any) -> None:
    """Without steroids, Cushingoid habitus and adrenal suppression pass in their time."""
    p = world.parameters
    if patient.cushingoid == 1:
        patient.next_time[e.CUSHINGOID_END] = patient.time + p.cushingoid_months / 12.0
    if patient.adrenal_suppression == 1:
        patient.next_time[e.ADRENAL_RECOVERY] = patient.time + p.adrenal_suppression_months / 12.0


@compiled
def _interrupt_recovery(patient: Any) -> None:
    """What has not passed before the next course stays until after it."""
    patient.next_time[e.CUSHINGOID_END] = NEVER
    patient.next_time[e.ADRENAL_RECOVERY] = NEVER


@compiled
def _end_course(patient: Any, world: Any) -> None:
    """End of a course: the toxicities of its last exposure are decided, what passes begins to, and so does the risk window after it."""
    if patient.time - patient.exposure_started >= world.parameters.long_course_days / DAYS_PER_YEAR:
        _judge_exposure(patient, world)
    _begin_recovery(patient, world)
    patient.next_time[e.LONG_EXPOSURE_END] = NEVER
    patient.next_time[e.STEROID_BURST_END] = patient.time + world.parameters.steroid_burst_days / DAYS_PER_YEAR


@compiled
def _change_dose(patient: Any, world: Any, mg_per_day: float, is_iv: int) -> None:
    """Set the daily dose in prednisone equivalent; a course begins or ends where it leaves or reaches zero."""
    begins = patient.steroid_mg_per_day == 0.0 and mg_per_day > 0.0
    if begins:
        _begin_exposure(patient, world)
        _interrupt_recovery(patient)
        patient.course_mg_per_kg = 0.0
        patient.steroid_burst = 1
        patient.next_time[e.STEROID_BURST_END] = NEVER
    ends = patient.steroid_mg_per_day > 0.0 and mg_per_day == 0.0
    patient.steroid_mg_per_day = mg_per_day
    patient.steroid_is_iv = is_iv
    if ends:
        _end_course(patient, world)
    note(patient, world, e.LOG_STEROID_DOSE, is_iv, mg_per_day)
    mark(patient, STEROID if begins or ends else STEROID_DOSE)


@compiled
def give_oral_prednisone(patient: Any, world: Any, mg_per_kg: float) -> None:
    """From now on oral prednisone at a dose in mg/kg a day, capped; 0 ends the course."""
    _change_dose(patient, world, prednisone_mg_per_day(patient, world, mg_per_kg), 0)


@compiled
def give_iv_methylprednisolone(patient: Any, world: Any, mg_per_kg: float) -> None:
    """From now on IV methylprednisolone at a dose in mg/kg a day, capped."""
    _change_dose(patient, world, iv_prednisone_equivalent_mg_per_day(patient, world, mg_per_kg), 1)


@compiled
def end_burst_window(patient: Any, world: Any) -> None:
    """The time of higher risk after a course is over."""
    patient.steroid_burst = 0
    mark(patient, STEROID)
