"""The check together with the proof that it can fail: each multiplier taken out of the account of the same lives."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.verification.account import COMPARED
from alps_sim.verification.assumptions import Assumptions
from alps_sim.verification.check import FAMILY_ERROR, Tally
from alps_sim.verification.history import History
from alps_sim.verification.multipliers import MULTIPLIERS, Multiplier

KEYS: Final = ("process", "by", "stratum")


class Trial:
    """Tallies of lives under one strategy: with all multipliers, and without each of some.

    Lives are split as they were lived, whichever multiplier is taken out.

    Parameters
    ----------
    assumptions
        Under which the patients lived.
    multipliers
        Those to take out, one by one.
    processes
        Processes and decisions of the unaltered check.
    """

    def __init__(
        self, assumptions: Assumptions, multipliers: Sequence[Multiplier] = MULTIPLIERS, processes: Sequence[str] = COMPARED
    ) -> None:
        self.multipliers = tuple(multipliers)
        self.unaltered = Tally(assumptions, processes)
        self.altered = [Tally(multiplier.without(assumptions), multiplier.processes) for multiplier in multipliers]

    def add(self, history: History) -> None:
        """Add the lives of some patients.

        Parameters
        ----------
        history
            As read under the unaltered assumptions.
        """
        labels = self.unaltered.labels(history)
        for tally in (self.unaltered, *self.altered):
            tally.add(history, labels)

    def table(self, family_error: float = FAMILY_ERROR) -> pd.DataFrame:
        """What each missing multiplier did.

        A multiplier is caught if a comparison fails at the limit that holds for all comparisons of the unaltered check together
        (Bonferroni, harder than Holm), so catching it is no by-product of looking at its process alone. Comparisons that fail
        in the unaltered check already do not count.

        Parameters
        ----------
        family_error
            Of the check.

        Returns
        -------
        pandas.DataFrame
            multiplier; process, by, stratum, events, expected, z, p of the comparison farthest off; caught.
        """
        limit = family_error / max(len(self.unaltered.cells), 1)
        unaltered = self.unaltered.table()
        failing = set(unaltered.loc[unaltered["p"] <= limit, list(KEYS)].itertuples(index=False, name=None))
        rows = [self._row(multiplier, tally, limit, failing) for multiplier, tally in zip(self.multipliers, self.altered, strict=True)]
        return pd.DataFrame(rows)

    def _row(self, multiplier: Multiplier, tally: Tally, limit: float, failing: set[tuple[str, ...]]) -> dict[str, object]:
        """The comparison that a missing multiplier puts farthest off."""
        table = tally.table()
        fair = np.array([key not in failing for key in table[list(KEYS)].itertuples(index=False, name=None)])
        worst = int(np.argmax(table["z"].abs().to_numpy() * fair))
        found = {str(column): table[column].iloc[worst] for column in table.columns}
        return {"multiplier": multiplier.name, **found, "caught": bool(table["p"].iloc[worst] <= limit)}
