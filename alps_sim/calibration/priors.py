"""Joint draws of all uncertain parameters from their priors, many at once.

A draw is by inversion of one uniform a parameter (or group that moves together). Its normal score, the normal quantile of that
uniform, has the standard normal distribution for every parameter: fits are made on scores, where all priors are alike and every
value stays in its distribution's range.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy.special import ndtr, ndtri

from alps_sim.evidence.distributions import Distribution
from alps_sim.evidence.ledger import Ledger

Array = np.ndarray[Any, np.dtype[np.float64]]

NO_MATTER: Final = ("costs", "utilities")
"""Files of the ledger that change no event of any life: held at their values."""
_LEAST: Final = 1e-12
"""Probabilities keep this far from 0 and 1, where quantiles may be infinite."""
_STREAM: Final = 0xCA11B8A7E
"""Keeps these draws apart from those of the uncertainty analyses, which have keys of their own."""


class Priors:
    """The priors of a ledger.

    Parameters
    ----------
    ledger
        Read without any posterior laid over it.
    instead
        Distributions in place of some of the ledger's.
    """

    def __init__(self, ledger: Ledger, instead: Mapping[str, Distribution] | None = None) -> None:
        others = {name: replace(ledger[name], distribution=distribution) for name, distribution in (instead or {}).items()}
        self.ledger = ledger = Ledger({**ledger.parameters, **others})
        uncertain = [one for one in ledger.parameters.values() if not one.distribution.is_fixed and _matters(one.file)]
        self.names = tuple(one.name for one in uncertain)
        self._groups = tuple(dict.fromkeys(one.moves_with for one in uncertain))
        self._group_of = np.array([self._groups.index(one.moves_with) for one in uncertain])

    def uniforms(self, seed: int, chunk: int, count: int) -> Array:
        """(count, parameters) uniforms of one chunk of draws, a function of seed and chunk alone.

        Parameters
        ----------
        seed, chunk
            Key of the generator.
        count
            Draws in the chunk.
        """
        key = np.array([seed % 2**64, _STREAM + chunk], dtype=np.uint64)
        luck = np.random.Generator(np.random.Philox(key=key)).random((count, len(self._groups)))
        return _inside(luck)[:, self._group_of]

    def values(self, uniforms: Array) -> Iterator[dict[str, float]]:
        """Values of all parameters by name, one mapping a draw.

        Parameters
        ----------
        uniforms
            (draws, parameters) of `uniforms`.
        """
        columns = [self.ledger[name].distribution.quantiles(uniforms[:, place]) for place, name in enumerate(self.names)]
        base = self.ledger.values()
        for row in np.column_stack(columns):
            yield {**base, **dict(zip(self.names, row.tolist(), strict=True))}

    def scores(self, uniforms: Array, names: Sequence[str]) -> Array:
        """(draws, names) normal scores of some parameters.

        Parameters
        ----------
        uniforms
            Of `uniforms`.
        names
            Parameters.
        """
        return np.asarray(ndtri(uniforms[:, [self.names.index(name) for name in names]]), dtype=np.float64)

    def with_scores(self, uniforms: Array, scores: Array, names: Sequence[str]) -> Array:
        """(draws, parameters) uniforms of which those of some parameters, and of all that share their luck, are those of normal scores.

        Parameters
        ----------
        uniforms
            Of `uniforms`.
        scores
            (draws, names).
        names
            Parameters.
        """
        placed = uniforms.copy()
        moved, own = self.with_followers(names, scores)
        placed[:, [self.names.index(name) for name in moved]] = _inside(ndtr(own))
        return placed

    def with_followers(self, names: Sequence[str], scores: Array) -> tuple[tuple[str, ...], Array]:
        """Some parameters and all that share their luck, and the score of each.

        Parameters
        ----------
        names
            Parameters, of which no two share a luck.
        scores
            (draws, names).
        """
        moved_by = self.moved_by(names)
        return tuple(moved_by), scores[:, list(moved_by.values())]

    def moved_by(self, names: Sequence[str]) -> dict[str, int]:
        """Place among some parameters of the one whose score a parameter has: its own, then those of others that share a luck.

        Parameters
        ----------
        names
            Parameters, of which no two share a luck.

        Raises
        ------
        ValueError
            If two do: they have one score, and cannot be fitted apart.
        """
        group_of = dict(zip(self.names, self._group_of, strict=True))
        place_of = {group_of[name]: place for place, name in enumerate(names)}
        if len(place_of) < len(names):
            raise ValueError(f"expected parameters of which no two share a luck, found {', '.join(names)}; fit one of each `moves_with`")
        sharing = {name: place_of[group] for name, group in group_of.items() if group in place_of}
        return {name: place for place, name in enumerate(names)} | sharing

    def from_scores(self, scores: Array, names: Sequence[str]) -> Array:
        """(draws, names) values from normal scores.

        Parameters
        ----------
        scores
            (draws, names).
        names
            Parameters.
        """
        probabilities = _inside(ndtr(scores))
        columns = [self.ledger[name].distribution.quantiles(probabilities[:, place]) for place, name in enumerate(names)]
        return np.column_stack(columns)


def _inside(probabilities: Array) -> Array:
    """Probabilities that are neither 0 nor 1."""
    return np.asarray(np.clip(probabilities, _LEAST, 1.0 - _LEAST), dtype=np.float64)


def _matters(file: str) -> bool:
    return not any(file.endswith(f"{name}.yaml") for name in NO_MATTER)
