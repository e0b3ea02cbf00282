"""The size of the spleen: hypersplenism, shrinking under an agent and growing back after it, and with age (section 5)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import SPLEEN_SHRINKAGE_DECISION
from alps_sim.rules import events as e
from alps_sim.rules.codes import NEVER, SEQUESTRATION, SPLEEN_MASSIVE, SPLEEN_MODERATE, SPLEEN_NONE, SPLEEN_REMOVED
from alps_sim.rules.decisions import decide
from alps_sim.rules.episode import stop_gcsf
from alps_sim.rules.factors import SPLEEN, mark
from alps_sim.rules.journal import note


@compiled
def has_hypersplenism(patient: Any) -> bool:
    """Massive spleen, or the last flare by sequestration with a spleen that is still enlarged."""
    if patient.spleen == SPLEEN_MASSIVE:
        return True
    return patient.spleen == SPLEEN_MODERATE and patient.flare_mechanism == SEQUESTRATION


@compiled
def decide_shrinkage(patient: Any, world: Any) -> None:
    """Decide whether the spleen will shrink under the agent, and when; one that still is as small as under another stays so."""
    enlarged = patient.spleen != SPLEEN_REMOVED and (patient.spleen != SPLEEN_NONE or patient.spleen_regrows == 1)
    probability = world.agents[patient.agent].spleen_shrinkage_probability
    if enlarged and probability > 0.0 and decide(patient, world, SPLEEN_SHRINKAGE_DECISION, probability):
        stays = patient.spleen_regrows == 1
        patient.next_time[e.SPLEEN_SHRINKAGE] = NEVER if stays else patient.time + world.parameters.spleen_shrinkage_months / 12.0
        patient.spleen_regrows = 0


@compiled
def _regrow_spleen(patient: Any, world: Any) -> None:
    """What an agent had shrunk has grown back."""
    patient.spleen = min(patient.spleen + patient.spleen_shrunk, SPLEEN_MASSIVE)
    patient.spleen_shrunk = 0
    patient.spleen_regrows = 0
    note(patient, world, e.LOG_SPLEEN_SIZE, patient.spleen, 0.0)
    stop_gcsf(patient, world)
    mark(patient, SPLEEN)


@compiled
def change_spleen(patient: Any, world: Any) -> None:
    """The spleen falls one size under the agent, or has grown back after it."""
    if patient.spleen_regrows == 1:
        _regrow_spleen(patient, world)
    elif patient.spleen != SPLEEN_REMOVED and patient.spleen != SPLEEN_NONE:
        patient.spleen -= 1
        patient.spleen_shrunk += 1
        note(patient, world, e.LOG_SPLEEN_SIZE, patient.spleen, 0.0)
        mark(patient, SPLEEN)


@compiled
def let_spleen_grow_back(patient: Any, world: Any) -> None:
    """What the agent has shrunk grows back in the time that it took to shrink; what would have shrunk does not."""
    if patient.spleen_regrows == 1:
        return
    patient.spleen_regrows = 1 if patient.spleen_shrunk > 0 and patient.spleen != SPLEEN_REMOVED else 0
    months = world.parameters.spleen_shrinkage_months
    patient.next_time[e.SPLEEN_SHRINKAGE] = patient.time + months / 12.0 if patient.spleen_regrows == 1 else NEVER


@compiled
def regress_spleen(patient: Any, world: Any) -> None:
    """The spleen falls one size for good, with age."""
    patient.spleen -= 1
    note(patient, world, e.LOG_SPLEEN_SIZE, patient.spleen, 1.0)
    mark(patient, SPLEEN)
