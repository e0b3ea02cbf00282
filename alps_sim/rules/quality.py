"""Quality of life: the share of the population norm that each cause takes away (docs/model.md, section 10)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import accounts as a
from alps_sim.rules.factors import is_cytopenic, on_high_dose

NO_BLEED = 0
BLEED = 1
INTRACRANIAL_BLEED = 2


@compiled
def _flare_ratio(patient: Any, world: Any) -> float:
    """Ratio under cytopenia, bleeding, and after an intracranial haemorrhage."""
    p = world.parameters
    ratio = 1.0
    if patient.bleed == INTRACRANIAL_BLEED:
        ratio = p.intracranial_haemorrhage_utility_ratio
    elif patient.bleed == BLEED:
        ratio = p.utility_bleed_ratio
    elif is_cytopenic(patient):
        ratio = p.utility_flare_ratio
    if patient.intracranial_sequelae == 1:
        ratio *= p.intracranial_sequelae_utility_ratio
    return ratio


@compiled
def _toxicity_ratio(patient: Any, world: Any) -> float:
    """Product of the ratios of steroid toxicities and other complications of treatment."""
    p = world.parameters
    ratio = p.utility_steroid_ratio if patient.steroid_mg_per_day > 0.0 and on_high_dose(patient, world) else 1.0
    if patient.cushingoid == 1:
        ratio *= p.utility_cushingoid_ratio
    if patient.hypertension == 1:
        ratio *= p.hypertension_utility_ratio
    if patient.diabetes == 1:
        ratio *= p.diabetes_utility_ratio
    if patient.osteonecrosis == 1:
        ratio *= p.osteonecrosis_utility_ratio
    if patient.fracture == 1:
        ratio *= p.fracture_utility_ratio
    if patient.thrombosis == 1:
        ratio *= p.thrombosis_utility_ratio
    if patient.cataract == 1:
        ratio *= p.cataract_utility_ratio
    if patient.growth_retardation == 1:
        ratio *= p.growth_retardation_utility_ratio
    return ratio


@compiled
def _malignancy_ratio(patient: Any, world: Any) -> float:
    """Ratio during treatment of a lymphoma and in remission after it."""
    p = world.parameters
    if patient.lymphoma_phase == 1:
        return p.lymphoma_treatment_utility_ratio
    return p.lymphoma_remission_utility_ratio if patient.lymphoma_phase == 2 else 1.0


@compiled
def set_quality(patient: Any, world: Any) -> None:
    """Set the shares of quality lost from the patient's present state."""
    p = world.parameters
    loss = patient.utility_loss
    loss[a.CAUSE_FLARE] = 1.0 - _flare_ratio(patient, world)
    loss[a.CAUSE_TOXICITY] = 1.0 - _toxicity_ratio(patient, world)
    loss[a.CAUSE_SEPSIS] = 1.0 - p.sepsis_utility_ratio if patient.sepsis_aftermath == 1 else 0.0
    loss[a.CAUSE_LYMPHOMA] = 1.0 - _malignancy_ratio(patient, world)
    loss[a.CAUSE_OTHER_MALIGNANCY] = 1.0 - p.leukaemia_utility_ratio if patient.leukaemia_phase == 1 else 0.0
    patient.utility_lost = 0
    for cause in range(a.CAUSE_COUNT):
        if loss[cause] > 0.0:
            patient.utility_lost = 1
