"""Hazards of infection, malignancy and toxicity as functions of the patient's state (docs/model.md, sections 5 and 7 to 9)."""

import math
from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import events as e
from alps_sim.rules.clocks import WEIBULL, set_constant_hazard, set_hazard
from alps_sim.rules.codes import ALPS_U, CARE_TRANSITION, CICLOSPORIN, DAYS_PER_YEAR, HODGKIN, NON_HODGKIN, SPLEEN_REMOVED
from alps_sim.rules.factors import is_immunosuppressed, on_high_dose, on_steroid


@compiled
def _sepsis_multiplier(patient: Any, world: Any) -> float:
    """Product of the risk multipliers, at most the cap."""
    p = world.parameters
    asplenic = patient.spleen == SPLEEN_REMOVED
    product = 1.0
    if patient.sepsis_episodes > 0:
        product *= p.sepsis_recurrence_ratio
    if asplenic and patient.age_at_splenectomy < p.young_splenectomy_before_years:
        product *= p.splenectomy_under_5_ratio
    if patient.hypogammaglobulinaemia == 1:
        product *= p.hypogammaglobulinaemia_infection_ratio
    if patient.steroid_burst == 1:
        product *= p.steroid_burst_sepsis_ratio
    if is_immunosuppressed(patient, world):
        product *= p.immunosuppression_sepsis_ratio_asplenic if asplenic else p.immunosuppression_sepsis_ratio_with_spleen
    if patient.diabetes == 1:
        product *= p.diabetes_sepsis_ratio
    return min(product, p.sepsis_multiplier_cap)


@compiled
def _prevention_ratio(patient: Any, world: Any) -> float:
    """1 - q + q RR, q the adherence of a patient who takes up prevention."""
    if patient.takes_prevention == 0:
        return 1.0
    p = world.parameters
    adherence = world.strategy.prevention_adherence
    if patient.care == CARE_TRANSITION:
        adherence *= p.prevention_transition_ratio
    return 1.0 - adherence + adherence * p.prevention_rate_ratio


def opsi_scale(parameters: Any) -> float:
    """Weibull rate of OPSI over its mean rate; the same in a whole world, which keeps it."""
    return math.pow(parameters.opsi_reference_years, 1.0 - parameters.opsi_shape)


@compiled
def set_sepsis_hazard(patient: Any, world: Any) -> None:
    """Sepsis: constant with a spleen, Weibull since surgery without one."""
    p = world.parameters
    multiplier = _sepsis_multiplier(patient, world) * patient.infection_frailty
    if patient.spleen == SPLEEN_REMOVED:
        shape = p.opsi_shape
        rate = p.opsi_mean_rate_per_year * world.opsi_scale
        rate *= multiplier * _prevention_ratio(patient, world)
        set_hazard(patient, e.SEPSIS, WEIBULL, rate, shape, patient.splenectomy_time)
    else:
        set_constant_hazard(patient, e.SEPSIS, p.sepsis_with_spleen_per_year * multiplier)


@compiled
def set_infection_admission_hazard(patient: Any, world: Any) -> None:
    """Admissions for other infection."""
    p = world.parameters
    rate = p.infection_admission_per_year
    if is_immunosuppressed(patient, world):
        rate = p.infection_admission_on_immunosuppression_per_year
    if patient.steroid_burst == 1:
        rate *= p.steroid_infection_admission_ratio
    if patient.hypogammaglobulinaemia == 1:
        rate *= p.hypogammaglobulinaemia_infection_ratio
    set_constant_hazard(patient, e.INFECTION_ADMISSION, rate * patient.infection_frailty)


@compiled
def _non_hodgkin_ratio(world: Any, age: float) -> float:
    """Incidence ratio of non-Hodgkin lymphoma, tapering with age."""
    p = world.parameters
    start, end = p.non_hodgkin_taper_start_years, p.non_hodgkin_taper_end_years
    share = min(max((age - start) / (end - start), 0.0), 1.0)
    return p.non_hodgkin_incidence_ratio + share * (p.non_hodgkin_incidence_ratio_late - p.non_hodgkin_incidence_ratio)


