"""The rows of a life on an age axis: flares, steroid dose, spleen and drugs as bars, labelled events."""

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes

from alps_sim.plots.theme import MUTED_COLOUR, TEXT_COLOUR
from alps_sim.plots.twin_labels import CHARACTER_INCHES, Label
from alps_sim.teaching.exposure import Body, pieces
from alps_sim.teaching.life import REMOVED, Life, Treatment
from alps_sim.teaching.words import DRUG_LABELS

LABEL_SIZE: Final = 6.5
LANE_INCHES: Final = 0.15
MOST_MG_PER_KG: Final = 2.6
"""Top of the steroid axis; pulses into a vein go far beyond it and are marked there."""
ONE_PULSE_YEARS: Final = 0.1
BAR_HEIGHT: Final = 0.66
HATCH: Final = "//////"
SEVERE_HEIGHT, MILD_HEIGHT, AGAIN_HEIGHT = 1.0, 0.62, 0.35
SPLEEN_GREYS: Final = {"none": "#FFFFFF", "moderate": "#BDBDBD", "massive": "#6E6E6E", REMOVED: "#FFFFFF"}
SPLEEN_LABELS: Final = {"none": "normal size", "moderate": "moderate", "massive": "massive", REMOVED: "removed"}
_STOPS: Final = {
    "no_answer": "no answer",
    "response_lost": "lost",
    "intolerance": "not tolerated",
    "organ_toxicity": "toxic",
    "weaned": "weaned",
    "splenectomy": "",
    "malignancy": "chemotherapy",
    "transplantation": "",
    "replaced": "",
}


def draw_flares(axis: Axes, life: Life, last_age: float, colour: str) -> None:
    """Each flare as a stem, higher if severe, breakthroughs shorter and thin; long cytopenia as a band.

    Parameters
    ----------
    axis
        Of ages.
    life
        One life.
    last_age
        Shown, years.
    colour
        Of the strategy.
    """
    for flare in life.flares:
        if life.age(flare.begin) > last_age:
            break
        for place, attack in enumerate(flare.attacks):
            begin, end = life.age(attack.begin), life.age(attack.end)
            height = AGAIN_HEIGHT if place else SEVERE_HEIGHT if flare.severe else MILD_HEIGHT
            axis.plot([begin, begin], [0.0, height], color=colour, linewidth=0.7 if place else 1.4, solid_capstyle="butt")
            if not place:
                face = colour if flare.severe else "white"
                axis.plot(begin, height, "o", markersize=3.2, color=colour, markerfacecolor=face, markeredgewidth=0.8, clip_on=False)
            axis.fill_between([begin, end], 0.0, height if end - begin > ONE_PULSE_YEARS else 0.0, color=colour, alpha=0.35, linewidth=0)
    axis.set_ylim(0.0, 1.25)
    axis.set_yticks([])


def draw_steroids(axis: Axes, life: Life, body: Body, span: tuple[float, float], colour: str) -> None:
    """Dose by mouth as an area, pulses into a vein as marks at the top.

    Parameters
    ----------
    axis
        Of ages and mg/kg a day.
    life, body
        Of one patient.
    span
        First and last age shown, years.
    colour
        Of the strategy.
    """
    pulse = -1.0
    for dose, weight in pieces(life, body, span[0] - life.age_at_index, span[1] - life.age_at_index):
        begin, end, mg_per_kg = life.age(dose.begin), life.age(dose.end), dose.mg_per_day / weight
        if dose.intravenous:
            axis.plot([begin, begin], [0.0, MOST_MG_PER_KG], color=TEXT_COLOUR, linewidth=0.8)
            if begin - pulse > ONE_PULSE_YEARS:
                axis.plot(begin, MOST_MG_PER_KG, "v", color=TEXT_COLOUR, markersize=3.4, clip_on=False, zorder=4)
            pulse = begin
        else:
            axis.fill_between([begin, end], 0.0, min(mg_per_kg, MOST_MG_PER_KG), color=colour, alpha=0.75, linewidth=0.2)
    axis.set_ylim(0.0, MOST_MG_PER_KG)
    axis.set_yticks([0, 1, 2])


def drugs_of(life: Life, years: float) -> tuple[str, ...]:
    """Agents begun within so many years since the index, in the order in which they were first given.

    Parameters
    ----------
    life
        One life.
    years
        Since the index.
    """
    return tuple(dict.fromkeys(one.agent for one in life.treatments if one.begin < years))


