"""From blocks to the tables of a run: the one place that an orchestrator needs.

`reduce` may run in any worker, for any block; `Collector.add` takes the blocks in block order. Memory does not grow with the
patients beyond the first few thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alps_sim.outcomes.accumulate import Array, BlockMoments, KnownMeans, Totals, block_moments
from alps_sim.outcomes.adjust import Estimates
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.bookkeeping import Bookkeeping, bookkeeping
from alps_sim.outcomes.resources import Books, books_check, resource_table
from alps_sim.outcomes.summary import all_estimates, difference_table, summary_table
from alps_sim.outcomes.survival import Curves, survival_table
from alps_sim.population import expected_attributes
from alps_sim.scenario.inputs import Inputs


@dataclass(frozen=True)
class Question:
    """What a run compares.

    Attributes
    ----------
    strategies
        Names in the scenario's order.
    windows
        Labels: numbers of years, the last `lifetime`.
    comparator
        Position of the strategy that the others are compared with.
    known
        Expectations of the population's attributes.
    unit_cost
        (resources,) in the scenario's currency.
    """

    strategies: tuple[str, ...]
    windows: tuple[str, ...]
    comparator: int
    known: KnownMeans
    unit_cost: Array


def make_question(inputs: Inputs) -> Question:
    """What the run of these inputs compares.

    Parameters
    ----------
    inputs
        The translated scenario.
    """
    names = tuple(strategy.name for strategy in inputs.strategies)
    expected = expected_attributes(inputs)
    known = KnownMeans(male_share=expected["male"], log_age_at_index=expected["log_age_at_index"])
    return Question(names, inputs.windows, names.index(inputs.comparator), known, inputs.unit_cost)


class Collector:
    """All outcomes of a run, gathered block by block.

    Parameters
    ----------
    question
        What the run compares.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.totals = Totals(len(question.strategies), len(question.windows), question.comparator)
        self._curves = [Curves() for _ in question.strategies]
        self._books = [Books() for _ in question.strategies]

    def reduce(self, block: Sequence[BlockResult]) -> BlockMoments:
        """Sums and products of one block; depends on the block alone, safe in any thread."""
        return block_moments(block, self.question.comparator, self.question.known)

    def add(self, block: Sequence[BlockResult], moments: BlockMoments | None = None) -> None:
        """Add the next block, one result a strategy.

        Parameters
        ----------
        block
            In block order.
        moments
            Of `reduce` for this block, if already at hand.
        """
        self.totals.add(moments if moments is not None else self.reduce(block))
        for result in block:
            self._curves[result.strategy].add(result)
            self._books[result.strategy].add(result.books)

    @cached_property
    def estimates(self) -> list[list[Estimates]]:
        """Estimates by strategy and window; call when all blocks are in."""
        return all_estimates(self.totals)

    @property
    def means(self) -> Array:
        """(strategies, windows, outcomes) estimates, outcomes in the order of the registry."""
        return np.array([[estimates.mean for estimates in by_window] for by_window in self.estimates])

    def summary(self) -> pd.DataFrame:
        """`summary.csv`."""
        return summary_table(self.totals, self.question.strategies, self.question.windows, self.estimates)

    def differences(self) -> pd.DataFrame:
        """`differences.csv`."""
        return difference_table(self.totals, self.question.strategies, self.question.windows, self.estimates)

    def survival(self) -> pd.DataFrame:
        """`survival.csv`."""
        return survival_table(self._curves, self.question.strategies)

    def resources(self) -> pd.DataFrame:
        """`resources.csv`."""
        return resource_table(self._books, self.question.strategies, self.question.unit_cost, self.totals.n)

    def bookkeeping(self) -> Bookkeeping:
        """Whether events and used credit agree."""
        return bookkeeping(self.totals, self.question.strategies)

    def books_check(self) -> pd.DataFrame:
        """Whether the books and the patients' totals agree."""
        return books_check(self._books, self.question.strategies, self.totals, self.question.unit_cost)
