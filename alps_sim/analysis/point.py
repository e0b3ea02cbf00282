"""One point of an analysis: the strategies of some inputs on the same lives, each compared with every other, in one window.

Estimates are those of a run, with the same controls, bit for bit. Three things make a point cheaper than a run: lives end with the
window that is asked for, that window alone is reduced, and curves and books are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.engines.cohort import simulate
from alps_sim.outcomes.accumulate import Array, BlockMoments, Totals, block_moments
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.collect import Question, make_question
from alps_sim.outcomes.definitions import LIFETIME, OUTCOMES
from alps_sim.outcomes.summary import all_estimates, difference_table, summary_table
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.patients import Observation, TruncatedLogNormal

YEARS_BEYOND: Final = 0.01
"""Lives are followed so much longer than the window: what happens at its very end has happened."""
_MEASURED: Final = ["mean", "ci_low", "ci_high"]
_PLACES: Final = {outcome: place for place, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True)
class Asked:
    """What is asked of a point.

    Attributes
    ----------
    outcomes
        Identifiers in the registry of outcomes.
    window
        Years as in `window_years`.
    """

    outcomes: tuple[str, ...]
    window: str


@dataclass(frozen=True)
class Point:
    """What the strategies gave; o outcomes asked for, s strategies; intervals are 95% simulation error.

    Attributes
    ----------
    estimates
        (3, o, s) mean, lower and upper bound.
    differences
        (3, o, s, s) of the first strategy less the second; zero with itself.
    """

    estimates: Array
    differences: Array


def watched(inputs: Inputs, window: str) -> Inputs:
    """Inputs whose lives end a little after a window; as they are for the lifetime, or if the scenario has an observation of its own.

    Parameters
    ----------
    inputs
        The translated scenario.
    window
        Years as in `window_years`.
    """
    if window == LIFETIME or inputs.population.observation is not None:
        return inputs
    end = float(inputs.censuses[inputs.windows.index(window)]) + YEARS_BEYOND
    years = TruncatedLogNormal.model_construct(median=end, log_sd=0.0, minimum=0.0, maximum=end)
    observation = Observation.model_construct(entry_lag_years=None, follow_up_years=years, alive_at_entry=False)
    return replace(inputs, population=inputs.population.model_copy(update={"observation": observation}))


def narrowed(block: Sequence[BlockResult], position: int) -> list[BlockResult]:
    """A block with one of its windows alone.

    Parameters
    ----------
    block
        One result a strategy.
    position
        Of the window.
    """
    kept = slice(position, position + 1)
    return [
        replace(
            result,
            counters=result.counters[:, kept],
            residuals=result.residuals[:, kept],
            control_events=result.control_events[kept],
            control_non_events=result.control_non_events[kept],
        )
        for result in block
    ]


def live_point(inputs: Inputs, asked: Asked) -> Point:
    """Live all lives of some inputs and compare the strategies.

    Parameters
    ----------
    inputs
        The translated scenario.
    asked
        Outcomes and window.
    """
    short = watched(inputs, asked.window)
    groups = _lived(short, asked.window)
    if short is not inputs and groups[0].same_lives:
        groups = _lived(inputs, asked.window)  # lives that are the same so far may part later, and a run looks at all of them
    return _point(groups, asked, len(inputs.strategies))


class _Group:
    """Strategies compared with one of them: the comparator of the scenario with all, then the others among themselves.

    Parameters
    ----------
    question
        Of the scenario.
    strategies
        Positions in the scenario; the difference is from the one at `comparator`.
    comparator
        Position among them.
    """

    def __init__(self, question: Question, strategies: tuple[int, ...], comparator: int) -> None:
        self.strategies, self.comparator, self._known = strategies, comparator, question.known
        self.totals = Totals(len(strategies), 1, comparator)

    def reduce(self, block: Sequence[BlockResult]) -> BlockMoments:
        """Sums and products of a block of one window; safe in any thread."""
        own = [replace(block[position], strategy=place) for place, position in enumerate(self.strategies)]
        return block_moments(own, self.comparator, self._known)

    @property
    def same_lives(self) -> bool:
        """Whether another strategy gave every patient the life of the comparator."""
        return int(self.totals.identical.sum()) > 1

    def tables(self, asked: Asked) -> tuple[Array, Array]:
        """(3, o, g) estimates and (3, o, g - 1) differences from the comparator of the g strategies."""
        names, windows = [str(position) for position in self.strategies], (asked.window,)
        estimates = all_estimates(self.totals)
        tables = (table(self.totals, names, windows, estimates) for table in (summary_table, difference_table))
        summary, differences = (_measured(table, asked.outcomes) for table in tables)
        return summary, differences


def _groups(question: Question) -> list[_Group]:
    """Groups in which each pair of strategies is compared once; the first is that of a run."""
    everyone, comparator = tuple(range(len(question.strategies))), question.comparator
    others = tuple(position for position in everyone if position != comparator)
    return [_Group(question, everyone, comparator), *(_Group(question, others[k:], 0) for k in range(len(others) - 1))]


def _lived(inputs: Inputs, window: str) -> list[_Group]:
    """All lives, reduced to the moments of every group."""
    groups, position = _groups(make_question(inputs)), inputs.windows.index(window)

    def reduced(block: list[BlockResult]) -> list[BlockMoments]:
        narrow = narrowed(block, position)
        return [group.reduce(narrow) for group in groups]

    for _, moments in simulate(inputs, and_then=reduced):
        for group, part in zip(groups, moments or (), strict=True):
            group.totals.add(part)
    return groups


def _measured(table: pd.DataFrame, outcomes: Sequence[str]) -> Array:
    """(3, o, strategies) mean and bounds of some outcomes, from a table of one window with all outcomes of each strategy in turn."""
    by_strategy = table[_MEASURED].to_numpy(dtype=float).reshape(-1, len(OUTCOMES), len(_MEASURED))
    return np.moveaxis(by_strategy[:, [_PLACES[outcome] for outcome in outcomes]], 0, -1).swapaxes(0, 1)


def _point(groups: Sequence[_Group], asked: Asked, strategies: int) -> Point:
    """Both arrays, each pair of strategies in both directions."""
    differences = np.zeros((3, len(asked.outcomes), strategies, strategies))
    estimates: Any = None
    for group in groups:
        summary, apart = group.tables(asked)
        estimates = summary if estimates is None else estimates
        second = group.strategies[group.comparator]
        for place, first in enumerate(position for position in group.strategies if position != second):
            mean, low, high = apart[:, :, place]
            differences[:, :, first, second] = mean, low, high
            differences[:, :, second, first] = -mean, -high, -low
    return Point(estimates, differences)
