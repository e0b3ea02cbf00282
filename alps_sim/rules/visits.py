"""Routine visits: scheduled events on a fast path that looks at no hazard."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import accounts as a
from alps_sim.rules.accrual import book_discounted, discount_now
from alps_sim.rules.codes import NO_AGENT
from alps_sim.rules.events import VISIT


@compiled
def visit(patient: Any, world: Any) -> None:
    """A clinic visit with blood counts, and drug levels where the agent needs and the strategy allows them."""
    cause = a.CAUSE_MONITORING
    interval = world.strategy.visit_interval_years
    factor = discount_now(patient, world)  # one exponential a visit, not three
    if patient.agent != NO_AGENT:
        agent = world.agents[patient.agent]
        cause = a.CAUSE_LONG_TERM_TREATMENT
        interval = min(interval, agent.visit_interval_years)
        if world.strategy.drug_levels == 1 and agent.drug_levels_per_visit > 0.0:
            book_discounted(patient, world, a.DRUG_LEVELS, cause, agent.drug_levels_per_visit, factor)
    book_discounted(patient, world, a.CLINIC_VISITS, cause, 1.0, factor)
    book_discounted(patient, world, a.BLOOD_COUNTS, cause, world.parameters.visit_blood_counts, factor)
    patient.next_time[VISIT] = patient.time + interval
