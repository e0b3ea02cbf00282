"""The headline in one figure: what each strategy gives in the headline window, outcome by outcome, with both kinds of uncertainty."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from alps_sim.plots.estimates import draw_estimate, interval_note
from alps_sim.plots.intervals import parameter_intervals
from alps_sim.plots.theme import WIDTH_INCHES, footnote, strategy_styles, themed
from alps_sim.plots.units import shown
from alps_sim.scenario.phrases import heading

OUTCOMES: Final = ("opsi_deaths", "deaths", "treatment_failure", "flares_per_year", "prednisone_mg_per_kg_per_year", "qalys")
COLUMNS: Final = 3
INCHES_PER_STRATEGY: Final = 0.2
PANELS: Final = "ABCDEFGHI"
_NOT_FROM_ZERO: Final = ("qalys", "life_years")

Marked = Mapping[str, Collection[str]]
"""Strategies by outcome whose number does not compare with the others'."""


def headline_figure(
    summary: pd.DataFrame,
    window: str,
    parameter_uncertainty: pd.DataFrame | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    marked: Marked | None = None,
) -> Figure:
    """Estimates of the main outcomes by strategy.

    Parameters
    ----------
    summary
        Columns of `summary.csv`, strategies in the scenario's order.
    window
        Years as in `window_years`.
    parameter_uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    outcomes
        What is shown, a panel each.
    marked
        What does not compare; drawn with a star behind the strategy's name.
    """
    strategies = list(summary["strategy"].unique())
    rows = -(-len(outcomes) // COLUMNS)
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, 0.35 + rows * (0.85 + INCHES_PER_STRATEGY * len(strategies))), layout="constrained")
        axes = figure.subplots(rows, COLUMNS, squeeze=False)
        for place, axis in enumerate(axes.flat):
            if place >= len(outcomes):
                axis.set_visible(False)
                continue
            stars = (marked or {}).get(outcomes[place], ())
            _panel(axis, summary, outcomes[place], window, parameter_uncertainty, strategies)
            axis.set_yticks(range(len(strategies)), [_named(name, place % COLUMNS == 0, name in stars) for name in strategies])
            axis.set_title(f"{PANELS[place]}  {_title(outcomes[place])}")
        starred = " * Does not compare with the others." if marked and any(marked.get(outcome) for outcome in outcomes) else ""
        cut = [PANELS[place] for place, outcome in enumerate(outcomes) if outcome in _NOT_FROM_ZERO]
        begins = f" The axis of panel {' and '.join(cut)} does not begin at 0." if cut else ""
        footnote(figure, interval_note(parameter_uncertainty) + begins + starred)
    return figure


def _title(outcome: str) -> str:
    return "QALYs" if outcome == "qalys" else shown(outcome).label.partition(" (")[0]


def _named(name: str, written: bool, starred: bool) -> str:
    """The strategy at the left of a row of panels; elsewhere nothing but its star."""
    return (heading(name) if written else "") + ("*" if starred else "")


def _panel(
    axis: Axes, summary: pd.DataFrame, outcome: str, window: str, uncertainty: pd.DataFrame | None, strategies: Sequence[str]
) -> None:
    how, styles = shown(outcome), strategy_styles(strategies)
    rows = summary[(summary["outcome"] == outcome) & (summary["window_years"] == window)].set_index("strategy")
    known = parameter_intervals(uncertainty, outcome, window)
    for place, name in enumerate(strategies):
        draw_estimate(axis, place, rows.loc[name].to_dict(), known.get(name), styles[name], how.scale)
    axis.set_ylim(len(strategies) - 0.4, -0.6)
    if outcome not in _NOT_FROM_ZERO:
        axis.set_xlim(left=0.0)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(how.unit)
