"""Labelled markers along an age axis, in as many lanes as it takes for no label to stand on another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from alps_sim.teaching.life import LYMPHOMAS, STEROID_TOXICITIES, Complication, Life

CHARACTER_INCHES: Final = 0.053
"""Mean width of a character of a label."""
BOLD_RATIO: Final = 1.15
MARKER_INCHES: Final = 0.08
BETWEEN_INCHES: Final = 0.1
"""Between a label and the next marker."""
SAME_LABEL_YEARS: Final = 2.0
"""The same thing again within so long shares a label."""
BLEEDS: Final = ("", "Severe bleed", "Bleed in the head")
_MAJOR: Final = {
    "infection_admission": ("Infection", "o"),
    "neutropenic_infection": ("Infection, low neutrophils", "o"),
    "hypogammaglobulinaemia": ("After rituximab: few antibodies", "v"),
    "rituximab_neutropenia": ("After rituximab: few neutrophils", "v"),
    "thrombosis": ("Thrombosis", "s"),
    "hodgkin_lymphoma": ("Hodgkin lymphoma", "D"),
    "non_hodgkin_lymphoma": ("Non-Hodgkin lymphoma", "D"),
    "other_malignancy": ("Leukemia", "D"),
    "transplantation": ("Transplantation", "P"),
}
"""Label and marker of each kind of event."""
_HARM: Final = {
    "hypertension": "High blood pressure",
    "diabetes": "Diabetes",
    "osteonecrosis": "Osteonecrosis",
    "fracture": "Fracture",
    "low_bone_density": "Low bone density",
    "growth_retardation": "Slowed growth",
    "cushingoid": "Cushingoid",
    "cataract": "Cataract",
    "adrenal_suppression": "Adrenal suppression",
}
OPSI_LABEL: Final = "OPSI"
SPLENECTOMY_LABEL: Final = "Spleen removed"
GRAVE: Final = (OPSI_LABEL, "Sepsis", SPLENECTOMY_LABEL, *BLEEDS[1:], *(_MAJOR[kind][0] for kind in (*LYMPHOMAS, "other_malignancy")))
"""Labels whose markers are filled; all others are hollow."""


@dataclass(frozen=True)
class Label:
    """Markers of one thing, with one label.

    Attributes
    ----------
    ages
        Of each marker, years.
    text
        Empty for what kills: the death itself is labelled.
    marker
        Of matplotlib.
    lane
        From 0 at the top.
    text_age
        Where the text begins, or ends if it stands left of the markers.
    on_left
        Whether it does.
    """

    ages: tuple[float, ...]
    text: str
    marker: str
    lane: int = 0
    text_age: float = 0.0
    on_left: bool = False

    @property
    def written(self) -> str:
        """The text with how often it came."""
        return f"{self.text} x{len(self.ages)}" if len(self.ages) > 1 and self.text else self.text

    @property
    def is_grave(self) -> bool:
        """Whether the markers are filled."""
        return not self.text or self.text in GRAVE


def major_events(life: Life) -> list[Label]:
    """Surgery, sepsis, infections, bleeds, malignancy and what steroids did not do, in order.

    Parameters
    ----------
    life
        One life.
    """
    labels = [Label((life.age(one.time),), *_event(one)) for one in life.complications if _event(one)[1]]
    if life.splenectomy is not None:
        labels.append(Label((life.age(life.splenectomy),), SPLENECTOMY_LABEL, "^"))
    return sorted(labels, key=lambda label: label.ages)


def _event(one: Complication) -> tuple[str, str]:
    """Label and marker of an event; no marker if it is none of the major ones."""
    if one.kind == "sepsis":
        text, marker = (OPSI_LABEL, "*") if one.without_spleen else ("Sepsis", "X")
    elif one.kind == "severe_bleed":
        text, marker = BLEEDS[one.code], "d"
    elif one.kind in STEROID_TOXICITIES:
        text, marker = ("", "") if one.on_steroids else (_HARM[one.kind], "o")
    else:
        text, marker = _MAJOR.get(one.kind, ("", ""))
    return "" if one.fatal else text, marker


def harm_by_steroids(life: Life) -> list[Label]:
    """Steroid toxicities, in order.

    Parameters
    ----------
    life
        One life.
    """
    return [Label((life.age(one.time),), _HARM[one.kind], "o") for one in life.of_kind(*STEROID_TOXICITIES) if one.on_steroids]


def placed(labels: Sequence[Label], span: tuple[float, float], death: float, inches_per_year: float) -> list[Label]:
    """Labels within a span of ages, each in a lane in which it stands on no other and not across the line of death.

    Parameters
    ----------
    labels
        In order of age.
    span
        First and last age shown, years.
    death
        Age at the end of the life, years.
    inches_per_year
        Scale of the age axis.
    """
    within = [label for label in labels if span[0] <= label.ages[0] <= span[1]]
    found: list[Label] = []
    ends: list[float] = []
    for label in _joined(within):
        characters = len(label.written) * (BOLD_RATIO if label.is_grave else 1.0)
        width, half = characters * CHARACTER_INCHES / inches_per_year, MARKER_INCHES / inches_per_year
        begin, end, text_age, on_left = _beside(label, width, half, (span[0], min(span[1], death), death))
        lane = next((place for place, taken in enumerate(ends) if taken + BETWEEN_INCHES / inches_per_year <= begin), len(ends))
        ends[lane : lane + 1] = [end]
        found.append(replace(label, lane=lane, text_age=text_age, on_left=on_left))
    return found


def _beside(label: Label, width: float, half: float, limits: tuple[float, float, float]) -> tuple[float, float, float, bool]:
    """Where a label begins and ends, where its text stands, and whether left: right of the markers, left, or beyond the death."""
    first, last = label.ages[0] - half, label.ages[-1] + half
    low, high, death = limits
    if last + width <= high:
        return first, last + width, last, False
    if first - width >= low:
        return first - width, last, first, True
    return first, death + half + width, death + half, False


def _joined(labels: Sequence[Label]) -> list[Label]:
    """The same thing again soon after becomes one label of several markers."""
    found: list[Label] = []
    for label in labels:
        same = next((place for place, other in enumerate(found) if other.text == label.text and other.marker == label.marker), None)
        latest = max((place for place, other in enumerate(found) if other.text == label.text), default=None)
        if same is not None and latest is not None and label.ages[0] - found[latest].ages[-1] <= SAME_LABEL_YEARS:
            found[latest] = replace(found[latest], ages=(*found[latest].ages, *label.ages))
        else:
            found.append(label)
    return found


def lane_count(labels: Sequence[Label]) -> int:
    """Lanes that placed labels take, at least one.

    Parameters
    ----------
    labels
        Of `placed`.
    """
    return 1 + max((label.lane for label in labels), default=0)
