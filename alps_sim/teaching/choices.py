"""The rules by which a child is chosen, each in one sentence; needs no library, so that `--help` can print it."""

from typing import Final

RULES: Final = {
    "typical": (
        "the child whose life-years, QALYs, flares and steroid dose in the first {years} years lie nearest to the medians of all "
        "children looked at, under both strategies (distances summed, each divided by the mean distance of all)"
    ),
    "largest-difference": (
        "the child with the largest difference in QALYs between the two strategies in the first {years} years, whichever way"
    ),
    "saved": (
        "a child who dies within {years} years under the first strategy and is alive then under the second; of all such children the "
        "one whose death lies nearest to the median time of these deaths"
    ),
    "harmed": (
        "a child who is alive after {years} years under the first strategy and has died by then under the second; of all such children "
        "the one whose death lies nearest to the median time of these deaths"
    ),
}
"""Ties go to the lowest number."""
DEFAULT_RULE: Final = "typical"
DEFAULT_PATIENTS: Final = 5_000
"""Children looked at, or all of the scenario if they are fewer."""


def stated(rule: str, years: str) -> str:
    """A rule in words.

    Parameters
    ----------
    rule
        Name in RULES.
    years
        Of the window in which it looks.
    """
    return RULES[rule].format(years=years)
