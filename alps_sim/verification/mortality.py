"""Hazards of malignancy and death, from docs/model.md sections 8 and 10."""

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.forms import completed_age, immunosuppressed, length, without_spleen
from alps_sim.verification.journal import IntArray


def background_death(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Background death by sex and completed age.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    table = assumptions.death_per_year
    return table[_sex(pieces), completed_age(pieces, table.shape[1])] * length(pieces)


def _sex(pieces: pd.DataFrame) -> IntArray:
    return np.asarray(pieces["sex"] == "female", dtype=np.int64)


def _lymphoma(kind: int, ratio: FloatArray | float, pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """First lymphoma of one kind: the population's incidence x ratios."""
    values = assumptions.values
    table = assumptions.lymphoma_per_year
    incidence = table[kind, _sex(pieces), completed_age(pieces, table.shape[2])]
    first = ((pieces["earlier_hodgkin_lymphoma"] == 0) & (pieces["earlier_non_hodgkin_lymphoma"] == 0)).to_numpy()
    ratios = (
        np.where(without_spleen(pieces), values["lymphoma_ratio_splenectomised"], 1.0)
        * np.where(immunosuppressed(pieces, assumptions), values["lymphoma_ratio_immunosuppressed"], 1.0)
        * np.where(pieces["genotype"] == "ALPS-U", values["lymphoma_ratio_alps_u"], 1.0)
    )
    return np.asarray(incidence * ratio * ratios * first * length(pieces), dtype=np.float64)


def hodgkin_lymphoma(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Hodgkin lymphoma.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    return _lymphoma(0, assumptions.values["hodgkin_incidence_ratio"], pieces, assumptions)


def non_hodgkin_lymphoma(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Non-Hodgkin lymphoma, its ratio falling linearly with age (the middle of a piece gives the integral exactly).

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    ages = (values["non_hodgkin_taper_start_years"], values["non_hodgkin_taper_end_years"])
    ratios = (values["non_hodgkin_incidence_ratio"], values["non_hodgkin_incidence_ratio_late"])
    return _lymphoma(1, np.interp(pieces["age"].to_numpy(np.float64), ages, ratios), pieces, assumptions)


def lymphoma_death(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Excess death in the years after a lymphoma, by age at its diagnosis.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    total = np.zeros(len(pieces))
    values, risk_years = assumptions.values, assumptions.values["malignancy_risk_years"]
    for kind in ("hodgkin", "non_hodgkin"):
        since = _years_since(pieces, f"{kind}_lymphoma_at")
        young = pieces["age"].to_numpy(np.float64) - since < values[f"{kind}_survival_older_from_years"]
        survival = np.where(young, values[f"{kind}_relative_survival_young"], values[f"{kind}_relative_survival_old"])
        total += np.where(since < risk_years, -np.log(survival) / risk_years, 0.0)
    return total * length(pieces)


def _years_since(pieces: pd.DataFrame, column: str) -> FloatArray:
    """Years from an event to the middle of each piece; not a number before it."""
    middle = 0.5 * (pieces["start"] + pieces["end"])
    return (middle - pieces[column]).to_numpy(np.float64)


def other_malignancy(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Acute leukaemia, once.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    on_drug = immunosuppressed(pieces, assumptions)
    rate = np.where(on_drug, values["other_malignancy_on_drugs_per_year"], values["other_malignancy_per_year"])
    first = (pieces["earlier_other_malignancy"] == 0).to_numpy()
    return np.asarray(rate * first * length(pieces), dtype=np.float64)


def leukaemia_death(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Excess death of leukaemia, until a transplantation.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    recent = _years_since(pieces, "other_malignancy_at") < assumptions.values["malignancy_risk_years"]
    at_risk = recent & ~pieces["transplanted"].to_numpy()
    return assumptions.values["leukaemia_death_per_year"] * at_risk * length(pieces)
