"""Estimates of the tables as text, each interval with its name.

Two intervals stand beside each estimate and are never confused. The one of parameter uncertainty comes first: it says what is
not known. The one of simulation error says how far the estimate would move with other patients drawn, and shrinks with more.
"""

from dataclasses import dataclass

import pandas as pd

from alps_sim.outcomes.definitions import HEADLINE_WINDOW, headline_window
from alps_sim.plots.intervals import parameter_intervals, rows_of
from alps_sim.plots.units import decimals, interval, number, shown
from alps_sim.report.comparable import MARK, NOTHING_UNLIKE, Unlike, compares
from alps_sim.report.driven import ASSUMED_MARK


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


def chosen_window(summary: pd.DataFrame, preferred: str = HEADLINE_WINDOW) -> str:
    """The preferred window if the run has it, else its longest window short of the lifetime.

    Parameters
    ----------
    summary
        Columns of `summary.csv`.
    preferred
        Years as in `window_years`.
    """
    return headline_window((str(window) for window in summary["window_years"].unique()), preferred)


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


def assumed_marks(uncertainty: pd.DataFrame | None, outcome: str, window: str, difference: bool) -> dict[str, str]:
    """`driven.ASSUMED_MARK` by strategy for each interval of parameter uncertainty that is driven by assumption.

    Parameters
    ----------
    uncertainty, outcome, window, difference
        As of `parameter_intervals`.
    """
    rows = rows_of(uncertainty, outcome, window, difference)
    return {str(row["strategy"]): ASSUMED_MARK for row in rows if row["driven_by_assumption"]}
