"""What the patients of a run looked like one by one: their fates, how steroid was spread over them, what they were treated with."""

from collections.abc import Sequence

import pandas as pd

from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import headline_window
from alps_sim.outcomes.fates import Fates
from alps_sim.outcomes.spread import Spread
from alps_sim.outcomes.treatment_lines import TreatmentLines


class Portrait:
    """Gathers, block by block, the tables of a run that are about patients rather than means.

    Parameters
    ----------
    strategies
        Names in the scenario's order.
    comparator
        Position of the strategy that the others are compared with.
    windows
        Labels, the last one the lifetime.
    """

    def __init__(self, strategies: Sequence[str], comparator: int, windows: Sequence[str]) -> None:
        window = headline_window(windows)
        self.fates = Fates(strategies, window)
        self.spread = Spread(strategies, comparator, window, list(windows).index(window))
        self.treatments = TreatmentLines(strategies)

    def add(self, block: Sequence[BlockResult]) -> None:
        """Add the next block, one result a strategy, in block order."""
        self.fates.add(block)
        self.spread.add(block)
        self.treatments.add(block)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by the name of their file without its ending."""
        return {
            "fates": self.fates.hundred(),
            "fate_shares": self.fates.shares(),
            "spread": self.spread.table(),
            "treatments": self.treatments.table(),
        }
