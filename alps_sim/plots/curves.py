"""Curves over time: survival, cumulative incidence of death from OPSI, relapse after splenectomy.

Each function takes `survival.csv` as a table and returns a figure. Bands are simulation error and say so; where parameter draws
were run, bars at the ends of the windows show the parameter uncertainty, which is the larger. Years for which there is no
published follow-up are shaded.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from alps_sim.outcomes.survival import RELAPSE_CURVE
from alps_sim.plots.points import PublishedPoint
from alps_sim.plots.theme import (
    BAND_OPACITY,
    EXTRAPOLATION_COLOUR,
    LEGEND_COLUMNS,
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

EXTRAPOLATION_FROM_YEARS: Final = 20.0
"""Published follow-up ends about here; what lies beyond is extrapolation."""
LAST_YEAR: Final = 40
LAST_YEAR_AFTER_SURGERY: Final = 30
FEWEST_AT_RISK: Final = 10
"""A curve ends where fewer are at risk."""
FEWEST_OPERATED: Final = 20
"""A strategy under which fewer were operated on has no relapse curve."""
PANEL_GAP: Final = 0.06
"""Between panels, as a share of their width, so that one's last number at risk stands clear of the other's markers."""
MARKER_EVERY_YEARS: Final = 5.0
MARKER_INCHES_LEFT: Final = 0.32
BAR_SPACING_INCHES: Final = 0.065

SINCE_INDEX: Final = "Years since first significant cytopenia"
SINCE_SURGERY: Final = "Years since splenectomy"
BAND_NOTE: Final = "Bands: 95% simulation error."


def survival_figure(
    survival: pd.DataFrame, window: str, parameter_uncertainty: pd.DataFrame | None = None, last_year: int = LAST_YEAR
) -> Figure:
    """Overall and OPSI-free survival by strategy, with the number at risk.

    Parameters
    ----------
    survival
        Columns of `survival.csv`, strategies in the scenario's order.
    window
        Window at whose end the parameter uncertainty is drawn, years as in `window_years`.
    parameter_uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    last_year
        Where the time axis ends, years since the index.
    """
    strategies = list(survival["strategy"].unique())
    with themed():
        figure, axes, notes = _panels(2, len(strategies), strategies)
        shared = (last_year, SINCE_INDEX)
        _curve_panel(axes[0], notes[0], survival, "overall_survival", *shared)
        _curve_panel(axes[1], notes[1], survival, "opsi_free_survival", *shared)
        _parameter_bars(axes[0], parameter_uncertainty, strategies, ("deaths", window), complement=True)
        axes[0].set(title="Overall survival", ylabel="Patients alive (%)")
        axes[1].set(title="OPSI-free survival", ylabel="Patients alive and free of OPSI (%)")
        for axis in axes:
            axis.set_ylim(_lowest_value(axis), 100.0)
            axis.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        footnote(
            figure,
            "Vertical axes differ and need not begin at 0. " + BAND_NOTE + _bar_note(parameter_uncertainty, window, " (overall survival)"),
        )
    return figure


def opsi_death_figure(
    survival: pd.DataFrame, window: str, parameter_uncertainty: pd.DataFrame | None = None, last_year: int = LAST_YEAR
) -> Figure:
    """Cumulative incidence of death from OPSI by strategy, other deaths competing, with the number at risk.

    Parameters
    ----------
    survival
        Columns of `survival.csv`, strategies in the scenario's order.
    window
        Window at whose end the parameter uncertainty is drawn, years as in `window_years`.
    parameter_uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    last_year
        Where the time axis ends, years since the index.
    """
    strategies = list(survival["strategy"].unique())
    with themed():
        figure, (axis,), (note,) = _panels(1, len(strategies), strategies)
        _curve_panel(axis, note, survival, "opsi_deaths", last_year, SINCE_INDEX)
        _parameter_bars(axis, parameter_uncertainty, strategies, ("opsi_deaths", window))
        axis.set(title="Death from overwhelming post-splenectomy infection (OPSI)", ylabel="Cumulative incidence (% of patients)")
        axis.set_ylim(bottom=0.0)
        footnote(figure, BAND_NOTE + _bar_note(parameter_uncertainty, window))
    return figure


def relapse_figure(survival: pd.DataFrame, published: Sequence[PublishedPoint], last_year: int = LAST_YEAR_AFTER_SURGERY) -> Figure | None:
    """Relapse of cytopenia after splenectomy by strategy, with the published points.

    Parameters
    ----------
    survival
        Columns of `survival.csv`, strategies in the scenario's order.
    published
        Points drawn in.
    last_year
        Where the time axis ends, years since surgery.

    Returns
    -------
    matplotlib.figure.Figure or None
        None if under no strategy enough patients were operated on.
    """
    strategies = list(survival["strategy"].unique())
    relapse = survival[survival["curve"] == RELAPSE_CURVE]
    begin = relapse[relapse["time_years"] == 0.0].set_index("strategy")["at_risk"]
    shown = [name for name in strategies if begin.get(name, 0) >= FEWEST_OPERATED]
    if not shown:
        return None
    with themed():
        figure, (axis,), (note,) = _panels(1, len(shown), strategies, shown)
        _curve_panel(axis, note, relapse[relapse["strategy"].isin(shown)], RELAPSE_CURVE, last_year, SINCE_SURGERY, strategies)
        for point in published:
            _published_point(axis, point)
        axis.set(title="Relapse of cytopenia after splenectomy", ylabel="Patients relapsed (% of those operated on)", ylim=(0.0, 100.0))
        footnote(figure, BAND_NOTE + " Parameter uncertainty is not drawn.")
    return figure


def _panels(
    count: int, rows: int, strategies: Sequence[str], shown: Sequence[str] | None = None
) -> tuple[Figure, tuple[Axes, ...], tuple[Axes, ...]]:
    """A figure with panels side by side, each above room for its number at risk, and a legend of the strategies shown."""
    table_inches = 0.16 * (rows + 1)
    legend_rows = -(-len(shown or strategies) // LEGEND_COLUMNS)
    figure = Figure(figsize=(WIDTH_INCHES, 2.95 + table_inches + 0.18 * legend_rows + 0.55))
    figure.set_layout_engine("constrained", wspace=PANEL_GAP)
    grid = figure.add_gridspec(2, count, height_ratios=(2.95, table_inches))
    axes = tuple(figure.add_subplot(grid[0, column]) for column in range(count))
    tables = tuple(figure.add_subplot(grid[1, column], sharex=axes[column]) for column in range(count))
    styles = strategy_styles(strategies)
    strategy_legend(figure, {name: styles[name] for name in shown or strategies})
    return figure, axes, tables


def _curve_panel(
    axis: Axes, table: Axes, survival: pd.DataFrame, curve: str, last_year: int, label: str, strategies: Sequence[str] | None = None
) -> None:
    """Draw one curve of every strategy with its band, and the numbers at risk beneath."""
    styles = strategy_styles(strategies or list(survival["strategy"].unique()))
    chosen = survival[(survival["curve"] == curve) & (survival["time_years"] <= last_year)]
    axis.axvspan(EXTRAPOLATION_FROM_YEARS, last_year, color=EXTRAPOLATION_COLOUR, linewidth=0, zorder=0)
    for place, (name, rows) in enumerate(chosen.groupby("strategy", sort=False)):
        enough = rows[(rows["at_risk"] >= FEWEST_AT_RISK) | (rows["time_years"] == 0.0)]
        _draw(axis, enough, styles[str(name)], place)
    axis.set_xlim(0.0, last_year)
    axis.set_xticks(np.arange(0, last_year + 1, MARKER_EVERY_YEARS if last_year <= 30 else 2 * MARKER_EVERY_YEARS))
    axis.set_xlabel(label)
    axis.text(
        last_year - 0.3, 1.0, "extrapolation", transform=axis.get_xaxis_transform(), ha="right", va="bottom", color=MUTED_COLOUR, fontsize=7
    )
    _numbers_at_risk(table, chosen, styles, axis.get_xticks())


def _draw(axis: Axes, rows: pd.DataFrame, look: Style, place: int) -> None:
    times, percent = rows["time_years"].to_numpy(), 100.0 * rows["estimate"].to_numpy()
    low, high = 100.0 * rows["ci_low"].to_numpy(), 100.0 * rows["ci_high"].to_numpy()
    axis.fill_between(times, low, high, color=look.colour, alpha=BAND_OPACITY, linewidth=0)
    # markers of different strategies stand at different years, so that none hides behind another
    marked = [k for k, time in enumerate(times) if time >= 1.0 and (time - 1.0 - place) % MARKER_EVERY_YEARS == 0.0]
    axis.plot(
        times,
        percent,
        color=look.colour,
        linestyle=look.line,
        marker=look.marker,
        markevery=marked,
        **OUTLINE,
        clip_on=False,
    )


def _numbers_at_risk(table: Axes, rows: pd.DataFrame, styles: dict[str, Style], times: np.ndarray) -> None:
    """Write the number at risk of each strategy beneath the ticks of the time axis."""
    names = list(rows["strategy"].unique())
    table.set_ylim(len(names) - 0.4, -1.3)
    table.axis("off")
    left = ScaledTranslation(-MARKER_INCHES_LEFT, 0.0, table.figure.dpi_scale_trans)  # of the first number
    table.text(0.0, -0.8, "Number at risk", transform=table.transData + left, fontsize=7, fontweight="bold", va="center", ha="left")
    for place, name in enumerate(names):
        at_risk = rows[rows["strategy"] == name].set_index("time_years")["at_risk"]
        look = styles[name]
        table.plot(0.0, place, look.marker, color=look.colour, transform=table.transData + left, clip_on=False)
        for time in times:
            if time in at_risk.index:
                table.text(time, place, f"{at_risk[time]:,}", fontsize=6.5, va="center", ha="center", color=TEXT_COLOUR)


def _parameter_bars(
    axis: Axes, uncertainty: pd.DataFrame | None, strategies: Sequence[str], measure: tuple[str, str], complement: bool = False
) -> None:
    """Bars of parameter uncertainty at the end of a window, for an outcome in that window; of 1 - x for survival."""
    if uncertainty is None:
        return
    outcome, window = measure
    styles = strategy_styles(strategies)
    chosen = (uncertainty["outcome"] == outcome) & (uncertainty["comparator"] == "") & (uncertainty["window_years"] == window)
    for row in uncertainty[chosen].to_dict("records"):
        # side by side, in the order of the strategies, with a gap on paper however narrow the panel
        beside = (strategies.index(row["strategy"]) - (len(strategies) - 1) / 2) * BAR_SPACING_INCHES
        moved = axis.transData + ScaledTranslation(beside, 0.0, axis.figure.dpi_scale_trans)
        bounds = [100.0 * (1.0 - row[end] if complement else row[end]) for end in ("ci_low", "ci_high")]
        look: dict[str, Any] = {"solid_capstyle": "butt", "transform": moved}
        axis.plot([float(window)] * 2, bounds, color="white", linewidth=3.6, zorder=1.4, **look)
        axis.plot([float(window)] * 2, bounds, color=styles[row["strategy"]].colour, linewidth=2.4, zorder=1.5, **look)
        end: dict[str, Any] = {"transform": moved, "markersize": 3.4, "zorder": 1.6, **OUTLINE}
        axis.plot(
            float(window), bounds[0], styles[row["strategy"]].marker, color=styles[row["strategy"]].colour, **end
        )  # told apart in grey
        axis.update_datalim([(float(window), bound) for bound in bounds])  # what is moved does not count towards the limits by itself
    axis.autoscale_view(scalex=False)


def _published_point(axis: Axes, point: PublishedPoint) -> None:
    """A published value; an arrow upward if the publication says more than this."""
    axis.plot([point.years], [point.percent], marker="*", markersize=11, color=TEXT_COLOUR, markeredgecolor="white", zorder=5)
    if point.lower_bound:
        arrow = {"arrowstyle": "-|>", "color": TEXT_COLOUR, "linewidth": 1.2, "shrinkA": 4}
        axis.annotate("", xy=(point.years, point.percent + 12.0), xytext=(point.years, point.percent), arrowprops=arrow, zorder=5)
    axis.annotate(
        point.label,
        xy=(point.years, point.percent),
        xytext=(9, -9),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=7.5,
        bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},  # readable over a curve
        zorder=6,
    )


def _lowest_value(axis: Axes) -> float:
    """Lower end of a survival axis: 0, or a multiple of 10 that leaves every curve room."""
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axis.lines] + [np.array([100.0])])
    return float(max(0.0, np.floor((np.nanmin(values) - 2.0) / 10.0) * 10.0))


def _bar_note(parameter_uncertainty: pd.DataFrame | None, window: str, where: str = "") -> str:
    if parameter_uncertainty is None:
        return " Parameter uncertainty was not run."
    return f" Bars at {window} years: 95% parameter uncertainty{where}, in the order of the legend."
