"""Lymphoma and acute leukaemia (section 8)."""

import math
from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import TRANSPLANT, TRANSPLANT_MORTALITY
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules.accrual import book_resource
from alps_sim.rules.agents import end_course, lay_agent_aside, stop_agent
from alps_sim.rules.death import die
from alps_sim.rules.decisions import decide
from alps_sim.rules.episode import stop_gcsf, stop_steroids
from alps_sim.rules.factors import EPISODE, MALIGNANCY, SPLEEN, TREATMENT, mark


@compiled
def _excess_death_per_year(patient: Any, world: Any, kind: int) -> float:
    """Constant excess hazard that gives the relative survival at the end of the years of risk."""
    p = world.parameters
    if kind == c.HODGKIN:
        old = patient.completed_age >= p.hodgkin_survival_older_from_years
        survival = p.hodgkin_relative_survival_old if old else p.hodgkin_relative_survival_young
    else:
        old = patient.completed_age >= p.non_hodgkin_survival_older_from_years
        survival = p.non_hodgkin_relative_survival_old if old else p.non_hodgkin_relative_survival_young
    return -math.log(survival) / p.malignancy_risk_years


@compiled
def _put_off_treatment(patient: Any, world: Any) -> None:
    """Chemotherapy comes first: no agent goes on or is begun, and no spleen is taken out as planned."""
    lay_agent_aside(patient, world)
    patient.pending_treatment = c.NO_AGENT
    patient.next_time[e.TREATMENT_START] = c.NEVER
    patient.splenectomy_pending = 0
    patient.next_time[e.SPLENECTOMY_DONE] = c.NEVER
    mark(patient, SPLEEN)


@compiled
def have_lymphoma(patient: Any, world: Any, kind: int) -> None:
    """A lymphoma is found and treated."""
    patient.counters[a.C_LYMPHOMAS] += 1.0
    patient.first_lymphoma_time = patient.time
    if kind == c.HODGKIN:
        patient.hodgkin_time = patient.time
    patient.lymphoma = kind
    patient.lymphoma_phase = 1
    patient.lymphoma_excess_death_per_year = _excess_death_per_year(patient, world, kind)
    book_resource(patient, world, a.LYMPHOMA_WORKUPS, a.CAUSE_LYMPHOMA, 1.0)
    book_resource(patient, world, a.LYMPHOMA_TREATMENTS, a.CAUSE_LYMPHOMA, 1.0)
    patient.next_time[e.LYMPHOMA_TREATMENT_END] = patient.time + world.parameters.lymphoma_treatment_months / 12.0
    patient.next_time[e.LYMPHOMA_RISK_END] = patient.time + world.parameters.malignancy_risk_years
    _put_off_treatment(patient, world)
    mark(patient, MALIGNANCY)


@compiled
def end_lymphoma_treatment(patient: Any) -> None:
    """Treatment is over: remission."""
    patient.lymphoma_phase = 2
    mark(patient, MALIGNANCY)


@compiled
def have_leukaemia(patient: Any, world: Any) -> None:
    """Acute leukaemia: transplantation in some, excess death in the others."""
    p = world.parameters
    patient.counters[a.C_OTHER_MALIGNANCIES] += 1.0
    patient.leukaemia_phase = 1
    book_resource(patient, world, a.LEUKAEMIA_TREATMENTS, a.CAUSE_OTHER_MALIGNANCY, 1.0)
    if decide(patient, world, TRANSPLANT, p.transplant_probability):
        patient.next_time[e.TRANSPLANTATION] = patient.time + p.transplant_delay_days / c.DAYS_PER_YEAR
    patient.next_time[e.LEUKAEMIA_RISK_END] = patient.time + p.malignancy_risk_years
    _put_off_treatment(patient, world)
    mark(patient, MALIGNANCY)


@compiled
def end_lymphoma_risk(patient: Any) -> None:
    """Five years after the lymphoma: no excess death any more."""
    patient.lymphoma_excess_death_per_year = 0.0
    mark(patient, MALIGNANCY)


@compiled
def end_leukaemia_risk(patient: Any) -> None:
    """Five years after the leukaemia, without a transplant: no excess death any more."""
    patient.leukaemia_phase = 2
    mark(patient, MALIGNANCY)


@compiled
def _leave_cytopenia(patient: Any, world: Any) -> None:
    """A new immune system: no ALPS cytopenia, no agents, no steroids for it."""
    patient.transplanted = 1
    stop_agent(patient, world, 0)
    if patient.course_agent != c.NO_AGENT:
        end_course(patient, world, 0)
    patient.weaned_agent = c.NO_AGENT
    patient.pending_treatment = c.NO_AGENT
    patient.steroid_dependent = 0
    stop_gcsf(patient, world)
    patient.remission_after_splenectomy = 0
    for timer in (e.ACUTE_STEP_START, e.ACUTE_STEP_END, e.COURSE_EFFECT, e.TREATMENT_START, e.CYTOPENIA_DEATH, e.SPLENECTOMY_DONE):
        patient.next_time[timer] = c.NEVER
    patient.splenectomy_pending = 0
    if patient.steroid_mg_per_day > 0.0:
        stop_steroids(patient, world)
    mark(patient, TREATMENT | EPISODE | SPLEEN)


@compiled
def transplant(patient: Any, world: Any) -> None:
    """Transplantation for leukaemia: death from it, or the end of leukaemia and of ALPS cytopenias."""
    patient.counters[a.C_TRANSPLANTATIONS] += 1.0
    book_resource(patient, world, a.TRANSPLANTATIONS, a.CAUSE_OTHER_MALIGNANCY, 1.0)
    if decide(patient, world, TRANSPLANT_MORTALITY, world.parameters.transplant_mortality_probability):
        die(patient, world, c.DEATH_OTHER_MALIGNANCY)
        return
    patient.leukaemia_phase = 2
    _leave_cytopenia(patient, world)
    mark(patient, MALIGNANCY)
