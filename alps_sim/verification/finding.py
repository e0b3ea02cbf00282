"""What a check is, and what it can find."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from alps_sim.verification.bench import Bench

Result = Literal["PASS", "FAIL", "DOES NOT APPLY"]
PASS: Final = "PASS"
FAIL: Final = "FAIL"
DOES_NOT_APPLY: Final = "DOES NOT APPLY"

ROUNDING: Final = 1e-12
"""Relative difference that the order of additions may make."""
SHOWN: Final = 3
"""Failures told of before the rest are only counted."""


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    result
        Whether what was expected was found, or why nothing could be.
    found
        What was found, in words and numbers.
    """

    result: Result
    found: str


@dataclass(frozen=True)
class Check:
    """One check of a scenario.

    Attributes
    ----------
    name
        Identifier.
    group
        Heading under which it is shown.
    title
        What must hold, in a few words.
    done
        What is done.
    expected
        What must come out.
    run
        Does it.
    seconds
        About how long it takes on the main scenario, to tell the time left.
    """

    name: str
    group: str
    title: str
    done: str
    expected: str
    run: Callable[[Bench], Finding]
    seconds: float = 1.0


def concluded(failures: Iterable[str], otherwise: str) -> Finding:
    """PASS without failures, else FAIL with the first few of them.

    Parameters
    ----------
    failures
        One sentence or phrase each.
    otherwise
        What was found if there are none.
    """
    told: Sequence[str] = list(failures)
    if not told:
        return Finding(PASS, otherwise)
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return Finding(FAIL, "; ".join(told[:SHOWN]) + more)


def not_applicable(reason: str) -> Finding:
    """Nothing to find in this scenario.

    Parameters
    ----------
    reason
        Why.
    """
    return Finding(DOES_NOT_APPLY, reason)
