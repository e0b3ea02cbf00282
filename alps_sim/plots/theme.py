"""One look for every figure: the same strategy has the same colour, line and marker everywhere, by its place in the scenario.

Colours are those of Okabe and Ito 2008 ("Color universal design"), told apart by people of every kind of colour vision. Several
have the same lightness, so line style and marker tell strategies apart as well: in grey print and where curves lie close.
Sizes are for print at a width of 180 mm, two columns of a journal; the font comes with matplotlib, so figures are the same on
every machine.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from alps_sim.scenario.phrases import heading

WIDTH_INCHES: Final = 7.1
"""180 mm."""
TEXT_COLOUR: Final = "#222222"
MUTED_COLOUR: Final = "#5A5A5A"
EXTRAPOLATION_COLOUR: Final = "#EDEDED"
FOOTNOTE_CHARACTERS: Final = 125
LEGEND_COLUMNS: Final = 3
OUTLINE: Final[dict[str, Any]] = {"markeredgecolor": "white", "markeredgewidth": 0.5}
"""Of markers, so that they stand out from lines and bands."""
BAND_OPACITY: Final = 0.16

_COLOURS: Final = ("#D55E00", "#0072B2", "#009E73", "#000000", "#E69F00", "#CC79A7", "#56B4E9")
_LINES: Final[tuple[Any, ...]] = ("-", (0, (5, 1.6)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1.3)), (0, (3, 1.2)))
_MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "*")

_RC: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.5,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "axes.edgecolor": TEXT_COLOUR,
    "axes.labelcolor": TEXT_COLOUR,
    "text.color": TEXT_COLOUR,
    "xtick.color": TEXT_COLOUR,
    "ytick.color": TEXT_COLOUR,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    # identifiers within an SVG come from this word instead of from chance
    "svg.hashsalt": "alps-sim",
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class Style:
    """How a strategy is drawn.

    Attributes
    ----------
    colour
        Of line, marker and band.
    line
        Line style of matplotlib.
    marker
        Marker of matplotlib.
    """

    colour: str
    line: Any
    marker: str


def style(position: int) -> Style:
    """How the strategy at a place of the scenario is drawn, counted from 0.

    The periods of colours, lines and markers have no common divisor, so the first 280 styles differ from one another.
    """
    return Style(_COLOURS[position % len(_COLOURS)], _LINES[position % len(_LINES)], _MARKERS[position % len(_MARKERS)])


def strategy_styles(strategies: Sequence[str]) -> dict[str, Style]:
    """Style of each strategy by name.

    Parameters
    ----------
    strategies
        All strategies of the scenario in its order, also those that a figure leaves out.
    """
    return {name: style(position) for position, name in enumerate(strategies)}


@contextmanager
def themed() -> Iterator[None]:
    """Context in which figures are drawn and saved; leaves matplotlib's settings as they were."""
    look = {**sns.plotting_context("paper"), **sns.axes_style("ticks"), **_RC}
    with mpl.rc_context(look):
        yield


def strategy_legend(figure: Figure, styles: Mapping[str, Style], others: Sequence[Any] = ()) -> None:
    """Legend above all panels, read line by line: strategies in the order of the scenario, then handles of other things drawn."""
    columns = min(LEGEND_COLUMNS, len(styles) + len(others))
    handles: list[Any] = [
        Line2D(
            [], [], color=look.colour, linestyle=look.line, marker=look.marker, markersize=5.5, markeredgecolor="white", label=heading(name)
        )
        for name, look in styles.items()
    ]
    handles += others
    # matplotlib fills a legend column by column, the last ones a row shorter if they do not come out even
    by_column = [handle for column in range(columns) for handle in handles[column::columns]]
    figure.legend(handles=by_column, loc="outside upper left", ncols=columns, frameon=False, handlelength=4.2, columnspacing=2.0)


def footnote(figure: Figure, text: str) -> None:
    """Small text below all panels: which intervals are drawn, where axes begin."""
    figure.supxlabel(textwrap.fill(text, FOOTNOTE_CHARACTERS), x=0.01, ha="left", fontsize=7, color=MUTED_COLOUR)
