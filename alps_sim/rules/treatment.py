"""When long-term treatment begins, and which line is taken: the strategy's data against the patient's state (section 5)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import LINE_UPTAKE
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules.accrual import book_resource
from alps_sim.rules.agents import ENDS_OF_ONE, WIDTH_OF_ENDS, seems_to_answer
from alps_sim.rules.decisions import draw
from alps_sim.rules.factors import SPLEEN, is_cytopenic, is_in_chemotherapy, mark
from alps_sim.rules.journal import note
from alps_sim.rules.spleen import has_hypersplenism

NO_LINE = -1


@compiled
def age_now(patient: Any) -> float:
    """Exact age in years; on a birthday not an instant less than the years completed."""
    return max(patient.age_at_index + patient.time, float(patient.completed_age))


@compiled
def is_of_age(patient: Any, minimum_years: float, maximum_years: float) -> bool:
    """Whether the patient is at least of one age and below another."""
    age = age_now(patient)
    return minimum_years <= age and age < maximum_years


@compiled
def meets(condition: int, value: int) -> bool:
    """Whether a value meets a condition that is ANY or the value asked for."""
    return condition == c.ANY or condition == value


@compiled
def _suits_patient(patient: Any, line: Any) -> bool:
    """Conditions of a line on age, spleen, mechanism, and lineages as far as flares have shown them."""
    if not is_of_age(patient, line.minimum_age_years, line.maximum_age_years):
        return False
    if line.spleens & (1 << patient.spleen) == 0:
        return False
    if not meets(line.if_mechanism, patient.flare_mechanism):
        return False
    if not meets(line.if_hypersplenism, 1 if has_hypersplenism(patient) else 0):
        return False
    if line.lineages_any != 0 and line.lineages_any & patient.seen_lineages == 0:
        return False
    if line.flare_lineages_any != 0 and line.flare_lineages_any & patient.flare_lineages == 0:
        return False
    return not (line.lineages_only != 0 and patient.seen_lineages & ~line.lineages_only != 0)


@compiled
def _ended_so(patient: Any, line: Any) -> bool:
    """Whether the last treatment ended as a line asks, or each of those that must have been tried."""
    if line.tried == 0:
        return line.after & patient.last_end != 0
    for agent in range(c.AGENT_COUNT):
        end = patient.ends >> (WIDTH_OF_ENDS * agent) & ENDS_OF_ONE
        if line.tried & (1 << agent) and line.after & end == 0:
            return False
    return True


@compiled
def _suits_history(patient: Any, world: Any, line: Any, trigger: int) -> bool:
    """Conditions of a line on the occasion and what came before, and whether it is an option for this patient at all."""
    if line.occasions != 0 and line.occasions & trigger == 0:
        return False
    if line.tried & ~patient.tried != 0:
        return False
    if line.after != 0 and not _ended_so(patient, line):
        return False
    if patient.counters[a.C_FLARES] < line.minimum_flares:
        return False
    return draw(patient, world, LINE_UPTAKE, line.treatment) < line.uptake


@compiled
def _is_possible(patient: Any, world: Any, treatment: int) -> bool:
    """Whether a treatment has not been tried and can be given now."""
    if patient.tried & (1 << treatment):
        return False
    if treatment == c.SPLENECTOMY:
        return patient.spleen != c.SPLEEN_REMOVED and patient.splenectomy_pending == 0
    if world.agents[treatment].course_infusions > 0.0:  # given for cytopenia that is there or held by steroids
        present = is_cytopenic(patient) or patient.phase == c.PHASE_MAINTENANCE
        return patient.course_agent == c.NO_AGENT and present
    return True


@compiled
def choose_line(patient: Any, world: Any, trigger: int) -> int:
    """Number of the first line that is possible and whose conditions hold; NO_LINE if there is none.

    A bridge leads to no other bridge while it holds.
    """
    for i in range(world.line_count):
        line = world.lines[i]
        possible = _is_possible(patient, world, line.treatment) and line.bridge + patient.agent_is_bridge < 2
        if possible and _suits_patient(patient, line) and _suits_history(patient, world, line, trigger):
            return i
    return NO_LINE


@compiled
def order_workup(patient: Any, world: Any, cause: int) -> None:
    """Have lymphoma looked for, once in a flare; a treatment that was decided on before does not start sooner than the result is there."""
    if patient.lymphoma_excluded_time == c.NEVER:
        patient.lymphoma_excluded_time = patient.time + world.parameters.lymphoma_exclusion_delay_days / c.DAYS_PER_YEAR
        book_resource(patient, world, a.LYMPHOMA_WORKUPS, cause, 1.0)
    if patient.pending_treatment != c.NO_AGENT:
        patient.next_time[e.TREATMENT_START] = max(patient.next_time[e.TREATMENT_START], patient.lymphoma_excluded_time)


@compiled
def await_workup(patient: Any) -> float:
    """Years that treatment waits for the work-up that is under way; none without one, or once it has its result."""
    if patient.lymphoma_excluded_time == c.NEVER:
        return 0.0
    return max(patient.lymphoma_excluded_time - patient.time, 0.0)


@compiled
def refer_for_splenectomy(patient: Any, world: Any, referral: int) -> None:
    """Refer for splenectomy: lymphoma is ruled out, vaccines are given, surgery follows after the delay and any waiting.

    Parameters
    ----------
    referral
        What leads to it, of REFERRALS: surgery for the present flare is called off if it ends before.
    """
    patient.splenectomy_pending = 1
    patient.referral = referral
    note(patient, world, e.LOG_REFERRAL, 0, 0.0)
    order_workup(patient, world, a.CAUSE_SPLENECTOMY)
    if not is_cytopenic(patient):
        patient.lymphoma_excluded_time = c.NEVER  # a work-up before surgery is good for the next flare no more
    if patient.takes_prevention == 1:
        book_resource(patient, world, a.VACCINATION_COURSES, a.CAUSE_PREVENTION, 1.0)
    delay = world.parameters.splenectomy_delay_days / c.DAYS_PER_YEAR
    patient.next_time[e.SPLENECTOMY_DONE] = patient.time + delay + world.waiting[c.SERVICE_THEATRE]
    mark(patient, SPLEEN)


@compiled
def refer_for_splenomegaly(patient: Any, world: Any) -> None:
    """Refer for splenectomy for the size of the spleen alone."""
    patient.splenomegaly_referral_time = patient.time
    refer_for_splenectomy(patient, world, c.REFERRAL_SPLEEN_SIZE)


@compiled
def _start_delay(patient: Any, world: Any, treatment: int, trigger: int) -> float:
    """Years until the chosen agent starts.

    The strategy's delay, none when another agent has just failed, beside which lymphoma is excluded if a work-up is under way; then
    the wait for a place.
    """
    delay = 0.0 if trigger == c.TRIGGER_TREATMENT_FAILED else world.strategy.start_delay_years
    delay = max(delay, await_workup(patient))
    service = c.SERVICE_INFUSION_CHAIR if world.agents[treatment].course_infusions > 0.0 else c.SERVICE_CLINIC
    return delay + world.waiting[service]


@compiled
def _is_occasion(patient: Any, world: Any, trigger: int) -> bool:
    """Whether the strategy begins or changes long-term treatment on this occasion, and nothing is under way."""
    if is_in_chemotherapy(patient):
        return False
    if patient.transplanted == 1 or patient.pending_treatment != c.NO_AGENT or patient.splenectomy_pending == 1:
        return False
    if patient.remission_after_splenectomy == 1:
        return False
    if patient.agent != c.NO_AGENT and patient.agent_is_bridge == 0:
        return False
    if trigger == c.TRIGGER_TREATMENT_FAILED:
        return patient.agent == c.NO_AGENT
    if world.strategy.triggers & trigger == 0:
        return False
    if patient.course_agent != c.NO_AGENT and patient.course_answering == 0:
        return False
    return trigger != c.TRIGGER_FLARE_NUMBER or patient.flare_chain >= world.strategy.flare_number


@compiled
def consider_treatment(patient: Any, world: Any, trigger: int) -> None:
    """On an occasion that the strategy names, begin the first line that suits the patient.

    Parameters
    ----------
    trigger
        The occasion, a bit over TRIGGERS.
    """
    if not _is_occasion(patient, world, trigger):
        return
    number = choose_line(patient, world, trigger)
    if number == NO_LINE:
        return
    line = world.lines[number]
    if line.treatment == c.SPLENECTOMY:
        refractory = trigger == c.TRIGGER_REFRACTORY
        refer_for_splenectomy(patient, world, c.REFERRAL_REFRACTORY_FLARE if refractory else c.REFERRAL_LINE)
    else:
        patient.pending_treatment = line.treatment
        patient.pending_is_bridge = line.bridge
        patient.next_time[e.TREATMENT_START] = patient.time + _start_delay(patient, world, line.treatment, trigger)


@compiled
def bridge_is_over(patient: Any, world: Any) -> bool:
    """Whether what a bridge leads to is due: it does not hold the disease, or flares are as close together as the strategy asks."""
    if patient.agent_is_bridge == 0:
        return False
    return not seems_to_answer(patient) or patient.flare_chain >= world.strategy.flare_number


@compiled
def review_on_birthday(patient: Any, world: Any) -> None:
    """An age may open a line to a patient in an open episode: on a bridge, with a refractory flare, or steroid-dependent."""
    if patient.phase == c.PHASE_NONE:
        return
    if bridge_is_over(patient, world):
        consider_treatment(patient, world, c.TRIGGER_BRIDGE_OVER)
    elif patient.phase == c.PHASE_REFRACTORY:
        consider_treatment(patient, world, c.TRIGGER_REFRACTORY)
    elif patient.steroid_dependent == 1:
        consider_treatment(patient, world, c.TRIGGER_STEROID_DEPENDENCE)
