"""What became of each patient in a window, in one word: for pictures of a hundred patients, each at the same place.

A fate is the gravest thing that happened. The shares of the fates are plain shares of all patients. The hundred that stand for them
are a run of consecutive patients: the one whose fates under all strategies come nearest to the shares of all.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.intervals import share_interval
from alps_sim.rules.codes import DEATH_OPSI

FATES: Final = {
    "died_of_opsi": "died of OPSI",
    "died_of_other_cause": "died of another cause",
    "alive_after_opsi": "alive, has had OPSI",
    "alive_after_failure": "alive, has needed a further treatment",
    "alive_without": "alive, none of these",
}
"""Fates from the gravest, with the words for them."""
SHOWN: Final = 100
"""Patients in a picture."""
RAREST: Final = 0.005
"""A fate rarer than this, which a hundred cannot show, counts as if it were as frequent."""

FATE_COLUMNS: Final = ("strategy", "window_years", "place", "patient", "fate")
SHARE_COLUMNS: Final = ("strategy", "window_years", "fate", "share", "ci_low", "ci_high", "n")

Codes = np.ndarray[Any, np.dtype[np.int8]]


def fates_of(rows: np.ndarray[Any, Any], years: float) -> Codes:
    """Place in `FATES` of each patient's fate.

    Parameters
    ----------
    rows
        (n,) of ROW_DTYPE.
    years
        End of the window, years since the index.
    """
    dead = rows["death_time"] <= years
    of_opsi = dead & (rows["death_cause"] == DEATH_OPSI)
    conditions = [of_opsi, dead, rows["first_opsi_time"] <= years, rows["treatment_failure_time"] <= years]
    return np.select(conditions, [np.int8(code) for code in range(len(conditions))], np.int8(len(conditions)))


class Fates:
    """Fates of all patients under every strategy, gathered block by block; one byte a patient and strategy.

    Parameters
    ----------
    strategies
        Names in the scenario's order.
    window
        Label of the window, years.
    """

    def __init__(self, strategies: Sequence[str], window: str) -> None:
        self.strategies, self.window = tuple(strategies), window
        self._codes: list[list[Codes]] = [[] for _ in strategies]

    def add(self, block: Sequence[BlockResult]) -> None:
        """Add the next block, one result a strategy, in block order."""
        for gathered, result in zip(self._codes, block, strict=True):
            gathered.append(fates_of(result.rows, float(self.window)))

    @property
    def codes(self) -> Codes:
        """(strategies, patients)."""
        return np.array([np.concatenate(gathered) for gathered in self._codes])

    def shares(self) -> pd.DataFrame:
        """Share of all patients with each fate, with 95% simulation error: `fate_shares.csv`."""
        codes, rows = self.codes, []
        n = codes.shape[1]
        for name, of_strategy in zip(self.strategies, codes, strict=True):
            counts = np.bincount(of_strategy, minlength=len(FATES))
            rows += [
                (name, self.window, fate, count / n, *share_interval(count, n), n)
                for fate, count in zip(FATES, counts.tolist(), strict=True)
            ]
        return pd.DataFrame(rows, columns=list(SHARE_COLUMNS))

    def hundred(self) -> pd.DataFrame:
        """The hundred patients that stand for all, each at the same place under every strategy: `fates.csv`."""
        codes = self.codes
        first = nearest_hundred(codes)
        shown = range(first, min(first + SHOWN, codes.shape[1]))
        words = list(FATES)
        rows = [
            (name, self.window, place, patient, words[of_strategy[patient]])
            for name, of_strategy in zip(self.strategies, codes, strict=True)
            for place, patient in enumerate(shown)
        ]
        return pd.DataFrame(rows, columns=list(FATE_COLUMNS))


def nearest_hundred(codes: Codes) -> int:
    """First patient of the hundred whose fates come nearest to those of all.

    Hundreds are patients 0-99, 100-199 and so on. Nearest is the least chi-squared distance over strategies and fates, the first of
    equals: a rare fate weighs as much as a common one.

    Parameters
    ----------
    codes
        (strategies, patients); with fewer than 100 patients all are shown.
    """
    hundreds = codes.shape[1] // SHOWN
    if hundreds == 0:
        return 0
    grouped = codes[:, : hundreds * SHOWN].reshape(codes.shape[0], hundreds, SHOWN)
    distance = np.zeros(hundreds)
    for fate in range(len(FATES)):
        share = (codes == fate).mean(axis=1)
        apart = (grouped == fate).mean(axis=2) - share[:, None]
        distance += (apart**2 / np.maximum(share, RAREST)[:, None]).sum(axis=0)
    return int(np.argmin(distance)) * SHOWN
