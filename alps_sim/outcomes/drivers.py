"""What an answer's parameter uncertainty hangs on: the parameters that move it, and whether anything but an assumption says where they lie.

The draws of the evidence are also an experiment: parameters and answers are ranked over the draws and correlated (Spearman). A squared
rank correlation is the share of the ranks' variance that goes with one parameter. Parameters that share their luck count as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtri

Array = np.ndarray[Any, np.dtype[np.float64]]

FAMILY_ERROR: Final = 0.05
"""Chance, for each answer, that a parameter without any effect is called a driver (Bonferroni over the parameters)."""
SHOWN_DRIVERS: Final = 3


@dataclass(frozen=True)
class Drivers:
    """What moves one answer.

    Attributes
    ----------
    shares
        Squared rank correlation of each driver by parameter, the strongest first; none if no single one stands out of the noise.
    assumed
        Drivers that rest on an assumption.
    """

    shares: Mapping[str, float]
    assumed: frozenset[str]

    @property
    def mainly_assumed(self) -> bool:
        """Whether assumptions move the answer more than all that is known does."""
        by_assumption = sum(share for name, share in self.shares.items() if name in self.assumed)
        return by_assumption > sum(self.shares.values()) / 2.0

    def __str__(self) -> str:
        shown = list(self.shares.items())[:SHOWN_DRIVERS]
        return "; ".join(f"{name} {share:.2f}{' assumed' if name in self.assumed else ''}" for name, share in shown)


def read_drivers(text: str) -> Drivers:
    """Drivers as `parameter_uncertainty.csv` has them, which `str` has written.

    Parameters
    ----------
    text
        The column `drivers`.
    """
    entries = [entry.split() for entry in text.split("; ") if entry]
    assumed = frozenset(name for name, _, *assumption in entries if assumption)
    return Drivers({name: float(share) for name, share, *_ in entries}, assumed)


def noise_bound(draws: int, parameters: int) -> float:
    """Squared rank correlation that none of some parameters without effect exceeds, but for `FAMILY_ERROR`.

    Parameters
    ----------
    draws, parameters
        How many. The rank correlation of independent numbers has variance 1/(draws - 1).
    """
    return float(ndtri(1.0 - FAMILY_ERROR / (2.0 * max(parameters, 1)))) ** 2 / max(draws - 1, 1)


def drivers(
    names: Sequence[str],
    values: Array,
    answers: Array,
    assumed: frozenset[str],
    possible: np.ndarray[Any, np.dtype[np.bool_]] | None = None,
) -> list[Drivers]:
    """The parameters that move each answer.

    Parameters
    ----------
    names
        Of the parameters; one of those that share their luck.
    values
        (draws, parameters) drawn.
    answers
        (draws, answers) that came out.
    assumed
        Parameters that rest on an assumption.
    possible
        (parameters, answers) whether a parameter can act on an answer; all can if not given.

    Returns
    -------
    list of Drivers
        One an answer.
    """
    shares = (_standardised_ranks(values).T @ _standardised_ranks(answers)) ** 2
    acting = np.ones(shares.shape, dtype=np.bool_) if possible is None else possible
    found = []
    for column, able in zip(np.where(acting, shares, 0.0).T, acting.T, strict=True):
        bound = noise_bound(len(values), int(able.sum()))
        order = [place for place in np.argsort(-column, kind="stable") if column[place] > bound]
        moved = {names[place]: float(column[place]) for place in order}
        found.append(Drivers(moved, assumed & moved.keys()))
    return found


def _standardised_ranks(columns: Array) -> Array:
    """Ranks of each column with mean 0 and squares that add up to 1; zeros for a column that does not vary."""
    ranks = pd.DataFrame(columns).rank().to_numpy()
    ranks = ranks - ranks.mean(axis=0)
    length = np.sqrt((ranks**2).sum(axis=0))
    return np.asarray(np.divide(ranks, length, out=np.zeros_like(ranks), where=length > 0.0), dtype=np.float64)
