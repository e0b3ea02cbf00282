"""One estimate with both of its intervals, drawn alike in every figure: pale bar what is not known, black line the simulation error."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes

from alps_sim.plots.intervals import Interval
from alps_sim.plots.theme import TEXT_COLOUR, Style

HOLLOW: Final[dict[str, Any]] = {"markerfacecolor": "white", "markeredgewidth": 1.3}
"""Hollow markers, so that the line is seen on a marker of any colour."""
PALE: Final = 0.35
THICKNESS: Final = 7.0


def draw_estimate(
    axis: Axes, place: float, row: Mapping[Any, Any], known: Interval | None, look: Style, scale: float = 1.0, thickness: float = THICKNESS
) -> None:
    """Draw an estimate on a horizontal line.

    Parameters
    ----------
    axis
        Where.
    place
        Vertical position.
    row
        `mean`, `ci_low` and `ci_high` of the simulation error.
    known
        Interval of parameter uncertainty; None if no draws were run.
    look
        Of the strategy.
    scale
        What the numbers are multiplied by.
    thickness
        Of the pale bar, points; the marker follows it.
    """
    if known is not None:
        bounds = [scale * bound for bound in known]
        axis.plot(bounds, [place, place], color=look.colour, alpha=PALE, linewidth=thickness, solid_capstyle="butt", zorder=1)
    axis.plot([scale * row["ci_low"], scale * row["ci_high"]], [place, place], color=TEXT_COLOUR, linewidth=1.2, zorder=4, clip_on=False)
    axis.plot(scale * row["mean"], place, look.marker, color=look.colour, **HOLLOW, markersize=0.85 * thickness, zorder=3, clip_on=False)


def interval_note(uncertainty: pd.DataFrame | None) -> str:
    """What the bars and lines of `draw_estimate` are.

    Parameters
    ----------
    uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    """
    pale = "Pale bars: 95% parameter uncertainty" if uncertainty is not None else "Parameter uncertainty was not run"
    return f"{pale}; black lines: 95% simulation error."
