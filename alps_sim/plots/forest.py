"""The figure of the robustness study: each strategy's difference from the comparator under each alternative, beside the base case."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from alps_sim.outcomes.definitions import LIFETIME
from alps_sim.plots.theme import MUTED_COLOUR, WIDTH_INCHES, Style, footnote, strategy_legend, strategy_styles, themed
from alps_sim.plots.units import shown
from alps_sim.robustness.order import NOT_RUN, TURNS
from alps_sim.scenario.phrases import heading

INCHES_PER_ROW: Final = 0.2
SPREAD: Final = 0.62
"""Share of a row over which the strategies are spread."""
PANELS_IN_A_ROW: Final = 4
ROW_COLOUR: Final = "#F1F1F1"


def robustness_figure(table: pd.DataFrame) -> Figure:
    """Differences from the comparator with simulation intervals: a panel an outcome, a row an alternative.

    Parameters
    ----------
    table
        Columns of `robustness.csv`.
    """
    run = table[table["order"] != NOT_RUN]
    comparator = str(run["comparator"].iloc[0])
    styles = strategy_styles([str(name) for name in run["strategy"].unique()])
    panels = [part for _, part in run.groupby(["outcome", "window_years"], sort=False)]
    cases = [(str(reading), str(name)) for reading, name in run[["reading", "alternative"]].drop_duplicates().itertuples(index=False)]
    columns = min(PANELS_IN_A_ROW, len(panels))
    lines = -(-len(panels) // columns)
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, lines * (INCHES_PER_ROW * len(cases) + 0.75) + 1.1), layout="constrained")
        axes = figure.subplots(lines, columns, squeeze=False)
        for place, axis in enumerate(axes.flat):
            if place < len(panels):
                _panel(axis, panels[place], cases, {name: look for name, look in styles.items() if name != comparator})
                axis.set_yticks(range(len(cases)), [_label(case) for case in cases] if place % columns == 0 else [])
            else:
                axis.set_axis_off()
        strategy_legend(figure, {name: look for name, look in styles.items() if name != comparator})
        footnote(figure, _explained(comparator, bool((~run["compares"].astype(bool)).any())))
    return figure


def _label(case: tuple[str, str]) -> str:
    reading, name = case
    return f"{heading(reading)}:\n{name.replace('_', ' ')}" if reading else heading(name)


def _explained(comparator: str, left_out: bool) -> str:
    text = (
        f"Difference from {heading(comparator)} among the same patients, with the 95% interval of the simulation error. Dashed: the base "
        "case. Hollow: within simulation error. An arrowhead at the right edge: two strategies, not always the comparator, have "
        "changed places beyond simulation error."
    )
    return f"{text} A strategy whose treatment failure does not compare is left out." if left_out else text


def _panel(axis: Axes, part: pd.DataFrame, cases: Sequence[tuple[str, str]], styles: Mapping[str, Style]) -> None:
    """One outcome: zero, the base case as dashed lines, and a mark for each alternative and strategy."""
    outcome, window = str(part["outcome"].iloc[0]), str(part["window_years"].iloc[0])
    how = shown(outcome)
    axis.axvline(0.0, color=MUTED_COLOUR, linewidth=0.7, zorder=1)
    axis.axhspan(-0.5, 0.5, color=ROW_COLOUR, zorder=0)
    base = {str(row["strategy"]): row for row in part[part["reading"] == ""].to_dict("records")}
    for row in part.to_dict("records"):
        name = str(row["strategy"])
        if name in styles and row["compares"]:
            offset = SPREAD * ((list(styles).index(name) + 0.5) / len(styles) - 0.5)
            _mark(axis, row, cases.index((row["reading"], row["alternative"])) + offset, how.scale, styles[name])
    for place, case in enumerate(cases):
        if (part["order"][(part["reading"] == case[0]) & (part["alternative"] == case[1])] == TURNS).any():
            axis.text(1.01, place, "\u25c0", transform=axis.get_yaxis_transform(), fontsize=6.5, va="center", ha="left")
    for name, look in styles.items():
        if base[name]["compares"]:
            axis.axvline(how.scale * base[name]["difference"], color=look.colour, linewidth=0.6, linestyle=(0, (3, 2)), zorder=1, alpha=0.7)
    axis.set_ylim(len(cases) - 0.4, -0.6)
    label = how.label.partition(" (")[0].replace("Quality-adjusted life-years", "QALYs")
    axis.set_title(f"{label},\n{window if window == LIFETIME else f'{window} years'}", fontsize=7.5)
    axis.set_xlabel(f"Difference,\n{how.unit}", fontsize=6.5)
    axis.tick_params(axis="y", length=0, labelsize=5.7)
    axis.tick_params(axis="x", labelsize=6.5)
    axis.locator_params(axis="x", nbins=4)


def _mark(axis: Axes, row: Mapping[Any, Any], height: float, scale: float, look: Style) -> None:
    """A strategy's difference under an alternative with its interval."""
    beyond = row["ci_low"] > 0.0 or row["ci_high"] < 0.0
    axis.plot([scale * row["ci_low"], scale * row["ci_high"]], [height, height], color=look.colour, linewidth=0.9, zorder=2)
    inside: dict[str, Any] = {"markerfacecolor": look.colour if beyond else "white", "markeredgecolor": look.colour}
    axis.plot(scale * row["difference"], height, look.marker, markersize=3.0, markeredgewidth=0.7, zorder=3, **inside)
