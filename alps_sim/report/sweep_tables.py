"""The tables of a sweep as text: numbers at each value of one parameter, or the map of the preferred strategy over two."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.analysis.flip_table import BESIDE_THE_COMPARATOR
from alps_sim.analysis.sweep import Sweep
from alps_sim.plots.parameters import value_text
from alps_sim.plots.units import decimals, interval, number, shown
from alps_sim.report.answer import span
from alps_sim.report.comparable import MARK
from alps_sim.report.robustness import OutcomeTable
from alps_sim.report.sweep import UNDECIDED, flip_intervals

Row = Mapping[Any, Any]

MOST_ROWS: Final = 11
MOST_DECIMALS: Final = 4


def outcome_tables(sweep: Sweep) -> list[OutcomeTable]:
    """For each outcome the comparator's value, the others' differences from it and the preferred strategy, at each value.

    Parameters
    ----------
    sweep
        Along one parameter.
    """
    return [_outcome_table(sweep, str(outcome), part) for outcome, part in sweep.table.groupby("outcome", sort=False)]


def _outcome_table(sweep: Sweep, outcome: str, part: pd.DataFrame) -> OutcomeTable:
    how, comparator = shown(outcome, sweep.scenario.currency), sweep.scenario.comparator
    others = [name for name in sweep.scenario.strategies if name != comparator]
    names = [one.variation.parameter for one in sweep.varied]
    places = [_places(part, what, how.scale) for what in ("", "difference")]
    rows = []
    for _, point in list(part.groupby(names, sort=False))[:: step(sweep)]:
        by_strategy = {str(row["strategy"]): row for row in point.to_dict("records")}
        mine = by_strategy[comparator]
        cells = [_cell(by_strategy[name], "difference", how.scale, places[1]) for name in others]
        best = [f"{mine['preferred']}{'' if mine['preferred_beyond_error'] else f' {UNDECIDED}'}"] if others else []
        rows.append((*(value_text(mine[name]) for name in names), _cell(mine, "", how.scale, places[0]), *cells, *best))
    columns = (*names, comparator, *others, *(["preferred"] if others else []))
    title = f"{how.label}, {how.unit}, {span(sweep.window)}"
    return OutcomeTable(f"{title}: {comparator}, and the others less it" if others else title, columns, tuple(rows))


def step(sweep: Sweep) -> int:
    """Of how many values of a parameter one is printed, so that a table stays short.

    Parameters
    ----------
    sweep
        Along one parameter.
    """
    return -(-(sweep.varied[0].variation.count - 1) // (MOST_ROWS - 1))


def _places(part: pd.DataFrame, what: str, scale: float) -> int:
    """Decimals that show two digits of the simulation error."""
    beginning = f"{what}_" if what else ""
    widths = scale * (part[f"{beginning}ci_high"] - part[f"{beginning}ci_low"]) / 2.0
    width = widths[widths > 0.0].median()
    return int(np.clip(1 - np.floor(np.log10(width)), 0, MOST_DECIMALS)) if width > 0.0 else decimals(list(scale * part[what or "mean"]))


def _cell(row: Row, what: str, scale: float, places: int) -> str:
    """A number with its intervals, the parameter interval first."""
    beginning, signed = (f"{what}_", True) if what else ("", False)
    kinds = [kind for kind in ("parameter_ci", "ci") if f"{beginning}{kind}_low" in row]
    ends = [(scale * row[f"{beginning}{kind}_low"], scale * row[f"{beginning}{kind}_high"]) for kind in kinds]
    bounds = [interval(low, high, places, signed) for low, high in ends]
    return f"{number(scale * row[what or 'mean'], places, signed)} ({'; '.join(bounds)}){'' if row['compares'] else MARK}"


def map_tables(sweep: Sweep) -> list[OutcomeTable]:
    """For each outcome the preferred strategy at each pair of values, then the flips along the first parameter.

    Parameters
    ----------
    sweep
        Over two parameters.
    """
    return [
        table
        for outcome, part in sweep.table.groupby("outcome", sort=False)
        for table in (_preferred_table(sweep, str(outcome), part), _flips_table(sweep, str(outcome)))
    ]


def letters(sweep: Sweep) -> dict[str, str]:
    """Letter of each strategy in a map, by name.

    Parameters
    ----------
    sweep
        As run.
    """
    return dict(zip(sweep.scenario.strategies, ascii_uppercase, strict=False))


def _preferred_table(sweep: Sweep, outcome: str, part: pd.DataFrame) -> OutcomeTable:
    first, second = (one.variation for one in sweep.varied)
    known = letters(sweep)
    cells = {
        (row[first.parameter], row[second.parameter]): known[row["preferred"]] + ("" if row["preferred_beyond_error"] else UNDECIDED)
        for row in part[part["preferred"] != ""].to_dict("records")
    }
    rows = [(value_text(up), *(cells.get((right, up), "") for right in first.values)) for up in reversed(second.values)]
    title = f"{shown(outcome).label}, {span(sweep.window)}: preferred strategy, {first.parameter} to the right"
    return OutcomeTable(title, (second.parameter, *map(value_text, first.values)), tuple(rows))


def _flips_table(sweep: Sweep, outcome: str) -> OutcomeTable:
    """Along the first parameter, at each value of the second."""
    first, second = (one.variation for one in sweep.varied)
    flips = sweep.flips[(sweep.flips["outcome"] == outcome) & (sweep.flips["kind"] == BESIDE_THE_COMPARATOR)]
    rows = flips.to_dict("records")
    names = list(dict.fromkeys(str(row["strategy"]) for row in rows))
    cells: dict[tuple[float, str], list[str]] = {}
    for row in rows:
        cells.setdefault((row["other_value"], row["strategy"]), []).append(_flip_cell(row))
    told = [(value_text(up), *(", ".join(cells[(up, name)]) for name in names)) for up in reversed(second.values)]
    title = f"{shown(outcome).label}, {span(sweep.window)}: where the order flips along {first.parameter}"
    return OutcomeTable(title, (second.parameter, *(f"{name} and {sweep.scenario.comparator}" for name in names)), tuple(told))


def _flip_cell(row: Row) -> str:
    if row["flips"]:
        return f"{value_text(row['value'])} ({flip_intervals(row)}): {row['better_below']} better below"
    return f"{row['better_below']} better" if row["better_below"] else "not told apart"
