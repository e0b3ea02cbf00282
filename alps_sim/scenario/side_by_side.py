"""Two ordered lists of treatments side by side: what was added, removed, changed, or stands in another order."""

from collections.abc import Sequence
from typing import Final

from alps_sim.scenario.facts import NOT_ASKED, Facts, Given

Pair = tuple[int, int]
"""Places, from 0, of treatments that belong together."""
_LONGEST: Final = 80
"""Letters of both phrases in a sentence on one line."""


def told_apart(label: str, one: str, other: str) -> str:
    """One difference as a sentence; on three lines where the phrases are long or have commas of their own.

    Parameters
    ----------
    label
        What differs.
    one, other
        How it is in A and in B.
    """
    if ", " in one + other or len(one + other) > _LONGEST:
        return f"{label}:\n  A: {one}\n  B: {other}"
    return f"{label}: {one} in A, {other} in B"


def facts_apart(label: str, one: Facts, other: Facts, missing: str = NOT_ASKED) -> list[str]:
    """One sentence for each fact that differs.

    Parameters
    ----------
    label
        What the facts are of, put before theirs; may be empty.
    one, other
        The facts in A and in B.
    missing
        Phrase of a fact that only the other has.
    """
    told = []
    for key in dict.fromkeys([*one, *other]):
        in_one, in_other = one.get(key, missing), other.get(key, missing)
        if in_one != in_other:
            told.append(told_apart(f"{label} {key}".strip(), in_one, in_other))
    return told


def treatments_apart(what: str, one: Sequence[Given], other: Sequence[Given]) -> list[str]:
    """One sentence for each difference of two lists; none if they are equal.

    Parameters
    ----------
    what
        What an entry is called, such as `line`.
    one, other
        The lists of A and of B.
    """
    pairs = _pairs(one, other)
    moved = set(pairs) - set(_in_order(pairs))
    told = [f"{what} {place + 1} only in A: {given}" for place, given in enumerate(one) if place not in {pair[0] for pair in pairs}]
    told += [f"{what} {place + 1} only in B: {given}" for place, given in enumerate(other) if place not in {pair[1] for pair in pairs}]
    for pair in pairs:
        first, second = one[pair[0]], other[pair[1]]
        if pair in moved:
            told.append(f"{what} {pair[0] + 1} in A, {pair[1] + 1} in B, so in another order: {first}")
        told += facts_apart(f"{_place(what, pair)}, {first.treatment},", first.facts, second.facts)
    return told


def _place(what: str, pair: Pair) -> str:
    one, other = pair[0] + 1, pair[1] + 1
    return f"{what} {one}" if one == other else f"{what} {one} of A and {other} of B"


def _pairs(one: Sequence[Given], other: Sequence[Given]) -> list[Pair]:
    """Entries that belong together, by place in A: the same treatment, those that are most alike first."""
    alike = [
        (-_likeness(first, second), place, counterpart)
        for place, first in enumerate(one)
        for counterpart, second in enumerate(other)
        if first.treatment == second.treatment
    ]
    found: dict[int, int] = {}
    for _, place, counterpart in sorted(alike):
        if place not in found and counterpart not in found.values():
            found[place] = counterpart
    return sorted(found.items())


def _likeness(first: Given, second: Given) -> float:
    """Share of their facts that two entries have in common; 1 if they are equal."""
    facts = set(first.facts.items()), set(second.facts.items())
    together = facts[0] | facts[1]
    return len(facts[0] & facts[1]) / len(together) if together else 1.0


def _in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest choice of pairs that stand in the same order in both lists."""
    longest: list[list[Pair]] = []
    for pair in pairs:
        before = [chain for chain in longest if chain[-1][1] < pair[1]]
        longest.append([*max(before, key=len, default=[]), pair])
    return max(longest, key=len, default=[])
