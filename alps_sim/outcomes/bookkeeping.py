"""The bookkeeping check of every run: events less used credit, and outcomes less probabilities, have mean zero.

A stale next time or lost credit shows here. A wrong hazard does not, since clock and credit share it; that is for the
independent intensity in `verification`. With at least 50 events the mean residual must be within 4 standard errors of zero. With
fewer the events are compared with the expected number (events less residuals) by the exact Poisson probability, at the error
that 4 standard errors would have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, pdtr, pdtrc  # scipy.stats takes a second to load, before the first answer

from alps_sim.outcomes.accumulate import CONTROL_COUNT, OUTCOME_COUNT, Totals
from alps_sim.outcomes.adjust import MINIMUM_EVENTS
from alps_sim.outcomes.block import CONTROLS
from alps_sim.rules.events import PROCESS_COUNT

LIMIT: Final = 4.0
"""Standard errors."""
ERROR_EACH: Final = float(2 * ndtr(-LIMIT))
"""Probability that a right program fails one check."""
COLUMNS: Final = ("process", "strategy", "events", "mean", "se", "z", "result")


@dataclass(frozen=True)
class Bookkeeping:
    """Outcome of the check.

    Attributes
    ----------
    table
        process (or decision), strategy, events, mean and se of the residual per patient, z, result (PASS or FAIL). Processes
        and decisions that never came up are left out.
    passed
        Whether all passed.
    statement
        What the family of checks says, in one sentence.
    """

    table: pd.DataFrame
    passed: bool
    statement: str


def _rare_score(events: float, expected: float) -> float:
    """Normal score of a number of events under a Poisson expectation, from the exact tail that it lies in."""
    upper = float(pdtrc(events - 1, expected)) if events > 0 else 1.0
    lower = float(pdtr(events, expected))
    if upper <= lower:
        return max(-float(ndtri(upper)), 0.0)
    return min(float(ndtri(lower)), 0.0)


def _score(totals: Totals, strategy: int, window: int, control: int, mean: float, se: float) -> float:
    """Standard errors from zero, or the score of a rare comparison."""
    events = totals.events[strategy, window, control]
    misses = totals.non_events[strategy, window, control] if control >= PROCESS_COUNT else np.inf
    surplus = mean * totals.n
    if min(events, misses) >= MINIMUM_EVENTS:
        return mean / se if se > 0.0 else (0.0 if mean == 0.0 else float(np.copysign(np.inf, mean)))
    if events <= misses:
        return _rare_score(events, max(events - surplus, 0.0))
    return -_rare_score(misses, max(misses + surplus, 0.0))  # almost always positive: the misses are the rare ones


def bookkeeping(totals: Totals, strategies: Sequence[str], window: int = -1) -> Bookkeeping:
    """Compare the mean residual of every process and decision with zero.

    Parameters
    ----------
    totals
        Moments of all blocks.
    strategies
        Names in the scenario's order.
    window
        Position of the window whose residuals are used; by default the last, the whole life.
    """
    window %= totals.windows
    rows = []
    for strategy, name in enumerate(strategies):
        variances = np.diagonal(totals.own[strategy, window])[OUTCOME_COUNT:] / max(totals.n - 1, 1)
        for control in range(CONTROL_COUNT):
            events, mean = totals.events[strategy, window, control], totals.means[strategy, window, OUTCOME_COUNT + control]
            if events == 0 and mean == 0.0:
                continue
            se = float(np.sqrt(variances[control] / totals.n))
            z = _score(totals, strategy, window, control, float(mean), se)
            rows.append((CONTROLS[control], name, int(events), mean, se, z, "PASS" if abs(z) <= LIMIT else "FAIL"))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return _conclude(table)


def _conclude(table: pd.DataFrame) -> Bookkeeping:
    """Add up the verdicts."""
    failed = table[table["result"] == "FAIL"]
    by_chance = -np.expm1(len(table) * np.log1p(-ERROR_EACH))
    statement = (
        f"{len(table)} processes and decisions by strategy checked, {len(failed)} with a mean residual more than {LIMIT:g} standard "
        f"errors from zero; in a right program at least one would fail in {by_chance:.2g} of runs."
    )
    if len(failed):
        statement += " Failed: " + ", ".join(f"{row.process} under {row.strategy} (z = {row.z:.1f})" for row in failed.itertuples()) + "."
    return Bookkeeping(table, failed.empty, statement)
