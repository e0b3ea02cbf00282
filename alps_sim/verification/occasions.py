"""Occasions of a decision in the log, and what came of each: the means with which every decision is read.

A decision is made at a moment: all lines of a patient with the same time. What comes of it shows in the same moment, or a fixed
time later; later it can be told only if nothing has come between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.history import History
from alps_sim.verification.journal import BoolArray, IntArray, Lines
from alps_sim.verification.words import words_at

CLOSE_YEARS: Final = 1.0e-7
"""Times nearer than this are the same: three seconds."""
SPACING_YEARS: Final = 1000.0
"""Between the lives of two patients laid end to end."""
ANY: Final = "any"
SEQUESTRATION_BIT: Final = 16
"""In the code of a flare line."""


@dataclass(frozen=True)
class Occasions:
    """Occasions of one decision; n of them.

    Attributes
    ----------
    line
        (n,) positions of the lines at which it is made.
    outcome
        (n,) 1 for yes, 0 for no; in between, what was left of the chance when the patient went out of sight.
    probability
        (n,) of yes, by docs/model.md.
    circumstance
        (n,) words: what the probability hangs on.
    stray
        Outcomes that came without an occasion.
    """

    line: IntArray
    outcome: FloatArray
    probability: FloatArray
    circumstance: pd.Categorical
    stray: int = 0


Decision = Callable[[History, Assumptions], Occasions]
"""The second account of a decision: its occasions in lives as read, with the probabilities of yes under the assumptions."""


def occasions(made: BoolArray, outcome: Any, probability: Any, circumstance: pd.Categorical | None = None, stray: int = 0) -> Occasions:
    """Occasions at some of the lines.

    Parameters
    ----------
    made
        (n,) lines at which the decision is made.
    outcome, probability
        For each of all n lines, or one value for all.
    circumstance
        (n,) words; None if it is the same for all.
    stray
        Outcomes that came without an occasion.
    """
    line = np.flatnonzero(made)
    each = [np.broadcast_to(np.asarray(values), made.shape)[line].astype(np.float64) for values in (outcome, probability)]
    words = words_at(np.zeros(line.size), (ANY,)) if circumstance is None else circumstance[line]
    return Occasions(line, each[0], each[1], words, stray)


def told_at_once(lines: Lines, made: BoolArray, told: BoolArray, probability: Any, circumstance: pd.Categorical | None = None) -> Occasions:
    """Occasions of a decision of which a line in the same moment tells.

    Parameters
    ----------
    lines
        Of the patients.
    made
        (n,) lines at which it is made.
    told
        (n,) lines that say yes; without an occasion they are stray.
    probability, circumstance
        As in `occasions`.
    """
    stray = int((told & ~in_moment_of(lines, made)).sum())
    return occasions(made, in_moment_of(lines, told), probability, circumstance, stray)


def in_moment_of(lines: Lines, marked: BoolArray) -> BoolArray:
    """Whether each line is of the same moment as a marked one.

    Parameters
    ----------
    lines
        Of the patients.
    marked
        (n,) some of them.
    """
    holds = np.zeros(lines.moment[-1] + 1, dtype=bool)
    holds[lines.moment[marked]] = True
    return np.asarray(holds[lines.moment], dtype=bool)


def following(lines: Lines, marked: BoolArray) -> IntArray:
    """Position of the first marked line of the same patient after each line; -1 if there is none.

    Parameters
    ----------
    lines
        Of the patients.
    marked
        (n,) some of them.
    """
    size = lines.time.size
    place = np.where(marked, np.arange(size), size)
    after = np.append(np.minimum.accumulate(place[::-1])[::-1][1:], size)
    found = np.minimum(after, size - 1)
    return np.where((after < size) & (lines.owner[found] == lines.owner), found, -1)


def end_of_life(lines: Lines) -> FloatArray:
    """For each line the end of the patient's observation.

    Parameters
    ----------
    lines
        Of the patients.
    """
    last = np.append(np.flatnonzero(lines.owner[1:] != lines.owner[:-1]), lines.time.size - 1)
    return np.asarray(lines.end[last][np.searchsorted(lines.owner[last], lines.owner)], dtype=np.float64)


def told_later(lines: Lines, kind: str, years: float, spoiling: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Whether it can be told from a later line what came of a decision, and whether it says yes.

    Parameters
    ----------
    lines
        Of the patients.
    kind
        Of the line that says yes.
    years
        After which it does.
    spoiling
        (n,) lines after which it would not come, or mean another decision.

    Returns
    -------
    tuple of numpy.ndarray
        (n,) and (n,), as if the decision were made at each line.
    """
    due = lines.time + years
    said = lines.among(kind)
    key = lines.owner * SPACING_YEARS + due
    keys = np.append((lines.owner * SPACING_YEARS + lines.time)[said], np.inf)
    comes = np.abs(keys[np.searchsorted(keys, key - CLOSE_YEARS)] - key) <= CLOSE_YEARS
    spoiler = following(lines, spoiling)
    spoiled = (spoiler >= 0) & (lines.time[spoiler] < due - CLOSE_YEARS)
    return ~spoiled & (end_of_life(lines) >= due - CLOSE_YEARS), comes


def sequestration(lines: Lines) -> BoolArray:
    """Whether the last flare was by sequestration; the spleen's share is gone with it.

    Parameters
    ----------
    lines
        Of the patients.
    """
    flare = lines.among("flare")
    return lines.switched(flare & (lines.code & SEQUESTRATION_BIT > 0), flare | lines.among("splenectomy"))


def age(history: History) -> FloatArray:
    """Age in years at each line.

    Parameters
    ----------
    history
        As read.
    """
    states = history.states
    return (states["age"] - 0.5 * (states["end"] - states["start"])).to_numpy(np.float64)
