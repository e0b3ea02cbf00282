"""The second, plain intensity: the integrated hazard of every hazard-driven process over each piece of each life.

Written from docs/model.md alone. It shares nothing with the rules but the parameter values, so a hazard that the rules get wrong
shows as events less this intensity.
"""

from collections.abc import Callable
from typing import Final

import pandas as pd

from alps_sim.verification import cytopenia, infection, mortality, toxicity
from alps_sim.verification.assumptions import Assumptions, FloatArray

Intensity = Callable[[pd.DataFrame, Assumptions], FloatArray]

INTENSITIES: Final[dict[str, Intensity]] = {
    "background_death": mortality.background_death,
    "flare": cytopenia.flare,
    "breakthrough": cytopenia.breakthrough,
    "relapse_after_splenectomy": cytopenia.relapse_after_splenectomy,
    "sepsis": infection.sepsis,
    "infection_admission": infection.infection_admission,
    "neutropenic_infection": infection.neutropenic_infection,
    "spontaneous_remission": cytopenia.spontaneous_remission,
    "loss_of_response": cytopenia.loss_of_response,
    "intolerance": cytopenia.intolerance,
    "organ_toxicity": cytopenia.organ_toxicity,
    "end_of_course_remission": cytopenia.end_of_course_remission,
    "hodgkin_lymphoma": mortality.hodgkin_lymphoma,
    "non_hodgkin_lymphoma": mortality.non_hodgkin_lymphoma,
    "lymphoma_death": mortality.lymphoma_death,
    "other_malignancy": mortality.other_malignancy,
    "leukaemia_death": mortality.leukaemia_death,
    "hypertension": toxicity.hypertension,
    "diabetes": toxicity.diabetes,
    "thrombosis": toxicity.thrombosis,
    "osteonecrosis": toxicity.osteonecrosis,
    "fracture": toxicity.fracture,
    "spleen_regression": cytopenia.spleen_regression,
    "splenectomy_for_splenomegaly": cytopenia.splenectomy_for_splenomegaly,
}
"""Integrated hazard of each process over pieces, (n,), by the process's name in the event log."""

PROCESSES: Final = tuple(INTENSITIES)
