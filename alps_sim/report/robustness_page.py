"""The study of robustness as a page in Markdown: the conclusions, the order in every alternative, and each strategy's differences."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from alps_sim.outcomes.definitions import LIFETIME
from alps_sim.plots.units import decimals, interval, number, shown
from alps_sim.report.comparable import MARK
from alps_sim.report.robustness import EXPLAINED, case_name, comparator_sentences, conclusion_sentences, notes
from alps_sim.robustness.order import NOT_RUN

Column = tuple[str, str]
"""Outcome and window."""


def robustness_page(table: pd.DataFrame, pairs: pd.DataFrame, conclusions: pd.DataFrame) -> str:
    """The page.

    Parameters
    ----------
    table, pairs, conclusions
        Columns of `robustness.csv`, `robustness_pairs.csv` and `conclusions.csv`.
    """
    run = table[table["order"] != NOT_RUN]
    comparator = str(run["comparator"].iloc[0])
    parts = ["## Conclusions", _listed(conclusion_sentences(conclusions)), _listed(comparator_sentences(pairs, comparator))]
    parts += ["## What becomes of the order", order_table(table), "## Of these more is to be said"]
    parts += [_listed([f"`{name}` {note}." for name, note in notes(table)])]
    for strategy in run["strategy"].unique():
        if strategy != comparator:
            parts += [f"## {strategy} less {comparator}", difference_table(table, str(strategy))]
    return "\n\n".join([*parts, EXPLAINED]) + "\n"


def _listed(texts: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _columns(run: pd.DataFrame) -> list[Column]:
    return [(str(outcome), str(window)) for outcome, window in run[["outcome", "window_years"]].drop_duplicates().itertuples(index=False)]


def _heading(column: Column) -> str:
    how = shown(column[0])
    label = how.label.partition(" (")[0].replace("Quality-adjusted life-years", "QALYs")
    unit = how.unit.removeprefix(f"{label} ")
    return f"{label}, {unit}, {column[1] if column[1] == LIFETIME else f'{column[1]} y'}"


def _rows_by_column(case: pd.DataFrame) -> dict[Column, Mapping[Any, Any]]:
    return {(str(row["outcome"]), str(row["window_years"])): row for row in case.to_dict("records")}


def order_table(table: pd.DataFrame) -> str:
    """What becomes of the order: rows of alternatives, a column an outcome, the verdict in the cell.

    Parameters
    ----------
    table
        Columns of `robustness.csv`.
    """
    run = table[table["order"] != NOT_RUN]
    rows = []
    for _, case in run[run["reading"] != ""].groupby(["reading", "alternative"], sort=False):
        found = _rows_by_column(case)
        rows.append([f"`{case_name(next(iter(found.values())))}`", *(str(found[column]["order"]) for column in _columns(run))])
    headings = [f"{label.partition(',')[0]}, {label.rpartition(', ')[2]}" for label in map(_heading, _columns(run))]
    return markdown(["Alternative", *headings], rows)


def difference_table(table: pd.DataFrame, strategy: str) -> str:
    """Rows of alternatives, a column an outcome, the difference from the comparator with its simulation interval in the cell.

    Parameters
    ----------
    table
        Columns of `robustness.csv`.
    strategy
        Name of the strategy.
    """
    run = table[table["order"] != NOT_RUN]
    mine = run[run["strategy"] == strategy]
    columns = _columns(run)
    places = {column: decimals(_shown_differences(mine, column)) for column in columns}
    rows = []
    for _, case in mine.groupby(["reading", "alternative"], sort=False):
        found = _rows_by_column(case)
        name = case_name(next(iter(found.values())))
        rows.append([f"`{name}`", *(_cell(found[column], places[column]) for column in columns)])
    return markdown(["Alternative", *(_heading(column) for column in columns)], rows)


def _shown_differences(mine: pd.DataFrame, column: Column) -> list[float]:
    values = mine["difference"][(mine["outcome"] == column[0]) & (mine["window_years"] == column[1])]
    return [shown(column[0]).scale * float(value) for value in values]


def _cell(row: Mapping[Any, Any], places: int) -> str:
    scale = shown(row["outcome"]).scale
    bounds = interval(scale * row["ci_low"], scale * row["ci_high"], places, signed=True)
    return f"{number(scale * row['difference'], places, signed=True)} ({bounds}){'' if row['compares'] else MARK}"


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown.

    Parameters
    ----------
    columns, rows
        Headings, and cells of each row.
    """
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
