"""Long-term agents, one rule with different data: start, answer, loss, intolerance, toxicity, weaning, courses (section 5)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import (
    AGENT_EFFECT_TIME,
    AGENT_RESPONSE,
    HYPOGAMMAGLOBULINAEMIA,
    IMMUNOGLOBULIN_RECOVERY_TIME,
    NEUTROPHIL_RECOVERY_TIME,
    RITUXIMAB_NEUTROPENIA,
)
from alps_sim.rules import accounts as a
from alps_sim.rules import events as e
from alps_sim.rules.accrual import book_resource
from alps_sim.rules.clocks import renew_credit
from alps_sim.rules.codes import (
    AFTER_NO_ANSWER,
    AFTER_ORGAN_TOXICITY,
    AFTER_RESPONSE_LOST,
    AGENT_COUNT,
    ALPS_U,
    NEVER,
    NO_AGENT,
    RITUXIMAB,
)
from alps_sim.rules.death import fail_treatment
from alps_sim.rules.decisions import (
    decide,
    decide_numbered,
    draw,
    next_ordinal,
    response_probability,
    truncated_log_logistic_quantile,
    weibull_quantile,
)
from alps_sim.rules.doses import agent_mg_per_day, scaled_mg
from alps_sim.rules.factors import IMMUNITY, TREATMENT, mark
from alps_sim.rules.journal import note
from alps_sim.rules.spleen import decide_shrinkage, has_hypersplenism, let_spleen_grow_back

WIDTH_OF_ENDS = 4
"""Bits over AFTER."""
ENDS_OF_ONE = (1 << WIDTH_OF_ENDS) - 1
COURSES_APART = 1000
"""Draws of one agent's clocks are numbered from agent x this; no one takes an agent so often."""


@compiled
def seems_to_answer(patient: Any) -> bool:
    """Whether a long-term agent holds the disease in check, as far as can be known: one flare alone does not show that it fails."""
    unsuspected = patient.agent_failed_unseen != 0 and patient.agent_suspected == 0
    return patient.agent_answering == 1 or patient.course_answering == 1 or unsuspected


@compiled
def _will_answer(patient: Any, world: Any, agent: int) -> bool:
    """Decide whether the patient answers: of the lineages of the last flare the least likely one governs.

    What has answered and not failed answers again. What is tried once more has new luck: to look at the old draw again, now that it
    is known to have been bad, would not be fair.
    """
    if patient.answered & (1 << agent):
        return True
    column = 1 if has_hypersplenism(patient) else 0
    probit = 9.0
    for lineage in range(3):
        if patient.flare_lineages & (1 << lineage):
            probit = min(probit, world.agents[agent].response_probit[lineage, column])
    number = agent + AGENT_COUNT * (patient.agent_courses[agent] - 1)  # this course is counted already
    return decide_numbered(patient, world, AGENT_RESPONSE, number, response_probability(patient, world, probit))


@compiled
def _time_to_effect(patient: Any, world: Any, agent: int, answers: bool) -> float:
    """Years until the answer shows, or until it is declared missing."""
    data = world.agents[agent]
    if not answers:
        return data.assessment_years
    u = draw(patient, world, AGENT_EFFECT_TIME, agent)
    return truncated_log_logistic_quantile(u, data.effect_median_years, data.effect_shape, data.assessment_years)


@compiled
def count_treatment(patient: Any, world: Any, treatment: int) -> None:
    """Count a long-term treatment the first time it is begun; more than the strategy intended is treatment failure."""
    bit = 1 << treatment
    if patient.tried & bit:
        return
    patient.tried |= bit
    patient.treatments_begun += 1
    if patient.treatments_begun > world.strategy.intended_treatments:
        fail_treatment(patient, world)
    if patient.treatments_begun == 2:
        patient.second_treatment_time = patient.time


