"""The figure of a sweep over two parameters: a map of the preferred strategy, and each strategy's difference as contour lines.

In grey print the hatches tell the strategies of the map apart. A dot marks a pair of values at which simulation error leaves the
preference, or the sign of the difference, open.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from alps_sim.analysis.sweep import Sweep, Varied
from alps_sim.plots.parameter_axis import set_parameter_axis
from alps_sim.plots.parameters import titled
from alps_sim.plots.sweep import left_out
from alps_sim.plots.theme import OUTLINE, TEXT_COLOUR, WIDTH_INCHES, Style, footnote, strategy_styles, themed
from alps_sim.plots.units import Shown, shown
from alps_sim.scenario.phrases import heading

PANEL_INCHES: Final = 2.7
MOST_COLUMNS: Final = 3
HATCHES: Final = ("", "////", "\\\\\\\\", "xxxx", "----", "||||", "++++")
"""By the strategy's place in the scenario."""
PALENESS: Final = 0.5
MOST_CONTOURS: Final = 6
BASE: Final[dict[str, Any]] = {"marker": "*", "markersize": 10, "color": TEXT_COLOUR, "linestyle": "none", **OUTLINE}
OPEN: Final[dict[str, Any]] = {"marker": ".", "markersize": 3.2, "color": TEXT_COLOUR, "linestyle": "none"}
BOX: Final[dict[str, Any]] = {"boxstyle": "square,pad=0.2", "facecolor": "white", "edgecolor": "none"}
KNOWN: Final[dict[str, Any]] = {"fill": False, "edgecolor": TEXT_COLOUR, "linewidth": 0.9, "linestyle": (0, (1, 1.6))}

Array = np.ndarray[Any, Any]


