"""Does the fit find what it is told? Cohorts simulated under known parameters, fitted as the published one is."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import kstest

from alps_sim.calibration.fit import Fit, posterior
from alps_sim.calibration.priors import Array

COVERED: Final = (0.05, 0.95)
"""Quantiles of the interval that should cover 90% of the truths."""


def recovery(fitted: Fit, truths: Array, summaries: Array, names: tuple[str, ...], workers: int = 1) -> pd.DataFrame:
    """Coverage of 90% intervals and uniformity of ranks over unseen cohorts.

    Parameters
    ----------
    fitted
        Of a bank that does not hold these cohorts.
    truths
        (cohorts, parameters) normal scores under which they were simulated.
    summaries
        (cohorts, targets) what the study would have published of each.
    names
        Parameters.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        A row a parameter: coverage, contraction (one minus the mean posterior variance), rank_p (Kolmogorov-Smirnov), cohorts.
    """
    with ThreadPoolExecutor(workers) as pool:
        ranked = list(pool.map(lambda cohort: _ranked(fitted, *cohort), zip(truths, summaries, strict=True)))
    ranks, variances = zip(*ranked, strict=True)
    table = np.array(ranks)
    covered = ((table > COVERED[0]) & (table < COVERED[1])).mean(axis=0)
    return pd.DataFrame(
        {
            "parameter": names,
            "coverage": covered,
            "contraction": 1.0 - np.mean(variances, axis=0) / truths.var(axis=0),
            "rank_p": [kstest(column, "uniform").pvalue for column in table.T],
            "cohorts": len(table),
        }
    )


def _ranked(fitted: Fit, truth: Array, figures: Array) -> tuple[Array, Array]:
    """Share of the posterior below the truth, and posterior variance, of each parameter."""
    found = posterior(fitted, figures)
    mean = found.mean()
    return np.asarray(found.weights @ (found.scores < truth)), np.asarray(found.weights @ (found.scores - mean) ** 2)
