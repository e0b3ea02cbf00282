"""The figure of a sweep along one parameter: an outcome beside the differences between strategies.

Bands of simulation error and bars of parameter uncertainty are drawn apart and named. Where the order of two strategies flips, the flip
stands on the line of no difference with its interval. The value that the scenario has, and what is known of the parameter, stand
behind the curves, so that a reader sees whether a flip lies where the evidence allows it.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import ScaledTranslation

from alps_sim.analysis.flip_table import BESIDE_THE_COMPARATOR
from alps_sim.analysis.sweep import Sweep, Varied
from alps_sim.plots.parameter_axis import set_parameter_axis
from alps_sim.plots.parameters import titled, value_text
from alps_sim.plots.theme import (
    BAND_OPACITY,
    EXTRAPOLATION_COLOUR,
    MUTED_COLOUR,
    OUTLINE,
    TEXT_COLOUR,
    WIDTH_INCHES,
    Style,
    footnote,
    strategy_legend,
    strategy_styles,
    themed,
)
from alps_sim.plots.units import Shown, shown
from alps_sim.scenario.phrases import heading

PANEL_INCHES: Final = 2.9
FLIP_MARK_INCHES: Final = 0.07
"""By which each further flip lies lower, so that bars do not cover each other."""
FLIP_LABEL_POINTS: Final = 10
"""By which the value of each further flip stands higher, so that near ones do not cover each other."""
MARKERS: Final = 5
"""Markers on each curve, at different values for different strategies, so that none hides behind another."""
THIN: Final = ", the thin one parameter uncertainty"
BASE: Final[dict[str, Any]] = {"color": TEXT_COLOUR, "linewidth": 0.9, "linestyle": (0, (1, 1.6))}


def sweep_figure(sweep: Sweep, outcome: str) -> Figure:
    """One outcome of a sweep along one parameter, beside the paired differences from the comparator.

    Parameters
    ----------
    sweep
        Along one parameter.
    outcome
        Identifier in the registry of outcomes, one of the sweep's.
    """
    table, flips = (part[part["outcome"] == outcome] for part in (sweep.table, sweep.flips))
    styles, how, (varied,) = strategy_styles(list(sweep.scenario.strategies)), shown(outcome, sweep.scenario.currency), sweep.varied
    others = {name: look for name, look in styles.items() if name != sweep.scenario.comparator}
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, PANEL_INCHES + 0.9 + 0.18 * len(styles) / 3), layout="constrained")
        axes = figure.subplots(1, 2 if others else 1, squeeze=False)[0]
        _outcome_panel(axes[0], table, styles, how, varied)
        axes[0].set_title(f"{'A  ' if others else ''}{titled(how, sweep.window)}")
        if others:
            _difference_panel(axes[1], table, others, how, varied)
            _mark_flips(axes[1], flips[flips["flips"].astype(bool) & (flips["kind"] == BESIDE_THE_COMPARATOR)], others)
            axes[1].set_title(f"B  Difference from {heading(sweep.scenario.comparator)}")
        strategy_legend(figure, styles, _handles(varied, bool(flips["flips"].any())))
        footnote(figure, _explained(sweep, table, bool(flips["flips"].any())))
    return figure


def _axis_label(how: Shown) -> str:
    """Label and unit, where the unit does not name the outcome by itself."""
    return f"{how.label.partition(' (')[0]}, {how.unit}" if how.unit.startswith(("per ", "%")) else how.unit[:1].upper() + how.unit[1:]


def _outcome_panel(axis: Axes, table: pd.DataFrame, styles: Mapping[str, Style], how: Shown, varied: Varied) -> None:
    for place, (name, look) in enumerate(styles.items()):
        marks = _marks(place, len(styles), varied.variation.count)
        _band_and_line(axis, table[table["strategy"] == name], ("mean", ""), look, how.scale, varied, marks)
    axis.set_ylabel(_axis_label(how))
    _finish(axis, varied)


def _difference_panel(axis: Axes, table: pd.DataFrame, styles: Mapping[str, Style], how: Shown, varied: Varied) -> None:
    axis.axhline(0.0, color=TEXT_COLOUR, linewidth=0.8, zorder=1.5)
    for place, (name, look) in enumerate(styles.items()):
        rows = table[(table["strategy"] == name) & table["compares"].astype(bool)]
        marks = _marks(place, len(styles), varied.variation.count)
        _band_and_line(axis, rows, ("difference", "difference_"), look, how.scale, varied, marks)
    axis.set_ylabel(f"Difference, {how.unit}")
    _finish(axis, varied)


def _band_and_line(
    axis: Axes, rows: pd.DataFrame, columns: tuple[str, str], look: Style, scale: float, varied: Varied, marks: slice
) -> None:
    """A strategy's curve with its band of simulation error, and at its markers bars of parameter uncertainty."""
    if rows.empty:
        return
    column, beginning = columns
    values = rows[varied.variation.parameter].to_numpy()
    low, high, mean = (scale * rows[name].to_numpy() for name in (f"{beginning}ci_low", f"{beginning}ci_high", column))
    axis.fill_between(values, low, high, color=look.colour, alpha=1.6 * BAND_OPACITY, linewidth=0, zorder=2)
    axis.plot(values, mean, color=look.colour, linestyle=look.line, marker=look.marker, markevery=marks, clip_on=False, zorder=3, **OUTLINE)
    bounds = [f"{beginning}parameter_ci_{end}" for end in ("low", "high")]
    if bounds[0] in rows:
        _parameter_bars(axis, values[marks], scale * rows[bounds].to_numpy()[marks], look)


