"""Setting hazards anew: only those that hang on a factor that changed."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import events as e
from alps_sim.rules.clocks import set_constant_hazard
from alps_sim.rules.complication_hazards import (
    set_diabetes_hazard,
    set_fracture_hazard,
    set_hypertension_hazard,
    set_infection_admission_hazard,
    set_lymphomas_hazard,
    set_malignancy_deaths_hazard,
    set_osteonecrosis_hazard,
    set_other_malignancy_hazard,
    set_sepsis_hazard,
    set_thrombosis_hazard,
)
from alps_sim.rules.cytopenia_hazards import (
    set_agent_hazards,
    set_breakthrough_hazard,
    set_flare_hazard,
    set_neutropenic_infection_hazard,
    set_relapse_after_splenectomy_hazard,
    set_spleen_regression_hazard,
    set_splenectomy_for_splenomegaly_hazard,
    set_spontaneous_remission_hazard,
)
from alps_sim.rules.factors import QUALITY, bits
from alps_sim.rules.quality import set_quality

_AGENT_PROCESSES = bits(e.LOSS_OF_RESPONSE, e.INTOLERANCE, e.ORGAN_TOXICITY, e.END_OF_COURSE_REMISSION)
_LYMPHOMA_PROCESSES = bits(e.HODGKIN_LYMPHOMA, e.NON_HODGKIN_LYMPHOMA)
_MALIGNANCY_DEATH_PROCESSES = bits(e.LYMPHOMA_DEATH, e.LEUKAEMIA_DEATH)


@compiled
def _refresh_cytopenia(patient: Any, world: Any, stale: int) -> None:
    if stale & (1 << e.FLARE):
        set_flare_hazard(patient, world)
    if stale & (1 << e.BREAKTHROUGH):
        set_breakthrough_hazard(patient, world)
    if stale & (1 << e.RELAPSE_AFTER_SPLENECTOMY):
        set_relapse_after_splenectomy_hazard(patient, world)
    if stale & (1 << e.SPONTANEOUS_REMISSION):
        set_spontaneous_remission_hazard(patient, world)
    if stale & _AGENT_PROCESSES:
        set_agent_hazards(patient, world)
    if stale & (1 << e.SPLEEN_REGRESSION):
        set_spleen_regression_hazard(patient, world)
    if stale & (1 << e.SPLENECTOMY_FOR_SPLENOMEGALY):
        set_splenectomy_for_splenomegaly_hazard(patient, world)


@compiled
def _refresh_infections(patient: Any, world: Any, stale: int) -> None:
    if stale & (1 << e.SEPSIS):
        set_sepsis_hazard(patient, world)
    if stale & (1 << e.INFECTION_ADMISSION):
        set_infection_admission_hazard(patient, world)
    if stale & (1 << e.NEUTROPENIC_INFECTION):
        set_neutropenic_infection_hazard(patient, world)


@compiled
def _refresh_malignancies(patient: Any, world: Any, stale: int) -> None:
    if stale & _LYMPHOMA_PROCESSES:
        set_lymphomas_hazard(patient, world)
    if stale & _MALIGNANCY_DEATH_PROCESSES:
        set_malignancy_deaths_hazard(patient, world)
    if stale & (1 << e.OTHER_MALIGNANCY):
        set_other_malignancy_hazard(patient, world)


@compiled
def _refresh_toxicities(patient: Any, world: Any, stale: int) -> None:
    if stale & (1 << e.HYPERTENSION):
        set_hypertension_hazard(patient, world)
    if stale & (1 << e.DIABETES):
        set_diabetes_hazard(patient, world)
    if stale & (1 << e.THROMBOSIS):
        set_thrombosis_hazard(patient, world)
    if stale & (1 << e.OSTEONECROSIS):
        set_osteonecrosis_hazard(patient, world)
    if stale & (1 << e.FRACTURE):
        set_fracture_hazard(patient, world)


@compiled
def refresh(patient: Any, world: Any) -> None:
    """Set every hazard, and the quality of life, that hangs on a marked factor anew, and clear the marks."""
    stale = patient.stale
    patient.stale = 0
    if stale & (1 << e.BACKGROUND_DEATH):
        set_constant_hazard(patient, e.BACKGROUND_DEATH, world.death_per_year[patient.sex, patient.completed_age])
    _refresh_cytopenia(patient, world, stale)
    _refresh_infections(patient, world, stale)
    _refresh_malignancies(patient, world, stale)
    _refresh_toxicities(patient, world, stale)
    if stale & QUALITY:
        set_quality(patient, world)