@compiled
def set_lymphomas_hazard(patient: Any, world: Any) -> None:
    """Hodgkin and non-Hodgkin lymphoma, one of them once."""
    p = world.parameters
    ratio = 0.0 if patient.lymphoma_phase > 0 else 1.0
    if patient.genotype == ALPS_U:
        ratio *= p.lymphoma_ratio_alps_u
    if patient.spleen == SPLEEN_REMOVED:
        ratio *= p.lymphoma_ratio_splenectomised
    if is_immunosuppressed(patient, world):
        ratio *= p.lymphoma_ratio_immunosuppressed
    age = patient.completed_age
    hodgkin = world.lymphoma_per_year[HODGKIN, patient.sex, age] * p.hodgkin_incidence_ratio
    other = world.lymphoma_per_year[NON_HODGKIN, patient.sex, age] * _non_hodgkin_ratio(world, age)
    set_constant_hazard(patient, e.HODGKIN_LYMPHOMA, hodgkin * ratio)
    set_constant_hazard(patient, e.NON_HODGKIN_LYMPHOMA, other * ratio)


@compiled
def set_other_malignancy_hazard(patient: Any, world: Any) -> None:
    """Acute leukaemia, once."""
    p = world.parameters
    rate = p.other_malignancy_on_drugs_per_year if is_immunosuppressed(patient, world) else p.other_malignancy_per_year
    set_constant_hazard(patient, e.OTHER_MALIGNANCY, rate if patient.leukaemia_phase == 0 else 0.0)


@compiled
def set_malignancy_deaths_hazard(patient: Any, world: Any) -> None:
    """Excess death from lymphoma and leukaemia."""
    set_constant_hazard(patient, e.LYMPHOMA_DEATH, patient.lymphoma_excess_death_per_year)
    leukaemia = world.parameters.leukaemia_death_per_year if patient.leukaemia_phase == 1 else 0.0
    set_constant_hazard(patient, e.LEUKAEMIA_DEATH, leukaemia)


@compiled
def set_hypertension_hazard(patient: Any, world: Any) -> None:
    """Hypertension, once."""
    p = world.parameters
    rate = 0.0
    if patient.hypertension == 0:
        rate = p.hypertension_per_year
        if on_steroid(patient):
            rate = p.hypertension_per_year_on_steroid
            if on_high_dose(patient, world):
                rate *= p.hypertension_high_dose_ratio
        if patient.agent == CICLOSPORIN:
            rate *= p.hypertension_ciclosporin_ratio
    set_constant_hazard(patient, e.HYPERTENSION, rate)


@compiled
def set_diabetes_hazard(patient: Any, world: Any) -> None:
    """Diabetes, once."""
    p = world.parameters
    rate = 0.0 if patient.diabetes == 1 else p.diabetes_per_year
    set_constant_hazard(patient, e.DIABETES, rate * p.diabetes_on_steroid_ratio if on_steroid(patient) else rate)


@compiled
def set_thrombosis_hazard(patient: Any, world: Any) -> None:
    """Thrombosis: general, on steroids, after splenectomy."""
    p = world.parameters
    rate = p.thrombosis_per_year
    if on_steroid(patient):
        rate *= p.thrombosis_on_steroid_ratio
    if patient.spleen == SPLEEN_REMOVED:
        early = patient.time < patient.splenectomy_time + p.thrombosis_early_days / DAYS_PER_YEAR
        rate += p.thrombosis_after_splenectomy_per_year * (p.thrombosis_early_ratio if early else 1.0)
    set_constant_hazard(patient, e.THROMBOSIS, rate)


@compiled
def set_osteonecrosis_hazard(patient: Any, world: Any) -> None:
    """Osteonecrosis, adults, once."""
    p = world.parameters
    rate = 0.0
    if patient.osteonecrosis == 0 and patient.completed_age >= p.osteonecrosis_minimum_age_years:
        rate = p.osteonecrosis_per_year
        if on_steroid(patient):
            high = patient.course_mg_per_kg > p.high_cumulative_mg_per_kg
            rate *= p.osteonecrosis_high_cumulative_ratio if high else p.osteonecrosis_on_steroid_ratio
    set_constant_hazard(patient, e.OSTEONECROSIS, rate)


@compiled
def set_fracture_hazard(patient: Any, world: Any) -> None:
    """Fractures, by the steroid exposure of the present course."""
    p = world.parameters
    rate = p.fracture_per_year
    if patient.low_bone_density == 1:
        rate *= p.low_bone_density_fracture_ratio
    if on_steroid(patient):
        if patient.course_mg_per_kg < p.fracture_dose_low_mg_per_kg:
            rate *= p.fracture_ratio_low
        elif patient.course_mg_per_kg < p.fracture_dose_high_mg_per_kg:
            rate *= p.fracture_ratio_middle
        else:
            rate *= p.fracture_ratio_high
    set_constant_hazard(patient, e.FRACTURE, rate)