@compiled
def start_agent(patient: Any, world: Any, agent: int, bridge: int) -> None:
    """Start a daily agent: loading dose, decision about the answer, its clocks, monitoring visits.

    An agent that is only a bridge is no treatment to be counted; it counts as tried once it fails.
    """
    data = world.agents[agent]
    patient.agent_is_bridge = bridge
    if bridge == 0:
        count_treatment(patient, world, agent)
    patient.counters[a.C_AGENTS_BEGUN] += 1.0
    if patient.first_agent_time == NEVER:
        patient.first_agent_time = patient.time
    patient.agent = agent
    patient.agent_failed_unseen = 0
    patient.agent_suspected = 0
    patient.agent_started = patient.time
    patient.agent_courses[agent] += 1
    if data.loading_dose_mg > 0.0:
        extra = scaled_mg(patient, data, data.loading_dose_mg) - agent_mg_per_day(patient, world, agent)
        book_resource(patient, world, a.FIRST_AGENT_RESOURCE + agent, a.CAUSE_LONG_TERM_TREATMENT, max(extra, 0.0))
    answers = _will_answer(patient, world, agent)
    patient.agent_will_answer = 1 if answers else 0
    patient.next_time[e.AGENT_EFFECT] = patient.time + _time_to_effect(patient, world, agent, answers)
    note(patient, world, e.LOG_AGENT_START, agent, 2.0 * bridge)
    _renew_agent_clocks(patient, world)


@compiled
def _renew_agent_clocks(patient: Any, world: Any) -> None:
    """Give the agent's clocks this child's luck with the agent, and bring the next visit forward."""
    index = patient.agent * COURSES_APART + patient.agent_courses[patient.agent]
    renew_credit(patient, world, e.INTOLERANCE, index)
    renew_credit(patient, world, e.ORGAN_TOXICITY, index)
    renew_credit(patient, world, e.LOSS_OF_RESPONSE, index)
    visit = patient.time + world.agents[patient.agent].visit_interval_years
    patient.next_time[e.VISIT] = min(patient.next_time[e.VISIT], visit)
    mark(patient, TREATMENT)


@compiled
def resume_weaned_agent(patient: Any, world: Any) -> None:
    """Start the agent again from which the patient had been weaned: it will answer as before, or show now that it had failed unseen."""
    agent = patient.weaned_agent
    patient.weaned_agent = NO_AGENT
    patient.agent = agent
    patient.agent_will_answer = patient.weaned_agent_will_answer
    patient.agent_failed_unseen = 0
    patient.agent_suspected = 0
    patient.agent_started = patient.time
    patient.agent_courses[agent] += 1
    patient.next_time[e.AGENT_EFFECT] = patient.time + _time_to_effect(patient, world, agent, patient.agent_will_answer == 1)
    note(patient, world, e.LOG_AGENT_START, agent, 1.0)
    _renew_agent_clocks(patient, world)


@compiled
def begin_answer(patient: Any, world: Any) -> None:
    """The agent has taken effect."""
    patient.agent_answering = 1
    patient.answered |= 1 << patient.agent
    if patient.first_agent_answer_time == NEVER:
        patient.first_agent_answer_time = patient.time
    note(patient, world, e.LOG_AGENT_ANSWER, patient.agent, patient.time - patient.agent_started)
    decide_shrinkage(patient, world)
    patient.breakthrough_chain = 0
    _plan_weaning(patient, world)
    mark(patient, TREATMENT)


@compiled
def _plan_weaning(patient: Any, world: Any) -> None:
    """Think of weaning after the quiet years, if the strategy allows it once more."""
    if world.strategy.wean_allowed == 1 and patient.weanings < world.strategy.wean_attempts:
        patient.next_time[e.WEANING] = patient.time + world.strategy.wean_quiet_years


@compiled
def fail_unseen(patient: Any, world: Any, after: int) -> None:
    """The agent does not hold the disease in check; nobody knows before the next flare.

    Parameters
    ----------
    after
        How it failed, a bit over AFTER: it never answered, or no longer does.
    """
    patient.agent_answering = 0
    patient.agent_failed_unseen = after
    patient.agent_suspected = 0
    if after == AFTER_RESPONSE_LOST:
        let_spleen_grow_back(patient, world)
    else:
        _plan_weaning(patient, world)
    mark(patient, TREATMENT)


