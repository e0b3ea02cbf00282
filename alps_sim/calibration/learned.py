"""What was learned: prior against posterior of each fitted parameter, and what stays as it was believed."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtri

from alps_sim.calibration.blocks import Block
from alps_sim.calibration.priors import Array, Priors
from alps_sim.evidence.posterior import IDENTIFIED, LABELS

_QUANTILES: Final = (0.025, 0.975)


def learned(block: Block, priors: Priors, scores: Array) -> pd.DataFrame:
    """Prior and posterior of each parameter of a block.

    Parameters
    ----------
    block
        What was fitted.
    priors
        Of the ledger.
    scores
        (draws, parameters) posterior draws as normal scores.

    Returns
    -------
    pandas.DataFrame
        cohort, parameter, unit, prior_mean, prior_low, prior_high, mean, low, high (95% intervals), contraction of the normal score,
        label, correlated_with and correlation (the strongest with another parameter of the block).
    """
    values = priors.from_scores(scores, block.fitted)
    grid = priors.from_scores(np.repeat(ndtri((np.arange(999) + 0.5) / 999)[:, None], len(block.fitted), axis=1), block.fitted)
    contraction = 1.0 - scores.var(axis=0)
    partner, strength = _strongest(scores)
    return pd.DataFrame(
        {
            "cohort": block.cohort,
            "parameter": block.fitted,
            "unit": [priors.ledger[name].unit for name in block.fitted],
            **_moments("prior_", grid),
            **_moments("", values),
            "contraction": contraction,
            "label": [LABELS[int(one >= IDENTIFIED)] for one in contraction],
            "correlated_with": [block.fitted[place] for place in partner],
            "correlation": strength,
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
