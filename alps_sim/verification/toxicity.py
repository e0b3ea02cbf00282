"""Hazards of steroid toxicity and thrombosis, from docs/model.md sections 6 and 9."""

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.forms import length, without_spleen
from alps_sim.verification.journal import DAYS_PER_YEAR


def hypertension(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Hypertension, once.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    high = pieces["steroid_mg_per_kg"] >= values["high_dose_mg_per_kg_per_day"]
    on_steroid = (
        values["hypertension_per_year_on_steroid"]
        * np.where(high, values["hypertension_high_dose_ratio"], 1.0)
        * np.where(pieces["agent"] == "ciclosporin", values["hypertension_ciclosporin_ratio"], 1.0)
    )
    rate = np.where(pieces["on_steroid"], on_steroid, values["hypertension_per_year"])
    return np.asarray(rate * ~pieces["hypertension"].to_numpy() * length(pieces), dtype=np.float64)


def diabetes(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Diabetes, once.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    ratio = np.where(pieces["on_steroid"], values["diabetes_on_steroid_ratio"], 1.0)
    return np.asarray(values["diabetes_per_year"] * ratio * ~pieces["diabetes"].to_numpy() * length(pieces), dtype=np.float64)


def thrombosis(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Thrombosis: with steroids, and added to it after splenectomy.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    steroid = np.where(pieces["on_steroid"], values["thrombosis_on_steroid_ratio"], 1.0)
    since = 0.5 * (pieces["start"] + pieces["end"]) - pieces["removed_at"]
    early = np.where(since < values["thrombosis_early_days"] / DAYS_PER_YEAR, values["thrombosis_early_ratio"], 1.0)
    surgical = np.where(without_spleen(pieces), values["thrombosis_after_splenectomy_per_year"] * early, 0.0)
    return np.asarray((values["thrombosis_per_year"] * steroid + surgical) * length(pieces), dtype=np.float64)


def osteonecrosis(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Osteonecrosis of adults, once.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    high = pieces["course_mg_per_kg"] > values["high_cumulative_mg_per_kg"]
    on_steroid = np.where(high, values["osteonecrosis_high_cumulative_ratio"], values["osteonecrosis_on_steroid_ratio"])
    ratio = np.where(pieces["on_steroid"], on_steroid, 1.0)
    at_risk = ((pieces["age"] > values["osteonecrosis_minimum_age_years"]) & ~pieces["osteonecrosis"]).to_numpy()
    return np.asarray(values["osteonecrosis_per_year"] * ratio * at_risk * length(pieces), dtype=np.float64)


def fracture(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Fractures.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    ratios = np.array([values[f"fracture_ratio_{band}"] for band in ("low", "middle", "high")])
    bounds = np.array([values["fracture_dose_low_mg_per_kg"], values["fracture_dose_high_mg_per_kg"]])
    by_exposure = ratios[np.searchsorted(bounds, pieces["course_mg_per_kg"].to_numpy(np.float64), side="right")]
    steroid = np.where(pieces["on_steroid"], by_exposure, 1.0)
    bone = np.where(pieces["low_bone_density"], values["low_bone_density_fracture_ratio"], 1.0)
    return np.asarray(values["fracture_per_year"] * steroid * bone * length(pieces), dtype=np.float64)
