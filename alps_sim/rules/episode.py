"""The course of a cytopenia episode after the flare has answered: taper, clearance, maintenance (docs/model.md, section 4).

Phases: flare -> taper -> clearance -> none; a refractory flare and steroid maintenance are phases of their own.
"""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import events as e
from alps_sim.rules.codes import (
    DAYS_PER_YEAR,
    NEVER,
    PHASE_CLEARANCE,
    PHASE_MAINTENANCE,
    PHASE_NONE,
    PHASE_REFRACTORY,
    PHASE_TAPER,
    REFERRAL_LADDER,
    REFERRAL_REFRACTORY_FLARE,
)
from alps_sim.rules.doses import prednisone_mg_per_day
from alps_sim.rules.factors import EPISODE, SPLEEN, TAPER, is_cytopenic, mark
from alps_sim.rules.journal import note
from alps_sim.rules.steroids import give_oral_prednisone

WEEKS_PER_YEAR = DAYS_PER_YEAR / 7.0


@compiled
def set_phase(patient: Any, world: Any, phase: int) -> None:
    """Move the episode to another phase."""
    if patient.phase != phase:
        note(patient, world, e.LOG_PHASE, phase, float(patient.taper_steps) if phase == PHASE_TAPER else 0.0)
    patient.phase = phase
    mark(patient, EPISODE)


@compiled
def _taper_steps(patient: Any, world: Any) -> int:
    """Number of equal dose reductions of the strategy's taper, or of the short one after a pulse; at least one."""
    weeks = world.parameters.pulse_taper_weeks if patient.pulse == 1 else world.strategy.taper_weeks
    return max(1, int(weeks / world.parameters.prednisone_taper_step_weeks + 0.5))


@compiled
def _set_taper_dose(patient: Any, world: Any) -> None:
    """Dose of the present taper step: the middle of its stretch of a straight line from the taper dose to zero."""
    remaining = 1.0 - (patient.taper_step + 0.5) / patient.taper_steps
    give_oral_prednisone(patient, world, patient.taper_dose_mg_per_kg * remaining)
    patient.next_time[e.TAPER_STEP] = patient.time + world.parameters.prednisone_taper_step_weeks / WEEKS_PER_YEAR
    mark(patient, TAPER)


@compiled
def begin_taper(patient: Any, world: Any, dose_mg_per_kg: float) -> None:
    """Begin to taper oral prednisone from a dose, or from the adult maximum if that is less."""
    patient.taper_dose_mg_per_kg = prednisone_mg_per_day(patient, world, dose_mg_per_kg) / patient.weight_kg
    patient.taper_step = 0
    patient.taper_steps = _taper_steps(patient, world)
    set_phase(patient, world, PHASE_TAPER)
    _set_taper_dose(patient, world)


@compiled
def _call_off_splenectomy(patient: Any, world: Any) -> None:
    """The flare for which the patient was referred has ended before surgery."""
    patient.splenectomy_pending = 0
    patient.next_time[e.SPLENECTOMY_DONE] = NEVER
    note(patient, world, e.LOG_REFERRAL, 1, 0.0)
    mark(patient, SPLEEN)


@compiled
def stop_gcsf(patient: Any, world: Any) -> None:
    """G-CSF is not needed any more, or no longer safe beside a spleen that has grown."""
    if patient.gcsf == 1:
        patient.gcsf = 0
        note(patient, world, e.LOG_GCSF, 0, 0.0)
        mark(patient, EPISODE)


@compiled
def end_flare(patient: Any, world: Any, taper_dose_mg_per_kg: float) -> None:
    """The flare has answered: counts are clear, steroids are tapered, G-CSF stops."""
    note(patient, world, e.LOG_FLARE_END, patient.flare_severity, patient.time - patient.last_flare_time)
    patient.next_time[e.ACUTE_STEP_END] = NEVER
    patient.next_time[e.ACUTE_STEP_START] = NEVER
    patient.lymphoma_excluded_time = NEVER
    stop_gcsf(patient, world)
    for_flare = patient.referral == REFERRAL_REFRACTORY_FLARE or patient.referral == REFERRAL_LADDER
    if patient.splenectomy_pending == 1 and for_flare:
        _call_off_splenectomy(patient, world)
    begin_taper(patient, world, taper_dose_mg_per_kg)


