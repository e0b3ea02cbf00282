"""Steroid toxicities that come as events, and thrombosis (section 9)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import THROMBOSIS_FATALITY
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules.accrual import book_resource
from alps_sim.rules.death import die
from alps_sim.rules.decisions import decide
from alps_sim.rules.factors import COMPLICATION, mark
from alps_sim.rules.steroids import count_toxicity
from alps_sim.rules.treatment import consider_treatment


@compiled
def _register(patient: Any, world: Any) -> None:
    """Count a toxicity; on steroids it is an occasion for long-term treatment."""
    count_toxicity(patient)
    mark(patient, COMPLICATION)
    if patient.steroid_burst == 1:
        consider_treatment(patient, world, c.TRIGGER_STEROID_TOXICITY)


@compiled
def have_hypertension(patient: Any, world: Any) -> None:
    """Hypertension that needs treatment, for life."""
    patient.hypertension = 1
    _register(patient, world)


@compiled
def have_diabetes(patient: Any, world: Any) -> None:
    """Diabetes, for life."""
    patient.diabetes = 1
    _register(patient, world)


@compiled
def have_osteonecrosis(patient: Any, world: Any) -> None:
    """Osteonecrosis, operated on."""
    patient.osteonecrosis = 1
    book_resource(patient, world, a.OSTEONECROSIS_OPERATIONS, a.CAUSE_TOXICITY, 1.0)
    _register(patient, world)


@compiled
def have_fracture(patient: Any, world: Any) -> None:
    """A fracture."""
    patient.fracture = 1
    patient.next_time[e.FRACTURE_END] = patient.time + world.parameters.fracture_months / 12.0
    book_resource(patient, world, a.FRACTURES, a.CAUSE_TOXICITY, 1.0)
    _register(patient, world)


@compiled
def operate_cataract(patient: Any, world: Any) -> None:
    """A cataract is operated on; sight is normal again, and that eye has no lens left to cloud."""
    patient.cataract = 0
    patient.lenses_replaced += 1
    book_resource(patient, world, a.CATARACT_OPERATIONS, a.CAUSE_TOXICITY, 1.0)


@compiled
def have_thrombosis(patient: Any, world: Any) -> None:
    """A thrombosis; a death from it counts as a toxicity of treatment."""
    patient.thrombosis = 1
    patient.next_time[e.THROMBOSIS_END] = patient.time + world.parameters.thrombosis_months / 12.0
    book_resource(patient, world, a.THROMBOSES, a.CAUSE_TOXICITY, 1.0)
    mark(patient, COMPLICATION)
    if decide(patient, world, THROMBOSIS_FATALITY, world.parameters.thrombosis_fatality_probability):
        die(patient, world, c.DEATH_TOXICITY)
