"""Steroid exposure: how much by body weight and year alive, how it is spread over the years, and how much in all."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from alps_sim.outcomes.resources import per_year_alive
from alps_sim.plots.curves import EXTRAPOLATION_FROM_YEARS, SINCE_INDEX
from alps_sim.plots.estimates import draw_estimate, interval_note
from alps_sim.plots.intervals import parameter_intervals
from alps_sim.plots.theme import (
    EXTRAPOLATION_COLOUR,
    MUTED_COLOUR,
    OUTLINE,
    WIDTH_INCHES,
    Style,
    footnote,
    strategy_legend,
    strategy_styles,
    themed,
)
from alps_sim.rules.codes import DAYS_PER_YEAR
from alps_sim.scenario.phrases import heading

LAST_YEAR: Final = 30
TOTAL: Final = "prednisone_mg_per_kg"
STRETCH_COLUMNS: Final = ("strategy", "from_years", "to_years", "mg_per_kg_per_year_alive")


def dose_by_stretch(summary: pd.DataFrame) -> pd.DataFrame:
    """Prednisone-equivalent dose by body weight and year alive in each stretch between two windows.

    Parameters
    ----------
    summary
        Columns of `summary.csv`.

    Returns
    -------
    pandas.DataFrame
        Columns `STRETCH_COLUMNS`; the last stretch ends with life and has `to_years` infinite. Stretches in which nobody lived
        are left out.
    """
    rows = []
    for name, chosen in summary.groupby("strategy", sort=False):
        means = chosen.pivot(index="outcome", columns="window_years", values="mean")
        begin = dose = alive = 0.0
        for window in chosen["window_years"].unique():
            end = np.inf if window == "lifetime" else float(window)
            lived = means.loc["life_years", window] - alive
            if lived > 0.0:
                rows.append((name, begin, end, (means.loc[TOTAL, window] - dose) / lived))
            begin, dose, alive = end, means.loc[TOTAL, window], means.loc["life_years", window]
    return pd.DataFrame(rows, columns=list(STRETCH_COLUMNS))


def daily_dose_by_year(resources: pd.DataFrame, equivalence: float) -> pd.DataFrame:
    """Mean daily prednisone-equivalent dose of those alive, by year since the index.

    Parameters
    ----------
    resources
        Columns of `resources.csv`.
    equivalence
        Prednisone that 1 mg of methylprednisolone stands for, mg.

    Returns
    -------
    pandas.DataFrame
        strategy, year (0 is the first), mg_per_day.
    """
    given = per_year_alive(resources, ("prednisone", "methylprednisolone"))
    return given[["strategy", "year"]].assign(mg_per_day=(given["prednisone"] + equivalence * given["methylprednisolone"]) / DAYS_PER_YEAR)


def steroid_figure(
    summary: pd.DataFrame,
    resources: pd.DataFrame,
    equivalence: float,
    window: str,
    parameter_uncertainty: pd.DataFrame | None = None,
    last_year: int = LAST_YEAR,
) -> Figure:
    """Steroid exposure by strategy: by body weight and year alive, by year since the index, and in all.

    Parameters
    ----------
    summary
        Columns of `summary.csv`, strategies in the scenario's order.
    resources
        Columns of `resources.csv`.
    equivalence
        Prednisone that 1 mg of methylprednisolone stands for, mg.
    window
        Window of the totals, years as in `window_years`.
    parameter_uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    last_year
        Where the time axes end, years since the index.
    """
    strategies = list(summary["strategy"].unique())
    styles = strategy_styles(strategies)
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, 4.3 + 0.22 * len(strategies)), layout="constrained")
        # panels of one row are aligned among themselves only: the strategies' names need their own margin
        (upper,), (lower,) = figure.subfigures(2, 1, squeeze=False, height_ratios=(2.7, 0.7 + 0.22 * len(strategies)))
        first, second = upper.subplots(1, 2)
        _by_weight(first, dose_by_stretch(summary), styles, last_year)
        _by_day(second, daily_dose_by_year(resources, equivalence), styles, last_year)
        _totals(lower.subplots(), summary, parameter_uncertainty, styles, window)
        strategy_legend(figure, styles)
        note = interval_note(parameter_uncertainty)
        footnote(figure, f"Panels A and B: means, without interval. Panel C: {note[0].lower()}{note[1:]}")
    return figure


def _by_weight(axis: Axes, stretches: pd.DataFrame, styles: dict[str, Style], last_year: int) -> None:
    for place, (name, rows) in enumerate(stretches[stretches["from_years"] < last_year].groupby("strategy", sort=False)):
        look = styles[str(name)]
        for row in rows.to_dict("records"):
            begin, length = row["from_years"], min(row["to_years"], last_year) - row["from_years"]
            dose = [row["mg_per_kg_per_year_alive"]]
            axis.plot([begin, begin + length], dose * 2, color=look.colour, linestyle=look.line)
            # markers side by side, so that none hides behind another
            axis.plot([begin + length * (place + 1) / (len(styles) + 1)], dose, look.marker, color=look.colour, **OUTLINE)
    axis.set(title="A  By body weight, mean of each period", ylabel="Prednisone equivalent\n(mg/kg per year alive)")
    _years(axis, last_year)


def _by_day(axis: Axes, doses: pd.DataFrame, styles: dict[str, Style], last_year: int) -> None:
    for place, (name, rows) in enumerate(doses[doses["year"] < last_year].groupby("strategy", sort=False)):
        look, middle = styles[str(name)], rows["year"].to_numpy() + 0.5
        marked = [k for k, year in enumerate(rows["year"]) if year >= 1 and (year - 1 - place) % 5 == 0]
        axis.plot(
            middle,
            rows["mg_per_day"],
            color=look.colour,
            linestyle=look.line,
            marker=look.marker,
            markevery=marked,
            **OUTLINE,
        )
    axis.set(title="B  Mean daily dose by year", ylabel="Prednisone equivalent\n(mg per day alive)")
    _years(axis, last_year)


def _years(axis: Axes, last_year: int) -> None:
    axis.axvspan(EXTRAPOLATION_FROM_YEARS, last_year, color=EXTRAPOLATION_COLOUR, linewidth=0, zorder=0)
    axis.text(
        last_year - 0.3, 0.99, "extrapolation", transform=axis.get_xaxis_transform(), ha="right", va="top", color=MUTED_COLOUR, fontsize=7
    )
    axis.set(xlim=(0.0, last_year), xlabel=SINCE_INDEX, xticks=range(0, last_year + 1, 5))
    axis.set_ylim(bottom=0.0)


def _totals(axis: Axes, summary: pd.DataFrame, uncertainty: pd.DataFrame | None, styles: dict[str, Style], window: str) -> None:
    rows = summary[(summary["outcome"] == TOTAL) & (summary["window_years"] == window)].set_index("strategy")
    known = parameter_intervals(uncertainty, TOTAL, window)
    names = list(styles)
    for place, (name, look) in enumerate(styles.items()):
        draw_estimate(axis, place, rows.loc[name].to_dict(), known.get(name), look)
    axis.set_yticks(range(len(names)), [heading(name) for name in names])
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_xlim(left=0.0)
    axis.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axis.tick_params(axis="y", length=0)
    axis.set(title=f"C  In the first {window} years", xlabel="Prednisone equivalent (mg/kg per patient)")
