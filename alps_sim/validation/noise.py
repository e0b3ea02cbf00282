"""How far luck alone may have moved what a comparison says of its own draws: bootstrap intervals of distance and width ratio.

The ends of an interval that rests on a hundred draws are uncertain by a tenth of its width. So a figure beside a bar may lie on either
side of it at the next seed. Draws are resampled whole, with all their cohorts, since cohorts of one draw are alike; cohorts by chance
alone are resampled singly.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.observation import INTERVAL_PERCENTILES

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
NOISE_COLUMNS: Final = ("distance_sd_low", "distance_sd_high", "width_ratio_low", "width_ratio_high")
RESAMPLES: Final = 200


def luck_of_draws(values: "pd.Series[float]", predicted: "pd.Series[float]", published: float) -> dict[str, float]:
    """95% bootstrap intervals of what tells whether a figure was reached.

    Parameters
    ----------
    values
        Of a figure, one a cohort by chance alone.
    predicted
        The same with the parameters drawn, with the level `draw` in the index; empty without draws.
    published
        The published figure.

    Returns
    -------
    dict
        By NOISE_COLUMNS; NaN where there are no draws, or none of the cohorts differ.
    """
    chance, draws = np.asarray(values.dropna(), dtype=np.float64), _by_draw(predicted)
    if len(draws) < 2 or chance.size < 2 or np.ptp(chance) == 0.0:
        return dict.fromkeys(NOISE_COLUMNS, float("nan"))
    # keyed by what was found, so that a figure's interval does not hang on which others are compared
    generator = np.random.Generator(np.random.Philox(key=zlib.crc32(chance.tobytes())))
    cohorts, drawn = zip(*(_resampled(chance, draws, generator) for _ in range(RESAMPLES)), strict=True)
    spread, width = np.std(cohorts, axis=1, ddof=1), _widths(cohorts)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(spread > 0.0, (np.array([one.mean() for one in drawn]) - published) / spread, np.nan)
        ratio = np.where(width > 0.0, _widths(drawn) / width, np.nan)
    ends = np.nanpercentile([distance, ratio], INTERVAL_PERCENTILES, axis=1).T.ravel()
    return dict(zip(NOISE_COLUMNS, (float(end) for end in ends), strict=True))


def _by_draw(predicted: "pd.Series[float]") -> list[Array]:
    """Cohorts of each draw that have the figure."""
    known = predicted.dropna()
    return [np.asarray(of_draw, dtype=np.float64) for _, of_draw in known.groupby(level="draw")] if len(known) else []


def _resampled(chance: Array, draws: list[Array], generator: np.random.Generator) -> tuple[Array, Array]:
    """Cohorts by chance alone, and cohorts of all draws, once more."""
    cohorts = generator.choice(chance, chance.size)
    return cohorts, np.concatenate([draws[place] for place in generator.integers(len(draws), size=len(draws))])


def _widths(resamples: Sequence[Array]) -> Array:
    """Width of the interval of each resample; all of one length at once, which takes a fifth of the time."""
    widths = np.empty(len(resamples))
    lengths = np.array([one.size for one in resamples])
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length).tolist()
        low, high = np.percentile([resamples[place] for place in places], INTERVAL_PERCENTILES, axis=1)
        widths[places] = high - low
    return widths
