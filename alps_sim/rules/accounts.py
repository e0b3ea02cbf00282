"""What is counted: resources, accounts of the books, and the outcome counters of a patient.

Each account is a (component, cause) pair. Components are the resources, in their own units, and life-years and QALYs. The books
hold quantities; prices come in only where a cost is wanted.
"""

from typing import Final

import numpy as np

RESOURCES: Final = (
    ("prednisone", "mg"),
    ("methylprednisolone", "mg"),
    ("ivig", "g"),
    ("mmf", "mg"),
    ("sirolimus", "mg"),
    ("rituximab", "mg"),
    ("hydroxychloroquine", "mg"),
    ("tpo_mimetic", "mg"),
    ("thiopurine", "mg"),
    ("ciclosporin", "mg"),
    ("vincristine", "mg"),
    ("gcsf", "mcg"),
    ("clinic_visits", "visits"),
    ("blood_counts", "tests"),
    ("drug_levels", "tests"),
    ("infusion_hours", "hours"),
    ("inpatient_days", "days"),
    ("inpatient_days_within_packages", "days"),
    ("intensive_care_days", "days"),
    ("red_cell_units", "units"),
    ("splenectomies", "operations"),
    ("vaccination_courses", "courses"),
    ("prophylaxis_years", "years"),
    ("sepsis_admissions", "admissions"),
    ("infection_admissions", "admissions"),
    ("bleed_admissions", "admissions"),
    ("lymphoma_workups", "work-ups"),
    ("lymphoma_treatments", "treatments"),
    ("leukaemia_treatments", "treatments"),
    ("transplantations", "operations"),
    ("hypertension_years", "years"),
    ("diabetes_years", "years"),
    ("osteonecrosis_operations", "operations"),
    ("fractures", "episodes"),
    ("thromboses", "episodes"),
    ("cataract_operations", "operations"),
)
"""Resources with their units. The unit cost of each is the ledger's `unit_cost.<resource>`."""
RESOURCE_COUNT: Final = len(RESOURCES)

PREDNISONE: Final = 0
METHYLPREDNISOLONE: Final = 1
IVIG: Final = 2
FIRST_AGENT_RESOURCE: Final = 3
GCSF: Final = 11
CLINIC_VISITS: Final = 12
BLOOD_COUNTS: Final = 13
DRUG_LEVELS: Final = 14
INFUSION_HOURS: Final = 15
INPATIENT_DAYS: Final = 16
INPATIENT_DAYS_WITHIN_PACKAGES: Final = 17
INTENSIVE_CARE_DAYS: Final = 18
RED_CELL_UNITS: Final = 19
SPLENECTOMIES: Final = 20
VACCINATION_COURSES: Final = 21
PROPHYLAXIS_YEARS: Final = 22
SEPSIS_ADMISSIONS: Final = 23
INFECTION_ADMISSIONS: Final = 24
BLEED_ADMISSIONS: Final = 25
LYMPHOMA_WORKUPS: Final = 26
LYMPHOMA_TREATMENTS: Final = 27
LEUKAEMIA_TREATMENTS: Final = 28
TRANSPLANTATIONS: Final = 29
HYPERTENSION_YEARS: Final = 30
DIABETES_YEARS: Final = 31
OSTEONECROSIS_OPERATIONS: Final = 32
FRACTURES: Final = 33
THROMBOSES: Final = 34
CATARACT_OPERATIONS: Final = 35

CAUSES: Final = (
    "background",
    "flare",
    "maintenance_steroid",
    "long_term_treatment",
    "splenectomy",
    "prevention",
    "sepsis",
    "infection",
    "lymphoma",
    "other_malignancy",
    "toxicity",
    "monitoring",
)
CAUSE_COUNT: Final = len(CAUSES)
CAUSE_BACKGROUND: Final = 0
CAUSE_FLARE: Final = 1
CAUSE_MAINTENANCE_STEROID: Final = 2
CAUSE_LONG_TERM_TREATMENT: Final = 3
CAUSE_SPLENECTOMY: Final = 4
CAUSE_PREVENTION: Final = 5
CAUSE_SEPSIS: Final = 6
CAUSE_INFECTION: Final = 7
CAUSE_LYMPHOMA: Final = 8
CAUSE_OTHER_MALIGNANCY: Final = 9
CAUSE_TOXICITY: Final = 10
CAUSE_MONITORING: Final = 11

COMPONENTS: Final = (*(name for name, _ in RESOURCES), "life_years", "qalys")
LIFE_YEARS: Final = RESOURCE_COUNT
QALYS: Final = RESOURCE_COUNT + 1
COMPONENT_COUNT: Final = RESOURCE_COUNT + 2

