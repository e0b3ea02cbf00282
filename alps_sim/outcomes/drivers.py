"""What an answer's parameter uncertainty hangs on: the parameters that move it, and whether anything but an assumption says where they lie.

The draws of the evidence are also an experiment: parameters and answers are ranked over the draws. The parameter that goes with most of an
answer's variance of ranks (its squared Spearman correlation) is its first driver; what goes with that is taken out of the answer and of
all other parameters, and the next is looked for in what is left. So shares add up, and a parameter that the draws happened to line up with
a driver is none for that. Parameters that share their luck count as one.
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
_ROUNDING: Final = 1e-9
"""Length of a column of ranks that is nothing but rounding."""


@dataclass(frozen=True)
class Drivers:
    """What moves one answer.

    Attributes
    ----------
    shares
        Share of the ranks' variance that goes with each driver and not with those before it, by parameter, in the order found; none if no
        single one stands out of the noise.
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
    ranked, outcomes = _standardised_ranks(values), _standardised_ranks(answers)
    acting = np.ones((len(names), outcomes.shape[1]), dtype=np.bool_) if possible is None else possible
    found = []
    for outcome, able in zip(outcomes.T, acting.T, strict=True):
        places = np.flatnonzero(able)
        moved = _one_after_the_other(ranked[:, places], outcome)
        shares = {names[places[place]]: share for place, share in moved.items()}
        found.append(Drivers(shares, assumed & shares.keys()))
    return found


def _one_after_the_other(ranked: Array, outcome: Array) -> dict[int, float]:
    """Column and share of each driver: forward selection, each column and the outcome freed of what went with those selected before."""
    bound, columns, moved = noise_bound(*ranked.shape), ranked, {}
    while columns.shape[1]:
        shares = (columns.T @ outcome) ** 2
        place = int(shares.argmax())
        if place in moved or shares[place] <= bound * (outcome @ outcome):  # noise takes its share of what is left
            break
        moved[place], chosen = float(shares[place]), columns[:, place]
        outcome = outcome - chosen * (chosen @ outcome)
        columns = _of_length_one(columns - np.outer(chosen, chosen @ columns))
    return moved


def _standardised_ranks(columns: Array) -> Array:
    """Ranks of each column with mean 0 and squares that add up to 1; zeros for a column that does not vary."""
    ranks = pd.DataFrame(columns).rank().to_numpy()
    return _of_length_one(ranks - ranks.mean(axis=0))


def _of_length_one(columns: Array) -> Array:
    """Columns scaled so that their squares add up to 1; zeros for one that is nothing but rounding."""
    length = np.sqrt((columns**2).sum(axis=0))
    return np.asarray(np.divide(columns, length, out=np.zeros_like(columns), where=length > _ROUNDING), dtype=np.float64)
