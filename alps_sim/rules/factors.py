"""What the hazards hang on: factors of the state, and which processes must be looked at when one changes.

A rule that changes a factor marks it; `hazards.refresh` then sets the hazards that hang on the marked factors anew. The table
of dependence here is the one place to look when a hazard gets a new factor.
"""

from typing import Any, Final

from alps_sim.accelerate import compiled
from alps_sim.rules import events as e
from alps_sim.rules.codes import NEUTROPENIA_BIT, NO_AGENT, PHASE_FLARE, PHASE_REFRACTORY


def bits(*processes: int) -> int:
    """Bit mask of processes."""
    return sum(1 << process for process in processes)


QUALITY: Final = 1 << 60
"""Mark of the patient's quality of life, kept beside the marks of processes."""

AGE: Final = bits(e.BACKGROUND_DEATH, e.HODGKIN_LYMPHOMA, e.NON_HODGKIN_LYMPHOMA, e.OSTEONECROSIS)
DECLINE: Final = bits(e.FLARE, e.BREAKTHROUGH, e.RELAPSE_AFTER_SPLENECTOMY, e.SPLEEN_REGRESSION)
CARE: Final = bits(e.FLARE, e.BREAKTHROUGH, e.RELAPSE_AFTER_SPLENECTOMY, e.SEPSIS)
"""DECLINE and CARE change twice a life. To look at their processes on every birthday, and at all of EPISODE with every step of a
taper, took with the longer way to a visit (`life.apply_visit`) 6% of the time."""
TAPER: Final = bits(e.BREAKTHROUGH)
"""The dose that is left."""
EPISODE: Final = bits(e.FLARE, e.BREAKTHROUGH, e.NEUTROPENIC_INFECTION, e.SPONTANEOUS_REMISSION) | QUALITY
STEROID_DOSE: Final = bits(e.HYPERTENSION, e.OSTEONECROSIS, e.FRACTURE) | QUALITY
STEROID: Final = STEROID_DOSE | bits(e.SEPSIS, e.INFECTION_ADMISSION, e.DIABETES, e.THROMBOSIS)
TREATMENT: Final = bits(
    e.FLARE,
    e.BREAKTHROUGH,
    e.RELAPSE_AFTER_SPLENECTOMY,
    e.LOSS_OF_RESPONSE,
    e.INTOLERANCE,
    e.ORGAN_TOXICITY,
    e.END_OF_COURSE_REMISSION,
    e.SEPSIS,
    e.INFECTION_ADMISSION,
    e.HODGKIN_LYMPHOMA,
    e.NON_HODGKIN_LYMPHOMA,
    e.OTHER_MALIGNANCY,
    e.HYPERTENSION,
)
SPLEEN: Final = bits(
    e.FLARE,
    e.BREAKTHROUGH,
    e.RELAPSE_AFTER_SPLENECTOMY,
    e.SEPSIS,
    e.HODGKIN_LYMPHOMA,
    e.NON_HODGKIN_LYMPHOMA,
    e.THROMBOSIS,
    e.SPLEEN_REGRESSION,
    e.SPLENECTOMY_FOR_SPLENOMEGALY,
)
IMMUNITY: Final = bits(e.SEPSIS, e.INFECTION_ADMISSION, e.NEUTROPENIC_INFECTION)
SEPSIS_HISTORY: Final = bits(e.SEPSIS) | QUALITY
MALIGNANCY: Final = (
    bits(
        e.FLARE,
        e.BREAKTHROUGH,
        e.HODGKIN_LYMPHOMA,
        e.NON_HODGKIN_LYMPHOMA,
        e.LYMPHOMA_DEATH,
        e.OTHER_MALIGNANCY,
        e.LEUKAEMIA_DEATH,
        e.SPLENECTOMY_FOR_SPLENOMEGALY,
    )
    | QUALITY
)
COMPLICATION: Final = bits(e.SEPSIS, e.HYPERTENSION, e.DIABETES, e.OSTEONECROSIS, e.FRACTURE) | QUALITY
EVERYTHING: Final = (1 << e.PROCESS_COUNT) - 1 | QUALITY


@compiled
def mark(patient: Any, factor: int) -> None:
    """Say that a factor of the state has changed."""
    patient.stale |= factor


@compiled
def on_steroid(patient: Any) -> bool:
    """Whether the patient takes steroids now."""
    return patient.steroid_mg_per_day > 0.0


@compiled
def on_high_dose(patient: Any, world: Any) -> bool:
    """Whether the present steroid dose is high, by weight."""
    return patient.steroid_mg_per_day >= world.parameters.high_dose_mg_per_kg_per_day * patient.weight_kg


@compiled
def is_immunosuppressed(patient: Any, world: Any) -> bool:
    """Whether the patient takes, or still answers to, an immunosuppressive agent."""
    if patient.agent != NO_AGENT and world.agents[patient.agent].is_immunosuppressive == 1:
        return True
    return patient.course_agent != NO_AGENT and world.agents[patient.course_agent].is_immunosuppressive == 1


@compiled
def treatment_ratio(patient: Any, world: Any) -> float:
    """Ratio of the flare hazard under the agents that answer now, diluted by adherence to oral ones."""
    ratio = 1.0
    if patient.agent_answering == 1:
        agent = world.agents[patient.agent]
        taken = patient.adherence if agent.is_oral == 1 else 1.0
        ratio *= 1.0 - taken * (1.0 - agent.flare_rate_ratio)
    if patient.course_answering == 1:
        ratio *= world.agents[patient.course_agent].flare_rate_ratio
    return ratio


@compiled
def is_cytopenic(patient: Any) -> bool:
    """Whether counts are below the threshold now."""
    return patient.phase == PHASE_FLARE or patient.phase == PHASE_REFRACTORY


@compiled
def is_neutropenic(patient: Any) -> bool:
    """Whether a flare with neutropenia lasts now."""
    return is_cytopenic(patient) and patient.flare_lineages & NEUTROPENIA_BIT != 0


@compiled
def is_in_chemotherapy(patient: Any) -> bool:
    """Whether a lymphoma is treated, or a leukaemia not yet overcome."""
    return patient.lymphoma_phase == 1 or patient.leukaemia_phase == 1
