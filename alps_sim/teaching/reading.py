"""A life from its lines of the event log, as a run writes them to `events.parquet`."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final, NamedTuple

import pandas as pd

from alps_sim.rules.codes import AFTER, AGENTS, CAUSES_OF_DEATH, EPISODE_PHASES, LINEAGES, SPLEEN_REMOVED, SPLEENS
from alps_sim.teaching.life import (
    COMPLICATIONS,
    LYMPHOMAS,
    REMOVED,
    Attack,
    Complication,
    Dose,
    Flare,
    Life,
    Referral,
    SpleenSize,
    Treatment,
)

CYTOPENIC_PHASES: Final = ("flare", "refractory")
SEVERE_BIT: Final = 8
SEQUESTRATION_BIT: Final = 16
_CLEARED: Final = {
    "acute_step_end": "steroids",
    "agent_effect": "drug",
    "course_effect": "course",
    "splenectomy": "splenectomy",
    "spontaneous_remission": "itself",
}
_STOPPED: Final = {
    "weaning": "weaned",
    "splenectomy": "splenectomy",
    "hodgkin_lymphoma": "malignancy",
    "non_hodgkin_lymphoma": "malignancy",
    "other_malignancy": "malignancy",
    "transplantation": "transplantation",
    "treatment_start": "replaced",
}


class Line(NamedTuple):
    """A line of the event log of one life, as in `events.parquet`."""

    time: float
    kind: str
    code: int
    value: float


def lines_of(events: pd.DataFrame) -> list[Line]:
    """Lines of one patient under one strategy from a table with the columns of `events.parquet`, in order."""
    columns = (events["time"], events["kind"].astype(str), events["code"], events["value"])
    return [Line(float(time), kind, int(code), float(value)) for time, kind, code, value in zip(*columns, strict=True)]


def read_life(lines: list[Line]) -> Life:
    """A life from its lines of the event log.

    Parameters
    ----------
    lines
        All lines of one patient under one strategy, in order; the first one is the entry.
    """
    entry, last = lines[0], lines[-1]
    died = last.kind == "death"
    end = last.time
    spleen = _spleen(lines, end)
    failures = _times(lines, "treatment_failure")
    return Life(
        age_at_index=entry.value,
        end=end,
        cause_of_death=CAUSES_OF_DEATH[last.code] if died else "",
        treatment_failure=failures[0] if failures else None,
        flares=_flares(lines, end),
        steroids=_steroids(lines, end),
        immunoglobulin=tuple((line.time, line.value) for line in lines if line.kind == "ivig"),
        treatments=tuple(_treatment(lines, place, end) for place, line in enumerate(lines) if line.kind in ("agent_start", "course_start")),
        referrals=_referrals(lines, end),
        spleen=spleen,
        complications=_complications(lines, entry.code),
    )


def _times(lines: Iterable[Line], kind: str) -> list[float]:
    return [line.time for line in lines if line.kind == kind]


def _first(lines: Iterable[Line], wanted: Callable[[Line], bool]) -> float | None:
    return next((line.time for line in lines if wanted(line)), None)


def _phase(line: Line) -> str:
    """The phase that begins with a line; empty for another line."""
    return EPISODE_PHASES[line.code] if line.kind == "phase" else ""


def _cause(lines: list[Line], place: int, causes: dict[str, str]) -> str:
    """What the event was within which a line was written: the nearest of some kinds before it at the same time."""
    for line in reversed(lines[:place]):
        if line.time != lines[place].time:
            break
        if line.kind in causes:
            return causes[line.kind]
    return ""


def _parts(lines: list[Line], kinds: tuple[str, ...], end: float) -> list[tuple[list[Line], float]]:
    """Lines cut before each line of some kinds; each part with the time at which the next one begins."""
    starts = [place for place, line in enumerate(lines) if line.kind in kinds]
    cuts = pairwise([*starts, len(lines)])
    return [(lines[start:stop], lines[stop].time if stop < len(lines) else end) for start, stop in cuts]


def _flares(lines: list[Line], end: float) -> tuple[Flare, ...]:
    relapses = set(_times(lines, "relapse_after_splenectomy"))
    return tuple(_flare(part, until, part[0].time in relapses) for part, until in _parts(lines, ("flare",), end))


def _flare(part: list[Line], until: float, relapse: bool) -> Flare:
    """A flare from its lines up to the next flare."""
    code = part[0].code
    end = _first(part, lambda line: _phase(line) == "none")
    end = until if end is None else end
    severe = bool(code & SEVERE_BIT)
    attacks = [_attack(lines, min(stop, end)) for lines, stop in _parts(part, ("flare", "breakthrough"), end)]
    return Flare(
        begin=part[0].time,
        end=end,
        lineages=tuple(name for bit, name in enumerate(LINEAGES) if code >> bit & 1),
        severe=severe,
        sequestered=bool(code & SEQUESTRATION_BIT),
        relapse=relapse,
        attacks=(_with_severity(attacks[0], severe), *attacks[1:]),
        dependent=_first(part, lambda line: line.kind == "steroid_dependence"),
        maintenance=_maintenance(part, end),
    )


def _with_severity(attack: Attack, severe: bool) -> Attack:
    """The first attack of a flare, whose severity is known even if it never ends."""
    return Attack(attack.begin, attack.end, severe, attack.refractory, attack.cleared_by)


def _attack(part: list[Line], until: float) -> Attack:
    """A time below the threshold; the log tells how severe a breakthrough was when it ends."""
    end = _first(part, lambda line: _phase(line) not in ("", *CYTOPENIC_PHASES))
    over = next((place for place, line in enumerate(part) if line.kind == "flare_end"), None)
    return Attack(
        begin=part[0].time,
        end=until if end is None else end,
        severe=None if over is None else bool(part[over].code),
        refractory=_first(part, lambda line: _phase(line) == "refractory"),
        cleared_by="" if over is None else _cause(part, over, _CLEARED),
    )


def _maintenance(part: list[Line], end: float) -> tuple[tuple[float, float], ...]:
    phases = [(line.time, _phase(line)) for line in part if line.kind == "phase"]
    return tuple((begin, stop) for (begin, phase), (stop, _) in pairwise([*phases, (end, "")]) if phase == "maintenance")


def _steroids(lines: list[Line], end: float) -> tuple[Dose, ...]:
    """Doses above zero in order; a dose that is merely set again does not begin a new piece."""
    changes = [line for line in lines if line.kind == "steroid_dose"]
    doses: list[Dose] = []
    for change, (until, *_) in pairwise([*changes, Line(end, "", 0, 0.0)]):
        dose = Dose(change.time, until, change.value, change.code == 1)
        if dose.mg_per_day == 0.0 or until == change.time:
            continue
        before = doses[-1] if doses else None
        if before and (before.end, before.mg_per_day, before.intravenous) == (dose.begin, dose.mg_per_day, dose.intravenous):
            doses[-1] = Dose(before.begin, until, dose.mg_per_day, dose.intravenous)
        else:
            doses.append(dose)
    return tuple(doses)


def _treatment(lines: list[Line], place: int, end: float) -> Treatment:
    """The treatment that begins at a line."""
    start, word = lines[place], lines[place].kind.removesuffix("_start")
    stop = next((k for k in range(place, len(lines)) if lines[k].kind == f"{word}_stop"), None)
    taken = lines[place:stop]
    answered = _first(taken, lambda line: line.kind == f"{word}_answer")
    is_course = word == "course"
    return Treatment(
        agent=AGENTS[start.code],
        begin=start.time,
        end=end if stop is None else lines[stop].time,
        is_course=is_course,
        resumed=not is_course and start.value == 1.0,
        bridge=not is_course and start.value == 2.0,
        answered=answered,
        failed_unseen=None if is_course else _failed_unseen(taken, answered),
        stopped="" if stop is None else _why(lines, stop),
        mg=start.value if is_course else 0.0,
    )


def _failed_unseen(taken: list[Line], answered: float | None) -> float | None:
    """When an agent lost its answer, or showed none, while it was taken on."""
    return _first(taken, lambda line: line.kind == ("agent_effect" if answered is None else "loss_of_response"))


def _why(lines: list[Line], stop: int) -> str:
    """Why a treatment was stopped: how it failed, or what came instead."""
    after = int(lines[stop].value)
    if after:
        return AFTER[after.bit_length() - 1]
    return _cause(lines, stop, _STOPPED)


def _referrals(lines: list[Line], end: float) -> tuple[Referral, ...]:
    """Referrals; one that a malignancy or a transplantation puts off is no line of its own in the log."""
    found = []
    for place, line in enumerate(lines):
        if line.kind == "referral_for_splenectomy" and line.code == 0:
            after = lines[place + 1 :]
            found.append(next((ended for later in after if (ended := _end_of_referral(line.time, later))), Referral(line.time, end, "")))
    return tuple(found)


def _end_of_referral(begin: float, line: Line) -> Referral | None:
    if line.kind == "splenectomy":
        return Referral(begin, line.time, "operated")
    if line.kind == "referral_for_splenectomy":
        return Referral(begin, line.time, "called off")
    if line.kind in (*LYMPHOMAS, "other_malignancy", "transplantation"):
        return Referral(begin, line.time, "put off")
    return None


def _spleen(lines: list[Line], end: float) -> tuple[SpleenSize, ...]:
    sizes = [(lines[0].time, SPLEENS[lines[0].code])]
    sizes += [
        (line.time, REMOVED if line.kind == "splenectomy" else SPLEENS[line.code])
        for line in lines
        if line.kind in ("spleen_size", "splenectomy")
    ]
    return tuple(SpleenSize(begin, until, size) for (begin, size), (until, _) in pairwise([*sizes, (end, "")]))


def _complications(lines: list[Line], spleen_at_index: int) -> tuple[Complication, ...]:
    without_spleen, on_steroids = spleen_at_index == SPLEEN_REMOVED, False
    found = []
    for line in lines:
        if line.kind == "splenectomy":
            without_spleen = True
        elif line.kind == "steroid_dose" and line.value > 0.0:
            on_steroids = True
        elif line.kind == "steroid_burst_end":
            on_steroids = False
        elif line.kind in COMPLICATIONS and not (line.kind == "gcsf" and line.code == 0):
            fatal = lines[-1].kind == "death" and line.time == lines[-1].time
            found.append(Complication(line.time, line.kind, line.code, line.value, without_spleen, on_steroids, fatal))
    return tuple(found)
