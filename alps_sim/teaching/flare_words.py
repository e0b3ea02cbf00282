"""A flare in words: which cells, what is given in which dose, what helps, breakthroughs, taper, what it leaves behind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from alps_sim.teaching.exposure import Body, exposure
from alps_sim.teaching.life import STEROID_TOXICITIES, Attack, Complication, Dose, Flare, Life
from alps_sim.teaching.record import DrugDose
from alps_sim.teaching.words import (
    CELLS,
    DRUGS,
    TOXICITIES,
    age_words,
    amount,
    counted,
    length,
    listed,
    number_word,
    sentence,
    spelled,
    times,
)

OF_A_FLARE: Final = ("severe_bleed", "transfusion", "neutropenic_infection", "gcsf", "infection_admission", *STEROID_TOXICITIES)
"""Complications that are told with the flare in which they come."""
TOLD_ONE_BY_ONE: Final = 2
"""Breakthroughs of one flare that are told one by one; of more only the first is."""
INTRACRANIAL: Final = 2
_CLEARED: Final = {
    "drug": "then the daily drug takes effect and the counts are clear",
    "course": "then the infusions take effect and the counts are clear",
    "splenectomy": "until the spleen is removed and the counts are clear",
    "itself": "until the counts recover by themselves",
    "": "",
}


@dataclass(frozen=True)
class Telling:
    """What is needed to tell a life.

    Attributes
    ----------
    equivalence
        Mg of prednisone that equal a mg of methylprednisolone.
    drugs
        Dose of each agent.
    takes_prevention
        Whether vaccines and prophylaxis are taken up without a spleen.
    prevention_adherence
        Share of the time in which prophylaxis is then kept to.
    """

    life: Life
    body: Body
    equivalence: float
    drugs: dict[str, DrugDose]
    takes_prevention: bool
    prevention_adherence: float

    def age(self, time: float) -> str:
        """Age at a time, in words."""
        return age_words(self.life.age(time))

    def weight(self, time: float) -> float:
        """Weight at a time, kg."""
        return self.body.weight_at(self.life.age(time))

    def dose(self, dose: Dose) -> str:
        """A dose with its drug: `prednisone 36 mg a day (2 mg/kg)`."""
        mg = dose.mg_per_day / self.equivalence if dose.intravenous else dose.mg_per_day
        drug = "[[methylprednisolone]]" if dose.intravenous else "[[prednisone]]"
        return f"{drug} {amount(mg)} mg a day ({amount(mg / self.weight(dose.begin))} mg/kg)"


def tell_flare(telling: Telling, flare: Flare) -> str:
    """A flare from its onset until it is over.

    Parameters
    ----------
    telling
        Of its life.
    flare
        One of the life's.
    """
    sentences = [_onset(telling, flare), _treatment(telling, flare.attacks[0]), *_breakthroughs(telling, flare)]
    sentences += [_weaning_off(telling, flare), _sum(telling, flare), *_left_behind(telling, flare)]
    return " ".join(sentence(text) for text in sentences if text)


def _onset(telling: Telling, flare: Flare) -> str:
    """What falls, how deep, and the bleeding and transfusion that come with it."""
    words = f"[[flare]] of {listed([CELLS[name] for name in flare.lineages])}"
    words += ", [[severe]]" if flare.severe else ""
    words += ", by [[pooling|pooling in the spleen]]" if flare.sequestered else ""
    words += _in_spite_of(telling.life, flare)
    if flare.relapse and telling.life.splenectomy is not None:
        words = f"relapse, {length(flare.begin - telling.life.splenectomy)} after the operation: a {words}"
    return words + _at_once(telling.life, flare.attacks[0])


def _in_spite_of(life: Life, flare: Flare) -> str:
    """The daily drug during which a flare comes."""
    agent = _taken(life, flare)
    return f", in spite of {DRUGS[agent]}" if agent else ""


def _taken(life: Life, flare: Flare) -> str:
    """The daily drug that is taken when a flare comes; empty without one."""
    taken = [one.agent for one in life.treatments if not one.is_course and one.begin < flare.begin <= one.end]
    return taken[-1] if taken else ""


def _at_once(life: Life, attack: Attack) -> str:
    """Bleeding and transfusion at an onset."""
    came = [one for one in life.of_kind("severe_bleed", "transfusion") if one.time == attack.begin and not one.fatal]
    return "".join(
        ("; a bleed in the head" if one.code == INTRACRANIAL else "; a severe bleed")
        if one.kind == "severe_bleed"
        else f"; {counted(round(one.value), 'unit')} of red cells are transfused"
        for one in came
    )


def _doses(telling: Telling, begin: float, end: float) -> list[Dose]:
    return [dose for dose in telling.life.steroids if begin <= dose.begin < end]


def _treatment(telling: Telling, attack: Attack) -> str:
    """The steps taken against an attack, and which of them helps."""
    until = attack.end if attack.refractory is None else attack.refractory
    steps = [_step(telling, dose, min(dose.end, until)) for dose in _doses(telling, attack.begin, until)]
    if attack.refractory is not None:
        return "; ".join(f"{step}, without answer" for step in steps) + _refractory(telling, attack, attack.refractory)
    if not steps:
        return ""
    told = [f"{step}, without answer" for step in steps[:-1]]
    told.append(steps[-1] + (": the counts are clear" if attack.cleared_by == "steroids" else ""))
    last = _CLEARED.get(attack.cleared_by, "")
    return "; ".join([*told, last] if last else told)


def _step(telling: Telling, dose: Dose, end: float) -> str:
    grams = [g for time, g in telling.life.immunoglobulin if time == dose.begin]
    with_ivig = f" with {amount(grams[0])} g of [[immunoglobulin]]" if grams else ""
    return f"{telling.dose(dose)}{with_ivig} for {length(end - dose.begin)}"


def _refractory(telling: Telling, attack: Attack, begin: float) -> str:
    """What goes on from then on when no step has helped."""
    doses = _doses(telling, begin, attack.end)
    if not doses:
        return ". The flare is [[refractory]]"
    lower = f", later {amount(doses[-1].mg_per_day / telling.weight(doses[-1].begin))} mg/kg" if len(doses) > 1 else ""
    words = f". The flare is [[refractory]]: {telling.dose(doses[0])}{lower}, for {length(attack.end - begin)}"
    until = {"drug": "until the daily drug takes effect", "course": "until the infusions take effect"}
    ending = until.get(attack.cleared_by, _CLEARED[attack.cleared_by].partition(" and ")[0])
    return f"{words}, {ending}" if ending else words


def _breakthroughs(telling: Telling, flare: Flare) -> list[str]:
    later = flare.attacks[1:]
    told = later if len(later) <= TOLD_ONE_BY_ONE else later[:1]
    sentences = []
    for before, attack in zip(flare.attacks, told, strict=False):
        severe = ", [[severe]]" if attack.severe else ""
        words = f"[[breakthrough]] {_when(telling, before, attack)}{severe}{_at_once(telling.life, attack)}"
        sentences += [words, _treatment(telling, attack)]
    rest = later[len(told) :]
    if rest:
        severe_ones = sum(bool(attack.severe) for attack in rest)
        severe = f", {number_word(severe_ones)} of them severe" if severe_ones else ""
        more = spelled(len(rest), "more breakthrough")
        sentences.append(f"{more} up to age {telling.age(rest[-1].begin)}{severe}, each met with steroids again")
    return sentences


def _when(telling: Telling, before: Attack, attack: Attack) -> str:
    """Where in the taper or after it a breakthrough comes."""
    doses = [dose for dose in telling.life.steroids if before.end <= dose.begin < attack.begin]
    last = doses[-1].end if doses else before.end
    if last >= attack.begin:
        return f"{length(attack.begin - before.end)} into the [[taper]]"
    return f"{length(attack.begin - last)} after the end of the [[taper]]"


def _weaning_off(telling: Telling, flare: Flare) -> str:
    """The taper after the last attack, and the low dose of a steroid-dependent patient."""
    last = flare.attacks[-1]
    doses = _doses(telling, last.end, flare.end)
    held = sum(end - begin for begin, end in flare.maintenance)
    if held and doses:
        begin = flare.maintenance[0][0]
        low = next((dose for dose in doses if dose.begin >= begin), doses[-1])
        return f"[[steroid-dependent]]: {telling.dose(low)} is kept for {length(held)}"
    if not doses or not last.cleared_by:
        return ""
    begin, mg = doses[0].begin, doses[0].mg_per_day
    return f"[[taper]] from {amount(mg)} mg ({amount(mg / telling.weight(begin))} mg/kg) over {length(doses[-1].end - begin)}"


def _sum(telling: Telling, flare: Flare) -> str:
    if len(flare.attacks) == 1 and not flare.maintenance and flare.attacks[0].refractory is None:
        return ""
    return f"in all {steroid_sum(telling, flare.begin, flare.end)}"


def steroid_sum(telling: Telling, begin: float, end: float) -> str:
    """Steroid from one time to another: days and mg/kg.

    Parameters
    ----------
    telling
        Of the life.
    begin, end
        Years since the index.
    """
    taken = exposure(telling.life, telling.body, begin, end)
    return f"{counted(round(taken.days), 'day')} on steroids, {amount(taken.mg_per_kg)} mg/kg"


def _left_behind(telling: Telling, flare: Flare) -> list[str]:
    """Infections during the flare, and the toxicities of its steroids."""
    came = [one for one in during(telling.life, flare) if one.kind not in ("severe_bleed", "transfusion")]
    return complication_sentences(came)


def during(life: Life, flare: Flare) -> list[Complication]:
    """Complications that are told with a flare: those within it that did not kill.

    Parameters
    ----------
    life
        The life.
    flare
        One of its flares.
    """
    return [one for one in life.of_kind(*OF_A_FLARE) if flare.begin <= one.time <= flare.end and not one.fatal]


def complication_sentences(came: Sequence[Complication]) -> list[str]:
    """Complications of flares, counted by kind, as a few sentences.

    Parameters
    ----------
    came
        Of the kinds OF_A_FLARE.
    """
    number = Counter(one.kind for one in came)
    sentences = []
    if number["severe_bleed"]:
        heads = sum(one.kind == "severe_bleed" and one.code == INTRACRANIAL for one in came)
        sentences.append(spelled(number["severe_bleed"], "severe bleed") + (f", {number_word(heads)} in the head" if heads else ""))
    if number["transfusion"]:
        sentences.append(f"red cells are transfused {times(number['transfusion'])}")
    if number["neutropenic_infection"]:
        with_drug = ", [[G-CSF]] is given" if number["gcsf"] else ""
        sentences.append(f"in hospital {times(number['neutropenic_infection'])} for infection with low neutrophils{with_drug}")
    if number["infection_admission"]:
        sentences.append(f"in hospital {times(number['infection_admission'])} for another infection")
    harms = [_toxicity(kind) + (f" {times(number[kind])}" if number[kind] > 1 else "") for kind in STEROID_TOXICITIES if number[kind]]
    if harms:
        on_steroids = all(one.on_steroids for one in came if one.kind in STEROID_TOXICITIES)
        sentences.append(("harm done by steroids: " if on_steroids else "harm: ") + listed(harms))
    return sentences


def _toxicity(kind: str) -> str:
    words = TOXICITIES[kind]
    for marked in ("Cushingoid", "adrenal suppression", "osteonecrosis"):
        words = words.replace(marked, f"[[{marked}]]")
    return words


def tell_run(telling: Telling, flares: Sequence[Flare]) -> str:
    """Several ordinary flares together.

    Parameters
    ----------
    telling
        Of their life.
    flares
        One after another.
    """
    begin, end = flares[0].begin, flares[-1].end
    cells = {CELLS[name]: None for flare in flares for name in flare.lineages}
    severe = sum(flare.severe for flare in flares)
    again = sum(len(flare.attacks) - 1 for flare in flares)
    words = spelled(len(flares), "flare") + f" of {listed(list(cells))}"
    words += f", {number_word(severe)} of them severe" if severe else ""
    words += f", with {spelled(again, 'breakthrough')}" if again else ""
    drugs = {_taken(telling.life, flare) for flare in flares}
    words += f", in spite of {DRUGS[drugs.pop()]}" if len(drugs) == 1 and "" not in drugs else ""
    words += f", each answered by steroids: {steroid_sum(telling, begin, end)}, {_dose_range(telling, begin, end)}"
    came = [one for flare in flares for one in during(telling.life, flare)]
    return " ".join(sentence(text) for text in [words, *complication_sentences(came)])


def _dose_range(telling: Telling, begin: float, end: float) -> str:
    """The highest dose of either steroid."""
    doses = _doses(telling, begin, end)
    words = []
    for intravenous in (False, True):
        given = [dose for dose in doses if dose.intravenous == intravenous]
        if given:
            words.append(telling.dose(max(given, key=lambda dose: dose.mg_per_day / telling.weight(dose.begin))))
    return "at most " + " and ".join(words)


def is_ordinary(flare: Flare, life: Life) -> bool:
    """Whether a flare is one of many: answered by steroids, no lasting dependence, no severe bleed.

    Parameters
    ----------
    flare
        One of the life's.
    life
        The life.
    """
    by_steroids = all(attack.cleared_by == "steroids" and attack.refractory is None for attack in flare.attacks)
    bled = any(one.kind == "severe_bleed" for one in during(life, flare))
    return by_steroids and not bled and not flare.maintenance and not flare.relapse and flare.dependent is None
