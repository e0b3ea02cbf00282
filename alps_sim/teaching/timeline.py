"""What happened in a life, one item after another in words: flares, drugs, surgery, complications, and the quiet times between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from alps_sim.teaching.flare_words import Telling, during, is_ordinary, tell_flare, tell_run
from alps_sim.teaching.life import LYMPHOMAS, REMOVED, Complication, Flare, Referral, Treatment
from alps_sim.teaching.words import (
    DRUGS,
    LYMPHOMA_WORDS,
    SPLEEN_WORDS,
    TOXICITIES,
    amount,
    length,
    ordinal,
    quiet_words,
    sentence,
)

FEWEST_IN_A_RUN: Final = 3
"""Ordinary flares one after another that are told together."""
ONE_PARAGRAPH_YEARS: Final = 0.2
"""Items that begin within so long stand in one paragraph."""
QUIET_YEARS: Final = 2.0
"""From here on a time in which nothing happens is said to be quiet."""
ONE_STORY_YEARS: Final = 0.6
"""A drug that ends within so long is told in one go."""
LEFT_BY_RITUXIMAB: Final = {"hypogammaglobulinaemia": "few antibodies", "rituximab_neutropenia": "few neutrophils"}
"""What rituximab leaves behind, by the kind of the log."""
_ENDED: Final = {
    "no_answer": "{drug} has not worked and is stopped",
    "response_lost": "{drug} no longer works and is stopped",
    "intolerance": "{drug} is not tolerated and is stopped",
    "organ_toxicity": "{drug} harms an organ and is stopped",
    "weaned": "{drug} is [[weaned]]",
    "splenectomy": "{drug} ends with the operation",
    "malignancy": "{drug} is laid aside during chemotherapy",
    "transplantation": "{drug} ends with the transplantation",
    "replaced": "{drug} has bridged the time and ends",
}


@dataclass(frozen=True)
class Item:
    """Something that happened, in words that may hold marked jargon.

    Attributes
    ----------
    begin, end
        Years since the index.
    flare
        If it is an ordinary flare, which may be told together with others.
    """

    begin: float
    end: float
    text: str
    flare: Flare | None = field(default=None, compare=False)


def items(telling: Telling, begin: float, end: float) -> list[Item]:
    """What began within a time, in order; ordinary flares one after another told together.

    Parameters
    ----------
    telling
        Of a life.
    begin, end
        Years since the index.
    """
    # of what comes at the same time, the reason first
    found = [*_others(telling), *_flares(telling), *_surgery(telling), *_treatments(telling), *_spleen(telling)]
    within = sorted((item for item in found if begin <= item.begin < end), key=lambda item: item.begin)
    return _in_runs(telling, within)


def paragraphs(telling: Telling, told: Sequence[Item], until: float) -> list[str]:
    """Items as paragraphs that begin with the age; what comes close together stands in one, and quiet times are named.

    Parameters
    ----------
    telling
        Of a life.
    told
        Items in order.
    until
        Years since the index to which the quiet time after the last one goes.
    """
    groups: list[list[Item]] = []
    for item in told:
        if groups and item.begin - groups[-1][0].begin < ONE_PARAGRAPH_YEARS:
            groups[-1].append(item)
        else:
            groups.append([item])
    texts, over = [], 0.0
    for place, group in enumerate(groups):
        over = max([over, *(item.end for item in group)])
        then = groups[place + 1][0].begin if place + 1 < len(groups) else until
        quiet = f" {quiet_words(then - over)}" if then - over >= QUIET_YEARS else ""
        texts.append(f"**{_ages(telling, group)}** " + " ".join(item.text for item in group) + quiet)
    return texts


def _ages(telling: Telling, group: Sequence[Item]) -> str:
    begin, end = telling.age(group[0].begin), telling.age(max(item.end for item in group))
    kg = f"{telling.weight(group[0].begin):.0f} kg"
    many = len(group) == 1 and group[0].flare is None and begin != end and group[0].end - group[0].begin > 1.0
    return f"Age {begin} to {end}." if many else f"Age {begin} ({kg})."


def _in_runs(telling: Telling, found: list[Item]) -> list[Item]:
    """Ordinary flares one after another become one item; a flare in which something else comes is told by itself."""
    told: list[Item] = []
    run: list[Item] = []
    for item in found:
        if item.flare is not None:
            run.append(item)
            continue
        cut = next((place for place, one in enumerate(run) if one.end >= item.begin), len(run))
        told += [*_as_run(telling, run[:cut]), *run[cut:], item]
        run = []
    return told + _as_run(telling, run)


def _as_run(telling: Telling, run: list[Item]) -> list[Item]:
    """Ordinary flares as one item if they are enough."""
    if len(run) < FEWEST_IN_A_RUN:
        return run
    flares = [item.flare for item in run if item.flare is not None]
    return [Item(run[0].begin, run[-1].end, tell_run(telling, flares))]


def _flares(telling: Telling) -> list[Item]:
    life = telling.life
    return [
        Item(flare.begin, flare.end, tell_flare(telling, flare), flare if flare.begin > 0.0 and is_ordinary(flare, life) else None)
        for flare in life.flares
    ]


def _treatments(telling: Telling) -> list[Item]:
    return [item for treatment in telling.life.treatments for item in _treatment(telling, treatment)]


def _treatment(telling: Telling, treatment: Treatment) -> list[Item]:
    """A drug: how it begins and whether it works; how it ends, at once or as an item of its own."""
    text = sentence(_begun(telling, treatment)) + _working(treatment) + _few_left(telling, treatment)
    if treatment.is_course or not treatment.stopped:
        return [Item(treatment.begin, treatment.answered or treatment.begin, text)]
    if treatment.end - treatment.begin > ONE_STORY_YEARS:
        ended = Item(treatment.end, treatment.end, sentence(_ended(telling, treatment)))
        return [Item(treatment.begin, treatment.answered or treatment.begin, text), ended]
    within = length(treatment.end - treatment.begin)
    return [Item(treatment.begin, treatment.end, f"{text} After {within} {_ended(telling, treatment)}.")]


def _begun(telling: Telling, treatment: Treatment) -> str:
    drug = DRUGS[treatment.agent]
    if treatment.is_course:
        return f"A course of {drug} is given, {amount(treatment.mg)} mg in all"
    mg = telling.drugs[treatment.agent].at(telling.body, telling.life.age(treatment.begin))
    how = "is taken again" if treatment.resumed else "is begun"
    bridge = ", as a bridge until surgery becomes possible" if treatment.bridge else ""
    return f"{drug} {how}, {amount(mg)} mg a day{bridge}"


def _working(treatment: Treatment) -> str:
    """Whether and when it takes effect."""
    if treatment.answered is None:
        return " It does not work." if treatment.is_course and treatment.stopped == "no_answer" else ""
    after = length(treatment.answered - treatment.begin)
    if not treatment.is_course:
        return f" It takes effect after {after}."
    lasted = f"; the remission lasts {length(treatment.end - treatment.answered)}" if treatment.stopped else ""
    return f" It works after {after}{lasted}."


def _few_left(telling: Telling, treatment: Treatment) -> str:
    """What infusions leave few of."""
    left = ((one, few) for kind, few in LEFT_BY_RITUXIMAB.items() for one in telling.life.of_kind(kind))
    here = ((one, few) for one, few in left if treatment.is_course and one.time == treatment.begin)
    return "".join(f" The infusions leave {few} for {length(one.value)}." for one, few in here)


def _ended(telling: Telling, treatment: Treatment) -> str:
    drug = DRUGS[treatment.agent]
    words = _ENDED[treatment.stopped].format(drug=drug)
    unseen = treatment.failed_unseen
    if unseen is not None and treatment.end - unseen > ONE_PARAGRAPH_YEARS:
        shown = "unseen until now" if treatment.stopped in ("response_lost", "no_answer") else "unseen"
        since = "it never took effect" if treatment.answered is None else f"it has been without effect since age {telling.age(unseen)}"
        words += f"; {since}, {shown}"
    return words


def _surgery(telling: Telling) -> list[Item]:
    return [Item(referral.begin, referral.end, _referral(telling, referral)) for referral in telling.life.referrals]


def _referral(telling: Telling, referral: Referral) -> str:
    prevention = "vaccines are given" if telling.takes_prevention else "vaccines and penicillin are not taken up"
    words = f"Referral for splenectomy: lymphoma is ruled out, {prevention}."
    if referral.outcome == "operated":
        kept = f", and penicillin is taken from then on, {telling.prevention_adherence:.0%} of the time"
        penicillin = kept if telling.takes_prevention else ""
        at = f"{length(referral.end - referral.begin)} later, at age {telling.age(referral.end)}"
        return f"{words} The spleen is removed {at} ({telling.weight(referral.end):.0f} kg){penicillin}."
    if referral.outcome == "called off":
        return f"{words} The flare ends before the operation, which is called off after {length(referral.end - referral.begin)}."
    return f"{words} It is put off for chemotherapy." if referral.outcome == "put off" else words


def _spleen(telling: Telling) -> list[Item]:
    found = []
    operations = [(referral.begin, referral.end) for referral in telling.life.referrals if referral.outcome == "operated"]
    for before, piece in pairwise(telling.life.spleen):
        # between referral and operation, which are told together, its size is no longer of interest
        if piece.size == REMOVED or any(begin <= piece.begin <= end for begin, end in operations):
            continue
        sizes = list(SPLEEN_WORDS)
        shrinks = sizes.index(piece.size) < sizes.index(before.size)
        now = f"is now {SPLEEN_WORDS[piece.size]}"
        found.append(Item(piece.begin, piece.begin, f"The spleen {'shrinks' if shrinks else 'grows back'} and {now}."))
    return found


def _others(telling: Telling) -> list[Item]:
    """Complications that are not told with a flare, but for the one that kills."""
    life = telling.life
    with_flares = {id(one) for flare in life.flares for one in during(life, flare)}
    found = []
    for one in life.complications:
        text = "" if id(one) in with_flares or one.fatal else _complication(telling, one)
        if text:
            found.append(Item(one.time, one.time, text))
    return found


def _complication(telling: Telling, one: Complication) -> str:
    if one.kind == "sepsis":
        return _sepsis(telling, one)
    if one.kind in LYMPHOMAS:
        return f"{LYMPHOMA_WORDS[one.kind]} is found and treated."
    if one.kind in TOXICITIES:
        return sentence(TOXICITIES[one.kind] + (", under steroids" if one.on_steroids else ""))
    return {
        "infection_admission": "In hospital for an infection.",
        "neutropenic_infection": "In hospital for an infection with low neutrophils.",
        "thrombosis": "A thrombosis.",
        "other_malignancy": "Acute leukemia is found and treated.",
        "transplantation": "Stem cells are transplanted; with the new immune system the ALPS cytopenias end.",
    }.get(one.kind, "")


def _sepsis(telling: Telling, one: Complication) -> str:
    life = telling.life
    before = [other for other in life.of_kind("sepsis") if other.time <= one.time and other.without_spleen == one.without_spleen]
    if not one.without_spleen:
        return "[[sepsis|Sepsis]], with the spleen in place, survived."
    number = f", the {ordinal(len(before))}" if len(before) > 1 else ""
    since = f", {length(one.time - life.splenectomy)} after the operation" if life.splenectomy is not None else ""
    takes_up = not telling.takes_prevention and len(before) == 1
    kept = f" Vaccines are given now, and penicillin is taken from then on, {telling.prevention_adherence:.0%} of the time."
    after = kept if takes_up else ""
    return f"[[OPSI]]{number}{since}, survived.{after}"
