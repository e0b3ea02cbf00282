"""What was learned: prior against posterior of each fitted parameter, and what stays as it was believed."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtri

from alps_sim.calibration.blocks import Block
from alps_sim.calibration.fit import Weighted
from alps_sim.calibration.priors import Array, Priors
from alps_sim.evidence.posterior import Contraction

_QUANTILES: Final = (0.025, 0.975)


def learned(block: Block, priors: Priors, scores: Array, found: Weighted) -> pd.DataFrame:
    """Prior and posterior of each parameter of a block, and of each that shares the luck of one.

    Parameters
    ----------
    block
        What was fitted.
    priors
        Of the ledger.
    scores
        (draws, parameters) posterior draws as normal scores.
    found
        The weighted scores that these were drawn from, which tell contractions with less error.

    Returns
    -------
    pandas.DataFrame
        cohort, parameter, unit, prior_mean, prior_low, prior_high, mean, low, high (95% intervals), contraction of the normal score and
        contraction_error, label, correlated_with and correlation (the strongest with another parameter of the block).
    """
    names, own = priors.with_followers(block.fitted, scores)
    places = list(priors.moved_by(block.fitted).values())
    grid = np.repeat(ndtri((np.arange(999) + 0.5) / 999)[:, None], len(names), axis=1)
    variance, error = found.variance()
    contraction, error = (1.0 - variance)[places], error[places]
    partner, strength = _strongest(scores)
    return pd.DataFrame(
        {
            "cohort": block.cohort,
            "parameter": names,
            "unit": [priors.ledger[name].unit for name in names],
            **_moments("prior_", priors.from_scores(grid, names)),
            **_moments("", priors.from_scores(own, names)),
            "contraction": contraction,
            "contraction_error": error,
            "label": [Contraction(*told).label for told in zip(contraction, error, strict=True)],
            "correlated_with": [block.fitted[place] for place in partner[places]],
            "correlation": strength[places],
        }
    )


def _moments(prefix: str, values: Array) -> dict[str, Array]:
    low, high = np.quantile(values, _QUANTILES, axis=0)
    return {f"{prefix}mean": values.mean(axis=0), f"{prefix}low": low, f"{prefix}high": high}


def _strongest(scores: Array) -> tuple[Array, Array]:
    """Place and value of each parameter's strongest correlation with another."""
    correlations = np.asarray(np.corrcoef(scores, rowvar=False)).reshape(scores.shape[1], scores.shape[1])
    np.fill_diagonal(correlations, 0.0)
    partner = np.abs(correlations).argmax(axis=0)
    return partner, correlations[partner, np.arange(len(partner))]
