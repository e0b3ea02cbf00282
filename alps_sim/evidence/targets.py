"""Published figures that a simulated cohort is compared with, in three classes.

INPUT figures go into the model and so must come out of it: they check the code. CALIBRATED figures are fitted. Only HELD_OUT
figures test the model, and of these only such as have not helped to set a prior either (`informs`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from scipy import special

from alps_sim.evidence.errors import suggestion
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.readings import known_choices
from alps_sim.evidence.source import FOLDER, Located, read_source

FILE: Final = FOLDER / "targets.yaml"

CALIBRATED: Final = "CALIBRATED"
HELD_OUT: Final = "HELD_OUT"
CLASSES: Final = ("INPUT", CALIBRATED, HELD_OUT)

ORIGINS: Final = ("birth", "presentation", "enrolment", "splenectomy", "drug_start")
"""Where a window may begin."""

END_OF_FOLLOW_UP: Final = "end_of_follow_up"
_ENDS: Final = (END_OF_FOLLOW_UP, "drug_start")

BOUNDS: Final = ("at_least", "at_most")
"""How a published figure that only bounds the simulated one does so."""

_REQUIRED: Final = ("description", "observed", "statistic", "cohort", "window", "class", "source")
_PARTS: Final = ("cohorts", "targets", "not_simulated")


@dataclass(frozen=True)
class Observed:
    """What was published: a count of n, a count over person-years, or a value.

    Attributes
    ----------
    value
        The share, the rate per year or the value itself.
    count
        Patients or events counted; None for a value.
    n
        Patients among whom; None if not told or a rate.
    person_years
        Time over which events were counted; None if not a rate.
    """

    value: float
    count: int | None = None
    n: int | None = None
    person_years: float | None = None

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Exact confidence interval, Clopper-Pearson for a share and Poisson for a rate.

        Parameters
        ----------
        level
            Coverage, between 0 and 1.

        Returns
        -------
        tuple or None
            Low and high; None for a bare value.
        """
        tail = (1.0 - level) / 2.0
        if self.count is None:
            return None
        if self.person_years is not None:
            low = float(special.gammaincinv(self.count, tail)) if self.count else 0.0
            return low / self.person_years, float(special.gammaincinv(self.count + 1, 1.0 - tail)) / self.person_years
        rest = (self.n or 0) - self.count
        low = float(special.betaincinv(self.count, rest + 1, tail)) if self.count else 0.0
        high = float(special.betaincinv(self.count + 1, rest, 1.0 - tail)) if rest else 1.0
        return low, high

    def __str__(self) -> str:
        if self.count is not None:
            return f"{self.count}/{self.n}" if self.n is not None else f"{self.count} in {self.person_years:g} person-years"
        return f"{self.value:g}"


@dataclass(frozen=True)
class Cohort:
    """A published cohort, and which simulated patients stand for it.

    Attributes
    ----------
    identifier, description
        Name and words.
    scenario
        Name of the shipped scenario that replicates it.
    size
        Patients in the study.
    strategy
        Strategy of the scenario; its only one if empty.
    among
        Which of the scenario's patients the study was of, a selection of `outcomes.statistics`.
    years_earlier
        By so much the study looked at them before the end of the scenario's observation.
    """

    identifier: str
    description: str
    scenario: str
    size: int
    strategy: str = ""
    among: str = "everyone"
    years_earlier: float = 0.0


@dataclass(frozen=True)
class NotSimulated:
    """A published figure that the model cannot produce.

    Attributes
    ----------
    identifier, description, reason
        Name, what was published, and why it has no simulated counterpart.
    """

    identifier: str
    description: str
    reason: str


@dataclass(frozen=True)
class Window:
    """From when to when a figure was observed.

    Attributes
    ----------
    origin
        One of ORIGINS.
    years
        Length in years; None if it ends with an occasion.
    until
        The occasion that ends it; None if it has a length.
    """

    origin: str
    years: float | None
    until: str | None


@dataclass(frozen=True)
class OtherReading:
    """What a published figure is if the publication is read in another way.

    Attributes
    ----------
    choice, value
        The named choice of a reading under which it holds.
    statistic, description
        In place of the figure's own.
    """

    choice: str
    value: str
    statistic: str
    description: str


@dataclass(frozen=True)
class Target:
    """One published figure.

    Attributes
    ----------
    identifier, description
        Name and words.
    observed
        What was published.
    statistic
        Identifier of the statistic computed from a simulated cohort.
    cohort
        Identifier of the cohort it was observed in.
    window
        From when to when.
    target_class
        One of CLASSES.
    source, note
        Publication, and what to know when comparing; an empty note if there is nothing.
    otherwise
        What it is under other readings.
    bound
        One of BOUNDS if it only bounds the simulated figure, else empty.
    overlaps
        Other published figures that count patients whom this one counts: it is no test apart from them.
    informs
        Parameters of the ledger whose prior was set with an eye on it, and replicas that were: what it helped to make it cannot test.
    file, line
        Where it stands.
    """

    identifier: str
    description: str
    observed: Observed
    statistic: str
    cohort: str
    window: Window
    target_class: str
    source: str
    note: str
    otherwise: tuple[OtherReading, ...]
    bound: str
    overlaps: tuple[str, ...]
    informs: tuple[str, ...]
    file: str
    line: int

    def read_with(self, choices: Mapping[str, str]) -> "Target":
        """The figure as it is under the choices in force.

        Parameters
        ----------
        choices
            Of `evidence.readings.reading_choices`.
        """
        for other in self.otherwise:
            if choices[other.choice] == other.value:
                return replace(self, statistic=other.statistic, description=other.description)
        return self


