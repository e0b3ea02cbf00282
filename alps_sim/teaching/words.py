"""Plain words for what the log says: drugs, cells, causes of death, ages, doses and lengths of time; jargon explained once."""

import math
import re
from collections.abc import Sequence
from typing import Final

from alps_sim.rules.codes import DAYS_PER_YEAR

DRUGS: Final = {
    "mmf": "[[mycophenolate]]",
    "sirolimus": "[[sirolimus]]",
    "rituximab": "[[rituximab]]",
    "hydroxychloroquine": "[[hydroxychloroquine]]",
    "tpo_mimetic": "[[TPO mimetic]]",
    "thiopurine": "[[thiopurine]]",
    "ciclosporin": "[[ciclosporin]]",
    "vincristine": "[[vincristine]]",
}
DRUG_LABELS: Final = {
    "mmf": "Mycophenolate",
    "sirolimus": "Sirolimus",
    "rituximab": "Rituximab",
    "hydroxychloroquine": "Hydroxychloroquine",
    "tpo_mimetic": "TPO mimetic",
    "thiopurine": "Thiopurine",
    "ciclosporin": "Ciclosporin",
    "vincristine": "Vincristine",
}
"""For a figure and at the beginning of a sentence."""
CELLS: Final = {"aiha": "red cells", "itp": "platelets", "neutropenia": "neutrophils"}
DISEASES: Final = {
    "aiha": "red cells (autoimmune hemolytic anemia)",
    "itp": "platelets (immune thrombocytopenia)",
    "neutropenia": "neutrophils, the white cells that fight bacteria (autoimmune neutropenia)",
}
SPLEEN_WORDS: Final = {
    "none": "of normal size",
    "moderate": "moderately enlarged",
    "massive": "massively enlarged",
}
TOXICITIES: Final = {
    "hypertension": "high blood pressure",
    "diabetes": "diabetes",
    "osteonecrosis": "osteonecrosis",
    "fracture": "a fracture",
    "low_bone_density": "low bone density",
    "growth_retardation": "slowed growth",
    "cushingoid": "a Cushingoid face and body",
    "cataract": "a cataract",
    "adrenal_suppression": "adrenal suppression",
}
LYMPHOMA_WORDS: Final = {"hodgkin_lymphoma": "Hodgkin lymphoma", "non_hodgkin_lymphoma": "non-Hodgkin lymphoma"}

JARGON: Final = {
    "flare": "counts fall below the threshold: hemoglobin under 8 g/dL, neutrophils under 500 or platelets under 50,000 per microliter",
    "breakthrough": "the counts fall again during the taper or within 30 days after it; it counts to the same flare",
    "taper": "the dose is lowered step by step",
    "severe": "such as hemoglobin under 5 g/dL",
    "pooling": "the large spleen holds the cells back, and steroids help less",
    "immunoglobulin": "antibodies from donors, into a vein",
    "refractory": "none of the planned steps has worked",
    "steroid-dependent": "the counts fell again and again as steroids were lowered, so a low dose is kept",
    "prednisone": "a steroid, by mouth",
    "methylprednisolone": "a steroid, into a vein, in hospital",
    "mycophenolate": "MMF, a daily drug that restrains the immune system",
    "sirolimus": "a daily drug that restrains the immune system and can shrink the spleen",
    "rituximab": "infusions that remove the cells from which antibodies come",
    "hydroxychloroquine": "a daily drug, the mildest of all",
    "TPO mimetic": "a daily drug that makes the body produce more platelets",
    "thiopurine": "azathioprine or mercaptopurine, a daily drug that restrains the immune system",
    "ciclosporin": "a daily drug that restrains the immune system",
    "vincristine": "infusions of a drug otherwise used against cancer",
    "OPSI": "overwhelming post-splenectomy infection: invasive bacterial sepsis without a spleen",
    "sepsis": "invasive bacterial infection",
    "G-CSF": "a drug that makes the body produce more neutrophils",
    "Cushingoid": "round and heavy from steroids",
    "adrenal suppression": "the body makes too little cortisol of its own after steroids",
    "osteonecrosis": "bone of a joint dies",
    "weaned": "stopped on trial after quiet years",
    "QALYs": "years alive, each weighted by its quality of life",
}
"""Explanation of each word, given where it first stands. Marked in texts as `[[word]]` or `[[word|as it is written there]]`."""
_MARKED: Final = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]")

_WEEK: Final = 7.0
_MONTH: Final = DAYS_PER_YEAR / 12.0


def explain(text: str) -> str:
    """A text with each marked word explained where it stands for the first time, and left plain after that."""
    known: set[str] = set()

    def shown(match: re.Match[str]) -> str:
        word, written = match.group(1), match.group(2) or match.group(1)
        if word in known:
            return written
        known.add(word)
        return f"{written} ({JARGON[word]})"

    return _MARKED.sub(shown, text)


def listed(words: Sequence[str]) -> str:
    """Words with commas and an `and` before the last."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def sentence(text: str) -> str:
    """A text that begins with a capital and ends with a full stop; a marked word at its beginning is written with a capital."""
    if text.startswith("[["):
        word, _, written = text[2:].partition("]]")[0].partition("|")
        text = f"[[{word}|{capital(written or word)}]]" + text.partition("]]")[2]
    else:
        text = capital(text)
    return text if text.endswith((".", ":")) else text + "."


def capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def amount(value: float) -> str:
    """A dose in mg, g or mg/kg: tens from 1,000 on, whole from 10 on, two significant digits below."""
    if value >= 999.5:
        return f"{round(value, -1):,.0f}"
    return f"{value:.0f}" if value >= 9.95 else f"{value:.2g}"


def age_words(age: float) -> str:
    """An age in years, to a tenth; never rounded up to the next year."""
    return f"{math.floor(age * 10.0 + 1e-6) / 10.0:.1f}"


def length(years: float) -> str:
    """A length of time in days, weeks, months or years, whichever reads best."""
    days = years * DAYS_PER_YEAR
    if days < 20.5:
        return counted(max(round(days), 1), "day")
    if days < 120.0:
        return counted(round(days / _WEEK), "week")
    if years < 2.0:
        return counted(round(days / _MONTH), "month")
    return f"{years:.1f} years" if years < 10.0 else f"{years:.0f} years"


def quiet_words(years: float) -> str:
    """A sentence on years without anything to tell."""
    return f"{years:.1f} quiet years follow." if years < 10.0 else f"{years:.0f} quiet years follow."


_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TIMES: Final = ("never", "once", "twice")
_ORDINALS: Final = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def counted(number: int, thing: str) -> str:
    """So many of a thing, in figures: `1 day`, `3 days`."""
    return f"{number:,} {_plural(thing, number)}"


def _plural(thing: str, number: int) -> str:
    if number == 1:
        return thing
    return f"{thing.removesuffix('is')}es" if thing.endswith("sis") else f"{thing}s"


def spelled(number: int, thing: str) -> str:
    """So many of a thing, small numbers in words: `one flare`, `three flares`, `14 flares`."""
    return f"{number_word(number)} {_plural(thing, number)}"


def number_word(number: int) -> str:
    """A whole number, up to ten in words."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def times(number: int) -> str:
    """How often: `once`, `twice`, `three times`."""
    return _TIMES[number] if number < len(_TIMES) else spelled(number, "time")


def ordinal(number: int) -> str:
    """`first` to `tenth`, then `11th` and so on."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
