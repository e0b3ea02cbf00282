"""The one error of the evidence: a file of the ledger is not as it should be, or a name is not in it."""

import difflib
import re
from collections.abc import Iterable, Sequence


class EvidenceError(Exception):
    """Evidence cannot be read or found as asked.

    Attributes
    ----------
    message
        What was expected, what was found, what to do.
    file
        File of the ledger, relative to the folder that holds the package; None for a name that a caller gave.
    line
        Line in the file, counted from 1.
    """

    def __init__(self, message: str, file: str | None = None, line: int | None = None) -> None:
        self.message = message
        self.file = file
        self.line = line
        super().__init__(message)

    def __str__(self) -> str:
        place = [str(part) for part in (self.file, self.line) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message

    def __reduce__(self) -> tuple[type["EvidenceError"], tuple[str, str | None, int | None]]:
        return type(self), (self.message, self.file, self.line)


def nearest(found: str, known: Sequence[str], most: int) -> list[str]:
    """Known words that may be meant: those that have all parts of the word, in any order, then those spelt nearly like it.

    Parameters
    ----------
    found
        The word as written.
    known
        The words that would have been accepted.
    most
        How many are given.
    """
    parts = set(re.split(r"[_.]", found.lower()))
    having = sorted((word for word in known if parts <= set(re.split(r"[_.]", word.lower()))), key=len)
    spelt = difflib.get_close_matches(found, known, n=most, cutoff=0.6)
    within = [word for word in known if found and found in word]
    return list(dict.fromkeys([*having, *spelt, *(within if not having and not spelt else [])]))[:most]


def suggestion(found: str, known: Iterable[str]) -> str:
    """What to do about a name that is not known: the nearest known names, or where to find them.

    Parameters
    ----------
    found
        The name as written.
    known
        The names that would have been accepted.

    Returns
    -------
    str
        For example "did you mean `opsi_shape`?".
    """
    words = list(known)
    near = nearest(found, words, 3)
    if near:
        return "did you mean " + " or ".join(f"`{word}`" for word in near) + "?"
    if len(words) <= 16:
        return "choose from " + ", ".join(f"`{word}`" for word in words)
    return "`alps-sim evidence` lists all names"