@lru_cache(maxsize=1)
def load_targets() -> tuple[Target, ...]:
    """All published figures of the package, in file order, read once a process.

    Raises
    ------
    EvidenceError
        If an entry is not as it should be, with file and line.
    """
    return read_targets(FILE)


@lru_cache(maxsize=1)
def target_cohorts() -> dict[str, Cohort]:
    """The cohorts of the package's published figures, by identifier."""
    return _cohorts(read_source(FILE).mapping(_PARTS)["cohorts"])


@lru_cache(maxsize=1)
def not_simulated() -> tuple[NotSimulated, ...]:
    """Published figures that the model cannot produce, in file order."""
    entries = read_source(FILE).mapping(_PARTS)["not_simulated"].table()
    keys = {name: entry.mapping(("description", "reason")) for name, entry in entries.items()}
    return tuple(NotSimulated(name, found["description"].text(), found["reason"].text()) for name, found in keys.items())


def read_targets(path: Path) -> tuple[Target, ...]:
    """Read published figures from a file.

    Raises
    ------
    EvidenceError
        For an unknown or missing key, class or cohort, or an observation that cannot be.
    """
    keys = read_source(path).mapping(_PARTS)
    cohorts = keys["cohorts"].table()
    entries = keys["targets"].table()
    return tuple(_target(name, entry, cohorts, tuple(entries)) for name, entry in entries.items())


def _cohorts(item: Located) -> dict[str, Cohort]:
    found = {}
    for name, entry in item.table().items():
        keys = entry.mapping(("description", "scenario", "size"), ("strategy", "among", "years_earlier"))
        texts = {key: keys[key].text() for key in ("description", "scenario", "strategy", "among") if key in keys}
        earlier = keys["years_earlier"].number() if "years_earlier" in keys else 0.0
        found[name] = Cohort(identifier=name, size=_whole(keys["size"]), years_earlier=earlier, **texts)
    return found


def _target(name: str, entry: Located, cohorts: Mapping[str, Located], figures: tuple[str, ...]) -> Target:
    keys = entry.mapping(_REQUIRED, ("note", "otherwise", "bound", "overlaps", "informs"))
    made = (*load_priors().parameters, *cohorts)
    return Target(
        name,
        keys["description"].text(),
        _observed(keys["observed"]),
        keys["statistic"].text(),
        _one_of(keys["cohort"], tuple(cohorts), "a cohort listed under `cohorts`"),
        _window(keys["window"]),
        _one_of(keys["class"], CLASSES, "a class"),
        keys["source"].text(),
        keys["note"].text() if "note" in keys else "",
        _otherwise(keys["otherwise"]) if "otherwise" in keys else (),
        _one_of(keys["bound"], BOUNDS, "a bound") if "bound" in keys else "",
        tuple(_one_of(item, figures, "a published figure") for item in keys["overlaps"].items()) if "overlaps" in keys else (),
        tuple(_one_of(item, made, "a parameter or a cohort") for item in keys["informs"].items()) if "informs" in keys else (),
        entry.file,
        entry.line,
    )


def _otherwise(item: Located) -> tuple[OtherReading, ...]:
    """Other readings of a figure, by choice and by the value of the choice."""
    found = []
    for choice, by_value in item.table().items():
        _known(choice, tuple(known_choices()), "a choice of the readings", by_value)
        for value, entry in by_value.table().items():
            _known(value, known_choices()[choice], f"a value of `{choice}`", entry)
            keys = entry.mapping(("statistic", "description"))
            found.append(OtherReading(choice, value, keys["statistic"].text(), keys["description"].text()))
    return tuple(found)


def _one_of(item: Located, known: tuple[str, ...], what: str) -> str:
    return _known(item.text(), known, what, item)


def _known(word: str, known: tuple[str, ...], what: str, where: Located) -> str:
    if word not in known:
        raise where.error(f"expected {what}, found `{word}`; {suggestion(word, known)}")
    return word


def _observed(item: Located) -> Observed:
    keys = item.mapping((), ("count", "n", "person_years", "value"))
    n = _whole(keys["n"]) if "n" in keys else None
    if "value" in keys and not keys.keys() & {"count", "person_years"}:
        return Observed(keys["value"].number(), n=n)
    if "count" not in keys or "value" in keys or ("n" in keys) == ("person_years" in keys):
        raise item.error(f"expected a count with n, a count with person_years, or a value, found {', '.join(keys)}; write one of the three")
    count = _whole(keys["count"])
    if n is not None:
        if not 0 <= count <= n or n == 0:
            raise item.error(f"expected a count from 0 to n, found {count} of {n}")
        return Observed(count / n, count, n)
    years = keys["person_years"].number()
    if years <= 0:
        raise item.error(f"expected person_years above 0, found {years:g}")
    return Observed(count / years, count, None, years)


def _whole(item: Located) -> int:
    number = item.number()
    if number != int(number) or number < 0:
        raise item.error(f"expected a whole number from 0 on, found {number:g}")
    return int(number)


def _window(item: Located) -> Window:
    keys = item.mapping(("from", "until"))
    origin = _one_of(keys["from"], ORIGINS, "a beginning")
    if isinstance(keys["until"].value, str):
        return Window(origin, None, _one_of(keys["until"], _ENDS, "an end or a number of years"))
    years = keys["until"].number()
    if years <= 0:
        raise keys["until"].error(f"expected years above 0, found {years:g}")
    return Window(origin, years, None)
