"""Integrals of the hazard forms over pieces of life, and values of an agent's parameters."""

from typing import Any

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.journal import DAYS_PER_YEAR


def length(pieces: pd.DataFrame) -> FloatArray:
    """Length of each piece in years: the integral of a hazard of one a year.

    Parameters
    ----------
    pieces
        Of a history.
    """
    return (pieces["end"] - pieces["start"]).to_numpy(np.float64)


def weibull(pieces: pd.DataFrame, origin: FloatArray, exponent: float) -> FloatArray:
    """(b - o)^k - (a - o)^k over each piece from a to b; 0 where the origin is not a number.

    Parameters
    ----------
    pieces
        Of a history.
    origin
        Where the clock started, years since the index.
    exponent
        The shape k.
    """
    since_start = np.maximum(pieces["start"].to_numpy(np.float64) - origin, 0.0)
    since_end = np.maximum(pieces["end"].to_numpy(np.float64) - origin, 0.0)
    return np.nan_to_num(since_end**exponent - since_start**exponent)


def decline(pieces: pd.DataFrame, assumptions: Assumptions) -> FloatArray:
    """Integral of the decline of flares with age over each piece.

    Parameters
    ----------
    pieces
        Of a history; no piece spans an end of the decline.
    assumptions
        Rates and ages of the decline.
    """
    values = assumptions.values
    first, last = values["flare_decline_start_years"], values["flare_decline_end_years"]
    slope = np.log(values["flare_rate_adult_per_year"] / values["flare_rate_young_per_year"]) / (last - first)
    years, age = length(pieces), pieces["age"].to_numpy(np.float64)
    at_middle = np.exp(slope * (np.clip(age, first, last) - first))
    declining = (age > first) & (age < last)
    half = 0.5 * slope * years
    averaging = np.where(declining & (np.abs(half) > 1e-12), np.sinh(half) / np.where(half == 0.0, 1.0, half), 1.0)
    return np.asarray(years * at_middle * averaging, dtype=np.float64)


def of_agent(agents: "pd.Series[Any]", field: str, without: float, assumptions: Assumptions) -> FloatArray:
    """A parameter of the agent of each piece.

    Parameters
    ----------
    agents
        (n,) categorical: words of agents, empty for none.
    field
        Last part of the parameter's name.
    without
        Value where there is no agent.
    assumptions
        Holds the agents' parameters.
    """
    categories = agents.cat.categories
    each = [float(assumptions.values[f"drug.{agent}.{field}"]) if agent else without for agent in categories]
    return np.asarray(each, dtype=np.float64)[agents.cat.codes.to_numpy()]


def immunosuppressed(pieces: pd.DataFrame, assumptions: Assumptions) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether an immunosuppressive long-term agent is taken.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Tells which agents are immunosuppressive.
    """
    return of_agent(pieces["agent"], "is_immunosuppressive", 0.0, assumptions) > 0.0


def in_transition(pieces: pd.DataFrame, assumptions: Assumptions) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether the patient is in the years of transition to adult care.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Holds the ages.
    """
    first, last = assumptions.values["transition_start_age_years"], assumptions.values["transition_end_age_years"]
    return ((pieces["age"] > first) & (pieces["age"] < last)).to_numpy()


def steroid_risk(pieces: pd.DataFrame, assumptions: Assumptions) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether the patient is on a steroid course, or not long after one.

    Parameters
    ----------
    pieces
        Of a history.
    assumptions
        Holds how long the risk lasts.
    """
    middle = 0.5 * (pieces["start"] + pieces["end"])
    shortly_after = middle < pieces["steroid_ended"] + assumptions.values["steroid_burst_days"] / DAYS_PER_YEAR
    return (pieces["on_steroid"] | shortly_after).to_numpy(np.bool_)


def without_spleen(pieces: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether the spleen is out.

    Parameters
    ----------
    pieces
        Of a history.
    """
    return (pieces["spleen"] == "removed").to_numpy()


def completed_age(pieces: pd.DataFrame, ages: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Completed age in years, at most the last of a table.

    Parameters
    ----------
    pieces
        Of a history; no piece spans a birthday.
    ages
        Number of ages in the table.
    """
    return np.minimum(pieces["age"].to_numpy(np.float64).astype(np.int64), ages - 1)
