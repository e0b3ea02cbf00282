"""The acute ladder: steps tried in turn until the flare answers; what a breakthrough and an exhausted ladder lead to (section 4)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import ACUTE_RESPONSE, FLARE_SEVERITY
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules import quality
from alps_sim.rules.accrual import book_inpatient_days, book_resource
from alps_sim.rules.agents import begin_course_answer, end_course, seems_to_answer, start_course
from alps_sim.rules.dangers import meet_dangers
from alps_sim.rules.decisions import decide, response_probability
from alps_sim.rules.doses import ivig_g
from alps_sim.rules.episode import WEEKS_PER_YEAR, answer_by_other_means, end_flare, review_maintenance, set_phase
from alps_sim.rules.factors import is_in_chemotherapy
from alps_sim.rules.journal import note
from alps_sim.rules.responses import end_agent_and_move_on, end_course_and_move_on, reveal_failed_treatment
from alps_sim.rules.spleen import has_hypersplenism
from alps_sim.rules.steroids import give_iv_methylprednisolone, give_oral_prednisone
from alps_sim.rules.treatment import await_workup, consider_treatment, is_of_age, meets, order_workup, refer_for_splenectomy

REESCALATION = -1
"""Step number of the return to a higher oral dose at a breakthrough; the ladder itself begins at 0."""


@compiled
def _can_be_given(patient: Any, step: Any) -> bool:
    """Whether a step is still possible: nothing is given twice, and nothing that lasts begins under chemotherapy."""
    if step.kind == c.STEP_RITUXIMAB:
        return patient.course_agent == c.NO_AGENT and patient.tried & (1 << c.RITUXIMAB) == 0 and not is_in_chemotherapy(patient)
    if step.kind == c.STEP_SPLENECTOMY_ASSESSMENT:
        return patient.spleen != c.SPLEEN_REMOVED and patient.splenectomy_pending == 0 and not is_in_chemotherapy(patient)
    return True


@compiled
def _suits(patient: Any, world: Any, step: Any) -> bool:
    """Whether the conditions of a ladder step hold and it can be given."""
    if not meets(step.if_severity, patient.flare_severity) or not meets(step.if_mechanism, patient.flare_mechanism):
        return False
    bleeds = patient.bleed != quality.NO_BLEED  # is treated the same whatever the agent does
    if not bleeds and not meets(step.if_answering_agent, 1 if seems_to_answer(patient) else 0):
        return False
    if not meets(step.if_hypersplenism, 1 if has_hypersplenism(patient) else 0):
        return False
    if not is_of_age(patient, step.minimum_age_years, step.maximum_age_years):
        return False
    return _can_be_given(patient, step)


@compiled
def _uses_ivig(patient: Any, step: Any) -> bool:
    """Whether immunoglobulin is given with this step: for red cells and platelets, not for neutrophils alone."""
    if patient.flare_lineages == c.NEUTROPENIA_BIT:
        return False
    return step.ivig == c.IVIG_ALWAYS or (step.ivig == c.IVIG_SEVERE and patient.flare_severity == c.SEVERE)


@compiled
def _give_ivig(patient: Any, world: Any) -> None:
    """Give and book one course of intravenous immunoglobulin; one that still is at work is not repeated."""
    if patient.time - patient.last_ivig_time < world.parameters.ivig_interval_days / c.DAYS_PER_YEAR:
        return
    patient.last_ivig_time = patient.time
    grams = ivig_g(patient, world)
    book_resource(patient, world, a.IVIG, a.CAUSE_FLARE, grams)
    note(patient, world, e.LOG_IVIG, 0, grams)


@compiled
def _give_steroid_step(patient: Any, world: Any, step: Any) -> None:
    """Give the oral or intravenous steroid of a step for its days."""
    severe = patient.flare_severity == c.SEVERE
    dose = step.severe_dose_mg_per_kg_per_day if severe else step.dose_mg_per_kg_per_day
    days = step.severe_days if severe else step.days
    if step.kind == c.STEP_IV_METHYLPREDNISOLONE:
        give_iv_methylprednisolone(patient, world, dose)
        book_inpatient_days(patient, world, a.INPATIENT_DAYS, a.CAUSE_FLARE, days)
        if _uses_ivig(patient, step):
            _give_ivig(patient, world)
    else:
        give_oral_prednisone(patient, world, dose)
    patient.next_time[e.ACUTE_STEP_END] = patient.time + days / c.DAYS_PER_YEAR


@compiled
def _wait_for_step(patient: Any, world: Any, step: Any) -> float:
    """Years until a bed is free for a pulse, or until lymphoma, looked for now, is ruled out and a chair is free for an infusion."""
    if step.kind == c.STEP_IV_METHYLPREDNISOLONE:
        return world.waiting[c.SERVICE_BED]
    if step.kind != c.STEP_RITUXIMAB:
        return 0.0
    order_workup(patient, world, a.CAUSE_FLARE)
    return await_workup(patient) + world.waiting[c.SERVICE_INFUSION_CHAIR]


@compiled
def _give_step(patient: Any, world: Any, number: int) -> None:
    """Take a ladder step: at once, or after the wait for what it needs, bridged by oral prednisone."""
    patient.step = number
    patient.pulse = 0
    set_phase(patient, world, c.PHASE_FLARE)
    waiting = _wait_for_step(patient, world, world.steps[number])
    if waiting > 0.0:
        give_oral_prednisone(patient, world, world.parameters.step_wait_prednisone_mg_per_kg_per_day)
        patient.next_time[e.ACUTE_STEP_END] = c.NEVER
        patient.next_time[e.ACUTE_STEP_START] = patient.time + waiting
    else:
        _carry_out_step(patient, world)


@compiled
def _carry_out_step(patient: Any, world: Any) -> None:
    """Carry out the present ladder step."""
    step = world.steps[patient.step]
    if step.kind == c.STEP_RITUXIMAB:
        give_oral_prednisone(patient, world, world.parameters.refractory_prednisone_mg_per_kg_per_day)
        patient.next_time[e.ACUTE_STEP_END] = c.NEVER
        start_course(patient, world, c.RITUXIMAB, 1)
    elif step.kind == c.STEP_SPLENECTOMY_ASSESSMENT:
        refer_for_splenectomy(patient, world, c.REFERRAL_LADDER)
        become_refractory(patient, world)
    else:
        _give_steroid_step(patient, world, step)


@compiled
def become_refractory(patient: Any, world: Any) -> None:
    """The ladder is exhausted: steroids go on until something else answers; lymphoma is ruled out, unless a referral has done so."""
    set_phase(patient, world, c.PHASE_REFRACTORY)
    patient.next_time[e.ACUTE_STEP_END] = c.NEVER
    give_oral_prednisone(patient, world, world.parameters.refractory_prednisone_mg_per_kg_per_day)
    patient.next_time[e.TAPER_STEP] = patient.time + world.parameters.refractory_full_dose_weeks / WEEKS_PER_YEAR
    if patient.splenectomy_pending == 0 and not is_in_chemotherapy(patient):
        order_workup(patient, world, a.CAUSE_FLARE)
    if patient.agent_answering == 1:
        end_agent_and_move_on(patient, world, c.AFTER_RESPONSE_LOST)
    elif patient.agent_failed_unseen != 0:
        end_agent_and_move_on(patient, world, patient.agent_failed_unseen)
    consider_treatment(patient, world, c.TRIGGER_REFRACTORY)


@compiled
def climb_ladder(patient: Any, world: Any, first: int) -> None:
    """Take the first step from `first` on whose conditions hold; without one the flare is refractory."""
    for number in range(first, world.step_count):
        if _suits(patient, world, world.steps[number]):
            _give_step(patient, world, number)
            return
    become_refractory(patient, world)


@compiled
def end_wait_for_step(patient: Any, world: Any) -> None:
    """What the step needs is free: it is carried out, or the next one if it no longer suits."""
    if _suits(patient, world, world.steps[patient.step]):
        _carry_out_step(patient, world)
    else:
        climb_ladder(patient, world, patient.step + 1)


@compiled
def _response_probit(patient: Any, world: Any) -> float:
    """Probit of the chance that the present steroid step answers."""
    route = c.ROUTE_ORAL
    if patient.step != REESCALATION:
        step = world.steps[patient.step]
        if step.kind == c.STEP_IV_METHYLPREDNISOLONE:
            route = c.ROUTE_IV_WITH_IVIG if _uses_ivig(patient, step) else c.ROUTE_IV
    return world.steroid_probit[route, patient.flare_mechanism]


@compiled
def _taper_dose(patient: Any, world: Any) -> float:
    """Oral dose from which an answered flare is tapered, mg/kg a day."""
    if patient.step == REESCALATION:
        return patient.steroid_mg_per_day / patient.weight_kg
    return world.steps[patient.step].taper_dose_mg_per_kg_per_day


@compiled
def _first_step_beyond_oral(world: Any) -> int:
    """Number of the first ladder step that is not oral prednisone."""
    for number in range(world.step_count):
        if world.steps[number].kind != c.STEP_ORAL_PREDNISONE:
            return number
    return world.step_count


@compiled
def step_at_a_bleed(world: Any) -> int:
    """Number of the step that a severe bleed calls for: the first that is not oral, or the first of a ladder that has no other."""
    number = _first_step_beyond_oral(world)
    return number if number < world.step_count else 0


@compiled
def _next_step(patient: Any, world: Any) -> int:
    """Number of the step after the present one; after a failed return to a higher oral dose, the first that is not oral."""
    return _first_step_beyond_oral(world) if patient.step == REESCALATION else patient.step + 1


@compiled
def end_acute_step(patient: Any, world: Any) -> None:
    """A steroid step is over: the flare has answered, or the ladder goes on."""
    probability = response_probability(patient, world, _response_probit(patient, world))
    if decide(patient, world, ACUTE_RESPONSE, probability):
        end_flare(patient, world, _taper_dose(patient, world))
    else:
        climb_ladder(patient, world, _next_step(patient, world))
        if patient.agent_suspected == 1:  # what met a flare under an agent has failed
            reveal_failed_treatment(patient, world)


@compiled
def _count_failed_taper(patient: Any, world: Any) -> None:
    """Count failed tapers in a row; enough of them within the window make the patient steroid-dependent."""
    p = world.parameters
    recent = patient.time - patient.last_breakthrough_time <= p.dependence_window_years
    patient.breakthrough_chain = patient.breakthrough_chain + 1 if recent else 1
    patient.last_breakthrough_time = patient.time
    if patient.breakthrough_chain >= p.failed_tapers_for_dependence and patient.steroid_dependent == 0:
        patient.steroid_dependent = 1
        note(patient, world, e.LOG_STEROID_DEPENDENCE, 1, 0.0)


@compiled
def _give_oral_week(patient: Any, world: Any, mg_per_kg: float) -> None:
    """Oral prednisone outside the ladder, at a breakthrough or as a pulse."""
    patient.step = REESCALATION
    give_oral_prednisone(patient, world, mg_per_kg)
    patient.next_time[e.ACUTE_STEP_END] = patient.time + world.parameters.reescalation_days / c.DAYS_PER_YEAR


@compiled
def gets_pulse(patient: Any, world: Any) -> bool:
    """Whether a flare or breakthrough under an agent that seems to answer is met by a pulse; a bleed is not, nor all that is severe."""
    for_severity = patient.flare_severity == c.MILD or world.strategy.severe_flare_on_agent == c.ON_AGENT_PULSE
    return seems_to_answer(patient) and for_severity and patient.bleed == quality.NO_BLEED


@compiled
def give_pulse(patient: Any, world: Any) -> None:
    """A short pulse of oral prednisone while the agent that answers goes on (Figure 1)."""
    p = world.parameters
    severe = patient.flare_severity == c.SEVERE
    patient.pulse = 1
    _give_oral_week(patient, world, p.pulse_on_agent_severe_mg_per_kg_per_day if severe else p.pulse_on_agent_mg_per_kg_per_day)


@compiled
def _reescalate(patient: Any, world: Any) -> None:
    """Back up after a breakthrough: a pulse if an agent seems to answer; else the ladder if it is severe, a higher oral dose if not.

    A severe bleed gets the step that it calls for in any case.
    """
    if patient.bleed != quality.NO_BLEED:
        climb_ladder(patient, world, step_at_a_bleed(world))
    elif gets_pulse(patient, world):
        give_pulse(patient, world)
    elif patient.flare_severity == c.SEVERE:
        climb_ladder(patient, world, 0)
    else:
        patient.pulse = 0
        _give_oral_week(patient, world, max(patient.taper_dose_mg_per_kg, world.parameters.reescalation_prednisone_mg_per_kg_per_day))


@compiled
def _judge_agent(patient: Any, world: Any) -> None:
    """Steroid dependence in spite of an agent that answered is lack of sustained response; a breakthrough arouses or confirms doubt."""
    if patient.steroid_dependent == 1 and patient.agent_answering == 1:
        end_agent_and_move_on(patient, world, c.AFTER_RESPONSE_LOST)
    elif patient.steroid_dependent == 1 or not seems_to_answer(patient):
        reveal_failed_treatment(patient, world)
    patient.agent_suspected = 1


@compiled
def break_through(patient: Any, world: Any) -> None:
    """Counts cross the threshold again during a taper or soon after it: the same episode goes on."""
    patient.counters[a.C_BREAKTHROUGHS] += 1.0
    patient.last_flare_time = patient.time
    patient.next_time[e.TAPER_STEP] = c.NEVER
    patient.next_time[e.CLEARANCE_END] = c.NEVER
    severe = decide(patient, world, FLARE_SEVERITY, world.parameters.severe_flare_probability)
    patient.flare_severity = c.SEVERE if severe or patient.bleed != quality.NO_BLEED else c.MILD  # a bleed is not over so soon
    set_phase(patient, world, c.PHASE_FLARE)
    if severe:
        meet_dangers(patient, world)
    if patient.finished == 1:
        return
    _count_failed_taper(patient, world)
    _reescalate(patient, world)
    _judge_agent(patient, world)
    consider_treatment(patient, world, c.TRIGGER_BREAKTHROUGH)
    if patient.steroid_dependent == 1:
        consider_treatment(patient, world, c.TRIGGER_STEROID_DEPENDENCE)


@compiled
def review_dependence(patient: Any, world: Any) -> None:
    """Review of maintenance steroids; while they go on, dependence is an occasion for long-term treatment."""
    if review_maintenance(patient, world):
        reveal_failed_treatment(patient, world)
        consider_treatment(patient, world, c.TRIGGER_STEROID_DEPENDENCE)


@compiled
def show_course_effect(patient: Any, world: Any) -> None:
    """A course has answered, or not; as a ladder step its failure leads to the next step."""
    if patient.course_will_answer == 1:
        begin_course_answer(patient, world)
        answer_by_other_means(patient, world)
        return
    on_ladder = patient.phase == c.PHASE_FLARE and patient.step >= 0 and world.steps[patient.step].kind == c.STEP_RITUXIMAB
    if on_ladder:
        end_course(patient, world, c.AFTER_NO_ANSWER)
        climb_ladder(patient, world, patient.step + 1)
    else:
        end_course_and_move_on(patient, world, c.AFTER_NO_ANSWER)
