"""What was used, when and by whom: the books of all blocks, and the check that they agree with the patients' own totals."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.accumulate import Array, CompensatedSum, Totals
from alps_sim.rules.accounts import ACCOUNT_COUNT, ACCOUNTS, COUNTERS, RESOURCES, YEARS_IN_BOOKS
from alps_sim.rules.codes import AGE_BANDS

BOOKS_SHAPE: Final = (YEARS_IN_BOOKS, len(AGE_BANDS), ACCOUNT_COUNT, 2)
"""Year since index, age band, account, (quantity, discounted quantity)."""

UNITS: Final = {**dict(RESOURCES), "life_years": "years", "qalys": "QALYs"}
RESOURCE_COLUMNS: Final = (
    "strategy",
    "item",
    "unit",
    "cause",
    "year",
    "age_band",
    "quantity",
    "cost",
    "quantity_discounted",
    "cost_discounted",
)
BOOKS_TOLERANCE: Final = 1e-12
"""Largest relative difference between the books and the patients' totals."""

_ITEMS: Final = tuple(component for component, _ in ACCOUNTS)
_PRICED: Final = tuple(name for name, _ in RESOURCES)


class Books:
    """Books of one strategy, summed over blocks in block order with compensated addition."""

    def __init__(self) -> None:
        self._sum = CompensatedSum(BOOKS_SHAPE)

    def add(self, books: Array) -> None:
        """Add the books of the next block.

        Parameters
        ----------
        books
            `BOOKS_SHAPE`.

        Raises
        ------
        ValueError
            If the shape is another.
        """
        if books.shape != BOOKS_SHAPE:
            raise ValueError(f"books must have the shape (years, age bands, accounts, 2) = {BOOKS_SHAPE}, found {books.shape}")
        self._sum.add(books)

    @property
    def value(self) -> Array:
        """Quantities so far, `BOOKS_SHAPE`."""
        return self._sum.value


def account_prices(unit_cost: Array) -> Array:
    """(accounts,) unit cost of each account's item; zero for life-years and QALYs.

    Parameters
    ----------
    unit_cost
        (resources,) in the order of `rules.accounts.RESOURCES`.
    """
    return np.array([unit_cost[_PRICED.index(item)] if item in _PRICED else 0.0 for item in _ITEMS])


def _strategy_resources(books: Array, prices: Array, patients: int) -> dict[str, Any]:
    """Columns of the table for one strategy, without its name: the cells that are not empty."""
    year, band, account = np.nonzero(np.any(books != 0.0, axis=3))
    order = np.lexsort((band, year, account))
    year, band, account = year[order], band[order], account[order]
    quantity, discounted = (books[year, band, account, kind] / patients for kind in (0, 1))
    return {
        "item": np.array(_ITEMS)[account],
        "unit": np.array([UNITS[item] for item in _ITEMS])[account],
        "cause": np.array([cause for _, cause in ACCOUNTS])[account],
        "year": year,
        "age_band": np.array(AGE_BANDS)[band],
        "quantity": quantity,
        "cost": quantity * prices[account],
        "quantity_discounted": discounted,
        "cost_discounted": discounted * prices[account],
    }


def resource_table(books: Sequence[Books], strategies: Sequence[str], unit_cost: Array, patients: int) -> pd.DataFrame:
    """Resource use by year since the index and age band: `resources.csv`.

    Quantities and costs are means per patient who entered at the index, the dead included; times the expected number of new
    patients they are a service's need. Year 0 is the first year after the index; the last year takes all later ones.

    Parameters
    ----------
    books
        One of each strategy.
    strategies
        Their names.
    unit_cost
        (resources,) in the scenario's currency.
    patients
        How many were simulated under each strategy.
    """
    prices = account_prices(unit_cost)
    tables = []
    for book, name in zip(books, strategies, strict=True):
        table = pd.DataFrame(_strategy_resources(book.value, prices, patients))
        table.insert(0, "strategy", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)[list(RESOURCE_COLUMNS)]


def books_check(books: Sequence[Books], strategies: Sequence[str], totals: Totals, unit_cost: Array) -> pd.DataFrame:
    """Whether the books add up to the patients' own totals of life-years, QALYs and cost, plain and discounted.

    Parameters
    ----------
    books
        One of each strategy.
    strategies
        Their names.
    totals
        Moments of the same patients; the last window must be the whole life.
    unit_cost
        (resources,) in the scenario's currency.

    Returns
    -------
    pandas.DataFrame
        strategy, total, from_books, from_patients, relative_difference, result (PASS or FAIL).
    """
    items = np.array(_ITEMS)
    prices = account_prices(unit_cost)
    rows = []
    for position, name in enumerate(strategies):
        by_account = books[position].value.sum(axis=(0, 1))
        for kind, suffix in enumerate(("", "_discounted")):
            amounts = by_account[:, kind]
            found = {item + suffix: amounts[items == item].sum() for item in ("life_years", "qalys")}
            found["cost" + suffix] = (amounts * prices).sum()
            for total, value in found.items():
                expected = totals.sums[position, -1, COUNTERS.index(total)]
                difference = abs(value - expected) / max(abs(expected), np.finfo(float).tiny) if value != expected else 0.0
                verdict = "PASS" if difference <= BOOKS_TOLERANCE else "FAIL"
                rows.append((name, total, value, expected, difference, verdict))
    return pd.DataFrame(rows, columns=["strategy", "total", "from_books", "from_patients", "relative_difference", "result"])


def per_year_alive(resources: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """Quantities by year since the index, per person-year lived in that year.

    Parameters
    ----------
    resources
        Columns of `resources.csv`.
    items
        Of its items.

    Returns
    -------
    pandas.DataFrame
        strategy, year, one column an item; years in which nobody lived are left out.
    """
    tables = []
    for name, rows in resources.groupby("strategy", sort=False):
        by_year = rows.pivot_table(index="year", columns="item", values="quantity", aggfunc="sum", fill_value=0.0)
        by_year = by_year.reindex(columns=[*items, "life_years"], fill_value=0.0)
        lived = by_year[by_year["life_years"] > 0.0]
        rates = lived[list(items)].div(lived["life_years"], axis=0).reset_index()
        rates.insert(0, "strategy", name)
        tables.append(rates)
    return pd.concat(tables, ignore_index=True)
