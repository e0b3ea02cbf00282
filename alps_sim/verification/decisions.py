"""The second account of decisions: each occasion in the log, what came of it, and the probability that docs/model.md gives it.

As with hazards, nothing is shared with the rules but the parameter values, so a probability that the rules get wrong shows as
outcomes less probabilities.
"""

from collections.abc import Callable
from typing import Final

from alps_sim.verification import answers, harms, onset
from alps_sim.verification.assumptions import Assumptions
from alps_sim.verification.history import History
from alps_sim.verification.occasions import Occasions

Decision = Callable[[History, Assumptions], Occasions]

DECISION_ACCOUNTS: Final[dict[str, Decision]] = {
    "flare_severity": onset.flare_severity,
    "flare_mechanism": onset.flare_mechanism,
    "flare_lineages": onset.flare_lineages,
    "severe_bleed": onset.severe_bleed,
    "intracranial_bleed": onset.intracranial_bleed,
    "intracranial_death": onset.intracranial_death,
    "transfusion": onset.transfusion,
    "cytopenia_death": onset.cytopenia_death,
    "answer_to_steroids": answers.answer_to_steroids,
    "answer_to_agent": answers.answer_to_agent,
    "answer_to_course": answers.answer_to_course,
    "spleen_shrinkage": answers.spleen_shrinkage,
    "operative_death": harms.operative_death,
    "sepsis_death": harms.sepsis_death,
    "sepsis_sequelae": harms.sepsis_sequelae,
    "infection_death": harms.infection_death,
    "neutropenic_infection_death": harms.neutropenic_infection_death,
    "thrombosis_death": harms.thrombosis_death,
    "transplant": harms.transplant,
    "transplant_death": harms.transplant_death,
    "hypogammaglobulinaemia": harms.hypogammaglobulinaemia,
    "rituximab_neutropenia": harms.rituximab_neutropenia,
    "low_bone_density": harms.low_bone_density,
    "growth_retardation": harms.growth_retardation,
    "cushingoid": harms.cushingoid,
    "cataract": harms.cataract,
    "adrenal_suppression": harms.adrenal_suppression,
}
"""Occasions of each decision by its name, which is no process's."""

DECISIONS: Final = tuple(DECISION_ACCOUNTS)
