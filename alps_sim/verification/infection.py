"""Hazards of sepsis and other infection, from docs/model.md sections 3, 5 and 7."""

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.forms import immunosuppressed, in_transition, length, steroid_risk, weibull, without_spleen
from alps_sim.verification.journal import BoolArray


def _frailty(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray | float:
    return pieces["infection_frailty"].to_numpy(np.float64) if assumptions.infection_frailty else 1.0


def risk_product(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Product of the multipliers of sepsis, before the cap.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Holds the ratios.
    """
    values = assumptions.values
    asplenic = without_spleen(pieces)
    young = asplenic & (pieces["age_at_removal"] < assumptions.values["young_splenectomy_before_years"]).to_numpy()
    on_drug = immunosuppressed(pieces, assumptions)
    return np.asarray(
        np.where(pieces["earlier_sepsis"] > 0, values["sepsis_recurrence_ratio"], 1.0)
        * np.where(young, values["splenectomy_under_5_ratio"], 1.0)
        * np.where(pieces["hypogammaglobulinaemia"], values["hypogammaglobulinaemia_infection_ratio"], 1.0)
        * np.where(steroid_risk(pieces, assumptions), values["steroid_burst_sepsis_ratio"], 1.0)
        * np.where(on_drug & asplenic, values["immunosuppression_sepsis_ratio_asplenic"], 1.0)
        * np.where(on_drug & ~asplenic, values["immunosuppression_sepsis_ratio_with_spleen"], 1.0)
        * np.where(pieces["diabetes"], values["diabetes_sepsis_ratio"], 1.0),
        dtype=np.float64,
    )


def takes_up_prevention(pieces: pd.DataFrame, assumptions: Assumptions) -> BoolArray:
    """Whether the patient takes up prevention, by own luck or since an OPSI.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Holds the uptake.
    """
    willing = pieces["prevention_luck"] < assumptions.prevention_uptake
    return np.asarray(willing | pieces["came_through_opsi"], dtype=bool)


def prevention(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """What prevention leaves of sepsis without a spleen.

    Whether a patient takes it up is decided by the patient's own luck, unless an OPSI has taught it; how well it is kept to is the
    adherence.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Holds uptake, adherence and ratios.
    """
    values = assumptions.values
    takes_up = takes_up_prevention(pieces, assumptions)
    kept = np.where(in_transition(pieces, assumptions), values["prevention_transition_ratio"], 1.0)
    share = takes_up * assumptions.prevention_adherence * kept
    return np.where(without_spleen(pieces), 1.0 - share + share * values["prevention_rate_ratio"], 1.0)


def sepsis(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Sepsis with and without a spleen.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    shape = values["opsi_shape"]
    rate = values["opsi_mean_rate_per_year"] * values["opsi_reference_years"] ** (1.0 - shape)
    asplenic = rate * weibull(pieces, pieces["removed_at"].to_numpy(np.float64), shape)
    with_spleen = values["sepsis_with_spleen_per_year"] * length(pieces)
    capped = np.minimum(values["sepsis_multiplier_cap"], risk_product(pieces, assumptions))
    baseline = np.where(without_spleen(pieces), asplenic, with_spleen)
    return np.asarray(baseline * capped * _frailty(pieces, assumptions) * prevention(pieces, assumptions), dtype=np.float64)


def infection_admission(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Admissions for other infection.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    on_drug = immunosuppressed(pieces, assumptions)
    rate = np.where(on_drug, values["infection_admission_on_immunosuppression_per_year"], values["infection_admission_per_year"])
    steroid = np.where(steroid_risk(pieces, assumptions), values["steroid_infection_admission_ratio"], 1.0)
    low = np.where(pieces["hypogammaglobulinaemia"], values["hypogammaglobulinaemia_infection_ratio"], 1.0)
    return np.asarray(rate * steroid * low * length(pieces) * _frailty(pieces, assumptions), dtype=np.float64)


def neutropenic_infection(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Infection while a flare with neutropenia lasts, and in neutropenia after rituximab; where both hold, the hazards add.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Under which the hazard is computed.
    """
    values = assumptions.values
    in_flare = pieces["phase"].isin(["flare", "refractory"]).to_numpy() & pieces["neutropenic_flare"].to_numpy()
    after_rituximab = np.where(pieces["rituximab_neutropenia"], values["rituximab_neutropenia_infection_ratio"], 0.0)
    of_flare = np.where(in_flare, np.where(pieces["gcsf"], values["gcsf_infection_ratio"], 1.0), 0.0)
    return np.asarray(values["neutropenic_infection_per_year"] * (of_flare + after_rituximab) * length(pieces), dtype=np.float64)
