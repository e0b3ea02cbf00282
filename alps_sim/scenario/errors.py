"""The one error a user of scenario files meets: what is wrong, and where it stands."""

from collections.abc import Iterable

from alps_sim.evidence.errors import nearest


class ScenarioError(Exception):
    """A scenario cannot be run as written.

    Attributes
    ----------
    file
        Path of the file, as the user gave it, or `--set NAME` for a setting of the command line.
    line, column
        Place in the file, counted from 1; None where there is none.
    message
        What was expected, what was found, what to do.
    """

    def __init__(self, message: str, file: str, line: int | None = None, column: int | None = None) -> None:
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.message}"

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[str, str, int | None, int | None]]:
        return type(self), (self.message, self.file, self.line, self.column)


def suggestion(found: str, known: Iterable[str]) -> str:
    """What to do about a word that is not known: the nearest known word, or all of them if they are few.

    Parameters
    ----------
    found
        The word as written.
    known
        The words that would have been accepted.

    Returns
    -------
    str
        For example "did you mean `taper_weeks`?".
    """
    words = list(known)
    near = nearest(found, words, 1)
    if near:
        return f"did you mean `{near[0]}`?"
    if not words:
        return "nothing can stand here"
    shown = ", ".join(f"`{word}`" for word in words[:16])
    return f"choose from {shown}" + (", ..." if len(words) > 16 else "")


def described(value: object) -> str:
    """A value found in a file, as a reader would name it: its kind and its text.

    Parameters
    ----------
    value
        Plain data: a scalar, a mapping, a list or a tuple.
    """
    if isinstance(value, dict):
        return "a mapping of keys"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{value}'"
    return f"{value!r}" if isinstance(value, int | float) else f"'{value}' (a date or other special value)"
