"""How a life begins: nothing has happened yet, clocks and calendar start, the first flare comes."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules.body import begin_decline, set_age
from alps_sim.rules.clocks import start_clock
from alps_sim.rules.factors import EVERYTHING, mark
from alps_sim.rules.flares import begin_flare
from alps_sim.rules.hazards import refresh
from alps_sim.rules.journal import note
from alps_sim.rules.splenectomy import remove_spleen


@compiled
def _clear(patient: Any) -> None:
    """Set everything that can happen in a life back to nothing. The engine has zeroed the record."""
    for timer in range(e.ENTRY_COUNT):
        patient.next_time[timer] = c.NEVER
    patient.death_cause = c.ALIVE
    patient.death_time = c.NEVER
    patient.agent = c.NO_AGENT
    patient.weaned_agent = c.NO_AGENT
    patient.course_agent = c.NO_AGENT
    patient.pending_treatment = c.NO_AGENT
    patient.lymphoma = c.ANY
    patient.lymphoma_excluded_time = c.NEVER
    patient.last_breakthrough_time = -c.NEVER
    patient.last_flare_time = -c.NEVER
    patient.last_ivig_time = -c.NEVER
    patient.effect_discount = 1.0
    patient.cost_discount = 1.0


@compiled
def _clear_milestones(patient: Any) -> None:
    """Set every milestone to never."""
    patient.splenectomy_time = c.NEVER
    patient.relapse_time = c.NEVER
    patient.first_opsi_time = c.NEVER
    patient.second_opsi_time = c.NEVER
    patient.first_agent_time = c.NEVER
    patient.first_agent_answer_time = c.NEVER
    patient.first_agent_loss_time = c.NEVER
    patient.first_agent_wean_time = c.NEVER
    patient.second_treatment_time = c.NEVER
    patient.first_course_time = c.NEVER
    patient.first_course_answer_time = c.NEVER
    patient.first_course_end_time = c.NEVER
    patient.treatment_failure_time = c.NEVER
    patient.second_flare_time = c.NEVER
    patient.first_lymphoma_time = c.NEVER
    patient.hodgkin_time = c.NEVER
    patient.splenomegaly_referral_time = c.NEVER
    patient.first_agent_ineffective_time = c.NEVER
    patient.first_agent_hypersplenism_time = c.NEVER
    patient.first_organ_toxicity_time = c.NEVER


@compiled
def _set_calendar(patient: Any, world: Any) -> None:
    """Timers that run from the start: windows, the end of observation, the first routine visit."""
    patient.next_time[e.CENSUS] = world.censuses[0]
    patient.next_time[e.END_OF_OBSERVATION] = patient.observation_years
    patient.next_time[e.VISIT] = world.strategy.visit_interval_years


@compiled
def begin_life(patient: Any, world: Any) -> None:
    """The index: clocks start, and in a patient with cytopenia the first flare begins.

    The record holds the patient's attributes and is zero elsewhere.
    """
    _clear(patient)
    _clear_milestones(patient)
    for process in range(e.PROCESS_COUNT):
        start_clock(patient, world, process)
    patient.spleen = patient.spleen_at_index
    patient.takes_prevention = 1 if patient.prevention_luck < world.strategy.prevention_uptake else 0
    _set_calendar(patient, world)
    set_age(patient, world, int(patient.age_at_index))
    begin_decline(patient, world)
    note(patient, world, e.LOG_ENTRY, patient.spleen, patient.age_at_index)
    if patient.years_since_prior_splenectomy >= 0.0:
        remove_spleen(patient, world, -patient.years_since_prior_splenectomy)
        patient.relapsed_after_splenectomy = patient.has_cytopenia
    if patient.has_cytopenia == 1:
        begin_flare(patient, world)
    mark(patient, EVERYTHING)
    refresh(patient, world)
