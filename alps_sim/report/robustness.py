"""The study of robustness in words: a table for each outcome, and a sentence on whether the order of the strategies holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from alps_sim.plots.units import decimals, interval, number, shown
from alps_sim.report.answer import span
from alps_sim.report.comparable import MARK
from alps_sim.robustness.order import NOT_RUN, TURNS

EXPLAINED: Final = (
    "Simulation interval: 95%, how far the number is from what these parameter values would give with infinitely many patients; it "
    "says nothing of how uncertain the parameters are. The same patients live under every alternative. Where an alternative is not called "
    "fitted anew, the fit is that of the readings taken. A pair of strategies that the base case tells apart beyond simulation error "
    "holds, is no longer told apart, or turns beyond simulation error."
)


@dataclass(frozen=True)
class OutcomeTable:
    """One outcome under all alternatives that were run, or at all values of a sweep, as text.

    Attributes
    ----------
    title
        Outcome, unit and window.
    columns
        Headings.
    rows
        Cells; of alternatives the base case first.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def outcome_tables(table: pd.DataFrame) -> list[OutcomeTable]:
    """For each outcome its value under the comparator, the others' differences from it, and what becomes of the order.

    Parameters
    ----------
    table
        Columns of `robustness.csv`.
    """
    run = table[table["order"] != NOT_RUN]
    return [_outcome_table(str(name), str(window), part) for (name, window), part in run.groupby(["outcome", "window_years"], sort=False)]


def _outcome_table(outcome: str, window: str, part: pd.DataFrame) -> OutcomeTable:
    how = shown(outcome)
    comparator = str(part["comparator"].iloc[0])
    others = [str(name) for name in part["strategy"].unique() if name != comparator]
    places = decimals([how.scale * value for value in part["value"]])
    rows = [_row(case, comparator, others, how.scale, places) for _, case in part.groupby(["reading", "alternative"], sort=False)]
    columns = (
        "Alternative",
        comparator,
        *(f"{name} less {comparator} (simulation interval)" for name in others),
        "Order of the strategies",
    )
    return OutcomeTable(f"{how.label}, {how.unit}, {span(window)}", columns, tuple(rows))


def _row(case: pd.DataFrame, comparator: str, others: Sequence[str], scale: float, places: int) -> tuple[str, ...]:
    by_strategy = {str(row["strategy"]): row for row in case.to_dict("records")}
    first = by_strategy[comparator]
    cells = [_difference(by_strategy[name], scale, places) for name in others]
    return (case_name(first), number(scale * first["value"], places), *cells, str(first["order_words"]))


def case_name(row: Any) -> str:
    """Reading and alternative in one; the base case by itself.

    Parameters
    ----------
    row
        Of `robustness.csv`.
    """
    return f"{row['reading']}: {row['alternative']}" if row["reading"] else str(row["alternative"])


def _difference(row: Any, scale: float, places: int) -> str:
    apart = number(scale * row["difference"], places, signed=True)
    return f"{apart} ({interval(scale * row['ci_low'], scale * row['ci_high'], places, signed=True)}){'' if row['compares'] else MARK}"


def conclusion_sentences(conclusions: pd.DataFrame) -> list[str]:
    """For each outcome in how many alternatives the order of the strategies holds, and what turns it.

    Parameters
    ----------
    conclusions
        Of `robustness.order.conclusions`.
    """
    return [_sentence(row) for row in conclusions.to_dict("records")]


def _sentence(row: Any) -> str:
    outcome = f"{shown(row['outcome']).label} {span(str(row['window_years']))}"
    if row["open"]:
        return f"{outcome}: no two strategies are told apart in the base case, so no order can hold or turn."
    text = f"{outcome}: the order holds in {row['holds']} of {row['run']} alternatives"
    text += f" ({row['unchanged']} of these leave every patient's outcome as it is)" if row["unchanged"] else ""
    text += f"; in {row['fades']} a pair is no longer told apart" if row["fades"] else ""
    return f"{text}; it turns in {row['turns']}: {row['turned_by']}." if row["turns"] else f"{text}; it turns in none."


def comparator_sentences(pairs: pd.DataFrame, comparator: str) -> list[str]:
    """For each outcome, how often each strategy keeps its place beside the comparator.

    Parameters
    ----------
    pairs
        Columns of `robustness_pairs.csv`.
    comparator
        Name of the strategy.
    """
    found = pairs[(pairs["first"] == comparator) | (pairs["second"] == comparator)]
    return [
        f"{shown(str(outcome)).label} {span(str(window))}, beside {comparator}: "
        + "; ".join(_kept(part, comparator) for _, part in group.groupby(["first", "second"], sort=False))
        for (outcome, window), group in found.groupby(["outcome", "window_years"], sort=False)
    ]


def _kept(part: pd.DataFrame, comparator: str) -> str:
    """How often one strategy keeps its place beside the comparator."""
    first, second = str(part["first"].iloc[0]), str(part["second"].iloc[0])
    name = second if first == comparator else first
    counts = part["verdict"].value_counts()
    if counts.get("open", 0):
        return f"{name} not told apart in the base case"
    turned = f", turns in {counts[TURNS]}" if TURNS in counts else ""
    return f"{name} holds in {counts.get('holds', 0)} of {len(part)}{turned}"


def notes(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Alternatives that were not run, or not wholly, with what is to be said of them.

    Parameters
    ----------
    table
        Columns of `robustness.csv`.
    """
    for row in table.drop_duplicates(["reading", "alternative"]).to_dict("records"):
        if row["note"]:
            yield case_name(row), str(row["note"])
