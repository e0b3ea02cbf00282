"""Lives compared with lives: counters by name, and the first number in which two blocks differ."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import BASE, BASE_INDEX
from alps_sim.verification.assumptions import FloatArray
from alps_sim.verification.finding import ROUNDING
from alps_sim.verification.words import Vocabularies

COMPARED: Final = ("rows", "counters", "residuals", "events")
"""What two engines, or two ways of dealing the same patients, must agree on to the last bit."""


def counter(result: BlockResult, name: str) -> FloatArray:
    """(patients, windows) an outcome that is counted in each life.

    Parameters
    ----------
    result
        Lives under one strategy.
    name
        Identifier of the outcome.
    """
    values: FloatArray = result.counters[:, :, BASE_INDEX[name]]
    return values


def counter_names(result: BlockResult) -> tuple[str, ...]:
    """Outcomes that are counted in each life, in the order of the counters.

    Parameters
    ----------
    result
        Lives under one strategy.
    """
    return tuple(outcome.identifier for outcome in BASE[: result.counters.shape[2]])


def total(results: Sequence[BlockResult], name: str) -> float:
    """An outcome over the whole lives of all patients and strategies.

    Parameters
    ----------
    results
        One a strategy.
    name
        Identifier of the outcome.
    """
    return float(sum(counter(result, name)[:, -1].sum() for result in results))


def first_difference(one: BlockResult, other: BlockResult, fields: Sequence[str] = COMPARED) -> str:
    """Where two results first differ, in words; empty if they are the same to the last bit.

    Parameters
    ----------
    one, other
        Of the same patients.
    fields
        What is compared.
    """
    for field in fields:
        left, right = getattr(one, field), getattr(other, field)
        if left.shape != right.shape:
            return f"{field}: {left.shape[0]} against {right.shape[0]}"
        if not np.array_equal(left, right):
            return _told(field, one, left, right)
    return ""


def without_money(result: BlockResult) -> BlockResult:
    """The same lives with their costs set to 0, in rows and counters: what prices must not change.

    Parameters
    ----------
    result
        Lives under one strategy.
    """
    costs = [BASE_INDEX[name] for name in ("cost", "cost_discounted")]
    rows, counters = result.rows.copy(), result.counters.copy()
    rows["counters"][:, costs] = 0.0
    counters[:, :, costs] = 0.0
    return replace(result, rows=rows, counters=counters)


def _told(field: str, one: BlockResult, left: Any, right: Any) -> str:
    """The first difference in words."""
    if left.dtype.names is not None:
        name = next(name for name in left.dtype.names if np.any(left[name] != right[name]))
        place = _first_place(left[name], right[name])
        where = _named(one, name, place[1]) if len(place) > 1 else name
        return f"{where} of patient {left['patient'][place[0]]} is {left[name][place]} against {right[name][place]} ({field})"
    place = _first_place(left, right)
    if field == "counters":
        name, patient = counter_names(one)[place[2]], one.rows["patient"][place[0]]
        return f"{name} of patient {patient} is {left[place]:.17g} against {right[place]:.17g}"
    return f"{field} at {place} are {left[place]:.17g} against {right[place]:.17g}"


def _first_place(left: Any, right: Any) -> tuple[int, ...]:
    """Index of the first difference."""
    return tuple(int(index) for index in np.argwhere(left != right)[0])


def _named(one: BlockResult, field: str, place: int) -> str:
    """What a place of a field with several numbers a patient holds."""
    return counter_names(one)[place] if field == "counters" else f"{field}[{place}]"


def not_above(lower: FloatArray, upper: FloatArray) -> bool:
    """Whether no number of the first array is above that of the second, but for rounding.

    Parameters
    ----------
    lower, upper
        Of one shape, not negative.
    """
    return bool((lower <= upper * (1.0 + ROUNDING) + ROUNDING).all())


def lines_of(result: BlockResult, words: Vocabularies, *kinds: str) -> Any:
    """Lines of the event log of some kinds.

    Parameters
    ----------
    result
        With its events.
    words
        Vocabularies of the log.
    kinds
        Names of kinds.
    """
    places = [list(words.kinds).index(kind) for kind in kinds]
    return result.events[np.isin(result.events["kind"], places)]


def per_patient(result: BlockResult, lines: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """(patients,) number of lines of each.

    Parameters
    ----------
    result
        Whose patients are counted, numbered in a row.
    lines
        Of its event log.
    """
    first = int(result.rows["patient"][0])
    return np.bincount(lines["patient"].astype(np.int64) - first, minlength=result.rows.size)


def by_strategy(names: Sequence[str], results: Sequence[BlockResult]) -> Iterator[tuple[str, BlockResult]]:
    """Each strategy's name with its lives.

    Parameters
    ----------
    names, results
        In the same order.
    """
    return zip(names, results, strict=True)
