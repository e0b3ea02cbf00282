"""A cytopenia flare: what takes part, how deep it is, its dangers, and the treatment it sets off (section 3)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import (
    CYTOPENIA_DEATH_DECISION,
    FLARE_LINEAGES,
    FLARE_MECHANISM,
    FLARE_SEVERITY,
    INTRACRANIAL_BLEED,
    INTRACRANIAL_FATALITY,
    INTRACRANIAL_SEQUELAE,
    SEVERE_BLEED,
    TRANSFUSION,
)
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules import quality
from alps_sim.rules.accrual import book_inpatient_days, book_resource
from alps_sim.rules.acute import climb_ladder
from alps_sim.rules.agents import resume_weaned_agent
from alps_sim.rules.death import die
from alps_sim.rules.decisions import decide, draw, next_ordinal
from alps_sim.rules.episode import set_phase
from alps_sim.rules.factors import SPLEEN, mark
from alps_sim.rules.journal import note
from alps_sim.rules.responses import reveal_lost_response
from alps_sim.rules.treatment import consider_treatment


@compiled
def _draw_lineages(patient: Any, world: Any) -> None:
    """Lineages of the flare: the patient's first one, and each other one with a probability."""
    ordinal = next_ordinal(patient, FLARE_LINEAGES)
    patient.flare_lineages = 1 << patient.first_lineage
    for lineage in range(3):
        own = patient.lineages & (1 << lineage) != 0
        if own and draw(patient, world, FLARE_LINEAGES, 4 * ordinal + lineage) < world.parameters.lineage_involvement_probability:
            patient.flare_lineages |= 1 << lineage


@compiled
def _draw_mechanism(patient: Any, world: Any) -> None:
    """Sequestration by spleen size, else immune."""
    p = world.parameters
    probability = 0.0
    if patient.spleen == c.SPLEEN_MODERATE:
        probability = p.sequestration_probability_moderate
    elif patient.spleen == c.SPLEEN_MASSIVE:
        probability = p.sequestration_probability_massive
    sequestered = decide(patient, world, FLARE_MECHANISM, probability)
    patient.flare_mechanism = c.SEQUESTRATION if sequestered else c.IMMUNE


@compiled
def _bleed(patient: Any, world: Any) -> None:
    """A severe bleed; an intracranial one may kill at once or leave lasting harm."""
    p = world.parameters
    patient.counters[a.C_SEVERE_BLEEDS] += 1.0
    book_resource(patient, world, a.BLEED_ADMISSIONS, a.CAUSE_FLARE, 1.0)
    book_inpatient_days(patient, world, a.INPATIENT_DAYS_WITHIN_PACKAGES, a.CAUSE_FLARE, p.bleed_inpatient_days)
    intracranial = decide(patient, world, INTRACRANIAL_BLEED, p.intracranial_share_of_severe_bleeds)
    patient.bleed = quality.INTRACRANIAL_BLEED if intracranial else quality.BLEED
    patient.next_time[e.BLEED_END] = patient.time + p.bleed_days / c.DAYS_PER_YEAR
    note(patient, world, e.LOG_SEVERE_BLEED, patient.bleed, 0.0)
    if intracranial:
        book_resource(patient, world, a.INTENSIVE_CARE_DAYS, a.CAUSE_FLARE, p.bleed_inpatient_days)
        if decide(patient, world, INTRACRANIAL_FATALITY, p.intracranial_fatality_probability):
            die(patient, world, c.DEATH_CYTOPENIA)
        elif decide(patient, world, INTRACRANIAL_SEQUELAE, p.intracranial_sequelae_probability):
            patient.intracranial_sequelae = 1


@compiled
def _meet_dangers(patient: Any, world: Any) -> None:
    """Dangers at the onset: severe bleeding, transfusion, and death from the cytopenia itself."""
    p = world.parameters
    severe = patient.flare_severity == c.SEVERE
    if patient.flare_lineages & c.ITP_BIT:
        bleeding = p.severe_bleed_probability_severe_flare if severe else p.severe_bleed_probability_mild_flare
        if decide(patient, world, SEVERE_BLEED, bleeding):
            _bleed(patient, world)
    if patient.finished == 1:
        return
    if patient.flare_lineages & c.AIHA_BIT:
        transfusion = p.transfusion_probability_severe_flare if severe else p.transfusion_probability_mild_flare
        if decide(patient, world, TRANSFUSION, transfusion):
            patient.counters[a.C_TRANSFUSIONS] += 1.0
            book_resource(patient, world, a.RED_CELL_UNITS, a.CAUSE_FLARE, p.transfusion_units)
            note(patient, world, e.LOG_TRANSFUSION, 0, p.transfusion_units)
    if severe and decide(patient, world, CYTOPENIA_DEATH_DECISION, p.cytopenia_death_probability):
        patient.next_time[e.CYTOPENIA_DEATH] = patient.time + p.cytopenia_death_delay_days / c.DAYS_PER_YEAR


@compiled
def _begin_treatment(patient: Any, world: Any) -> None:
    """Acute treatment, and long-term treatment where the strategy begins it with a flare."""
    if patient.weaned_agent != c.NO_AGENT and patient.agent == c.NO_AGENT and patient.pending_treatment == c.NO_AGENT:
        resume_weaned_agent(patient, world)
    climb_ladder(patient, world, 0)
    reveal_lost_response(patient, world)
    consider_treatment(patient, world, c.TRIGGER_FIRST_PULSE)
    consider_treatment(patient, world, c.TRIGGER_FLARE_NUMBER)
    if patient.steroid_dependent == 1:
        consider_treatment(patient, world, c.TRIGGER_STEROID_DEPENDENCE)


@compiled
def begin_flare(patient: Any, world: Any) -> None:
    """A flare begins."""
    patient.counters[a.C_FLARES] += 1.0
    if patient.counters[a.C_FLARES] == 2.0:
        patient.second_flare_time = patient.time
    patient.last_flare_time = patient.time
    patient.next_time[e.MAINTENANCE_REVIEW] = c.NEVER
    patient.next_time[e.TAPER_STEP] = c.NEVER
    patient.next_time[e.CLEARANCE_END] = c.NEVER
    _draw_lineages(patient, world)
    severe = decide(patient, world, FLARE_SEVERITY, world.parameters.severe_flare_probability)
    patient.flare_severity = c.SEVERE if severe else c.MILD
    _draw_mechanism(patient, world)
    note(patient, world, e.FLARE, patient.flare_lineages + 8 * patient.flare_severity + 16 * patient.flare_mechanism, 0.0)
    set_phase(patient, world, c.PHASE_FLARE)
    _meet_dangers(patient, world)
    if patient.finished == 0:
        _begin_treatment(patient, world)


@compiled
def relapse_after_splenectomy(patient: Any, world: Any) -> None:
    """The remission after splenectomy ends with a flare; flares recur from now on."""
    patient.remission_after_splenectomy = 0
    patient.relapsed_after_splenectomy = 1
    patient.relapse_time = patient.time
    patient.counters[a.C_RELAPSE_AFTER_SPLENECTOMY] = 1.0
    mark(patient, SPLEEN)
    begin_flare(patient, world)
