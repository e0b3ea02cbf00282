"""Hazards of the cytopenia and its treatment, from docs/model.md sections 3 to 6."""

from typing import Any

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.forms import decline, in_transition, length, of_agent, weibull, without_spleen


def adherence(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Adherence to oral agents by age; an agent that is not taken by mouth is always taken.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Holds the three adherences.
    """
    values = assumptions.values
    age = pieces["age"].to_numpy(np.float64)
    by_age = np.where(age < values["transition_start_age_years"], values["adherence_child"], values["adherence_adult"])
    by_age = np.where(in_transition(pieces, assumptions), values["adherence_transition"], by_age)
    oral = of_agent(pieces["agent"], "is_oral", 0.0, assumptions) > 0.0
    return np.asarray(np.where(oral, by_age, 1.0), dtype=np.float64)


def treatment_ratio(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """What an answering agent and a remission after a course leave of the flare rate.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Holds the ratios.
    """
    agent = of_agent(pieces["agent"], "flare_rate_ratio", 1.0, assumptions)
    course = of_agent(pieces["course"], "flare_rate_ratio", 1.0, assumptions)
    diluted = 1.0 - adherence(pieces, assumptions) * (1.0 - agent)
    return np.where(pieces["agent_answering"], diluted, 1.0) * np.where(pieces["course_answering"], course, 1.0)


def remission_ratio(pieces: pd.DataFrame, after_relapse: float, assumptions: Assumptions) -> FloatArray:
    """Nothing after splenectomy until the relapse, then a ratio.

    Parameters
    ----------
    pieces
        Of a history.
    after_relapse
        The ratio.
    assumptions
        Whether there is a remission.
    """
    in_remission = 0.0 if assumptions.remission_after_splenectomy else 1.0
    after = np.where(pieces["relapsed"], after_relapse, in_remission)
    return np.where(without_spleen(pieces), after, 1.0)


def _common(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Decline x frailty x treatment, integrated; 0 without cytopenia and after a transplant."""
    frailty = pieces["flare_frailty"].to_numpy(np.float64) if assumptions.flare_frailty else 1.0
    possible = pieces["cytopenia"].to_numpy() & ~pieces["transplanted"].to_numpy()
    return np.asarray(decline(pieces, assumptions) * frailty * treatment_ratio(pieces, assumptions) * possible, dtype=np.float64)


def flare(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Flares between episodes and under maintenance steroids.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    by_phase = {"none": 1.0, "maintenance": values["maintenance_flare_rate_ratio"]}
    at_risk = pieces["phase"].astype(str).map(by_phase).fillna(0.0).to_numpy(np.float64)
    remission = remission_ratio(pieces, values["flare_ratio_after_splenectomy_relapse"], assumptions)
    return values["flare_rate_young_per_year"] * at_risk * remission * _common(pieces, assumptions)


def breakthrough(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Breakthroughs in the taper and the clearance time after it.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    at_risk = pieces["phase"].isin(["taper", "clearance"]).to_numpy()
    tapers = (pieces["phase"] == "taper").to_numpy() & assumptions.steroid_left_in_taper
    off_steroid = np.where(tapers, pieces["tapered_share"].to_numpy(np.float64), 1.0)
    remission = remission_ratio(pieces, 1.0, assumptions)
    return assumptions.values["breakthrough_per_year"] * at_risk * off_steroid * remission * _common(pieces, assumptions)


def relapse_after_splenectomy(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """The first flare after surgery, Weibull since surgery; or the flares damped, if they go on in the remission.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    shape, scale = values["relapse_after_splenectomy_shape"], values["relapse_after_splenectomy_scale_years"]
    possible = pieces["cytopenia"].to_numpy() & ~pieces["transplanted"].to_numpy()
    at_risk = without_spleen(pieces) & ~pieces["relapsed"].to_numpy() & possible
    if values["flare_ratio_in_remission"] > 0.0:
        return at_risk * values["flare_rate_young_per_year"] * values["flare_ratio_in_remission"] * _common(pieces, assumptions)
    return at_risk * weibull(pieces, pieces["removed_at"].to_numpy(np.float64), shape) / scale**shape


def spontaneous_remission(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Refractory flares that remit by themselves.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    at_risk = (pieces["phase"] == "refractory").to_numpy()
    return assumptions.values["spontaneous_remission_per_year"] * at_risk * length(pieces)


def _of_agent_while(flag: Any, field: str, pieces: pd.DataFrame, assumptions: Assumptions, kind: str) -> FloatArray:
    return of_agent(pieces[kind], field, 0.0, assumptions) * flag * length(pieces)


def loss_of_response(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Loss of the response to an answering agent.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    return _of_agent_while(pieces["agent_answering"].to_numpy(), "loss_of_response_per_year", pieces, assumptions, "agent")


def intolerance(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Intolerance of the agent that is taken.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    return _of_agent_while(1.0, "intolerance_per_year", pieces, assumptions, "agent")


def organ_toxicity(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Organ toxicity of the agent that is taken.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    return _of_agent_while(1.0, "organ_toxicity_per_year", pieces, assumptions, "agent")


def end_of_course_remission(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """End of the remission after a course.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    return _of_agent_while(pieces["course_answering"].to_numpy(), "loss_of_response_per_year", pieces, assumptions, "course")


def spleen_regression(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """The spleen falling one size by itself in the second decade.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    first, last = assumptions.regression_ages()
    enlarged = pieces["spleen"].isin(["moderate", "massive"])
    at_risk = (enlarged & (pieces["age"] > first) & (pieces["age"] < last)).to_numpy()
    return assumptions.values["spleen_regression_per_year"] * at_risk * length(pieces)


def splenectomy_for_splenomegaly(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Referral of a massive spleen for its size alone, not while referred or in chemotherapy and not after a transplant.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    possible = (pieces["spleen"] == "massive") & ~pieces["awaiting_splenectomy"] & ~pieces["transplanted"] & ~pieces["in_chemotherapy"]
    at_risk = possible.to_numpy()
    return assumptions.splenectomy_for_splenomegaly_per_year * at_risk * length(pieces)