@compiled
def _note_failure(patient: Any, after: int) -> None:
    """Keep how the agent failed: with hypersplenism or not, and when the first one did."""
    ineffective = after & (AFTER_NO_ANSWER | AFTER_RESPONSE_LOST) != 0
    hypersplenism = ineffective and has_hypersplenism(patient)
    if hypersplenism:
        patient.failed_with_hypersplenism |= 1 << patient.agent
    if patient.first_agent_loss_time == NEVER:
        patient.first_agent_loss_time = patient.time
        if ineffective:
            patient.first_agent_ineffective_time = patient.time
        if hypersplenism:
            patient.first_agent_hypersplenism_time = patient.time
    if after & AFTER_ORGAN_TOXICITY and patient.first_organ_toxicity_time == NEVER:
        patient.first_organ_toxicity_time = patient.time


@compiled
def _note_end(patient: Any, agent: int, after: int) -> None:
    """Keep how an agent ended: the last of all, and the last time of this one."""
    patient.last_end = after
    patient.ends = patient.ends & ~(ENDS_OF_ONE << (WIDTH_OF_ENDS * agent)) | after << (WIDTH_OF_ENDS * agent)


@compiled
def stop_agent(patient: Any, world: Any, after: int) -> None:
    """Stop the daily agent; `after` says how it ended (a bit over AFTER), 0 for weaning, surgery, malignancy or transplantation."""
    if patient.agent == NO_AGENT:
        return
    if after != 0:
        _note_end(patient, patient.agent, after)
        patient.answered &= ~(1 << patient.agent)
        patient.tried |= 1 << patient.agent
        _note_failure(patient, after)
    note(patient, world, e.LOG_AGENT_STOP, patient.agent, float(after))
    patient.agent = NO_AGENT
    patient.agent_is_bridge = 0
    patient.agent_answering = 0
    patient.agent_will_answer = 0
    patient.agent_failed_unseen = 0
    patient.agent_suspected = 0
    patient.next_time[e.AGENT_EFFECT] = NEVER
    patient.next_time[e.WEANING] = NEVER
    let_spleen_grow_back(patient, world)
    mark(patient, TREATMENT)


@compiled
def lay_agent_aside(patient: Any, world: Any) -> None:
    """Stop an agent that has not failed as far as is known; the next flare resumes it. A bridge just ends."""
    if patient.agent != NO_AGENT and patient.agent_is_bridge == 0:
        patient.weaned_agent = patient.agent
        patient.weaned_agent_will_answer = patient.agent_will_answer if patient.agent_failed_unseen == 0 else 0
    stop_agent(patient, world, 0)


@compiled
def consider_weaning(patient: Any, world: Any) -> None:
    """Wean an agent when the patient has been quiet for long enough and is old enough, else look again later.

    One that has failed unseen looks like any other; the next flare resumes it, and it shows then that it holds nothing.
    """
    strategy = world.strategy
    due = patient.last_flare_time + strategy.wean_quiet_years
    due = max(due, strategy.wean_minimum_age_years - patient.age_at_index)
    if due > patient.time:
        patient.next_time[e.WEANING] = due
        return
    note(patient, world, e.WEANING, patient.agent, 0.0)
    patient.weanings += 1
    if patient.first_agent_wean_time == NEVER:
        patient.first_agent_wean_time = patient.time
    lay_agent_aside(patient, world)


@compiled
def start_course(patient: Any, world: Any, agent: int, is_acute_step: int) -> None:
    """Give a course of infusions and decide about its answer.

    Parameters
    ----------
    is_acute_step
        1 for a step of the acute ladder: before any long-term treatment it belongs to the acute treatment and is none that was
        intended; later it is one more that was needed.
    """
    data = world.agents[agent]
    if is_acute_step == 1 and patient.treatments_begun == 0:
        patient.tried |= 1 << agent
    else:
        count_treatment(patient, world, agent)
    patient.counters[a.C_AGENTS_BEGUN] += 1.0
    if patient.first_course_time == NEVER:
        patient.first_course_time = patient.time
    infusions = data.course_infusions
    mg = agent_mg_per_day(patient, world, agent) * infusions
    book_resource(patient, world, a.FIRST_AGENT_RESOURCE + agent, a.CAUSE_LONG_TERM_TREATMENT, mg)
    book_resource(patient, world, a.INFUSION_HOURS, a.CAUSE_LONG_TERM_TREATMENT, infusions * data.infusion_hours)
    book_resource(patient, world, a.CLINIC_VISITS, a.CAUSE_LONG_TERM_TREATMENT, infusions)
    patient.course_agent = agent
    patient.agent_courses[agent] += 1
    answers = _will_answer(patient, world, agent)
    patient.course_will_answer = 1 if answers else 0
    patient.next_time[e.COURSE_EFFECT] = patient.time + _time_to_effect(patient, world, agent, answers)
    note(patient, world, e.LOG_COURSE_START, agent, mg)
    mark(patient, TREATMENT)
    if agent == RITUXIMAB:
        _decide_b_cell_loss(patient, world)
        _decide_neutrophil_loss(patient, world)


