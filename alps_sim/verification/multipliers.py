"""Every multiplier of the model taken out of the second account, one by one: each must make the check fail.

The lives are simulated with all multipliers at work; hazards and probabilities are computed as if one of them were 1 (or, where
that is what its absence means, as if its term were 0, or as if the probability were that of other circumstances). That is the same
as lives from rules that forgot it, seen from the other side. A multiplier that can be forgotten without the check failing is not
verified.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from alps_sim.verification.assumptions import Assumptions

Change = Callable[[Assumptions], Assumptions]

ADHERENCES: Final = ("adherence_child", "adherence_transition", "adherence_adult")
DAILY_AGENTS: Final = ("mmf", "sirolimus", "hydroxychloroquine", "tpo_mimetic", "thiopurine", "ciclosporin")
COURSE_AGENTS: Final = ("rituximab", "vincristine")
ORAL_ANSWER: Final = "oral_prednisone_response_probability"


@dataclass(frozen=True)
class Multiplier:
    """One multiplier.

    Attributes
    ----------
    name
        In words.
    processes
        Processes in whose hazard, and decisions in whose probability, it stands; the check of any of them must fail without it.
    without
        The assumptions without it.
    """

    name: str
    processes: tuple[str, ...]
    without: Change


def _set(**changes: float) -> Change:
    """Other values of some parameters."""
    return lambda assumptions: assumptions.with_named_values(changes)


def _set_named(changes: Mapping[str, float]) -> Change:
    return lambda assumptions: assumptions.with_named_values(changes)


def _same(target: str, source: str) -> Change:
    """One parameter given the value of another."""
    return lambda assumptions: assumptions.with_named_values({target: assumptions.values[source]})


def _switch(**changes: bool) -> Change:
    return lambda assumptions: replace(assumptions, **changes)  # type: ignore[arg-type]


def _no_ages(assumptions: Assumptions) -> Assumptions:
    return replace(assumptions, spleen_regression_ages_years=(0.0, 200.0))


def _no_cap(assumptions: Assumptions) -> Assumptions:
    return assumptions.with_values(sepsis_multiplier_cap=1.0e9)


def _cytopenia() -> list[Multiplier]:
    """Multipliers of flares and breakthroughs."""
    shared: dict[str, Change] = {
        "decline with age": _same("flare_rate_adult_per_year", "flare_rate_young_per_year"),
        "flare frailty": _switch(flare_frailty=False),
        **{f"dilution by {name.replace('_', ' ')}": _set(**{name: 1.0}) for name in ADHERENCES},
        "remission after splenectomy": _switch(remission_after_splenectomy=False),
    }
    for agent in (*DAILY_AGENTS, *COURSE_AGENTS):
        shared[f"answering {agent}"] = _set_named({f"drug.{agent}.flare_rate_ratio": 1.0})
    found = [
        Multiplier(f"{name}, {process}", (process,), change) for name, change in shared.items() for process in ("flare", "breakthrough")
    ]
    found.append(Multiplier("the ages of spleen regression", ("spleen_regression",), _no_ages))
    found.append(Multiplier("steroid left in a taper", ("breakthrough",), _switch(steroid_left_in_taper=False)))
    found.append(Multiplier("maintenance steroid", ("flare",), _set(maintenance_flare_rate_ratio=1.0)))
    found.append(Multiplier("after a post-splenectomy relapse", ("flare",), _set(flare_ratio_after_splenectomy_relapse=1.0)))
    return found


def _infection() -> list[Multiplier]:
    """Multipliers of sepsis and other infection."""
    sepsis: dict[str, Change] = {
        "recurrence": _set(sepsis_recurrence_ratio=1.0),
        "removal under 5": _set(splenectomy_under_5_ratio=1.0),
        "hypogammaglobulinaemia": _set(hypogammaglobulinaemia_infection_ratio=1.0),
        "steroid": _set(steroid_burst_sepsis_ratio=1.0),
        "days after a steroid course": _set(steroid_burst_days=0.0),
        "immunosuppression without a spleen": _set(immunosuppression_sepsis_ratio_asplenic=1.0),
        "immunosuppression with a spleen": _set(immunosuppression_sepsis_ratio_with_spleen=1.0),
        "diabetes": _set(diabetes_sepsis_ratio=1.0),
        "cap of the product": _no_cap,
        "infection frailty": _switch(infection_frailty=False),
        "prevention": _set(prevention_rate_ratio=1.0),
        "prevention in the transition years": _set(prevention_transition_ratio=1.0),
        "shape of the hazard after splenectomy": _set(opsi_shape=1.0),
    }
    found = [Multiplier(f"{name}, sepsis", ("sepsis",), change) for name, change in sepsis.items()]
    admission = _same("infection_admission_on_immunosuppression_per_year", "infection_admission_per_year")
    found.append(Multiplier("immunosuppression, admissions", ("infection_admission",), admission))
    found.append(Multiplier("steroid, admissions", ("infection_admission",), _set(steroid_infection_admission_ratio=1.0)))
    low = _set(hypogammaglobulinaemia_infection_ratio=1.0)
    found.append(Multiplier("hypogammaglobulinaemia, admissions", ("infection_admission",), low))
    found.append(Multiplier("infection frailty, admissions", ("infection_admission",), _switch(infection_frailty=False)))
    found.append(Multiplier("G-CSF", ("neutropenic_infection",), _set(gcsf_infection_ratio=1.0)))
    found.append(Multiplier("neutropenia after rituximab", ("neutropenic_infection",), _set(rituximab_neutropenia_infection_ratio=1.0)))
    return found


def _malignancy() -> list[Multiplier]:
    """Multipliers of malignancy."""
    found = [Multiplier("Hodgkin in ALPS", ("hodgkin_lymphoma",), _set(hodgkin_incidence_ratio=1.0))]
    found.append(
        Multiplier(
            "non-Hodgkin in ALPS",
            ("non_hodgkin_lymphoma",),
            _set(non_hodgkin_incidence_ratio=1.0, non_hodgkin_incidence_ratio_late=1.0),
        )
    )
    taper = _same("non_hodgkin_incidence_ratio_late", "non_hodgkin_incidence_ratio")
    found.append(Multiplier("taper of the non-Hodgkin ratio", ("non_hodgkin_lymphoma",), taper))
    for kind in ("splenectomised", "immunosuppressed", "alps_u"):
        change = _set_named({f"lymphoma_ratio_{kind}": 1.0})
        found += [Multiplier(f"{kind}, {process}", (process,), change) for process in ("hodgkin_lymphoma", "non_hodgkin_lymphoma")]
    for kind in ("hodgkin", "non_hodgkin"):
        change = _same(f"{kind}_relative_survival_old", f"{kind}_relative_survival_young")
        found.append(Multiplier(f"age in the survival of {kind}", ("lymphoma_death",), change))
    found.append(Multiplier("the end of the risk from leukaemia", ("leukaemia_death",), _set(malignancy_risk_years=200.0)))
    on_drugs = _same("other_malignancy_on_drugs_per_year", "other_malignancy_per_year")
    found.append(Multiplier("other malignancy on drugs", ("other_malignancy",), on_drugs))
    return found


def _toxicity() -> list[Multiplier]:
    """Multipliers of steroid toxicity and thrombosis."""
    return [
        Multiplier("steroid, hypertension", ("hypertension",), _same("hypertension_per_year_on_steroid", "hypertension_per_year")),
        Multiplier("high dose, hypertension", ("hypertension",), _set(hypertension_high_dose_ratio=1.0)),
        Multiplier("ciclosporin, hypertension", ("hypertension",), _set(hypertension_ciclosporin_ratio=1.0)),
        Multiplier("steroid, diabetes", ("diabetes",), _set(diabetes_on_steroid_ratio=1.0)),
        Multiplier("steroid, thrombosis", ("thrombosis",), _set(thrombosis_on_steroid_ratio=1.0)),
        Multiplier("splenectomy, thrombosis", ("thrombosis",), _set(thrombosis_after_splenectomy_per_year=0.0)),
        Multiplier("early after splenectomy, thrombosis", ("thrombosis",), _set(thrombosis_early_ratio=1.0)),
        Multiplier("the age from which osteonecrosis comes", ("osteonecrosis",), _set(osteonecrosis_minimum_age_years=0.0)),
        Multiplier("steroid, osteonecrosis", ("osteonecrosis",), _set(osteonecrosis_on_steroid_ratio=1.0)),
        Multiplier("high exposure, osteonecrosis", ("osteonecrosis",), _set(osteonecrosis_high_cumulative_ratio=1.0)),
        Multiplier("low exposure, fracture", ("fracture",), _set(fracture_ratio_low=1.0)),
        Multiplier("middle exposure, fracture", ("fracture",), _set(fracture_ratio_middle=1.0)),
        Multiplier("high exposure, fracture", ("fracture",), _set(fracture_ratio_high=1.0)),
        Multiplier("low bone density, fracture", ("fracture",), _set(low_bone_density_fracture_ratio=1.0)),
    ]


def _answers() -> list[Multiplier]:
    """Multipliers of the answer to steroids, agents and courses."""
    steroids, agents, courses = ("answer_to_steroids",), ("answer_to_agent",), ("answer_to_course",)
    found = [
        Multiplier("sequestration, answer to steroids", steroids, _set(sequestration_steroid_response_ratio=1.0)),
        Multiplier("immunoglobulin, answer to steroids", steroids, _set(ivig_added_response_probability=0.0)),
        Multiplier("pulse, answer to steroids", steroids, _same("iv_methylprednisolone_response_probability", ORAL_ANSWER)),
    ]
    alone = _set(refractoriness_correlation=0.0)
    found += [Multiplier(f"shared refractoriness, {of[0]}", of, alone) for of in (steroids, agents, courses)]
    for agent in (*DAILY_AGENTS, *COURSE_AGENTS):
        change = _set_named({f"drug.{agent}.hypersplenism_response_ratio": 1.0})
        found.append(Multiplier(f"hypersplenism, answer to {agent}", courses if agent in COURSE_AGENTS else agents, change))
    return found


def _onset() -> list[Multiplier]:
    """What the dangers of a flare and its mechanism hang on."""
    bleed, transfusion = (f"{what}_probability_severe_flare" for what in ("severe_bleed", "transfusion"))
    sizes = _same("sequestration_probability_massive", "sequestration_probability_moderate")
    all_severe = _set(severe_flare_probability=1.0)
    return [
        Multiplier("size of the spleen, mechanism of a flare", ("flare_mechanism",), sizes),
        Multiplier("severity, severe bleed", ("severe_bleed",), _same(bleed, "severe_bleed_probability_mild_flare")),
        Multiplier("severity, transfusion", ("transfusion",), _same(transfusion, "transfusion_probability_mild_flare")),
        Multiplier("mild breakthroughs, severe bleed", ("severe_bleed",), all_severe),
        Multiplier("mild breakthroughs, transfusion", ("transfusion",), all_severe),
    ]


def _harms() -> list[Multiplier]:
    """Multipliers of fatality, of what rituximab leaves behind, and what makes an exposure to steroids a long one."""
    exposures = ("low_bone_density", "growth_retardation", "cushingoid", "cataract", "adrenal_suppression")
    without_spleen = _same("opsi_fatality_probability", "sepsis_fatality_probability")
    immunoglobulin = _set(rituximab_hypogammaglobulinaemia_alps_u_ratio=1.0)
    return [
        Multiplier("adrenal suppression, death of sepsis", ("sepsis_death",), _set(adrenal_suppression_fatality_ratio=1.0)),
        Multiplier("no spleen, death of sepsis", ("sepsis_death",), without_spleen),
        Multiplier("ALPS-U, hypogammaglobulinaemia", ("hypogammaglobulinaemia",), immunoglobulin),
        Multiplier("the age to which children grow", ("growth_retardation",), _set(growing_until_years=200.0)),
        Multiplier("days of a long course", exposures, _set(long_course_days=0.0)),
        Multiplier("years of a long exposure", exposures, _set(long_exposure_years=200.0)),
    ]


MULTIPLIERS: Final = (*_cytopenia(), *_infection(), *_malignancy(), *_toxicity(), *_answers(), *_onset(), *_harms())
"""All multipliers of docs/model.md that stand in a hazard, or in a probability that the log tells."""
