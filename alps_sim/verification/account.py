"""One process or decision of some lives, by the second account: where it could come, where it did, and what was expected.

A hazard is compared over pieces of life: events less integrated intensity, with the variance of that intensity. A decision is
compared over its occasions: outcomes less probabilities p, with variance p (1 - p).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.decisions import DECISION_ACCOUNTS, DECISIONS
from alps_sim.verification.history import History
from alps_sim.verification.intensity import INTENSITIES, PROCESSES
from alps_sim.verification.journal import IntArray
from alps_sim.verification.strata import EPISODE, REFRACTORINESS, episode, refractoriness

COMPARED: Final = (*PROCESSES, *DECISIONS)
CIRCUMSTANCE: Final = "circumstance"
"""The split of a decision by what its probability hangs on."""
UNLIMITED: Final = np.inf
"""Occasions of a hazard: one in each instant."""


@dataclass(frozen=True)
class Account:
    """One process or decision; n places where it could come.

    Attributes
    ----------
    rows
        (n,) rows of the history's `states`: what held at each place.
    observed, expected, variance
        (n,) what came, its expectation and the variance of the difference.
    occasions
        Most that could come at one place.
    impossible
        How often came what could not.
    own
        Splits of this process or decision alone, (n,) words each.
    """

    rows: IntArray
    observed: FloatArray
    expected: FloatArray
    variance: FloatArray
    occasions: float
    impossible: float
    own: dict[str, pd.Categorical]


def _of_hazard(process: str, history: History, assumptions: Assumptions) -> Account:
    """Events of a process and its integrated hazard, of the pieces at risk or with an event at their end."""
    expected = INTENSITIES[process](history.pieces, assumptions)
    ends = history.events["piece"].to_numpy()[(history.events["process"] == process).to_numpy()]
    observed = np.bincount(ends, minlength=len(expected)).astype(np.float64)
    places = np.flatnonzero((expected != 0.0) | (observed > 0.0))
    impossible = float(observed[expected == 0.0].sum())
    own = {EPISODE: episode(history.pieces, process)[places]}
    integrated = expected[places]
    return Account(history.lasting[places], observed[places], integrated, integrated, UNLIMITED, impossible, own)


def _of_decision(decision: str, history: History, assumptions: Assumptions) -> Account:
    """Outcomes of a decision and their probabilities, split by what held before the moment of the decision."""
    found = DECISION_ACCOUNTS[decision](history, assumptions)
    rows = history.lines.before_moment[found.line]
    probability = found.probability
    variance = probability * (1.0 - probability)
    impossible = float((np.abs(found.outcome - probability)[variance == 0.0] > 0.0).sum() + found.stray)
    own = {CIRCUMSTANCE: found.circumstance, REFRACTORINESS: refractoriness(history.states["refractoriness"].to_numpy()[rows])}
    return Account(rows, found.outcome, probability, variance, 1.0, impossible, own)


def account_of(name: str, history: History, assumptions: Assumptions) -> Account:
    """The account of a process or a decision.

    Parameters
    ----------
    name
        One of COMPARED.
    history
        As read.
    assumptions
        Under which hazards and probabilities are computed.
    """
    return (_of_hazard if name in INTENSITIES else _of_decision)(name, history, assumptions)
