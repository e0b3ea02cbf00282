"""From a bank to a posterior: regression on the figures, then the nearest cohorts corrected to the published figures.

Approximate Bayesian computation with a regression's predictions as statistics (Fearnhead and Prangle, J R Stat Soc B 2012;74:419)
and local-linear adjustment of the nearest cohorts (Beaumont, Zhang and Balding, Genetics 2002;162:2025). All is done on normal scores: the
prior of every parameter is standard normal, and its contraction is one minus the posterior variance.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

from alps_sim.calibration.bank import Bank
from alps_sim.calibration.priors import Array

NEAREST: Final = 4_000
"""Cohorts that are corrected to the published figures; a twentieth of a small bank."""
HIDDEN: Final = (64, 64)
TIE: Final = 1e-9
"""Squared distance, in standard deviations of the predictions, that is none."""


@dataclass(frozen=True)
class Fit:
    """What a bank has taught.

    Attributes
    ----------
    network, scaler
        Regression of the scores on the scaled figures.
    predictions
        (cohorts, parameters) of the bank's own cohorts.
    bank
        The bank.
    """

    network: MLPRegressor
    scaler: StandardScaler
    predictions: Array
    bank: Bank

    def predict(self, summaries: Array) -> Array:
        """(n, parameters) expected scores given figures.

        Parameters
        ----------
        summaries
            (n, targets).
        """
        return np.asarray(self.network.predict(self.scaler.transform(summaries)), dtype=np.float64).reshape(len(summaries), -1)


def fit(bank: Bank, seed: int) -> Fit:
    """Learn the expected scores from the figures.

    Parameters
    ----------
    bank
        Simulated cohorts.
    seed
        For the start of the network and its order of learning.
    """
    scaler = StandardScaler().fit(bank.summaries)
    network = MLPRegressor(
        hidden_layer_sizes=HIDDEN, early_stopping=True, n_iter_no_change=5, max_iter=60, batch_size=512, random_state=seed % 2**32
    )
    scaled = scaler.transform(bank.summaries)
    network.fit(scaled, bank.scores)
    return Fit(network, scaler, np.asarray(network.predict(scaled), dtype=np.float64).reshape(bank.scores.shape), bank)


@dataclass(frozen=True)
class Weighted:
    """A weighted sample of scores.

    Attributes
    ----------
    scores
        (n, parameters).
    weights
        (n,) adding up to 1.
    """

    scores: Array
    weights: Array

    def mean(self) -> Array:
        """(parameters,) weighted means."""
        return np.asarray(self.weights @ self.scores)

    def variance(self) -> tuple[Array, Array]:
        """(parameters,) weighted variances, and their standard errors from the number of scores."""
        squares = (self.scores - self.mean()) ** 2
        variance = np.asarray(self.weights @ squares)
        return variance, np.sqrt(self.weights**2 @ (squares - variance) ** 2)

    def sample(self, count: int, seed: int) -> Array:
        """(count, parameters) draws with replacement, systematic so that none is drawn by luck alone.

        Parameters
        ----------
        count
            How many.
        seed
            For the start of the comb and the order.
        """
        generator = np.random.Generator(np.random.Philox(key=seed % 2**64))
        comb = (np.arange(count) + generator.random()) / count
        places = np.searchsorted(np.cumsum(self.weights), comb).clip(max=len(self.weights) - 1)
        return np.asarray(self.scores[generator.permutation(places)], dtype=np.float64)


def posterior(fitted: Fit, observed: Array, without: int | None = None) -> Weighted:
    """Posterior scores given published figures.

    Parameters
    ----------
    fitted
        Of `fit`.
    observed
        (targets,) figures.
    without
        A cohort of the bank to be left out: the one that stands for the published one in a test of recovery.
    """
    target = fitted.predict(observed[None, :])[0]
    spread = fitted.predictions.std(axis=0)
    distance = (((fitted.predictions - target) / np.where(spread > 0.0, spread, 1.0)) ** 2).sum(axis=1)
    if without is not None:
        distance[without] = np.inf
    count = min(NEAREST, max(len(distance) // 20, 50))
    nearest = np.argpartition(distance, count)[: count + 1]
    # Epanechnikov's weights; the figures of few patients can be the published ones in all of the nearest
    weights = 1.0 - distance[nearest] / (distance[nearest].max() + TIE)
    return _adjusted(fitted, nearest, weights, target)


def _adjusted(fitted: Fit, nearest: np.ndarray[Any, Any], weights: Array, target: Array) -> Weighted:
    """The nearest cohorts' scores, moved along the local regression to the published figures."""
    scores, predictions = fitted.bank.scores[nearest], fitted.predictions[nearest]
    design = np.hstack([np.ones((len(nearest), 1)), predictions - target])
    root = np.sqrt(weights)[:, None]
    coefficients, *_ = np.linalg.lstsq(root * design, root * scores, rcond=1e-8)
    kept = weights > 0.0
    moved = scores - design[:, 1:] @ coefficients[1:]
    return Weighted(moved[kept], weights[kept] / weights.sum())