def sweep_map(sweep: Sweep, outcome: str) -> Figure:
    """One outcome of a sweep over two parameters.

    Parameters
    ----------
    sweep
        Over two parameters.
    outcome
        Identifier in the registry of outcomes, one of the sweep's.
    """
    table = sweep.table[sweep.table["outcome"] == outcome]
    styles, how = strategy_styles(list(sweep.scenario.strategies)), shown(outcome, sweep.scenario.currency)
    compared = [str(name) for name in table.loc[table["compares"].astype(bool), "strategy"].unique() if name != sweep.scenario.comparator]
    count = 1 + len(compared)
    columns = 2 if count == 4 else min(MOST_COLUMNS, count)
    lines = -(-count // columns)
    with themed():
        height = lines * (PANEL_INCHES + 0.4 * (MOST_COLUMNS - columns)) + 0.9
        figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
        panels = list(figure.subplots(lines, columns, squeeze=False).flat)
        looks = {name: (look, HATCHES[place % len(HATCHES)]) for place, (name, look) in enumerate(styles.items())}
        _preferred_panel(panels[0], table, sweep.varied, looks)
        panels[0].set_title(f"A  Preferred strategy\n{titled(how, sweep.window)}", fontsize=7.5)
        for letter, axis, name in zip("BCDEFGHIJ", panels[1:], compared, strict=False):
            _difference_panel(axis, table[table["strategy"] == name], sweep.varied, how)
            axis.set_title(f"{letter}  {heading(name)}\nless {heading(sweep.scenario.comparator)}", fontsize=7.5)
        for axis in panels[count:]:
            axis.set_axis_off()
        _legend(figure, {name: look for name, look in looks.items() if (table["preferred"] == name).any()}, sweep.varied)
        for place, axis in enumerate(panels[:count]):
            if place % columns:
                axis.set(ylabel="", yticklabels=[])
        footnote(figure, " ".join([_explained(sweep, how), *left_out(table)]))
    return figure


def _grid(table: pd.DataFrame, column: str, varied: tuple[Varied, ...]) -> Array:
    """(second, first) numbers of a column with a row for each pair of values."""
    shape = tuple(one.variation.count for one in varied)
    return table[column].to_numpy().reshape(shape).T


def _edges(varied: Varied) -> Array:
    """Borders of the cells around the values, half a step beside each, at the ends cut off."""
    values = np.array(varied.variation.values)
    if varied.variation.logarithmic:
        return np.concatenate([values[:1], np.sqrt(values[1:] * values[:-1]), values[-1:]])
    return np.concatenate([values[:1], (values[1:] + values[:-1]) / 2.0, values[-1:]])


def _preferred_panel(axis: Axes, table: pd.DataFrame, varied: tuple[Varied, ...], looks: Mapping[str, tuple[Style, str]]) -> None:
    """Cells in the pale colour and the hatch of the preferred strategy."""
    at_each = table.drop_duplicates([one.variation.parameter for one in varied])
    best, sure = (_grid(at_each, column, varied) for column in ("preferred", "preferred_beyond_error"))
    right, up = (_edges(one) for one in varied)
    for row in range(best.shape[0]):
        for column in range(best.shape[1]):
            look, hatch = looks[best[row, column]]
            corner, size = (right[column], up[row]), (right[column + 1] - right[column], up[row + 1] - up[row])
            axis.add_patch(Rectangle(corner, *size, linewidth=0, **_filled(look, hatch)))
    _finish(axis, varied, ~sure.astype(bool))


def _filled(look: Style, hatch: str) -> dict[str, Any]:
    pale = tuple(PALENESS + (1.0 - PALENESS) * part for part in to_rgb(look.colour))
    return {"facecolor": pale, "edgecolor": look.colour, "hatch": hatch}


def _difference_panel(axis: Axes, rows: pd.DataFrame, varied: tuple[Varied, ...], how: Shown) -> None:
    """Contour lines of a strategy's difference from the comparator, no closer together than simulation error lets them be."""
    mean, low, high = (how.scale * _grid(rows, f"difference{end}", varied).astype(float) for end in ("", "_ci_low", "_ci_high"))
    right, up = (np.array(one.variation.values) for one in varied)
    undecided, error = (low <= 0.0) & (high >= 0.0), float(np.median(high - low)) / 2.0
    if undecided.all():
        _write(axis, "nowhere beyond\nsimulation error")
    elif np.ptp(mean) <= error:
        _write(axis, f"{mean.min():.2g} to {mean.max():.2g},\nchanges by less than\nsimulation error")
    else:
        steps = int(min(MOST_CONTOURS, np.ceil(np.ptp(mean) / error)))
        levels = [float(level) for level in MaxNLocator(steps).tick_values(mean.min(), mean.max())]
        widths = [2.2 if level == 0.0 else 0.7 for level in levels]
        lines = axis.contour(right, up, mean, levels=levels, colors=TEXT_COLOUR, linewidths=widths)
        axis.clabel(lines, [level for level in levels if level != 0.0], fontsize=6.5, fmt="%g")
    _finish(axis, varied, undecided)


def _write(axis: Axes, text: str) -> None:
    axis.text(0.5, 0.5, text, transform=axis.transAxes, ha="center", va="center", zorder=6, bbox=BOX)


def _finish(axis: Axes, varied: tuple[Varied, ...], undecided: Array) -> None:
    """Axes, dots where simulation error decides nothing, the scenario's values, and what is known of both parameters."""
    first, second = varied
    right, up = np.meshgrid(first.variation.values, second.variation.values)
    if undecided.any():  # an empty line that is not clipped would take up the whole figure
        axis.plot(right[undecided], up[undecided], clip_on=False, **OPEN)
    set_parameter_axis(axis, "x", first)
    set_parameter_axis(axis, "y", second)
    (left, right_end), (bottom, top) = first.known_within_values, second.known_within_values
    if left < right_end and bottom < top:
        axis.add_patch(Rectangle((left, bottom), right_end - left, top - bottom, **KNOWN))
    axis.plot(first.base, second.base, zorder=5, **BASE)


def _legend(figure: Figure, looks: Mapping[str, tuple[Style, str]], varied: tuple[Varied, ...]) -> None:
    handles: list[Any] = [Patch(label=heading(name), linewidth=0, **_filled(look, hatch)) for name, (look, hatch) in looks.items()]
    handles.append(Line2D([], [], label="Within simulation error", **OPEN))
    handles.append(Line2D([], [], label="Values in the scenario", **BASE))
    handles.append(Line2D([], [], color=TEXT_COLOUR, linewidth=0.9, linestyle=KNOWN["linestyle"], label=_known(varied)))
    figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False, handlelength=2.6, columnspacing=2.0)


def _known(varied: tuple[Varied, ...]) -> str:
    names = dict.fromkeys(one.known_as for one in varied)
    return next(iter(names)) if len(names) == 1 else "What is known of both"


def _explained(sweep: Sweep, how: Shown) -> str:
    text = f"Contour lines: difference, {how.unit}, negative ones dashed, no difference thick. {sweep.scenario.patients:,} patients under "
    text += "each strategy, the same at every pair of values. "
    return text + ("All other parameters are at their central values." if sweep.draws else "Parameter uncertainty was not run.")
