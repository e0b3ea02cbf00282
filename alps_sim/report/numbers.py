"""Numbers as a reader wants them: in units of sensible size, rounded alike within an outcome, each interval with its name.

Two intervals stand beside each estimate and are never confused. The one of parameter uncertainty comes first: it says what is
not known. The one of simulation error says how far the estimate would move with other patients drawn, and shrinks with more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from alps_sim.outcomes.definitions import HEADLINE_WINDOW, LIFETIME, OUTCOMES
from alps_sim.outcomes.survival import INCIDENCE_CURVES
from alps_sim.report.comparable import MARK, NOTHING_UNLIKE, Unlike, compares
from alps_sim.report.driven import ASSUMED_MARK

SIGNIFICANT_DIGITS: Final = 3
MOST_DECIMALS: Final = 3
ROUNDED_BEFORE_THE_POINT: Final = 10_000.0
"""From here on numbers are rounded to tens, hundreds or more."""
_DEATHS: Final = {"deaths", *INCIDENCE_CURVES}
_STEROID: Final = "Steroid dose (prednisone equivalent)"
_WORDS: Final = {
    "flares_per_year": ("Flares", "per year alive"),
    "opsi_episodes": ("OPSI episodes", "per patient"),
    "prednisone_mg_per_kg": (_STEROID, "mg/kg per patient"),
    "prednisone_mg_per_kg_per_year": (_STEROID, "mg/kg per year alive"),
}
"""Label and unit where those of the registry would say the same twice beside one another."""


@dataclass(frozen=True)
class Shown:
    """How an outcome is shown.

    Attributes
    ----------
    label
        Its name in words.
    unit
        Unit of the shown numbers.
    scale
        What the tables' numbers are multiplied by.
    """

    label: str
    unit: str
    scale: float


@dataclass(frozen=True)
class Cell:
    """One estimate as text.

    Attributes
    ----------
    mean
        The estimate.
    parameters
        Interval of parameter uncertainty, with `driven.ASSUMED_MARK` if it is driven by assumption; empty if no draws were run.
    simulation
        Interval of simulation error.
    mark
        `comparable.MARK` if the number does not compare with those of the other strategies, else empty.
    """

    mean: str
    parameters: str
    simulation: str
    mark: str = ""


def shown(outcome: str, currency: str = "currency") -> Shown:
    """How an outcome is shown: deaths per 1,000 patients, other shares in percent, everything else as in the tables.

    Parameters
    ----------
    outcome
        Identifier in the registry of outcomes.
    currency
        Currency of the scenario.
    """
    registered = OUTCOMES[outcome]
    if outcome in _WORDS:
        return Shown(*_WORDS[outcome], 1.0)
    if outcome in _DEATHS:
        return Shown(registered.label, "per 1,000 patients", 1000.0)
    if registered.unit == "share of patients":
        return Shown(registered.label, "% of patients", 100.0)
    unit = currency if registered.unit == "currency" else registered.unit
    return Shown(registered.label, unit if "per" in unit.split() else f"{unit} per patient", 1.0)


def chosen_window(summary: pd.DataFrame, preferred: str = HEADLINE_WINDOW) -> str:
    """The preferred window if the run has it, else its longest window short of the lifetime.

    Parameters
    ----------
    summary
        Columns of `summary.csv`.
    preferred
        Years as in `window_years`.
    """
    windows = [str(window) for window in summary["window_years"].unique()]
    if preferred in windows:
        return preferred
    return max((window for window in windows if window != LIFETIME), key=float, default=LIFETIME)


def decimals(values: Sequence[float]) -> int:
    """Decimals that give the largest of some numbers three significant digits, at most 3; negative for numbers of 10,000 and more."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest == 0.0:
        return 1
    places = min(SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(largest)), MOST_DECIMALS)
    return places if largest >= ROUNDED_BEFORE_THE_POINT else max(places, 0)


def number(value: float, places: int, signed: bool = False) -> str:
    """A number with a fixed number of decimals and commas between thousands; a negative number of decimals rounds before the point."""
    if not math.isfinite(value):
        return "not known"
    rounded = round(value, places) + 0.0  # no minus zero
    return f"{rounded:{'+' if signed and rounded else ''},.{max(places, 0)}f}"


def interval(low: float, high: float, places: int, signed: bool = False) -> str:
    """An interval: `low to high`."""
    return f"{number(low, places, signed)} to {number(high, places, signed)}"


def cells(
    estimates: pd.DataFrame,
    uncertainty: pd.DataFrame | None,
    outcome: str,
    window: str,
    currency: str = "currency",
    unlike: Unlike = NOTHING_UNLIKE,
) -> dict[str, Cell]:
    """The estimates of one outcome in one window by strategy, rounded alike.

    Parameters
    ----------
    estimates
        Columns of `summary.csv`, or of `differences.csv` for differences from the comparator.
    uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    outcome, window
        Identifier, and years as in `window_years`.
    currency
        Currency of the scenario.
    unlike
        Of `comparable.unlike`: what is marked.
    """
    rows = estimates[(estimates["outcome"] == outcome) & (estimates["window_years"] == window)]
    scale, signed = shown(outcome, currency).scale, "comparator" in estimates.columns
    places = decimals([scale * value for value in rows["mean"]])
    known = parameter_intervals(uncertainty, outcome, window, signed)
    assumed = assumed_marks(uncertainty, outcome, window, signed)
    found = {}
    for row in rows.to_dict("records"):
        drawn = known.get(row["strategy"])
        found[str(row["strategy"])] = Cell(
            number(scale * row["mean"], places, signed),
            "" if drawn is None else interval(scale * drawn[0], scale * drawn[1], places, signed) + assumed.get(row["strategy"], ""),
            interval(scale * row["ci_low"], scale * row["ci_high"], places, signed),
            "" if compares(outcome, row["strategy"], row.get("comparator", ""), unlike) else MARK,
        )
    return found


def parameter_intervals(uncertainty: pd.DataFrame | None, outcome: str, window: str, difference: bool) -> dict[str, tuple[float, float]]:
    """Interval of parameter uncertainty by strategy; empty if no draws were run.

    Parameters
    ----------
    uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    outcome, window
        Identifier, and years as in `window_years`.
    difference
        Whether of the difference from the comparator, or of the strategy itself.
    """
    rows = _of_draws(uncertainty, outcome, window, difference)
    return {str(row["strategy"]): (row["ci_low"], row["ci_high"]) for row in rows}


def assumed_marks(uncertainty: pd.DataFrame | None, outcome: str, window: str, difference: bool) -> dict[str, str]:
    """`driven.ASSUMED_MARK` by strategy for each interval of parameter uncertainty that is driven by assumption.

    Parameters
    ----------
    uncertainty, outcome, window, difference
        As of `parameter_intervals`.
    """
    rows = _of_draws(uncertainty, outcome, window, difference)
    return {str(row["strategy"]): ASSUMED_MARK for row in rows if row["driven_by_assumption"]}


def _of_draws(uncertainty: pd.DataFrame | None, outcome: str, window: str, difference: bool) -> list[dict[Any, Any]]:
    if uncertainty is None:
        return []
    # the comparator of a strategy itself is empty, which a table read back from its file has as a missing value
    compared = uncertainty["comparator"].fillna("") != ""
    chosen = (uncertainty["outcome"] == outcome) & (uncertainty["window_years"].astype(str) == window) & (compared == difference)
    return uncertainty[chosen].to_dict("records")
