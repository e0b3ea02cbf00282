"""The same child under two strategies on one age axis: flares, steroids, spleen, drugs, events, death; and both whole lives beneath.

Laid out in inches, so that the same thing has the same size in every such figure.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from alps_sim.plots.theme import (
    EXTRAPOLATION_COLOUR,
    FOOTNOTE_CHARACTERS,
    MUTED_COLOUR,
    TEXT_COLOUR,
    WIDTH_INCHES,
    Style,
    footnote,
    style,
    themed,
)
from alps_sim.plots.twin_labels import BOLD_RATIO, CHARACTER_INCHES, Label, harm_by_steroids, lane_count, major_events, placed
from alps_sim.plots.twin_rows import (
    HATCH,
    LABEL_SIZE,
    LANE_INCHES,
    SPLEEN_GREYS,
    draw_bars,
    draw_flares,
    draw_labels,
    draw_steroids,
    drugs_of,
)
from alps_sim.scenario.phrases import heading
from alps_sim.teaching.life import Life
from alps_sim.teaching.record import Record
from alps_sim.teaching.words import age_words, counted

TOP_INCHES: Final = 0.2
LEFT_INCHES: Final = 1.24
RIGHT_INCHES: Final = 0.14
TITLE_INCHES: Final = 0.22
GAP_INCHES: Final = 0.06
BLOCK_GAP_INCHES: Final = 0.14
AXIS_INCHES: Final = 0.4
NAME_CHARACTERS: Final = 20
STRIP_INCHES: Final = 0.48
STRIP_RIGHT_INCHES: Final = 1.32
"""For the cause of death beside the longest life."""
LEGEND_INCHES: Final = 0.4
NOTE_LINE_INCHES: Final = 0.125
MARGIN_YEARS: Final = 0.2
"""Before the index, so that its flare stands clear of the axis."""
FLARES_INCHES: Final = 0.27
STEROIDS_INCHES: Final = 0.55
DEATHS: Final = {
    "operative": "the operation",
    "opsi": "OPSI",
    "other_sepsis": "sepsis",
    "cytopenia": "cytopenia",
    "lymphoma": "lymphoma",
    "other_malignancy": "leukemia",
    "toxicity": "harm by treatment",
    "background": "other causes",
}
FATAL: Final = {
    "severe_bleed": "bleed in the head",
    "neutropenic_infection": "infection in neutropenia",
    "infection_admission": "infection",
    "thrombosis": "thrombosis",
    "transplantation": "transplantation",
}
"""What killed, where the cause of death alone does not tell."""


@dataclass(frozen=True)
class _Block:
    """One strategy's rows."""

    life: Life
    look: Style
    title: str
    drugs: tuple[str, ...]
    events: list[Label]
    harm: list[Label]

    @property
    def heights(self) -> tuple[float, ...]:
        """Inches of the rows from the top: flares, steroids, spleen and drugs, events, harm."""
        lanes = (1 + len(self.drugs), lane_count(self.events), lane_count(self.harm))
        return (FLARES_INCHES, STEROIDS_INCHES, *(LANE_INCHES * count for count in lanes))

    @property
    def inches(self) -> float:
        """Height of all."""
        return TITLE_INCHES + sum(self.heights) + GAP_INCHES * len(self.heights)


class _Page:
    """A figure that is filled with axes from the top."""

    def __init__(self, inches: float) -> None:
        self.figure = Figure(figsize=(WIDTH_INCHES, inches))
        self._inches = inches
        self._used = 0.0

    def skip(self, inches: float) -> None:
        """Leave room."""
        self._used += inches

    def title(self, text: str) -> None:
        """A heading at the left edge, in the room left last."""
        self.figure.text(
            0.02, 1.0 - (self._used - 0.07) / self._inches, text, fontsize=9, fontweight="bold", va="bottom", color=TEXT_COLOUR
        )

    def heading(self, text: str) -> None:
        """Small text at the left edge, in the room left last."""
        self.figure.text(0.02, 1.0 - (self._used - 0.03) / self._inches, text, fontsize=7, va="bottom", color=MUTED_COLOUR)

    def axes(self, inches: float, span: tuple[float, float], right_inches: float = RIGHT_INCHES) -> Axes:
        """The next axes, so high, of ages from the first to the last of a span, with so much room at their right."""
        left, width = LEFT_INCHES / WIDTH_INCHES, (WIDTH_INCHES - LEFT_INCHES - right_inches) / WIDTH_INCHES
        bottom = 1.0 - (self._used + inches) / self._inches
        axis = self.figure.add_axes((left, bottom, width, inches / self._inches))
        self._used += inches
        axis.set_xlim(*span)
        axis.tick_params(labelbottom=False, bottom=False, left=False, labelsize=LABEL_SIZE, pad=3)
        for side in ("left", "bottom"):
            axis.spines[side].set_visible(False)
        return axis


