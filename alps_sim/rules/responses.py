"""What happens to a treatment once begun: it takes effect or not, is lost, not tolerated, toxic, or spent (section 5)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import codes as c
from alps_sim.rules.agents import begin_answer, end_course, fail_unseen, start_agent, start_course, stop_agent
from alps_sim.rules.episode import answer_by_other_means
from alps_sim.rules.factors import is_cytopenic
from alps_sim.rules.treatment import consider_treatment


@compiled
def start_treatment(patient: Any, world: Any) -> None:
    """Begin the treatment that was decided on."""
    treatment = patient.pending_treatment
    patient.pending_treatment = c.NO_AGENT
    if world.agents[treatment].course_infusions > 0.0:
        if patient.course_agent == c.NO_AGENT:
            start_course(patient, world, treatment, 0)
    else:
        stop_agent(patient, world, 0)  # a bridge has led here
        patient.weanings = 0
        start_agent(patient, world, treatment, patient.pending_is_bridge)


@compiled
def _move_on(patient: Any, world: Any) -> None:
    """Take the line that follows a failure, or what is left in a refractory flare."""
    consider_treatment(patient, world, c.TRIGGER_TREATMENT_FAILED)
    if patient.phase == c.PHASE_REFRACTORY:
        consider_treatment(patient, world, c.TRIGGER_REFRACTORY)


@compiled
def end_agent_and_move_on(patient: Any, world: Any, after: int) -> None:
    """The agent has failed the patient: stop it and take the next line."""
    stop_agent(patient, world, after)
    _move_on(patient, world)


@compiled
def end_harmful_agent(patient: Any, world: Any, after: int) -> None:
    """The agent is not tolerated or toxic: stop it, and take the next line.

    A disease that has been quiet for as long as weaning asks for is watched: the next line comes with the next flare.
    """
    stop_agent(patient, world, after)
    quiet = patient.phase == c.PHASE_NONE and patient.time - patient.last_flare_time >= world.strategy.wean_quiet_years
    if world.strategy.wean_allowed == 1 and quiet:
        patient.line_due = 1
    else:
        _move_on(patient, world)


@compiled
def lose_response(patient: Any, world: Any) -> None:
    """An agent no longer answers: under cytopenia that shows at once, else with the next flare or breakthrough."""
    if is_cytopenic(patient):
        end_agent_and_move_on(patient, world, c.AFTER_RESPONSE_LOST)
    else:
        fail_unseen(patient, world, c.AFTER_RESPONSE_LOST)


@compiled
def reveal_failed_treatment(patient: Any, world: Any) -> None:
    """A flare, or steroids that cannot be stopped, show what has failed unseen: the next line takes its place, or a spent course's."""
    if patient.agent_failed_unseen != 0:
        end_agent_and_move_on(patient, world, patient.agent_failed_unseen)
    elif patient.line_due == 1:
        consider_treatment(patient, world, c.TRIGGER_TREATMENT_FAILED)
    patient.line_due = 0


@compiled
def show_agent_effect(patient: Any, world: Any) -> None:
    """The agent has taken effect, which ends an open flare; or its lack of effect is declared, if there is cytopenia to show it."""
    if patient.agent_will_answer == 1:
        begin_answer(patient, world)
        answer_by_other_means(patient, world)
    elif is_cytopenic(patient) or patient.phase == c.PHASE_MAINTENANCE:
        end_agent_and_move_on(patient, world, c.AFTER_NO_ANSWER)
    else:
        fail_unseen(patient, world, c.AFTER_NO_ANSWER)


@compiled
def end_course_and_move_on(patient: Any, world: Any, after: int) -> None:
    """A course is spent: the next line is taken under cytopenia, if no daily agent is there, else with the next flare or breakthrough."""
    end_course(patient, world, after)
    if is_cytopenic(patient):
        _move_on(patient, world)
    else:
        patient.line_due = 1
