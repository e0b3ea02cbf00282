"""What a service must provide: resources per 100 patients and year, by strategy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from alps_sim.outcomes.definitions import LIFETIME
from alps_sim.outcomes.resources import UNITS
from alps_sim.plots.units import decimals, number
from alps_sim.scenario.phrases import heading

PER_PATIENTS: Final = 100
COST: Final = "cost"
NAMES: Final = {
    "ivig": "Immunoglobulin (IVIG)",
    "mmf": "Mycophenolate",
    "gcsf": "G-CSF",
    "tpo_mimetic": "TPO mimetic",
    "red_cell_units": "Red cells",
    "inpatient_days_within_packages": "Inpatient days paid with an operation or admission",
    "intensive_care_days": "Intensive care",
    "inpatient_days": "Inpatient days paid by day",
    "infusion_hours": "Infusion chair",
}
"""Names that the item's own words would not give well."""
_LARGE: Final = {"mg": ("g", 1000.0), "mcg": ("mg", 1000.0)}
"""Units that numbers per 100 patients would be too large in."""


@dataclass(frozen=True)
class Need:
    """One resource.

    Attributes
    ----------
    name, unit
        In words.
    amounts
        Per 100 patients and year alive, by strategy.
    """

    name: str
    unit: str
    amounts: Mapping[str, str]


def needs(resources: pd.DataFrame, window: str, currency: str) -> list[Need]:
    """Resources used in a window per 100 patients and year alive, in the order of the books, the cost of all last.

    Parameters
    ----------
    resources
        Columns of `resources.csv`, strategies in the scenario's order.
    window
        Years as in `window_years`.
    currency
        Currency and price year.
    """
    within = resources if window == LIFETIME else resources[resources["year"] < float(window)]
    strategies = [str(name) for name in resources["strategy"].unique()]
    used = _sums(within, "quantity")
    alive = {name: used[name, "life_years"] for name in strategies}
    rates = {
        item: {name: PER_PATIENTS * used.get((name, item), 0.0) / alive[name] for name in strategies}
        for item in UNITS
        if item not in ("life_years", "qalys")
    }
    paid = {name: sum(cost for (strategy, _), cost in _sums(within, "cost").items() if strategy == name) for name in strategies}
    costs = {name: PER_PATIENTS * paid[name] / alive[name] for name in strategies}
    return [*(_need(item, UNITS[item], amounts) for item, amounts in rates.items() if any(amounts.values())), _need(COST, currency, costs)]


def _sums(resources: pd.DataFrame, column: str) -> dict[tuple[str, str], float]:
    """Sum of a column by strategy and item."""
    sums = resources.groupby(["strategy", "item"], sort=False)[column].sum().reset_index()
    return {(row["strategy"], row["item"]): float(row[column]) for row in sums.to_dict("records")}


def _need(item: str, unit: str, amounts: Mapping[str, float]) -> Need:
    shown_unit, divisor = _LARGE.get(unit, (unit, 1.0))
    scaled = {name: amount / divisor for name, amount in amounts.items()}
    places = decimals(list(scaled.values()))
    label = "Cost of all" if item == COST else NAMES.get(item, heading(item))
    return Need(label, shown_unit, {name: number(amount, places) for name, amount in scaled.items()})