def twin_figure(lives: Mapping[str, Life], record: Record) -> Figure:
    """The first years of both lives (those of the headline window), and the whole lives in a strip.

    Parameters
    ----------
    lives
        By strategy.
    record
        Who the child is, which strategies, which window.
    """
    years, begin = float(record.years), record.child.age_at_index
    span = (begin - MARGIN_YEARS, begin + years)
    with themed():
        blocks = [_block(lives[arm.strategy], arm.strategy, style(arm.place), span) for arm in record.arms]
        longer = any(block.life.end > years for block in blocks)
        note = _how_common(record)
        note_inches = NOTE_LINE_INCHES * (len(textwrap.wrap(note, FOOTNOTE_CHARACTERS)) + 0.5)
        inches = note_inches + TOP_INCHES + sum(block.inches for block in blocks) + BLOCK_GAP_INCHES + AXIS_INCHES + LEGEND_INCHES
        page = _Page(inches + (STRIP_INCHES + TITLE_INCHES + AXIS_INCHES if longer else 0.0))
        page.skip(TOP_INCHES)
        page.heading(_who(record))
        rows: list[Axes] = []
        for block in blocks:
            page.skip(BLOCK_GAP_INCHES if rows else 0.0)
            rows = _draw_block(page, block, record, span)
        _age_axis(rows[-1], f"Age (years); the first {record.years} years after the first significant cytopenia")
        page.skip(AXIS_INCHES)
        if longer:
            _draw_strip(page, blocks, span)
        _legend(page.figure, note_inches)
        footnote(page.figure, note)
    return page.figure


def _scale(span: tuple[float, float]) -> float:
    """Inches a year."""
    return (WIDTH_INCHES - LEFT_INCHES - RIGHT_INCHES) / (span[1] - span[0])


def _block(life: Life, strategy: str, look: Style, span: tuple[float, float]) -> _Block:
    death, scale = life.age(life.end), _scale(span)
    events, harm = (placed(labels, span, death, scale) for labels in (major_events(life), harm_by_steroids(life)))
    return _Block(life, look, heading(strategy), drugs_of(life, span[1] - life.age_at_index), events, harm)


def _draw_block(page: _Page, block: _Block, record: Record, span: tuple[float, float]) -> list[Axes]:
    """All rows of one strategy."""
    life, colour, scale = block.life, block.look.colour, _scale(span)
    page.skip(TITLE_INCHES)
    page.title(block.title)
    rows = []
    for inches in block.heights:
        rows.append(page.axes(inches, span))
        page.skip(GAP_INCHES)
    draw_flares(rows[0], life, span[1], colour)
    draw_steroids(rows[1], life, record.child.body, span, colour)
    draw_bars(rows[2], life, block.drugs, span, (colour, scale))
    draw_labels(rows[3], block.events, lane_count(block.events))
    draw_labels(rows[4], block.harm, lane_count(block.harm))
    for axis, name in zip(rows, ("Flares", "Steroid dose\n(mg/kg a day)", "", "Events", "Harm by steroids"), strict=True):
        _name(axis, name)
    rows[1].tick_params(left=True)
    rows[1].spines["left"].set_visible(True)
    for axis in rows[:2]:
        axis.spines["bottom"].set_visible(True)
    _death(rows, life, span)
    return rows


def _name(axis: Axes, name: str) -> None:
    """The name of a row, left of it, where lanes' names stand."""
    away = -0.24 if "\n" in name else -0.085
    axis.text(
        away / (WIDTH_INCHES - LEFT_INCHES - RIGHT_INCHES),
        0.5,
        name,
        transform=axis.transAxes,
        fontsize=LABEL_SIZE,
        va="center",
        ha="right",
    )


def _death(rows: Sequence[Axes], life: Life, span: tuple[float, float]) -> None:
    """A heavy line through all rows where the life ends, with its cause."""
    age = life.age(life.end)
    if age > span[1]:
        return
    for axis in rows:
        axis.axvline(age, color=TEXT_COLOUR, linewidth=2.0, zorder=6)
    text = _end_words(life)
    look: dict[str, Any] = {"fontsize": 7, "fontweight": "bold", "zorder": 7, "transform": rows[0].get_xaxis_transform()}
    beside = 0.06 / _scale(span)
    if len(text) * CHARACTER_INCHES * BOLD_RATIO < (span[1] - age) * _scale(span):
        rows[0].text(age + beside, 0.95, text, ha="left", va="top", **look)
    else:
        rows[0].text(age + beside, 1.05, text, ha="right", va="bottom", **look)


def _killed_by(life: Life) -> str:
    fatal = [FATAL[one.kind] for one in life.complications if one.fatal and one.kind in FATAL]
    return fatal[-1] if fatal else DEATHS[life.cause_of_death]


def _end_words(life: Life) -> str:
    age = age_words(life.age(life.end))
    return f"Death from {_killed_by(life)}, age {age}" if life.cause_of_death else f"End of observation, age {age}"


