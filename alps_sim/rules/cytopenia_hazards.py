"""Hazards of cytopenia and its treatment as functions of the patient's state (docs/model.md, sections 3 to 6)."""

import math
from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import events as e
from alps_sim.rules.clocks import GOMPERTZ, WEIBULL, set_constant_hazard, set_hazard
from alps_sim.rules.codes import (
    NO_AGENT,
    PHASE_CLEARANCE,
    PHASE_MAINTENANCE,
    PHASE_NONE,
    PHASE_REFRACTORY,
    PHASE_TAPER,
    SPLEEN_MASSIVE,
    SPLEEN_MODERATE,
)
from alps_sim.rules.factors import is_in_chemotherapy, is_neutropenic, treatment_ratio


@compiled
def _set_declining_hazard(patient: Any, world: Any, process: int, rate: float) -> None:
    """Set a hazard that is `rate` up to the start of the decline, falls log-linearly, and is flat after its end."""
    p = world.parameters
    ratio = p.flare_rate_adult_per_year / p.flare_rate_young_per_year
    if rate == 0.0 or ratio == 1.0 or patient.decline_phase == 0:
        set_constant_hazard(patient, process, rate)
    elif patient.decline_phase == 2:
        set_constant_hazard(patient, process, rate * ratio)
    else:
        slope = math.log(ratio) / (p.flare_decline_end_years - p.flare_decline_start_years)
        origin = p.flare_decline_start_years - patient.age_at_index
        set_hazard(patient, process, GOMPERTZ, rate, slope, origin)


@compiled
def _has_flares(patient: Any) -> bool:
    """Whether the patient can have cytopenia flares at all now."""
    return patient.has_cytopenia == 1 and patient.transplanted == 0 and patient.remission_after_splenectomy == 0


@compiled
def set_flare_hazard(patient: Any, world: Any) -> None:
    """Flares: none while an episode is open, in remission after splenectomy, or after a transplant."""
    p = world.parameters
    rate = 0.0
    if _has_flares(patient) and (patient.phase == PHASE_NONE or patient.phase == PHASE_MAINTENANCE):
        rate = p.flare_rate_young_per_year * patient.flare_frailty * treatment_ratio(patient, world)
        if patient.relapsed_after_splenectomy == 1:
            rate *= p.flare_ratio_after_splenectomy_relapse
        if patient.phase == PHASE_MAINTENANCE:
            rate *= p.maintenance_flare_rate_ratio
    _set_declining_hazard(patient, world, e.FLARE, rate)


@compiled
def set_breakthrough_hazard(patient: Any, world: Any) -> None:
    """Breakthrough: while a taper or the clearance after it lasts."""
    rate = 0.0
    if _has_flares(patient) and (patient.phase == PHASE_TAPER or patient.phase == PHASE_CLEARANCE):
        rate = world.parameters.breakthrough_per_year * patient.flare_frailty * treatment_ratio(patient, world)
        if patient.phase == PHASE_TAPER:  # the steroid left holds back as much
            rate *= (patient.taper_step + 0.5) / patient.taper_steps
    _set_declining_hazard(patient, world, e.BREAKTHROUGH, rate)


@compiled
def set_relapse_after_splenectomy_hazard(patient: Any, world: Any) -> None:
    """First flare after surgery, on the clock that started there; or else, as the flares damped."""
    p = world.parameters
    if patient.remission_after_splenectomy == 1 and p.flare_ratio_in_remission > 0.0:
        damped = p.flare_rate_young_per_year * p.flare_ratio_in_remission
        _set_declining_hazard(patient, world, e.RELAPSE_AFTER_SPLENECTOMY, damped * patient.flare_frailty * treatment_ratio(patient, world))
    elif patient.remission_after_splenectomy == 1:
        rate = math.pow(p.relapse_after_splenectomy_scale_years, -p.relapse_after_splenectomy_shape)
        set_hazard(
            patient,
            e.RELAPSE_AFTER_SPLENECTOMY,
            WEIBULL,
            rate,
            p.relapse_after_splenectomy_shape,
            patient.splenectomy_time,
        )
    else:
        set_constant_hazard(patient, e.RELAPSE_AFTER_SPLENECTOMY, 0.0)


@compiled
def set_spontaneous_remission_hazard(patient: Any, world: Any) -> None:
    """A refractory flare may end by itself."""
    rate = world.parameters.spontaneous_remission_per_year if patient.phase == PHASE_REFRACTORY else 0.0
    set_constant_hazard(patient, e.SPONTANEOUS_REMISSION, rate)


@compiled
def set_neutropenic_infection_hazard(patient: Any, world: Any) -> None:
    """Infection under neutropenia, of a flare or after rituximab."""
    p = world.parameters
    share = 0.0
    if is_neutropenic(patient):
        share = p.gcsf_infection_ratio if patient.gcsf == 1 else 1.0
    if patient.rituximab_neutropenia == 1:
        share += p.rituximab_neutropenia_infection_ratio
    set_constant_hazard(patient, e.NEUTROPENIC_INFECTION, p.neutropenic_infection_per_year * share)


@compiled
def set_agent_hazards(patient: Any, world: Any) -> None:
    """Loss of response, intolerance and organ toxicity of the present agent; the end of a course's remission."""
    loss, intolerance, toxicity, course_end = 0.0, 0.0, 0.0, 0.0
    if patient.agent != NO_AGENT:
        agent = world.agents[patient.agent]
        intolerance = agent.intolerance_per_year
        toxicity = agent.organ_toxicity_per_year
        loss = agent.loss_of_response_per_year if patient.agent_answering == 1 else 0.0
    if patient.course_answering == 1:
        course_end = world.agents[patient.course_agent].loss_of_response_per_year
    set_constant_hazard(patient, e.LOSS_OF_RESPONSE, loss)
    set_constant_hazard(patient, e.INTOLERANCE, intolerance)
    set_constant_hazard(patient, e.ORGAN_TOXICITY, toxicity)
    set_constant_hazard(patient, e.END_OF_COURSE_REMISSION, course_end)


@compiled
def set_spleen_regression_hazard(patient: Any, world: Any) -> None:
    """The spleen of the second decade."""
    p = world.parameters
    enlarged = patient.spleen == SPLEEN_MODERATE or patient.spleen == SPLEEN_MASSIVE
    in_ages = patient.decline_phase == 1
    set_constant_hazard(patient, e.SPLEEN_REGRESSION, p.spleen_regression_per_year if enlarged and in_ages else 0.0)


@compiled
def set_splenectomy_for_splenomegaly_hazard(patient: Any, world: Any) -> None:
    """Surgery for a massive spleen alone, where the strategy has it."""
    barred = patient.splenectomy_pending == 1 or patient.transplanted == 1 or is_in_chemotherapy(patient)
    possible = patient.spleen == SPLEEN_MASSIVE and not barred
    rate = world.strategy.splenectomy_for_splenomegaly_per_year if possible else 0.0
    set_constant_hazard(patient, e.SPLENECTOMY_FOR_SPLENOMEGALY, rate)