_DRUGS = ("mmf", "sirolimus", "rituximab", "hydroxychloroquine", "tpo_mimetic", "thiopurine", "ciclosporin", "vincristine")
_FEEDS: Final = {
    "background": ("life_years", "qalys"),
    "flare": (
        "prednisone",
        "methylprednisolone",
        "ivig",
        "gcsf",
        "inpatient_days",
        "inpatient_days_within_packages",
        "intensive_care_days",
        "red_cell_units",
        "bleed_admissions",
        "lymphoma_workups",
        "qalys",
    ),
    "maintenance_steroid": ("prednisone",),
    "long_term_treatment": (*_DRUGS, "clinic_visits", "blood_counts", "drug_levels", "infusion_hours"),
    "splenectomy": ("splenectomies", "inpatient_days_within_packages", "lymphoma_workups"),
    "prevention": ("vaccination_courses", "prophylaxis_years"),
    "sepsis": ("sepsis_admissions", "inpatient_days_within_packages", "intensive_care_days", "qalys"),
    "infection": ("infection_admissions", "inpatient_days_within_packages"),
    "lymphoma": ("lymphoma_workups", "lymphoma_treatments", "qalys"),
    "other_malignancy": ("leukaemia_treatments", "transplantations", "qalys"),
    "toxicity": (
        "hypertension_years",
        "diabetes_years",
        "osteonecrosis_operations",
        "fractures",
        "thromboses",
        "cataract_operations",
        "qalys",
    ),
    "monitoring": ("clinic_visits", "blood_counts"),
}
"""What each cause books."""

ACCOUNTS: Final = tuple((component, cause) for cause, components in _FEEDS.items() for component in components)
"""The accounts of the books, (component, cause)."""
ACCOUNT_COUNT: Final = len(ACCOUNTS)

ACCOUNT_OF: Final = np.full((COMPONENT_COUNT, CAUSE_COUNT), -1, dtype=np.int64)
"""Position of the account of a component and a cause; -1 where nothing is booked."""
for _position, (_component, _cause) in enumerate(ACCOUNTS):
    ACCOUNT_OF[COMPONENTS.index(_component), CAUSES.index(_cause)] = _position

YEARS_IN_BOOKS: Final = 120
"""Years since index in the books; the last one takes all later years."""

COUNTERS: Final = (
    "life_years",
    "qalys",
    "cost",
    "life_years_discounted",
    "qalys_discounted",
    "cost_discounted",
    "opsi_episodes",
    "opsi_pneumococcal_episodes",
    "sepsis_episodes",
    "flares",
    "breakthroughs",
    "treatment_failure",
    "relapse_after_splenectomy",
    "prednisone_mg_per_kg",
    "iv_pulse_mg_per_kg",
    "steroid_days",
    "splenectomised",
    "lymphomas",
    "other_malignancies",
    "infection_admissions",
    "neutropenic_infections",
    "severe_bleeds",
    "transfusions",
    "steroid_toxicities",
    "agents_begun",
    "transplantations",
    "inpatient_days",
    "deaths",
)
"""Counters of one patient since the index; a census copies them. Sepsis episodes include OPSI."""
COUNTER_COUNT: Final = len(COUNTERS)
C_LIFE_YEARS: Final = 0
C_QALYS: Final = 1
C_COST: Final = 2
C_LIFE_YEARS_DISCOUNTED: Final = 3
C_QALYS_DISCOUNTED: Final = 4
C_COST_DISCOUNTED: Final = 5
C_OPSI_EPISODES: Final = 6
C_OPSI_PNEUMOCOCCAL_EPISODES: Final = 7
C_SEPSIS_EPISODES: Final = 8
C_FLARES: Final = 9
C_BREAKTHROUGHS: Final = 10
C_TREATMENT_FAILURE: Final = 11
C_RELAPSE_AFTER_SPLENECTOMY: Final = 12
C_PREDNISONE_MG_PER_KG: Final = 13
C_IV_PULSE_MG_PER_KG: Final = 14
C_STEROID_DAYS: Final = 15
C_SPLENECTOMISED: Final = 16
C_LYMPHOMAS: Final = 17
C_OTHER_MALIGNANCIES: Final = 18
C_INFECTION_ADMISSIONS: Final = 19
C_NEUTROPENIC_INFECTIONS: Final = 20
C_SEVERE_BLEEDS: Final = 21
C_TRANSFUSIONS: Final = 22
C_STEROID_TOXICITIES: Final = 23
C_AGENTS_BEGUN: Final = 24
C_TRANSPLANTATIONS: Final = 25
C_INPATIENT_DAYS: Final = 26
C_DEATHS: Final = 27