def _parameter_bars(axis: Axes, values: np.ndarray, bounds: np.ndarray, look: Style) -> None:
    """Vertical bars at some values."""
    for colour, width, height in (("white", 3.0, 2.4), (look.colour, 1.7, 2.5)):
        axis.vlines(values, bounds[:, 0], bounds[:, 1], color=colour, linewidth=width, clip_on=False, zorder=height)


def _marks(place: int, strategies: int, values: int) -> slice:
    """At which values the strategy at a place of the scenario has its markers."""
    every = max(-(-values // MARKERS), min(strategies, values))
    return slice(place % every, None, every)


def _finish(axis: Axes, varied: Varied) -> None:
    """Both axes, the scenario's value, and behind all what is known of the parameter."""
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")))
    set_parameter_axis(axis, "x", varied)
    left, right = varied.known_within_values
    if left < right:
        axis.axvspan(left, right, color=EXTRAPOLATION_COLOUR, linewidth=0, zorder=0)
    axis.axvline(varied.base, zorder=1.4, **BASE)


def _mark_flips(axis: Axes, flips: pd.DataFrame, styles: Mapping[str, Style]) -> None:
    """Flips at the line of no difference, each further one a little lower: a diamond with its number, and bars of both errors."""
    for place, row in enumerate(flips.to_dict("records")):
        look = styles[row["strategy"]]
        lower = axis.transData + ScaledTranslation(0.0, -place * FLIP_MARK_INCHES, axis.figure.dpi_scale_trans)
        drawn: dict[str, Any] = {"color": look.colour, "transform": lower, "clip_on": False}
        _flip_bar(axis, (row["ci_low"], row["ci_high"]), 2.6, drawn)
        if "parameter_ci_low" in row:
            _flip_bar(axis, (row["parameter_ci_low"], row["parameter_ci_high"]), 1.2, drawn)
        axis.plot(row["value"], 0.0, "D", markersize=5.0, zorder=5, **drawn, **OUTLINE)
        above = (0, 6 + FLIP_LABEL_POINTS * place)
        beside: dict[str, Any] = {"xytext": above, "textcoords": "offset points", "ha": "center", "va": "bottom", "fontsize": 7}
        box = {"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.6}  # readable over a curve
        axis.annotate(value_text(row["value"]), (row["value"], 0.0), bbox=box, zorder=6, color=look.colour, **beside)


def _flip_bar(axis: Axes, bounds: tuple[float, float], width: float, drawn: Mapping[str, Any]) -> None:
    """A bar between the bounds of a flip, with an arrow at an open end."""
    ends = [bound if np.isfinite(bound) else limit for bound, limit in zip(bounds, axis.get_xlim(), strict=True)]
    axis.plot(ends, [0.0, 0.0], linewidth=width, solid_capstyle="butt", zorder=4, **drawn)
    for bound, end, arrow in zip(bounds, ends, "<>", strict=True):
        axis.plot(end, 0.0, "|" if np.isfinite(bound) else arrow, markersize=4.5, zorder=4, **drawn)


def _handles(varied: Varied, flips: bool) -> list[Any]:
    """Of what is drawn besides the strategies."""
    handles: list[Any] = [Line2D([], [], label=f"Value in the scenario: {value_text(varied.base)}", **BASE)]
    left, right = varied.known_within_values
    if left < right:
        handles.append(Patch(color=EXTRAPOLATION_COLOUR, label=varied.known_as))
    if flips:
        handles.append(Line2D([], [], color=MUTED_COLOUR, marker="D", markersize=5.5, linewidth=2.6, label="Flip, 95% interval"))
    return handles


def _explained(sweep: Sweep, table: pd.DataFrame, flips: bool) -> str:
    """What bands, bars and marks are."""
    parts = [f"Bands: 95% simulation error, {sweep.scenario.patients:,} patients under each strategy, the same at every value."]
    if sweep.draws:
        parts.append(f"Bars at the markers: 95% parameter uncertainty, {sweep.draws} joint draws of all other parameters.")
    else:
        parts.append("Parameter uncertainty was not run.")
    if flips:
        parts.append(f"At a flip the {'thick ' if sweep.draws else ''}bar is simulation error{THIN if sweep.draws else ''}.")
    return " ".join([*parts, *left_out(table), "Vertical axes need not begin at 0."])


def left_out(table: pd.DataFrame) -> list[str]:
    """A sentence on the strategies whose outcome does not compare; none if all do.

    Parameters
    ----------
    table
        Columns of `sweep.csv`, of one outcome.
    """
    names = table.loc[~table["compares"].astype(bool), "strategy"].unique()
    return [f"The outcome of {' and '.join(map(heading, names))} does not compare, so it has no difference."] if len(names) else []
