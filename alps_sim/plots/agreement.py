"""The figure of the validation: each published figure on its interval, beside what simulated cohorts of its size give."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import CARETLEFTBASE, CARETRIGHTBASE
from matplotlib.patches import Patch

from alps_sim.plots.theme import MUTED_COLOUR, TEXT_COLOUR, WIDTH_INCHES, Style, footnote, themed
from alps_sim.validation.verdict import AGREEING, CLASS_WORDS, sections

STYLES: Final = {
    "HELD_OUT": Style("#D55E00", "-", "o"),
    "CALIBRATED": Style("#0072B2", "-", "s"),
    "INPUT": Style("#7A7A7A", "-", "^"),
    "OWN": Style("#009E73", "-", "D"),
}
"""How a class is drawn; in grey the markers tell the classes apart."""
INCHES_PER_ROW: Final = 0.131
RATIO_LIMITS: Final = (0.1, 10.0)
LABEL_CHARACTERS: Final = 62

Panel = list[Mapping[Any, Any] | str]
"""Rows of a panel: a comparison, or the heading of a class."""


def validation_figure(table: pd.DataFrame) -> Figure:
    """Published figures and predictive intervals, shares in one panel and all others relative to the published figure in another.

    Parameters
    ----------
    table
        Columns of `validation.csv`.
    """
    shares, others = _panel(table[table["unit"] == "share"]), _panel(table[table["unit"] != "share"])
    panels = [(rows, draw) for rows, draw in ((shares, _shares), (others, _ratios)) if rows]
    heights = [len(rows) for rows, _ in panels]
    with themed():
        height = INCHES_PER_ROW * sum(heights) + 0.75 * len(panels) + 0.9
        figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
        for letter, axis, (rows, draw) in zip("AB", axes, panels, strict=False):
            draw(axis, rows, f"{letter}  " if len(panels) > 1 else "")
        drawn = bool(table["drawn_low"].notna().any())
        _legend(figure, [name for name in STYLES if name in set(table["class"])], drawn)
        footnote(figure, _explained(drawn))
    return figure


def _explained(drawn: bool) -> str:
    """What the bars and marks are."""
    bars = "dark bar: by chance alone, at the central parameter values; pale bar: with the parameters drawn too"
    return (
        "Published figures with their exact intervals, where a count was published. Predictive intervals: 95% of simulated cohorts of the "
        f"study's size and follow-up ({bars if drawn else 'by chance alone, at the central parameter values'}). A published figure outside "
        "the widest of them is marked with a cross; an arrow points to the side of a bound on which the simulated figure should lie. "
        "Where nothing was found, multiples are those of the simulated mean."
    )


def _panel(table: pd.DataFrame) -> Panel:
    """Rows of a panel, class by class under headings."""
    rows: Panel = []
    for words, chosen in sections(table):
        rows += [words.partition(":")[0], *chosen.to_dict("records")]
    return rows


def _shares(axis: Axes, rows: Panel, letter: str) -> None:
    _draw(axis, rows, lambda row, value: 100.0 * value)
    axis.set(xlim=(-1.5, 101.5), xlabel="Patients (%)", title=f"{letter}Shares of patients")


def _ratios(axis: Axes, rows: Panel, letter: str) -> None:
    axis.set_xscale("log")
    axis.axvline(1.0, color=MUTED_COLOUR, linewidth=0.7, zorder=0)
    low, high = RATIO_LIMITS
    _draw(axis, rows, lambda row, value: float(np.clip(value / (row["published"] or row["simulated"]), low, high)))
    axis.set(xlim=RATIO_LIMITS, xlabel="Simulated, as a multiple of the published figure", title=f"{letter}Times, rates and ratios")
    axis.set_xticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.1", "0.2", "0.5", "1", "2", "5", "10"])
    axis.minorticks_off()


def _draw(axis: Axes, rows: Panel, scaled: Any) -> None:
    """Rows from the top down, headings in their places."""
    for place, row in enumerate(rows):
        if isinstance(row, str):
            axis.text(
                -0.012,
                place,
                row.capitalize(),
                transform=axis.get_yaxis_transform(),
                fontsize=7.5,
                fontweight="bold",
                va="center",
                ha="right",
            )
        else:
            _draw_row(axis, place, row, scaled)
    labels = ["" if isinstance(row, str) else _label(row) for row in rows]
    axis.set_yticks(range(len(rows)), labels, fontsize=6.6)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", color="#E4E4E4", linewidth=0.5, zorder=0)


def _label(row: Mapping[Any, Any]) -> str:
    text = str(row["description"])
    return text if len(text) <= LABEL_CHARACTERS else text[: LABEL_CHARACTERS - 1].rstrip() + "\u2026"


def _draw_row(axis: Axes, place: int, row: Mapping[Any, Any], scaled: Any) -> None:
    """Simulated bars with the mean on the upper half of the row, the published figure with its interval on the lower half."""
    look = STYLES[row["class"]]
    upper, lower = place - 0.17, place + 0.2
    for edge, width, opacity in (("drawn", 4.4, 0.32), ("chance", 2.2, 0.9)):
        bounds = [scaled(row, row[f"{edge}_{end}"]) for end in ("low", "high")]
        axis.plot(bounds, [upper, upper], color=look.colour, alpha=opacity, linewidth=width, solid_capstyle="butt", zorder=2)
    hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 0.9, "markersize": 4.0}
    axis.plot(scaled(row, row["simulated"]), upper, look.marker, color=look.colour, zorder=4, **hollow)
    published, agrees = scaled(row, row["published"]), row["verdict"] in AGREEING
    exact = [scaled(row, row[f"published_{end}"]) for end in ("low", "high")]
    axis.plot(exact, [lower, lower], color=TEXT_COLOUR, linewidth=0.8, zorder=3)
    marker: dict[str, Any] = {"markersize": 3.2 if agrees and not row["bound"] else 4.6, "markeredgewidth": 0.4 if agrees else 1.4}
    axis.plot(published, lower, marker=_published_marker(row, agrees), color=TEXT_COLOUR, zorder=5, **marker)


def _published_marker(row: Mapping[Any, Any], agrees: bool) -> Any:
    if not agrees:
        return "x"
    return {"at_least": CARETRIGHTBASE, "at_most": CARETLEFTBASE}.get(row["bound"], "d")


def _legend(figure: Figure, classes: Sequence[str], drawn: bool) -> None:
    handles: list[Any] = [
        Line2D([], [], color=TEXT_COLOUR, marker="d", markersize=3.6, linewidth=0.8, label="Published, exact 95% interval"),
        Patch(color=MUTED_COLOUR, alpha=0.9, label="Predictive, by chance alone"),
    ]
    handles += [Patch(color=MUTED_COLOUR, alpha=0.32, label="Predictive, parameters drawn too")] if drawn else []
    for name in classes:
        look, words = STYLES[name], CLASS_WORDS[name].partition(":")[0].capitalize()
        hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.0, "markersize": 4.6, "linestyle": "none"}
        handles.append(Line2D([], [], color=look.colour, marker=look.marker, label=f"Simulated mean, {words.lower()}", **hollow))
    figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False, columnspacing=1.4)