@compiled
def _decide_b_cell_loss(patient: Any, world: Any) -> None:
    """Decide whether rituximab leaves hypogammaglobulinaemia, and for how long."""
    p = world.parameters
    ratio = p.rituximab_hypogammaglobulinaemia_alps_u_ratio if patient.genotype == ALPS_U else 1.0
    probability = min(p.rituximab_hypogammaglobulinaemia_probability * ratio, 1.0)
    if decide(patient, world, HYPOGAMMAGLOBULINAEMIA, probability):
        patient.hypogammaglobulinaemia = 1
        u = draw(patient, world, IMMUNOGLOBULIN_RECOVERY_TIME, next_ordinal(patient, IMMUNOGLOBULIN_RECOVERY_TIME))
        lasts = weibull_quantile(u, p.immunoglobulin_recovery_median_years, p.immunoglobulin_recovery_shape)
        patient.next_time[e.IMMUNOGLOBULIN_RECOVERY] = patient.time + lasts
        note(patient, world, e.LOG_HYPOGAMMAGLOBULINAEMIA, 0, lasts)
    mark(patient, IMMUNITY)


@compiled
def _decide_neutrophil_loss(patient: Any, world: Any) -> None:
    """Decide whether rituximab leaves neutropenia, and for how long."""
    p = world.parameters
    if decide(patient, world, RITUXIMAB_NEUTROPENIA, p.rituximab_neutropenia_probability):
        patient.rituximab_neutropenia = 1
        u = draw(patient, world, NEUTROPHIL_RECOVERY_TIME, next_ordinal(patient, NEUTROPHIL_RECOVERY_TIME))
        lasts = weibull_quantile(u, p.neutrophil_recovery_median_years, p.neutrophil_recovery_shape)
        patient.next_time[e.NEUTROPHIL_RECOVERY] = patient.time + lasts
        note(patient, world, e.LOG_RITUXIMAB_NEUTROPENIA, 0, lasts)
    mark(patient, IMMUNITY)


@compiled
def recover_immunoglobulins(patient: Any) -> None:
    """B cells are back, and immunoglobulins with them."""
    patient.hypogammaglobulinaemia = 0
    mark(patient, IMMUNITY)


@compiled
def recover_neutrophils(patient: Any) -> None:
    """The neutropenia after rituximab is over."""
    patient.rituximab_neutropenia = 0
    mark(patient, IMMUNITY)


@compiled
def begin_course_answer(patient: Any, world: Any) -> None:
    """The course has answered: a remission begins that ends with the agent's loss hazard."""
    agent = patient.course_agent
    patient.course_answering = 1
    if patient.first_course_answer_time == NEVER:
        patient.first_course_answer_time = patient.time
    note(patient, world, e.LOG_COURSE_ANSWER, agent, 0.0)
    renew_credit(patient, world, e.END_OF_COURSE_REMISSION, agent * COURSES_APART + patient.agent_courses[agent])
    mark(patient, TREATMENT)


@compiled
def end_course(patient: Any, world: Any, after: int) -> None:
    """The course is spent: it did not answer, or its remission has ended."""
    note(patient, world, e.LOG_COURSE_STOP, patient.course_agent, float(after))
    if patient.course_answering == 1 and patient.first_course_end_time == NEVER:
        patient.first_course_end_time = patient.time
    _note_end(patient, patient.course_agent, after)
    patient.course_agent = NO_AGENT
    patient.course_answering = 0
    patient.course_will_answer = 0
    mark(patient, TREATMENT)
