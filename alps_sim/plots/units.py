"""Numbers as a reader wants them: in units of sensible size, rounded alike within an outcome."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.outcomes.survival import INCIDENCE_CURVES

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
