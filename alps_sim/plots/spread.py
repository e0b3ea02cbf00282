"""How steroid is spread over patients: the middle half, the middle nine tenths, the median, and the difference within patients."""

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from alps_sim.plots.theme import MUTED_COLOUR, TEXT_COLOUR, WIDTH_INCHES, Style, footnote, strategy_styles, themed
from alps_sim.scenario.phrases import heading

INCHES_PER_STRATEGY: Final = 0.24


def spread_figure(spread: pd.DataFrame) -> Figure:
    """Steroid by body weight and year alive of single patients, by strategy and as difference from the comparator.

    Parameters
    ----------
    spread
        Columns of `spread.csv`, strategies in the scenario's order.
    """
    own, paired = (spread[(spread["comparator"] != "") == difference] for difference in (False, True))
    strategies = list(own["strategy"].unique())
    window = str(spread["window_years"].iloc[0])
    styles = strategy_styles(strategies)
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, 1.15 + INCHES_PER_STRATEGY * len(strategies)), layout="constrained")
        first, second = figure.subplots(1, 2, sharey=True)
        for place, name in enumerate(strategies):
            _distribution(first, own[own["strategy"] == name], place, styles[name])
            _distribution(second, paired[paired["strategy"] == name], place, styles[name])
        first.set_yticks(range(len(strategies)), [heading(name) for name in strategies])
        first.set_ylim(len(strategies) - 0.4, -0.6)
        first.set(title="A  Patients", xlabel="Prednisone equivalent\n(mg/kg per year alive)")
        first.set_xlim(left=0.0)
        against = heading(str(paired["comparator"].iloc[0])) if len(paired) else ""
        second.set(title="B  The same patients compared", xlabel=f"Difference from {against}\n(mg/kg per year alive)")
        second.set_visible(bool(len(paired)))
        second.axvline(0.0, color=MUTED_COLOUR, linewidth=0.8, zorder=0)
        for axis in (first, second):
            axis.tick_params(axis="y", length=0)
        footnote(
            figure,
            f"First {window} years. Thick bars: the middle half of the patients; thin bars: all but the lowest and highest 5%; markers: "
            "medians. This is how patients differ from one another, not how uncertain a mean is.",
        )
    return figure


def _distribution(axis: Axes, rows: pd.DataFrame, place: int, look: Style) -> None:
    if rows.empty:
        return
    at = rows.set_index("percentile")["value"]
    axis.plot([at[5], at[95]], [place, place], color=look.colour, linewidth=1.6, solid_capstyle="butt", zorder=1)
    axis.plot([at[25], at[75]], [place, place], color=look.colour, alpha=0.55, linewidth=7, solid_capstyle="butt", zorder=2)
    axis.plot(at[50], place, look.marker, color=TEXT_COLOUR, markeredgecolor="white", markersize=5.5, zorder=3)
