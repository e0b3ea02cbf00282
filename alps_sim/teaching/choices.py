"""The rules by which a patient is chosen, each in one sentence; needs no library, so that `--help` can print it."""

from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """Name of a rule."""

    TYPICAL = "typical"
    LARGEST_DIFFERENCE = "largest-difference"
    SAVED = "saved"
    HARMED = "harmed"


RULES: Final[dict[Rule, str]] = {
    Rule.TYPICAL: (
        "the patient whose life-years, QALYs, flares and steroid dose in the first {years} years lie nearest to the medians of all "
        "patients looked at, under both strategies (distances summed, each divided by the mean distance of all)"
    ),
    Rule.LARGEST_DIFFERENCE: (
        "the patient with the largest difference in QALYs between the two strategies in the first {years} years, whichever way"
    ),
    Rule.SAVED: (
        "a patient who dies within {years} years under the first strategy and is alive then under the second; of all such patients the "
        "one whose death lies nearest to the median time of these deaths"
    ),
    Rule.HARMED: (
        "a patient who is alive after {years} years under the first strategy and has died by then under the second; of all such patients "
        "the one whose death lies nearest to the median time of these deaths"
    ),
}
"""Ties go to the lowest number."""
DEFAULT_RULE: Final = Rule.TYPICAL
DEFAULT_PATIENTS: Final = 5_000
"""Patients looked at, or all of the scenario if they are fewer."""


def stated(rule: Rule, years: str) -> str:
    """A rule in words.

    Parameters
    ----------
    rule
        The rule.
    years
        Of the window in which it looks.
    """
    return RULES[rule].format(years=years)
