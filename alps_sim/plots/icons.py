"""A hundred patients under each strategy, each at the same place: what became of them in the window."""

from collections.abc import Collection
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from alps_sim.outcomes.fates import FATES
from alps_sim.plots.theme import MUTED_COLOUR, WIDTH_INCHES, footnote, themed
from alps_sim.scenario.phrases import heading

SIDE: Final = 10
"""Patients in a row."""
LINES: Final = 0.95
"""Height of a line of counts below the array, in patients."""
COLUMNS: Final = 3
LEGEND_ROWS: Final = 2

LOOKS: Final[dict[str, dict[str, Any]]] = {
    "died_of_opsi": {"colour": "#111111", "sign": "\u00d7", "sign_colour": "white"},
    "died_of_other_cause": {"colour": "#6E6E6E", "sign": "\u2013", "sign_colour": "white"},
    "alive_after_opsi": {"colour": "#C9739E", "sign": "\u25cb", "sign_colour": "#111111"},
    "alive_after_failure": {"colour": "#E3C98F", "sign": "", "sign_colour": "black"},
    "alive_without": {"colour": "#F3F3EE", "sign": "", "sign_colour": "black"},
}
"""Colour and sign of each fate: of no strategy's colour, and told apart in grey by lightness and sign."""


def icon_figure(fates: pd.DataFrame, shares: pd.DataFrame, marked: Collection[str] = ()) -> Figure:
    """One square a patient, in the same place under every strategy.

    Parameters
    ----------
    fates
        Columns of `fates.csv`, strategies in the scenario's order.
    shares
        Columns of `fate_shares.csv`.
    marked
        Strategies whose treatment failure does not compare with that of the others; a star stands behind their names.
    """
    strategies = list(fates["strategy"].unique())
    columns = max(min(COLUMNS, len(strategies)), 2)
    rows = -(-len(strategies) // columns)
    with themed():
        figure = Figure(figsize=(WIDTH_INCHES, 1.15 + 8.3 / columns * rows), layout="constrained")
        parts = figure.subfigures(1 + rows, 1, squeeze=False, height_ratios=[0.55, *[8.3 / columns] * rows])[:, 0]
        _legend(parts[0].subplots())
        for row, part in enumerate(parts[1:]):
            for column, axis in enumerate(part.subplots(1, columns, squeeze=False)[0]):
                axis.axis("off")
                place = row * columns + column
                if place < len(strategies):
                    mine = fates["strategy"] == strategies[place], shares["strategy"] == strategies[place]
                    _array(axis, fates[mine[0]], shares[mine[1]])
                    axis.set_title(heading(strategies[place]) + ("*" if strategies[place] in marked else ""))
        starred = " * Intends no treatment that could fail: only a rescue or a death counts as failure." if marked else ""
        footnote(figure, _note(fates, shares) + starred)
    return figure


def _note(fates: pd.DataFrame, shares: pd.DataFrame) -> str:
    window, n = str(fates["window_years"].iloc[0]), int(shares["n"].iloc[0])
    first, last = int(fates["patient"].min()), int(fates["patient"].max())
    return (
        f"In the first {window} years. Patients {first} to {last} of {n:,}: the hundred whose fates come nearest to those of all. The same "
        "patient stands at the same place under every strategy. In brackets: % of all patients, unadjusted, with 95% simulation error; "
        "how uncertain the parameters are is not shown here."
    )


def _square(axis: Axes, left: float, top: float, fate: str) -> None:
    """One patient, a cell of side 1."""
    look, corners = LOOKS[fate], "round,pad=0,rounding_size=0.18"
    face = {"facecolor": look["colour"], "edgecolor": MUTED_COLOUR, "linewidth": 0.5}
    axis.add_patch(FancyBboxPatch((left + 0.1, top + 0.1), 0.8, 0.8, boxstyle=corners, **face))
    if look["sign"]:
        axis.text(left + 0.5, top + 0.5, look["sign"], color=look["sign_colour"], ha="center", va="center", fontsize=6.5)


def _array(axis: Axes, fates: pd.DataFrame, shares: pd.DataFrame) -> None:
    """The hundred, and below how many have each fate and what share of all."""
    for place, fate in zip(fates["place"], fates["fate"], strict=True):
        row, column = divmod(int(place), SIDE)
        _square(axis, column, row, fate)
    counts, of_all = fates["fate"].value_counts().to_dict(), {row["fate"]: row for row in shares.to_dict("records")}
    for line, fate in enumerate(FATES):
        top = SIDE + 0.35 + LINES * line
        share, low, high = (100 * of_all[fate][name] for name in ("share", "ci_low", "ci_high"))
        _square(axis, 0.0, top, fate)
        axis.text(1.9, top + 0.5, f"{counts.get(fate, 0)}", ha="right", va="center", fontsize=7)
        axis.text(2.4, top + 0.5, f"({share:.1f}%, {low:.1f} to {high:.1f})", ha="left", va="center", fontsize=7)
    axis.set(xlim=(-0.1, SIDE + 0.1), ylim=(SIDE + 0.5 + LINES * len(FATES), -0.2), aspect="equal")


def _legend(axis: Axes) -> None:
    """What the squares mean, from the gravest."""
    axis.axis("off")
    for place, (fate, said) in enumerate(FATES.items()):
        column, row = divmod(place, LEGEND_ROWS)
        _square(axis, 11.5 * column, 1.15 * row, fate)
        axis.text(11.5 * column + 1.3, 1.15 * row + 0.5, said[:1].upper() + said[1:], va="center", ha="left", fontsize=7.5)
    axis.set(xlim=(0.0, 34.0), ylim=(2.3, 0.0), aspect="equal", anchor="W")
