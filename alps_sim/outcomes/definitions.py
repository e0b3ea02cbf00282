"""What is measured: the registry of outcomes, each with its unit, its definition and where its number comes from.

Every table, figure and check takes its outcomes from here. Three kinds of outcome are kept apart, because their simulation error
is judged differently: an indicator (did it happen to this patient), a count (how often) and an amount (how much). A rate is a
ratio of two of these summed over all patients, never a mean of the patients' own ratios: a patient who dies early would
otherwise weigh as much as one who lives through the window.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from alps_sim.outcomes.block import BlockResult
from alps_sim.rules.accounts import C_DEATHS, C_OPSI_EPISODES, C_SEPSIS_EPISODES, COUNTERS
from alps_sim.rules.codes import CAUSES_OF_DEATH

Kind = Literal["indicator", "count", "amount", "rate"]

HEADLINE_WINDOW: Final = "20"
"""Years of the window that answers first, where a run has it."""
LIFETIME: Final = "lifetime"
"""The window that ends with the life."""


@dataclass(frozen=True)
class Outcome:
    """One outcome of the registry.

    Attributes
    ----------
    identifier
        Name in every table.
    unit
        Unit of the mean over patients.
    label
        Words for a figure's axis.
    definition
        What is counted, from the index to the end of the window.
    kind
        `indicator`, `count`, `amount`, or `rate` for a ratio of sums.
    headline
        Whether it belongs to the short answer.
    numerator, denominator
        Outcomes whose sums a rate divides; empty otherwise.
    """

    identifier: str
    unit: str
    label: str
    definition: str
    kind: Kind
    headline: bool = False
    numerator: str = ""
    denominator: str = ""


def headline_window(windows: Iterable[str], preferred: str = HEADLINE_WINDOW) -> str:
    """The headline window if a run has it, else its longest short of the lifetime.

    Parameters
    ----------
    windows
        Labels: numbers of years, and `lifetime`.
    preferred
        Another window to be taken if the run has it.
    """
    years = [window for window in windows if window != LIFETIME]
    return preferred if preferred in years else max(years, key=float, default=LIFETIME)


def death_outcome(cause: str) -> str:
    """Identifier of the deaths from one cause."""
    return "opsi_deaths" if cause == "opsi" else f"deaths_{cause}"


_FROM_COUNTERS: Final = (
    Outcome("life_years", "years", "Life-years", "Years alive.", "amount", headline=True),
    Outcome("qalys", "QALYs", "Quality-adjusted life-years", "Years alive, each weighted by its utility.", "amount", headline=True),
    Outcome("cost", "currency", "Cost", "Quantities of all resources at the scenario's unit costs.", "amount", headline=True),
    Outcome("life_years_discounted", "years", "Life-years, discounted", "Years alive, discounted as effects.", "amount"),
    Outcome("qalys_discounted", "QALYs", "Quality-adjusted life-years, discounted", "QALYs, discounted as effects.", "amount"),
    Outcome("cost_discounted", "currency", "Cost, discounted", "Cost, discounted as costs.", "amount"),
    Outcome("opsi_episodes", "episodes per patient", "OPSI episodes", "Invasive bacterial sepsis without a spleen.", "count"),
    Outcome("opsi_pneumococcal_episodes", "episodes per patient", "Pneumococcal OPSI", "OPSI episodes caused by pneumococci.", "count"),
    Outcome(
        "sepsis_episodes",
        "episodes per patient",
        "Sepsis episodes",
        "Invasive bacterial sepsis with or without a spleen; includes OPSI.",
        "count",
    ),
    Outcome(
        "flares",
        "flares per patient",
        "Flares",
        "Hb < 8 g/dL, neutrophils < 500 or platelets < 50,000 per microlitre after at least 30 days clear of all three off pulse "
        "treatment. The one at the index counts.",
        "count",
    ),
    Outcome(
        "breakthroughs",
        "breakthroughs per patient",
        "Breakthroughs",
        "Crossing a threshold again during a taper or within 30 days of its end; the same episode goes on.",
        "count",
    ),
    Outcome(
        "treatment_failure",
        "share of patients",
        "Treatment failure",
        "Under a drug strategy a new long-term agent or splenectomy; after splenectomy the first long-term agent, so that a drug "
        "that bridges to surgery does not count; death from cytopenia under either.",
        "indicator",
        headline=True,
    ),
    Outcome(
        "relapse_after_splenectomy",
        "share of patients",
        "Relapse after splenectomy",
        "First flare after surgery, as a share of all patients of the strategy. The curve from surgery, among those operated on, is "
        "in survival.csv.",
        "indicator",
    ),
    Outcome(
        "prednisone_mg_per_kg",
        "mg/kg",
        "Steroid dose",
        "Prednisone-equivalent dose by body weight summed by day; IV pulses included.",
        "amount",
    ),
    Outcome(
        "iv_pulse_mg_per_kg",
        "mg/kg",
        "Steroid dose given as IV pulses",
        "The part of the prednisone-equivalent dose that was given as intravenous methylprednisolone.",
        "amount",
    ),
    Outcome("steroid_days", "days", "Days on steroid", "Days with any systemic steroid.", "amount"),
    Outcome("splenectomised", "share of patients", "Splenectomised", "Spleen removed since the index.", "indicator"),
    Outcome("lymphomas", "lymphomas per patient", "Lymphomas", "Hodgkin or non-Hodgkin lymphoma diagnosed.", "count"),
    Outcome("other_malignancies", "malignancies per patient", "Other malignancies", "Acute leukaemia diagnosed.", "count"),
    Outcome(
        "infection_admissions",
        "admissions per patient",
        "Admissions for other infection",
        "Admissions for infection other than sepsis and neutropenic infection.",
        "count",
    ),
    Outcome(
        "neutropenic_infections",
        "infections per patient",
        "Neutropenic infections",
        "Infections during a flare with neutropenia or in prolonged neutropenia after rituximab.",
        "count",
    ),
    Outcome("severe_bleeds", "bleeds per patient", "Severe bleeds", "Severe bleeds in a flare with low platelets.", "count"),
    Outcome("transfusions", "transfusions per patient", "Transfusions", "Flares in which red cells were transfused.", "count"),
    Outcome(
        "steroid_toxicities",
        "toxicities per patient",
        "Steroid toxicities",
        "Hypertension, diabetes, osteonecrosis, fracture, low bone density, growth retardation, Cushingoid habitus, cataract or adrenal "
        "suppression that comes on a course of steroids or in the risk window after it.",
        "count",
    ),
    Outcome("agents_begun", "agents per patient", "Long-term agents begun", "Long-term agents and courses begun.", "count"),
    Outcome("transplantations", "transplantations per patient", "Transplantations", "Stem cell transplantations.", "count"),
    Outcome("inpatient_days", "days", "Days in hospital", "Days in hospital for any reason.", "amount"),
    Outcome("deaths", "share of patients", "Deaths", "Death from any cause.", "indicator"),
)

_DERIVED: Final = (
    Outcome(
        "sepsis_with_spleen_episodes",
        "episodes per patient",
        "Sepsis with a spleen",
        "Sepsis episodes while the spleen is in place: sepsis episodes without OPSI.",
        "count",
    ),
    *(
        Outcome(
            death_outcome(cause),
            "share of patients",
            "OPSI deaths" if cause == "opsi" else f"Deaths, {cause.replace('_', ' ')}",
            "Death with this as its one cause: " + ("OPSI." if cause == "opsi" else f"{cause.replace('_', ' ')}."),
            "indicator",
            headline=cause == "opsi",
        )
        for cause in CAUSES_OF_DEATH
    ),
)

BASE: Final = (*_FROM_COUNTERS, *_DERIVED)
"""Outcomes with a value for each patient, in the order of the columns of `base_values`."""

RATES: Final = (
    Outcome(
        "flares_per_year",
        "flares per year alive",
        "Flares per year alive",
        "Flares of all patients divided by their years alive.",
        "rate",
        headline=True,
        numerator="flares",
        denominator="life_years",
    ),
    Outcome(
        "prednisone_mg_per_kg_per_year",
        "mg/kg per year alive",
        "Steroid dose per year alive",
        "Prednisone-equivalent dose by body weight of all patients divided by their years alive.",
        "rate",
        headline=True,
        numerator="prednisone_mg_per_kg",
        denominator="life_years",
    ),
    Outcome(
        "steroid_days_per_year",
        "days per year alive",
        "Days on steroid per year alive",
        "Days with any systemic steroid of all patients divided by their years alive.",
        "rate",
        numerator="steroid_days",
        denominator="life_years",
    ),
)

OUTCOMES: Final = {outcome.identifier: outcome for outcome in (*BASE, *RATES)}
"""The registry, by identifier."""

BASE_INDEX: Final = {outcome.identifier: position for position, outcome in enumerate(BASE)}
"""Column of each base outcome."""

MORE_IS_BETTER: Final = ("life_years", "qalys", "life_years_discounted", "qalys_discounted")
"""Of every other outcome less is better: an event, a treatment or its cost is a burden, whatever it is worth."""

HEADLINES: Final = tuple(name for name, outcome in OUTCOMES.items() if outcome.headline)

if tuple(outcome.identifier for outcome in _FROM_COUNTERS) != COUNTERS:
    raise RuntimeError(
        "alps_sim/outcomes/definitions.py: the outcomes and rules.accounts.COUNTERS name different counters; bring them in line"
    )


Comparable = Callable[[str, str, str], bool]
"""From an outcome and two strategies to whether the outcome counts the same under both."""


def all_comparable(outcome: str, strategy: str, other: str) -> bool:
    """Every outcome compares."""
    return True


def less_is_better(outcome: str) -> bool:
    """Whether a strategy with less of an outcome is preferred to one with more.

    Parameters
    ----------
    outcome
        Identifier in the registry.
    """
    return outcome not in MORE_IS_BETTER


def base_values(block: BlockResult, window: int) -> np.ndarray:
    """Values of the base outcomes of each patient at the end of a window.

    Parameters
    ----------
    block
        Patients under one strategy.
    window
        Position of the window.

    Returns
    -------
    numpy.ndarray
        (n, len(BASE)), columns in the order of `BASE`.
    """
    counters = block.counters[:, window, :]
    values = np.zeros((counters.shape[0], len(BASE)))
    values[:, : len(COUNTERS)] = counters
    values[:, len(COUNTERS)] = counters[:, C_SEPSIS_EPISODES] - counters[:, C_OPSI_EPISODES]
    dead = np.flatnonzero(counters[:, C_DEATHS] > 0.0)
    values[dead, len(COUNTERS) + 1 + block.rows["death_cause"][dead]] = 1.0
    return values
