"""The registry of everything that can happen next to a patient, in the order in which ties are broken.

First the hazard-driven processes, each with an internal clock and a random stream of the same number; then the timers, set by
rules to a moment. `next_time[k]` of the patient's state belongs to entry k. A line of the event log names its kind by the
position in `LOG_KINDS`: the same entries, then the happenings that are part of another event.
"""

from typing import Final

PROCESSES: Final = (
    "background_death",
    "flare",
    "breakthrough",
    "relapse_after_splenectomy",
    "sepsis",
    "infection_admission",
    "neutropenic_infection",
    "spontaneous_remission",
    "loss_of_response",
    "intolerance",
    "organ_toxicity",
    "end_of_course_remission",
    "hodgkin_lymphoma",
    "non_hodgkin_lymphoma",
    "lymphoma_death",
    "other_malignancy",
    "leukaemia_death",
    "hypertension",
    "diabetes",
    "thrombosis",
    "osteonecrosis",
    "fracture",
    "spleen_regression",
    "splenectomy_for_splenomegaly",
)

TIMERS: Final = (
    "census",
    "birthday",
    "acute_step_end",
    "taper_step",
    "clearance_end",
    "maintenance_review",
    "cytopenia_death",
    "treatment_start",
    "agent_effect",
    "course_effect",
    "weaning",
    "spleen_shrinkage",
    "splenectomy",
    "visit",
    "steroid_burst_end",
    "immunoglobulin_recovery",
    "bleed_end",
    "sepsis_aftermath_end",
    "lymphoma_treatment_end",
    "lymphoma_risk_end",
    "transplantation",
    "cushingoid_end",
    "adrenal_recovery",
    "fracture_end",
    "thrombosis_end",
    "cataract_operation",
    "end_of_observation",
    "early_thrombosis_end",
    "leukaemia_risk_end",
    "decline_boundary",
    "acute_step_start",
    "long_exposure_end",
    "neutrophil_recovery",
)

ENTRIES: Final = PROCESSES + TIMERS
PROCESS_COUNT: Final = len(PROCESSES)
ENTRY_COUNT: Final = len(ENTRIES)

BACKGROUND_DEATH: Final = 0
FLARE: Final = 1
BREAKTHROUGH: Final = 2
RELAPSE_AFTER_SPLENECTOMY: Final = 3
SEPSIS: Final = 4
INFECTION_ADMISSION: Final = 5
NEUTROPENIC_INFECTION: Final = 6
SPONTANEOUS_REMISSION: Final = 7
LOSS_OF_RESPONSE: Final = 8
INTOLERANCE: Final = 9
ORGAN_TOXICITY: Final = 10
END_OF_COURSE_REMISSION: Final = 11
HODGKIN_LYMPHOMA: Final = 12
NON_HODGKIN_LYMPHOMA: Final = 13
LYMPHOMA_DEATH: Final = 14
OTHER_MALIGNANCY: Final = 15
LEUKAEMIA_DEATH: Final = 16
HYPERTENSION: Final = 17
DIABETES: Final = 18
THROMBOSIS: Final = 19
OSTEONECROSIS: Final = 20
FRACTURE: Final = 21
SPLEEN_REGRESSION: Final = 22
SPLENECTOMY_FOR_SPLENOMEGALY: Final = 23

CENSUS: Final = 24
BIRTHDAY: Final = 25
ACUTE_STEP_END: Final = 26
TAPER_STEP: Final = 27
CLEARANCE_END: Final = 28
MAINTENANCE_REVIEW: Final = 29
CYTOPENIA_DEATH: Final = 30
TREATMENT_START: Final = 31
AGENT_EFFECT: Final = 32
COURSE_EFFECT: Final = 33
WEANING: Final = 34
SPLEEN_SHRINKAGE: Final = 35
SPLENECTOMY_DONE: Final = 36
VISIT: Final = 37
STEROID_BURST_END: Final = 38
IMMUNOGLOBULIN_RECOVERY: Final = 39
BLEED_END: Final = 40
SEPSIS_AFTERMATH_END: Final = 41
LYMPHOMA_TREATMENT_END: Final = 42
LYMPHOMA_RISK_END: Final = 43
TRANSPLANTATION: Final = 44
CUSHINGOID_END: Final = 45
ADRENAL_RECOVERY: Final = 46
FRACTURE_END: Final = 47
THROMBOSIS_END: Final = 48
CATARACT_OPERATION: Final = 49
END_OF_OBSERVATION: Final = 50
EARLY_THROMBOSIS_END: Final = 51
LEUKAEMIA_RISK_END: Final = 52
DECLINE_BOUNDARY: Final = 53
ACUTE_STEP_START: Final = 54
LONG_EXPOSURE_END: Final = 55
NEUTROPHIL_RECOVERY: Final = 56

HAPPENINGS: Final = (
    "entry",
    "death",
    "flare_end",
    "steroid_dose",
    "agent_start",
    "agent_answer",
    "agent_stop",
    "course_start",
    "course_answer",
    "course_stop",
    "severe_bleed",
    "transfusion",
    "gcsf",
    "hypogammaglobulinaemia",
    "steroid_dependence",
    "spleen_size",
    "referral_for_splenectomy",
    "cataract",
    "low_bone_density",
    "growth_retardation",
    "cushingoid",
    "adrenal_suppression",
    "treatment_failure",
    "ivig",
    "phase",
    "rituximab_neutropenia",
)
"""Happenings within an event, logged beside it. The two numbers of each line (`code`, `value`) are told in docs/outputs.md."""

LOG_KINDS: Final = ENTRIES + HAPPENINGS
LOG_ENTRY: Final = 57
LOG_DEATH: Final = 58
LOG_FLARE_END: Final = 59
LOG_STEROID_DOSE: Final = 60
LOG_AGENT_START: Final = 61
LOG_AGENT_ANSWER: Final = 62
LOG_AGENT_STOP: Final = 63
LOG_COURSE_START: Final = 64
LOG_COURSE_ANSWER: Final = 65
LOG_COURSE_STOP: Final = 66
LOG_SEVERE_BLEED: Final = 67
LOG_TRANSFUSION: Final = 68
LOG_GCSF: Final = 69
LOG_HYPOGAMMAGLOBULINAEMIA: Final = 70
LOG_STEROID_DEPENDENCE: Final = 71
LOG_SPLEEN_SIZE: Final = 72
LOG_REFERRAL: Final = 73
LOG_CATARACT: Final = 74
LOG_LOW_BONE_DENSITY: Final = 75
LOG_GROWTH_RETARDATION: Final = 76
LOG_CUSHINGOID: Final = 77
LOG_ADRENAL_SUPPRESSION: Final = 78
LOG_TREATMENT_FAILURE: Final = 79
LOG_IVIG: Final = 80
LOG_PHASE: Final = 81
LOG_RITUXIMAB_NEUTROPENIA: Final = 82