def _who(record: Record) -> str:
    child = record.child
    rule = f", chosen by the rule {record.rule}" if record.rule else ""
    person = "male" if child.sex == "male" else "female"
    return f"Virtual patient {child.patient:,}, {person}, {age_words(child.age_at_index)} years at the index, {child.genotype}{rule}"


def _how_common(record: Record) -> str:
    looked, (first, second) = record.looked, (heading(arm.strategy) for arm in record.arms)
    return (
        f"One pair of lives shows how, not how often: of {counted(looked.patients, 'patient')} looked at, {looked.saved:,} die within "
        f"{record.years} years under “{first}” and not under “{second}”, {looked.harmed:,} the other way round. Doses into a vein, and "
        "some by mouth, go beyond the axis."
    )


def _age_axis(axis: Axes, label: str) -> None:
    axis.tick_params(labelbottom=True, bottom=True)
    axis.spines["bottom"].set_visible(True)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    axis.set_xlabel(label, labelpad=2)


def _draw_strip(page: _Page, blocks: Sequence[_Block], span: tuple[float, float]) -> None:
    """Both whole lives: flares as ticks, surgery, sepsis without a spleen, death; years beyond published follow-up shaded."""
    last = max(block.life.age(block.life.end) for block in blocks)
    page.skip(TITLE_INCHES)
    page.title("Whole lives, with each flare as a tick")
    axis = page.axes(STRIP_INCHES, (span[0], last), STRIP_RIGHT_INCHES)
    axis.axvspan(span[1], axis.get_xlim()[1], color=EXTRAPOLATION_COLOUR, linewidth=0, zorder=0)
    place: dict[str, Any] = {"transform": axis.get_xaxis_transform(), "ha": "left", "va": "top", "fontsize": 6, "color": MUTED_COLOUR}
    axis.text(span[1], 0.98, " extrapolation", **place)
    for lane, block in enumerate(blocks):
        _whole_life(axis, block, lane)
    axis.set_ylim(1.6, -0.95)
    axis.set_yticks(range(len(blocks)), [_short(block.title) for block in blocks])
    _age_axis(axis, "Age (years)")


def _short(title: str) -> str:
    """A strategy's name in at most two lines that fit beside the strip."""
    return textwrap.fill(textwrap.shorten(title, 2 * NAME_CHARACTERS, placeholder=" ..."), NAME_CHARACTERS)


def _whole_life(axis: Axes, block: _Block, lane: int) -> None:
    life, colour = block.life, block.look.colour
    end = life.age(life.end)
    axis.plot([life.age_at_index, end], [lane, lane], color=colour, linewidth=1.2)
    axis.vlines([life.age(flare.begin) for flare in life.flares], lane - 0.28, lane + 0.28, color=colour, linewidth=0.9)
    for label in major_events(life):
        if label.marker in ("^", "*"):
            size = 7.0 if label.marker == "*" else 5.0
            axis.plot(
                label.ages[0],
                lane,
                label.marker,
                markersize=size,
                color=TEXT_COLOUR,
                markeredgecolor="white",
                markeredgewidth=0.4,
                zorder=5,
            )
    axis.plot(end, lane, "|", markersize=11, color=TEXT_COLOUR, markeredgewidth=2.4, zorder=6, clip_on=False)
    if life.cause_of_death:
        away: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "ha": "left", "va": "center"}
        axis.annotate(_killed_by(life), (end, lane), fontsize=6, zorder=7, **away)


def _legend(figure: Figure, from_bottom_inches: float) -> None:
    """What the signs mean, above the note at the bottom."""
    dark: dict[str, Any] = {"color": TEXT_COLOUR, "linestyle": "none"}
    handles = [
        Line2D([], [], marker="o", markerfacecolor=TEXT_COLOUR, markersize=3.5, label="severe flare", **dark),
        Line2D([], [], marker="o", markerfacecolor="white", markersize=3.5, label="flare", **dark),
        Line2D([], [], marker="|", markersize=5, label="breakthrough", **dark),
        Line2D([], [], marker="v", markersize=3.6, label="pulse into a vein", **dark),
        Patch(facecolor=MUTED_COLOUR, label="drug works"),
        Patch(facecolor="white", edgecolor=MUTED_COLOUR, hatch=HATCH, label="drug does not work"),
        Patch(facecolor=SPLEEN_GREYS["massive"], label="spleen massive"),
        Patch(facecolor=SPLEEN_GREYS["moderate"], label="spleen moderate"),
        Line2D([], [], marker="^", markersize=4.5, label="spleen removed", **dark),
        Line2D([], [], marker="*", markersize=6.5, label="OPSI", **dark),
    ]
    above = (0.0, from_bottom_inches / figure.get_figheight())
    look: dict[str, Any] = {"frameon": False, "fontsize": LABEL_SIZE, "handlelength": 1.5, "columnspacing": 1.4, "borderpad": 0.1}
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=above, ncols=5, **look)
