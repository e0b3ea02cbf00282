"""How far luck alone may have moved what a comparison says of its own draws: bootstrap intervals of distance and width ratio.

The ends of an interval that rests on a hundred draws are uncertain by a tenth of its width. So a figure beside a bar may lie on either
side of it at the next seed. Draws are resampled whole, with all their cohorts, since cohorts of one draw are alike; cohorts by chance
alone are resampled singly.
"""

import zlib
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
    found = np.array([_resampled(chance, draws, published, generator) for _ in range(RESAMPLES)])
    ends = np.nanpercentile(found, INTERVAL_PERCENTILES, axis=0).T.ravel()
    return dict(zip(NOISE_COLUMNS, (float(end) for end in ends), strict=True))


def _by_draw(predicted: "pd.Series[float]") -> list[Array]:
    """Cohorts of each draw that have the figure."""
    known = predicted.dropna()
    return [np.asarray(of_draw, dtype=np.float64) for _, of_draw in known.groupby(level="draw")] if len(known) else []


def _resampled(chance: Array, draws: list[Array], published: float, generator: np.random.Generator) -> tuple[float, float]:
    """Distance in standard deviations of chance, and ratio of the widths, once more."""
    cohorts = generator.choice(chance, chance.size)
    drawn = np.concatenate([draws[place] for place in generator.integers(len(draws), size=len(draws))])
    spread, width = float(cohorts.std(ddof=1)), _width(cohorts)
    return (
        (float(drawn.mean()) - published) / spread if spread > 0.0 else float("nan"),
        _width(drawn) / width if width > 0.0 else float("nan"),
    )


def _width(values: Array) -> float:
    low, high = np.percentile(values, INTERVAL_PERCENTILES)
    return float(high - low)
