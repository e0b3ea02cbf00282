"""A cytopenia flare: what takes part, how deep it is, and the treatment it sets off (section 3)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import (
    FLARE_LINEAGES,
    FLARE_MECHANISM,
    FLARE_SEVERITY,
)
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules import quality
from alps_sim.rules.acute import climb_ladder, gets_pulse, give_pulse, step_at_a_bleed
from alps_sim.rules.agents import resume_weaned_agent, seems_to_answer
from alps_sim.rules.dangers import meet_dangers
from alps_sim.rules.decisions import decide, draw, next_ordinal
from alps_sim.rules.episode import set_phase
from alps_sim.rules.factors import SPLEEN, is_in_chemotherapy, mark
from alps_sim.rules.journal import note
from alps_sim.rules.responses import reveal_failed_treatment
from alps_sim.rules.treatment import bridge_is_over, consider_treatment


@compiled
def _draw_lineages(patient: Any, world: Any) -> None:
    """Lineages of the flare: the patient's first one, and each other one with a probability."""
    ordinal = next_ordinal(patient, FLARE_LINEAGES)
    patient.flare_lineages = 1 << patient.first_lineage
    for lineage in range(3):
        own = patient.lineages & (1 << lineage) != 0
        if own and draw(patient, world, FLARE_LINEAGES, 4 * ordinal + lineage) < world.parameters.lineage_involvement_probability:
            patient.flare_lineages |= 1 << lineage
    patient.seen_lineages |= patient.flare_lineages


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
def _begin_treatment(patient: Any, world: Any) -> None:
    """Acute treatment, and long-term treatment where the strategy begins it with a flare."""
    free = patient.agent == c.NO_AGENT and patient.pending_treatment == c.NO_AGENT and not is_in_chemotherapy(patient)
    if patient.weaned_agent != c.NO_AGENT and free:
        resume_weaned_agent(patient, world)
    bridge_ends, seemed_to_answer = bridge_is_over(patient, world), seems_to_answer(patient)
    if gets_pulse(patient, world):
        give_pulse(patient, world)
    else:
        climb_ladder(patient, world, step_at_a_bleed(world) if patient.bleed != quality.NO_BLEED else 0)
    if seemed_to_answer:
        patient.agent_suspected = 1
    else:
        reveal_failed_treatment(patient, world)
    if bridge_ends:
        consider_treatment(patient, world, c.TRIGGER_BRIDGE_OVER)
    consider_treatment(patient, world, c.TRIGGER_FIRST_PULSE)
    consider_treatment(patient, world, c.TRIGGER_FLARE_NUMBER)
    if patient.steroid_dependent == 1:
        consider_treatment(patient, world, c.TRIGGER_STEROID_DEPENDENCE)


@compiled
def _count_flare(patient: Any, world: Any) -> None:
    """Count the flare, and the flares in a row."""
    patient.counters[a.C_FLARES] += 1.0
    if patient.counters[a.C_FLARES] == 2.0:
        patient.second_flare_time = patient.time
    recent = patient.time - patient.last_flare_time <= world.strategy.flare_window_years
    patient.flare_chain = patient.flare_chain + 1 if recent else 1
    patient.last_flare_time = patient.time


@compiled
def begin_flare(patient: Any, world: Any) -> None:
    """A flare begins."""
    _count_flare(patient, world)
    patient.next_time[e.MAINTENANCE_REVIEW] = c.NEVER
    patient.next_time[e.TAPER_STEP] = c.NEVER
    patient.next_time[e.CLEARANCE_END] = c.NEVER
    _draw_lineages(patient, world)
    severe = decide(patient, world, FLARE_SEVERITY, world.parameters.severe_flare_probability)
    patient.flare_severity = c.SEVERE if severe else c.MILD
    _draw_mechanism(patient, world)
    note(patient, world, e.FLARE, patient.flare_lineages + 8 * patient.flare_severity + 16 * patient.flare_mechanism, 0.0)
    set_phase(patient, world, c.PHASE_FLARE)
    meet_dangers(patient, world)
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
    if patient.finished == 0:
        consider_treatment(patient, world, c.TRIGGER_RELAPSE_AFTER_SPLENECTOMY)
