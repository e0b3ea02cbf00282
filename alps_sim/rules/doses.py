"""Doses by weight or surface, with their caps. A capped dose gives a heavy patient fewer mg/kg than intended."""

from typing import Any

from alps_sim.accelerate import compiled

DOSE_BASES = ("per_m2", "per_kg", "fixed")
PER_M2 = 0
PER_KG = 1


@compiled
def prednisone_mg_per_day(patient: Any, world: Any, mg_per_kg: float) -> float:
    """Oral prednisone a day, mg, at most the adult dose."""
    return min(mg_per_kg * patient.weight_kg, world.parameters.prednisone_maximum_mg_per_day)


@compiled
def iv_prednisone_equivalent_mg_per_day(patient: Any, world: Any, mg_per_kg: float) -> float:
    """IV methylprednisolone a day as prednisone equivalent, mg, at most the adult dose."""
    mg = min(mg_per_kg * patient.weight_kg, world.parameters.methylprednisolone_maximum_mg_per_day)
    return mg * world.parameters.methylprednisolone_prednisone_equivalence


@compiled
def methylprednisolone_mg(world: Any, prednisone_equivalent_mg: float) -> float:
    """Methylprednisolone that equals an amount of prednisone, mg."""
    return prednisone_equivalent_mg / world.parameters.methylprednisolone_prednisone_equivalence


@compiled
def scaled_mg(patient: Any, agent: Any, amount: float) -> float:
    """An amount on the agent's basis (per m2, per kg or fixed) for this patient, mg, at most the agent's maximum."""
    mg = amount
    if agent.dose_basis == PER_M2:
        mg = amount * patient.surface_m2
    elif agent.dose_basis == PER_KG:
        mg = amount * patient.weight_kg
    return min(mg, agent.dose_maximum_mg)


@compiled
def agent_mg_per_day(patient: Any, world: Any, agent: int) -> float:
    """Daily dose of a long-term agent as prescribed, mg (an infusion's dose for a course agent)."""
    return scaled_mg(patient, world.agents[agent], world.agents[agent].dose_mg)


@compiled
def ivig_g(patient: Any, world: Any) -> float:
    """Intravenous immunoglobulin of one course, g."""
    return world.parameters.ivig_g_per_kg_per_day * world.parameters.ivig_days * patient.weight_kg
