"""Numbers and words of a scenario as they are told: equal phrases mean equal values, so nothing that differs reads the same."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from alps_sim.scenario.references import WORD

YES: Final = "yes"
NO: Final = "no"
NONE: Final = "none"
_CAPITALS: Final = {
    word.lower(): word for word in ("MMF", "OPSI", "IVIG", "TPO", "ALPS", "AIHA", "ITP", "QALYs", "IV", "NIH", "G-CSF", "Hodgkin")
}
"""Words that are written otherwise in a heading."""


class LedgerNumber(float):
    """A number of a scenario that the evidence ledger gives.

    Attributes
    ----------
    parameter
        The parameter that gives it.
    """

    parameter: str

    def __new__(cls, value: float, parameter: str) -> "LedgerNumber":
        """The value, with the parameter's name."""
        made = super().__new__(cls, value)
        made.parameter = parameter
        return made


def number(value: float) -> str:
    """A number, short where it is short and in full where it is not.

    Parameters
    ----------
    value
        A number of the scenario; one of the ledger is told to six digits and with the parameter's name.
    """
    return _plain(value) + _given_by(value)


def percent(share: float) -> str:
    """A share in percent, exact.

    Parameters
    ----------
    share
        From 0 to 1.
    """
    exact = Decimal(f"{share:g}" if isinstance(share, LedgerNumber) else repr(float(share)))
    return f"{(exact * 100).normalize():f}%" + _given_by(share)


def amount(value: float, unit: str) -> str:
    """A number with its unit, for example `1 year` or `2.5 years`.

    Parameters
    ----------
    value
        How many.
    unit
        In the singular.
    """
    return f"{_plain(value)} {unit}{'' if value == 1 else 's'}{_given_by(value)}"


def words(word: str) -> str:
    """A word of the scenario files as prose."""
    return word.replace("_", " ")


def heading(identifier: str) -> str:
    """An identifier as words, beginning with a capital: `mmf_then_sirolimus` becomes `MMF then sirolimus`."""
    text = " ".join(_CAPITALS.get(word, word) for word in identifier.split("_"))
    return text[:1].upper() + text[1:]


def truth(value: bool) -> str:
    """Yes or no."""
    return YES if value else NO


def listed(parts: Sequence[str], conjunction: str) -> str:
    """Parts of a sentence in a row, for example `mmf, sirolimus or rituximab`.

    Parameters
    ----------
    parts
        At least one.
    conjunction
        Between the last two.
    """
    *before, last = parts
    return f"{', '.join(before)} {conjunction} {last}" if before else last


def in_order(chosen: Sequence[str], vocabulary: Sequence[str]) -> list[str]:
    """Words of a set in the order of their vocabulary: in which order a file names them means nothing.

    Parameters
    ----------
    chosen
        The set.
    vocabulary
        All words.
    """
    return [word for word in vocabulary if word in chosen]


def _plain(value: float) -> str:
    short = f"{value:g}"
    return short if isinstance(value, LedgerNumber) or float(short) == value else repr(value)


def _given_by(value: float) -> str:
    return f" ({WORD}{value.parameter})" if isinstance(value, LedgerNumber) else ""
