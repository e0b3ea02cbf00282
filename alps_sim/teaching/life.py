"""One life under one strategy as a clinician would tell it: flares, steroids, drugs, spleen, complications, death.

All times are years since the index; `None` is a time that did not come. `teaching.reading` reads a life from the event log.
"""

from dataclasses import dataclass
from typing import Final

from alps_sim.rules.codes import DAYS_PER_YEAR, SPLEEN_REMOVED, SPLEENS

REMOVED: Final = SPLEENS[SPLEEN_REMOVED]

STEROID_TOXICITIES: Final = (
    "hypertension",
    "diabetes",
    "osteonecrosis",
    "fracture",
    "low_bone_density",
    "growth_retardation",
    "cushingoid",
    "cataract",
    "adrenal_suppression",
)
"""Kinds of the log that count as steroid toxicities if they come on steroids or in the risk window after them."""
LYMPHOMAS: Final = ("hodgkin_lymphoma", "non_hodgkin_lymphoma")
COMPLICATIONS: Final = (
    "sepsis",
    "infection_admission",
    "neutropenic_infection",
    "severe_bleed",
    "transfusion",
    "gcsf",
    "hypogammaglobulinaemia",
    "rituximab_neutropenia",
    "thrombosis",
    *LYMPHOMAS,
    "other_malignancy",
    "transplantation",
    *STEROID_TOXICITIES,
)


@dataclass(frozen=True)
class Attack:
    """A time with counts below the threshold: the beginning of a flare, or a breakthrough.

    Attributes
    ----------
    begin, end
        From crossing the threshold to clear counts.
    severe
        None if the life or the disease ended before the log says so.
    refractory
        When the ladder was exhausted.
    cleared_by
        `steroids`, `drug`, `course`, `splenectomy`, `itself`; empty if the counts were not clear again.
    """

    begin: float
    end: float
    severe: bool | None
    refractory: float | None
    cleared_by: str


@dataclass(frozen=True)
class Flare:
    """A cytopenia episode: a flare, its breakthroughs, taper, and the time until it counts as over.

    Attributes
    ----------
    begin, end
        From the flare until the patient has been clear for long enough, the next flare or the end of the life.
    lineages
        Words of LINEAGES.
    severe
        At its onset.
    sequestered
        Whether a large spleen pools the cells.
    relapse
        Whether it ends the remission after splenectomy.
    attacks
        The flare itself, then each breakthrough.
    dependent
        When it made the patient steroid-dependent.
    maintenance
        Spans on low-dose maintenance steroids.
    """

    begin: float
    end: float
    lineages: tuple[str, ...]
    severe: bool
    sequestered: bool
    relapse: bool
    attacks: tuple[Attack, ...]
    dependent: float | None
    maintenance: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Dose:
    """A steroid dose held from one time to another, mg of prednisone equivalent a day."""

    begin: float
    end: float
    mg_per_day: float
    intravenous: bool

    @property
    def days(self) -> float:
        """How long, in days."""
        return (self.end - self.begin) * DAYS_PER_YEAR


@dataclass(frozen=True)
class Treatment:
    """A long-term agent taken daily, or a course of infusions with the remission that follows.

    Attributes
    ----------
    agent
        Word of AGENTS.
    begin, end
        From the first dose to the last; of a course, until it is spent.
    is_course
        Whether it is a course.
    resumed
        Whether it had been weaned or laid aside before.
    bridge
        Whether it is given only until something else becomes possible.
    answered
        When it took effect.
    failed_unseen
        From when it has held nothing without anybody knowing.
    stopped
        A word of AFTER, `weaned`, `splenectomy`, `malignancy`, `transplantation` or `replaced`; empty if it went on to the end.
    mg
        Of a course, in all.
    """

    agent: str
    begin: float
    end: float
    is_course: bool
    resumed: bool
    bridge: bool
    answered: float | None
    failed_unseen: float | None
    stopped: str
    mg: float


@dataclass(frozen=True)
class Referral:
    """A referral for splenectomy and what became of it: `operated`, `called off`, `put off`, or nothing before the end."""

    begin: float
    end: float
    outcome: str


@dataclass(frozen=True)
class SpleenSize:
    """The spleen from one time to another; word of SPLEENS."""

    begin: float
    end: float
    size: str


@dataclass(frozen=True)
class Complication:
    """Anything else that happened; kind, code and value as in the log.

    Attributes
    ----------
    without_spleen
        Whether there was no spleen.
    on_steroids
        On a course of steroids or in the risk window after it.
    fatal
        Whether the patient died of it at once.
    """

    time: float
    kind: str
    code: int
    value: float
    without_spleen: bool
    on_steroids: bool
    fatal: bool


@dataclass(frozen=True)
class Life:
    """One life under one strategy.

    Attributes
    ----------
    age_at_index
        Years.
    end
        Death, or the end of observation.
    cause_of_death
        Word of CAUSES_OF_DEATH; empty for a patient alive at the end.
    treatment_failure
        When it came.
    """

    age_at_index: float
    end: float
    cause_of_death: str
    treatment_failure: float | None
    flares: tuple[Flare, ...]
    steroids: tuple[Dose, ...]
    immunoglobulin: tuple[tuple[float, float], ...]
    treatments: tuple[Treatment, ...]
    referrals: tuple[Referral, ...]
    spleen: tuple[SpleenSize, ...]
    complications: tuple[Complication, ...]

    @property
    def splenectomy(self) -> float | None:
        """When the spleen was removed; None if it never was, or before the index."""
        removed = [piece.begin for piece in self.spleen[1:] if piece.size == REMOVED]
        return removed[0] if removed else None

    def of_kind(self, *kinds: str) -> tuple[Complication, ...]:
        """Complications of some kinds, in order."""
        return tuple(one for one in self.complications if one.kind in kinds)

    def age(self, time: float) -> float:
        """Age in years at a time."""
        return self.age_at_index + time
