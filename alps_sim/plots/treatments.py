"""What patients are treated with as the years go by: a stack of shares for each strategy."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from alps_sim.plots.curves import EXTRAPOLATION_FROM_YEARS, SINCE_INDEX
from alps_sim.plots.theme import EXTRAPOLATION_COLOUR, MUTED_COLOUR, TEXT_COLOUR, WIDTH_INCHES, footnote, themed
from alps_sim.scenario.phrases import heading

LAST_YEAR: Final = 40
COLUMNS: Final = 3
INCHES_PER_ROW: Final = 2.0

LAYERS: Final[dict[str, dict[str, Any]]] = {
    "Dead": {"facecolor": "#303030"},
    "Spleen removed, on an agent": {"facecolor": "#8C5A3C", "hatch": "xxxx", "edgecolor": "#D9C2B0"},
    "Spleen removed, no agent": {"facecolor": "#DDB38F", "hatch": "....", "edgecolor": "#8C5A3C"},
    "Another agent": {"facecolor": "#6A5A97", "hatch": "////", "edgecolor": "#C9C1E0"},
    "Sirolimus": {"facecolor": "#4E93AE"},
    "Mycophenolate": {"facecolor": "#A9D0DC", "hatch": "----", "edgecolor": "#4E93AE"},
    "No long-term agent": {"facecolor": "#F4F4EF"},
}
"""From below; told apart in grey by lightness and hatching, and of no strategy's colour."""


def layer(spleen: str, agent: str) -> str:
    """The layer of `LAYERS` that a row of `treatments.csv` belongs to."""
    if agent == "dead":
        return "Dead"
    if spleen == "removed":
        return "Spleen removed, no agent" if agent == "none" else "Spleen removed, on an agent"
    return {"none": "No long-term agent", "mmf": "Mycophenolate", "sirolimus": "Sirolimus"}.get(agent, "Another agent")


def treatment_figure(treatments: pd.DataFrame, last_year: int = LAST_YEAR) -> Figure:
    """Share of patients by long-term treatment over the years, a panel a strategy.

    Parameters
    ----------
    treatments
        Columns of `treatments.csv`, strategies in the scenario's order.
    last_year
        Where the time axes end, years since the index.
    """
    strategies = list(treatments["strategy"].unique())
    columns = min(COLUMNS, len(strategies))
    rows = -(-len(strategies) // columns)
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, 0.95 + INCHES_PER_ROW * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for place, axis in enumerate(axes.flat):
            if place >= len(strategies):
                axis.set_visible(False)
                continue
            _stack(axis, treatments[treatments["strategy"] == strategies[place]], last_year)
            axis.set_title(heading(strategies[place]))
            if place + columns >= len(strategies):
                axis.set_xlabel(SINCE_INDEX)
            if place % columns == 0:
                axis.set_ylabel("Patients (%)")
        handles = [Patch(label=name, **{"edgecolor": MUTED_COLOUR, "linewidth": 0.4, **look}) for name, look in LAYERS.items()]
        figure.legend(handles=handles, loc="outside upper left", ncols=4, frameon=False, handlelength=1.8)
        n = int(treatments["n"].max())
        footnote(
            figure,
            f"Of {n:,} patients, so a share is within {98.0 / n**0.5:.1f} percentage points (95% simulation error); parameter uncertainty "
            "is not drawn. Veiled: extrapolation.",
        )
    return figure


def _stack(axis: Axes, rows: pd.DataFrame, last_year: int) -> None:
    rows = rows[rows["time_years"] <= last_year]
    named = rows.assign(layer=[layer(spleen, agent) for spleen, agent in zip(rows["spleen"], rows["agent"], strict=True)])
    shares = named.pivot_table(index="time_years", columns="layer", values="share", aggfunc="sum", fill_value=0.0)
    times = shares.index.to_numpy(dtype=float)
    below = np.zeros(times.size)
    for name, look in LAYERS.items():
        upto = below + 100.0 * (shares[name].to_numpy() if name in shares else 0.0)
        axis.fill_between(times, below, upto, linewidth=0.0, **look)
        below = upto
    axis.axvspan(EXTRAPOLATION_FROM_YEARS, last_year, facecolor=EXTRAPOLATION_COLOUR, alpha=0.5, linewidth=0, zorder=3)
    axis.text(last_year - 0.5, 99.0, "extrapolation", ha="right", va="top", color=TEXT_COLOUR, fontsize=7, zorder=4)
    axis.set(xlim=(0.0, last_year), ylim=(0.0, 100.0), xticks=range(0, last_year + 1, 10))
