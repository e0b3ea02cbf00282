"""What patients die of: deaths by cause in a window, every death with one cause."""

from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from alps_sim.outcomes.definitions import OUTCOMES, death_outcome
from alps_sim.plots.estimates import draw_estimate, interval_note
from alps_sim.plots.intervals import parameter_intervals
from alps_sim.plots.theme import WIDTH_INCHES, footnote, strategy_legend, strategy_styles, themed
from alps_sim.plots.units import shown
from alps_sim.rules.codes import CAUSES_OF_DEATH

INCHES_PER_LINE: Final = 0.085
THICKNESS: Final = 4.6
ROW_COLOUR: Final = "#F3F3F3"


def causes_figure(summary: pd.DataFrame, window: str, parameter_uncertainty: pd.DataFrame | None = None) -> Figure:
    """Deaths by cause and strategy, causes of most deaths first.

    Parameters
    ----------
    summary
        Columns of `summary.csv`, strategies in the scenario's order.
    window
        Years as in `window_years`.
    parameter_uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    """
    strategies = list(summary["strategy"].unique())
    styles = strategy_styles(strategies)
    chosen = summary[summary["window_years"] == window].set_index(["outcome", "strategy"])
    outcomes = sorted(map(death_outcome, CAUSES_OF_DEATH), key=lambda outcome: -float(chosen.loc[outcome]["mean"].max()))
    height = 1.3 + len(outcomes) * (0.12 + INCHES_PER_LINE * len(strategies))
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
        axis = figure.subplots()
        for row, outcome in enumerate(outcomes):
            known = parameter_intervals(parameter_uncertainty, outcome, window)
            if row % 2 == 0:
                axis.axhspan(row - 0.5, row + 0.5, color=ROW_COLOUR, linewidth=0, zorder=0)
            for place, name in enumerate(strategies):
                beside = (place - (len(strategies) - 1) / 2) * 0.8 / max(len(strategies), 1)
                draw_estimate(
                    axis, row + beside, chosen.loc[(outcome, name)].to_dict(), known.get(name), styles[name], shown(outcome).scale
                )
        axis.set_yticks(range(len(outcomes)), [_cause(outcome) for outcome in outcomes])
        axis.set_ylim(len(outcomes) - 0.5, -0.5)
        axis.set_xlim(left=0.0)
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel(f"Deaths per 1,000 patients in the first {window} years")
        strategy_legend(figure, styles)
        footnote(figure, interval_note(parameter_uncertainty))
    return figure


def _cause(outcome: str) -> str:
    label = OUTCOMES[outcome].label
    return "OPSI" if outcome == "opsi_deaths" else label.partition(", ")[2].capitalize()
