"""How a life ends, and what lies beyond the headline window, summed up."""

from typing import Final

from alps_sim.teaching.flare_words import Telling, steroid_sum
from alps_sim.teaching.life import LYMPHOMAS, Life
from alps_sim.teaching.words import DRUGS, LYMPHOMA_WORDS, TOXICITIES, length, listed, sentence, spelled, times

CAUSES: Final = {
    "operative": "from the operation",
    "opsi": "from [[OPSI]]",
    "other_sepsis": "from [[sepsis]], with the spleen in place",
    "cytopenia": "from the cytopenia itself",
    "lymphoma": "from lymphoma",
    "other_malignancy": "from acute leukemia",
    "toxicity": "from a complication counted as harm done by treatment",
    "background": "from a cause that has nothing to do with the disease, as it comes to anybody of that age",
}
_FATAL: Final = {
    "severe_bleed": "from a bleed in the head at the onset of a flare",
    "neutropenic_infection": "from an infection with low neutrophils",
    "infection_admission": "from an infection (counted as harm done by treatment)",
    "thrombosis": "from a thrombosis (counted as harm done by treatment)",
    "transplantation": "from the stem cell transplantation for leukemia",
}


def tell_end(telling: Telling) -> str:
    """The last paragraph of a life.

    Parameters
    ----------
    telling
        Of the life.
    """
    life, age = telling.life, telling.age(telling.life.end)
    if not life.cause_of_death:
        return f"**Age {age}.** The observation ends; the patient is alive."
    return f"**Age {age}: death** {_cause(telling)}."


def _cause(telling: Telling) -> str:
    life = telling.life
    fatal = [one for one in life.complications if one.fatal and one.kind in _FATAL]
    words = _FATAL[fatal[-1].kind] if fatal else CAUSES[life.cause_of_death]
    if life.cause_of_death == "opsi" and life.splenectomy is not None:
        earlier = sum(one.without_spleen for one in life.of_kind("sepsis")) - 1
        words += f", {length(life.end - life.splenectomy)} after the operation"
        words += f"; {spelled(earlier, 'episode')} had been survived before" if earlier else ""
    return words


def beyond(telling: Telling, years: float) -> str:
    """What comes after the headline window, in one paragraph that says that it is extrapolated.

    Parameters
    ----------
    telling
        Of a life that goes on beyond it.
    years
        Of the window.
    """
    life = telling.life
    flares = [flare for flare in life.flares if flare.begin >= years]
    again = sum(len(flare.attacks) - 1 for flare in flares)
    counted = spelled(len(flares), "flare") + (f" with {spelled(again, 'breakthrough')}" if again else "")
    sentences = [f"{counted}; {steroid_sum(telling, years, life.end)}" if flares else "no flares", *_surgery(telling, years)]
    sentences += [*_drugs(telling, years), *_complications(telling, years)]
    text = " ".join(sentence(one) for one in sentences)
    return f"*Beyond {years:g} years, from age {telling.age(years)} on, extrapolated:* {text}\n\n- {tell_end(telling)}"


def _surgery(telling: Telling, years: float) -> list[str]:
    operated = telling.life.splenectomy
    if operated is None or operated < years:
        return []
    return [f"the spleen is removed at age {telling.age(operated)}"]


def _drugs(telling: Telling, years: float) -> list[str]:
    begun = [one for one in telling.life.treatments if one.begin >= years and not one.resumed]
    if not begun:
        return []
    return ["new drugs: " + listed([f"{DRUGS[one.agent]} at age {telling.age(one.begin)}" for one in begun])]


def _complications(telling: Telling, years: float) -> list[str]:
    life = telling.life
    sentences = []
    for without_spleen, name in ((True, "[[OPSI]]"), (False, "[[sepsis]] with the spleen in place")):
        ages = [
            telling.age(one.time)
            for one in life.of_kind("sepsis")
            if one.time >= years and one.without_spleen == without_spleen and not one.fatal
        ]
        if ages:
            sentences.append(f"{name} survived {times(len(ages))}, at age {listed(ages)}")
    sentences += [f"{LYMPHOMA_WORDS[one.kind]} at age {telling.age(one.time)}" for one in life.of_kind(*LYMPHOMAS) if one.time >= years]
    sentences += [f"acute leukemia at age {telling.age(one.time)}" for one in life.of_kind("other_malignancy") if one.time >= years]
    return sentences + _others(life, years)


def _others(life: Life, years: float) -> list[str]:
    """What else came, counted by kind."""
    counts = [
        ("admission", " for infection", _from(life, years, "infection_admission", "neutropenic_infection")),
        ("transfusion", "", _from(life, years, "transfusion")),
        ("severe bleed", "", _from(life, years, "severe_bleed")),
        ("thrombosis", "", _from(life, years, "thrombosis")),
    ]
    told = [spelled(number, thing) + what for thing, what, number in counts if number]
    harms = sorted({TOXICITIES[one.kind] for one in life.of_kind(*TOXICITIES) if one.time >= years and one.on_steroids})
    return ([listed(told)] if told else []) + (["harm done by steroids: " + listed(harms)] if harms else [])


def _from(life: Life, years: float, *kinds: str) -> int:
    """How many complications of some kinds came from a time on without killing."""
    return sum(one.time >= years and not one.fatal for one in life.of_kind(*kinds))