@compiled
def stop_steroids(patient: Any, world: Any) -> None:
    """Stop oral steroids; the patient must stay clear for a while before a new flare counts as one."""
    patient.next_time[e.TAPER_STEP] = NEVER
    patient.next_time[e.MAINTENANCE_REVIEW] = NEVER
    give_oral_prednisone(patient, world, 0.0)
    set_phase(patient, world, PHASE_CLEARANCE)
    patient.next_time[e.CLEARANCE_END] = patient.time + world.parameters.clearance_days / DAYS_PER_YEAR


@compiled
def _begin_maintenance(patient: Any, world: Any) -> None:
    """Hold a low dose instead of stopping: the patient is steroid-dependent."""
    patient.next_time[e.TAPER_STEP] = NEVER
    set_phase(patient, world, PHASE_MAINTENANCE)
    give_oral_prednisone(patient, world, world.parameters.maintenance_prednisone_mg_per_kg_per_day)
    patient.next_time[e.MAINTENANCE_REVIEW] = patient.time + world.parameters.maintenance_review_months / 12.0


@compiled
def needs_maintenance(patient: Any) -> bool:
    """Whether the patient is steroid-dependent with nothing else that holds the counts."""
    answering = patient.agent_answering == 1 or patient.course_answering == 1
    return patient.steroid_dependent == 1 and not answering and patient.remission_after_splenectomy == 0


@compiled
def step_taper(patient: Any, world: Any) -> None:
    """The next reduction of the taper, or its end; in a refractory flare the one reduction after the weeks at the full dose."""
    if patient.phase == PHASE_REFRACTORY:
        give_oral_prednisone(patient, world, world.parameters.refractory_reduced_prednisone_mg_per_kg_per_day)
        return
    patient.taper_step += 1
    next_dose = patient.taper_dose_mg_per_kg * (1.0 - (patient.taper_step + 0.5) / patient.taper_steps)
    if needs_maintenance(patient) and next_dose <= world.parameters.maintenance_prednisone_mg_per_kg_per_day:
        _begin_maintenance(patient, world)
    elif patient.taper_step < patient.taper_steps:
        _set_taper_dose(patient, world)
    else:
        patient.steroid_dependent = 0
        stop_steroids(patient, world)


@compiled
def end_clearance(patient: Any, world: Any) -> None:
    """The episode is over: the next crossing of a threshold is a new flare."""
    set_phase(patient, world, PHASE_NONE)


@compiled
def relieve_maintenance(patient: Any, world: Any) -> None:
    """Taper maintenance steroids because something else holds the counts now, or time has."""
    patient.steroid_dependent = 0
    if patient.phase == PHASE_MAINTENANCE:
        patient.next_time[e.MAINTENANCE_REVIEW] = NEVER
        begin_taper(patient, world, patient.steroid_mg_per_day / patient.weight_kg)


@compiled
def review_maintenance(patient: Any, world: Any) -> bool:
    """Review of a steroid-dependent patient: taper after a long enough quiet time, else go on. Whether it goes on."""
    quiet = patient.time - patient.last_flare_time >= world.parameters.maintenance_quiet_years
    if quiet or not needs_maintenance(patient):
        relieve_maintenance(patient, world)
        return False
    patient.next_time[e.MAINTENANCE_REVIEW] = patient.time + world.parameters.maintenance_review_months / 12.0
    return True


@compiled
def _dose_to_taper_from(patient: Any, world: Any) -> float:
    """Oral dose, mg/kg a day: the present one, or what follows the intravenous pulse that is running."""
    if patient.steroid_is_iv == 1:
        return world.steps[patient.step].taper_dose_mg_per_kg_per_day
    return patient.steroid_mg_per_day / patient.weight_kg


@compiled
def answer_by_other_means(patient: Any, world: Any) -> None:
    """An agent, surgery or time has cleared the counts: an open flare ends with a taper, maintenance stops."""
    if is_cytopenic(patient):
        end_flare(patient, world, _dose_to_taper_from(patient, world))
    else:
        relieve_maintenance(patient, world)