def draw_bars(axis: Axes, life: Life, drugs: Sequence[str], span: tuple[float, float], look: tuple[str, float]) -> None:
    """Spleen and drugs as bars, one lane each.

    Parameters
    ----------
    axis
        Of ages.
    life
        One life.
    drugs
        Of `drugs_of`.
    span
        First and last age shown, years.
    look
        Colour of the strategy, and inches a year of the axis.
    """
    colour, inches_per_year = look
    _spleen(axis, life, span, inches_per_year)
    for lane, agent in enumerate(drugs, start=1):
        courses = [one for one in life.treatments if one.agent == agent]
        for place, one in enumerate(courses):
            _drug(axis, life, one, lane, colour)
            then = courses[place + 1].begin if place + 1 < len(courses) else life.end
            free = min(life.age(then), span[1]) - life.age(one.end)
            text = _STOPS.get(one.stopped, "")
            if text and len(text) * CHARACTER_INCHES + 0.05 < free * inches_per_year:
                axis.text(life.age(one.end) + 0.04 / inches_per_year, lane, text, fontsize=6, va="center", color=MUTED_COLOUR)
    axis.set_ylim(len(drugs) + 0.5, -0.5)
    axis.set_yticks(range(len(drugs) + 1), ["Spleen", *(DRUG_LABELS[agent] for agent in drugs)])


def _drug(axis: Axes, life: Life, one: Treatment, lane: int, colour: str) -> None:
    """A bar hatched until the drug takes effect and from when it has lost it, solid between."""
    answered = one.end if one.answered is None else one.answered
    lost = one.end if one.answered is None or one.failed_unseen is None else one.failed_unseen
    look: dict[str, Any] = {"height": BAR_HEIGHT, "edgecolor": colour, "linewidth": 0.6}
    for begin, end in ((one.begin, answered), (lost, one.end)):
        if end > begin:
            axis.barh(lane, end - begin, left=life.age(begin), facecolor="white", hatch=HATCH, **look)
    if lost > answered:
        axis.barh(lane, lost - answered, left=life.age(answered), facecolor=colour, **look)


def _spleen(axis: Axes, life: Life, span: tuple[float, float], inches_per_year: float) -> None:
    for piece in life.spleen:
        begin, end = life.age(piece.begin), min(life.age(piece.end), span[1])
        if begin >= end:
            continue
        line = "--" if piece.size == REMOVED else "-"
        look: dict[str, Any] = {"height": BAR_HEIGHT, "edgecolor": MUTED_COLOUR, "linewidth": 0.6, "linestyle": line}
        axis.barh(0, end - begin, left=begin, facecolor=SPLEEN_GREYS[piece.size], **look)
        text = SPLEEN_LABELS[piece.size]
        if len(text) * CHARACTER_INCHES + 0.05 < (end - begin) * inches_per_year:
            dark = "white" if piece.size == "massive" else TEXT_COLOUR
            axis.text(begin + 0.04 / inches_per_year, 0, text, fontsize=6, va="center", color=dark)


def draw_labels(axis: Axes, labels: Sequence[Label], lanes: int) -> None:
    """Labelled markers in their lanes.

    Parameters
    ----------
    axis
        Of ages.
    labels
        Of `twin_labels.placed`.
    lanes
        How many.
    """
    for label in labels:
        face = TEXT_COLOUR if label.is_grave else "white"
        size = 6.0 if label.marker == "*" else 3.6
        axis.plot(
            label.ages,
            [label.lane] * len(label.ages),
            label.marker,
            markersize=size,
            color=TEXT_COLOUR,
            markerfacecolor=face,
            markeredgewidth=0.7,
            linestyle="none",
            clip_on=False,
        )
        if len(label.ages) > 1:
            axis.plot([label.ages[0], label.ages[-1]], [label.lane] * 2, color=MUTED_COLOUR, linewidth=0.6, zorder=1)
        weight, side = "bold" if label.is_grave else "normal", "right" if label.on_left else "left"
        axis.text(label.text_age, label.lane, label.written, fontsize=LABEL_SIZE, va="center", ha=side, fontweight=weight)
    axis.set_ylim(lanes - 0.5, -0.5)
    axis.set_yticks([])
