"""Who the patients are: attributes drawn before a life begins, many patients at once.

Each attribute is one uniform of the stream `population`, numbered by its place in `DRAWS`, turned into its distribution by
inversion. A patient's attributes are therefore a function of seed, replication and patient number alone: another patient, another
block or another strategy changes nobody. Exponentials are taken by `math`, not `numpy`, whose vector forms differ between
processors in the last bit.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri

from alps_sim.randomness import POPULATION, uniforms
from alps_sim.rules.codes import (
    ALPS_FAS,
    ALPS_U,
    FEMALE,
    GENOTYPES,
    LINEAGES,
    MALE,
    NEVER,
    SPLEEN_MASSIVE,
    SPLEEN_MODERATE,
    SPLEEN_NONE,
    SPLEEN_REMOVED,
)
from alps_sim.rules.state import ATTRIBUTE_DTYPE
from alps_sim.rules.world import FloatArray
from alps_sim.scenario.inputs import Inputs, record_type
from alps_sim.scenario.patients import Observation, Quantiles, TruncatedLogNormal

IntArray = np.ndarray[Any, np.dtype[np.int64]]

JUST_BEFORE: Final = 0.1
"""Years; who comes to the index younger than spleens are taken out was operated on just before it."""
WEIGHT_Z_LIMIT: Final = 2.5
"""Weight scores are drawn within this: the reference is no guide beyond, and its formula gives absurd weights there."""

DRAWS: Final = (
    "genotype",
    "sex",
    "age_at_index",
    "has_cytopenia",
    "lineage_count",
    "first_lineage",
    "second_lineage",
    "spleen_at_index",
    "flare_frailty",
    "infection_frailty",
    "refractoriness",
    "weight_z",
    "prevention_luck",
    "prior_splenectomy",
    "years_since_prior_splenectomy",
    "entry",
    "follow_up",
)
"""What is drawn; the place is the draw's index in the stream `population`. A new one goes to the end."""

_LEAST_WEIGHT: Final = 1e-300


class _Block:
    """The uniforms of one block of patients, by the name of the draw."""

    def __init__(self, seed: int, replication: int, patients: IntArray) -> None:
        self.patients = patients
        # all at once: one by one they took a seventh of the time of a cohort of 150
        self._numbers = uniforms(seed, replication, patients, POPULATION, np.arange(len(DRAWS))[:, None])

    def __getitem__(self, draw: str) -> FloatArray:
        numbers: FloatArray = self._numbers[DRAWS.index(draw)]
        return numbers


def draw_population(inputs: Inputs, replication: int, first: int, count: int) -> np.recarray[Any, Any]:
    """Attributes of a block of patients.

    Parameters
    ----------
    inputs
        The translated scenario.
    replication
        Number of the replication, below 2^32.
    first
        Number of the first patient of the block.
    count
        Patients in the block; how patients are dealt into blocks does not change them.

    Returns
    -------
    numpy.recarray
        (count,) of ATTRIBUTE_DTYPE.
    """
    patients = np.arange(first, first + count, dtype=np.int64)
    u = _Block(inputs.seed, replication, patients)
    attributes = np.zeros(count, dtype=record_type(ATTRIBUTE_DTYPE))
    attributes["patient"] = patients
    _draw_person(attributes, u, inputs)
    _draw_disease(attributes, u, inputs)
    _draw_prior_splenectomy(attributes, u, inputs)
    _draw_observation(attributes, u, inputs.population.observation)
    return cast("np.recarray[Any, Any]", attributes.view(np.recarray))


def expected_attributes(inputs: Inputs) -> dict[str, float]:
    """Known expectations of patient attributes, for control variates.

    Parameters
    ----------
    inputs
        The translated scenario.

    Returns
    -------
    dict
        `male`, their share; `log_age_at_index`, the mean logarithm of the age in years; the means of `flare_frailty`,
        `infection_frailty` and `refractoriness`.
    """
    return {
        "male": inputs.population.male_share,
        "log_age_at_index": log_mean(age_distribution(inputs)),
        "flare_frailty": 1.0,
        "infection_frailty": 1.0,
        "refractoriness": 0.0,
    }


def age_distribution(inputs: Inputs) -> TruncatedLogNormal | Quantiles:
    """Distribution of the age at the index: the scenario's own, or the ledger's cut to the published range.

    Parameters
    ----------
    inputs
        The translated scenario.
    """
    own = inputs.population.age_at_index_years
    if own is not None:
        return own
    # not checked like a section of a file: an overridden median may lie beyond the cuts, and the distribution still exists
    return TruncatedLogNormal.model_construct(
        median=_parameter(inputs, "age_at_index_median_years"),
        log_sd=_parameter(inputs, "age_at_index_log_sd"),
        minimum=_parameter(inputs, "age_at_index_minimum_years"),
        maximum=_parameter(inputs, "age_at_index_maximum_years"),
    )


def log_mean(distribution: TruncatedLogNormal | Quantiles) -> float:
    """Expectation of the logarithm, in closed form.

    Of quantiles the area under their straight lines. Of the truncated log-normal mu + sigma (phi(a) - phi(b)) / (Phi(b) - Phi(a)),
    a and b the standardised logarithms of the cuts (Johnson, Kotz and Balakrishnan 1994, "Continuous Univariate Distributions" 1,
    section 13.10.1).

    Parameters
    ----------
    distribution
        In years.
    """
    if isinstance(distribution, Quantiles):
        return float(np.trapezoid(distribution.logarithms, distribution.shares))
    centre = math.log(distribution.median)
    if distribution.log_sd == 0.0:
        return math.log(_within_cuts(distribution))
    low, high = _standardised_cuts(distribution)
    share = float(ndtr(-low) - ndtr(-high) if low > 0.0 else ndtr(high) - ndtr(low))
    return centre + distribution.log_sd * (_normal_density(low) - _normal_density(high)) / share


def _within(u: np.ndarray[Any, Any], limit: float) -> np.ndarray[Any, Any]:
    """Standard normal scores between -limit and limit, by inversion between the cuts."""
    outside = ndtr(-limit)
    scores: np.ndarray[Any, Any] = ndtri(outside + u * (1.0 - 2.0 * outside))
    return scores


def _draw_person(attributes: np.ndarray[Any, Any], u: _Block, inputs: Inputs) -> None:
    """Genotype, sex, age, build, and the willingness to take up prevention."""
    population = inputs.population
    attributes["genotype"] = np.where(u["genotype"] < population.genotype_shares[GENOTYPES[ALPS_FAS]], ALPS_FAS, ALPS_U)
    attributes["sex"] = np.where(u["sex"] < population.male_share, MALE, FEMALE)
    attributes["age_at_index"] = _years(u["age_at_index"], age_distribution(inputs))
    attributes["weight_z"] = _within(u["weight_z"], WEIGHT_Z_LIMIT)
    attributes["prevention_luck"] = u["prevention_luck"]


def _draw_disease(attributes: np.ndarray[Any, Any], u: _Block, inputs: Inputs) -> None:
    """Cytopenia and its lineages, spleen, frailties and refractoriness."""
    attributes["has_cytopenia"] = u["has_cytopenia"] < inputs.population.cytopenia_share
    attributes["lineages"], attributes["first_lineage"] = _draw_lineages(u, inputs)
    attributes["spleen_at_index"] = _draw_spleen(u["spleen_at_index"], inputs)
    for frailty in ("flare_frailty", "infection_frailty"):
        attributes[frailty] = _gamma_frailty(u[frailty], _parameter(inputs, f"{frailty}_variance"))
    attributes["refractoriness"] = ndtri(u["refractoriness"])


def _draw_lineages(u: _Block, inputs: Inputs) -> tuple[IntArray, IntArray]:
    """Lineages of each patient as a bit mask, and the first of them: chosen one after another, each by its weight."""
    counts, weights = _lineage_weights(inputs)
    patients = np.arange(u.patients.size)
    count = 1 + _choice(u["lineage_count"], counts[:, None])
    remaining = np.tile(weights[:, None], patients.size)
    first = _choice(u["first_lineage"], remaining)
    remaining[first, patients] = 0.0
    second = _choice(u["second_lineage"], remaining)
    third = 3 - first - second  # codes 0, 1, 2: the one not yet chosen
    chosen = (1 << first) | np.where(count >= 2, 1 << second, 0) | np.where(count >= 3, 1 << third, 0)
    return chosen, first


def _choice(uniform: FloatArray, weights: FloatArray) -> IntArray:
    """(n,) row chosen for each patient with a probability in proportion to its weight.

    Weights are (k, n), or (k, 1) if the same for all, some above 0 in each column.
    """
    cumulative = np.cumsum(weights, axis=0)
    chosen: IntArray = (uniform * cumulative[-1] >= cumulative).sum(axis=0)
    # rounding may carry the product up to the total; the last row of any weight is meant
    last = weights.shape[0] - 1 - np.argmax(weights[::-1] > 0.0, axis=0)
    result: IntArray = np.minimum(chosen, last)
    return result


def _draw_spleen(uniform: FloatArray, inputs: Inputs) -> IntArray:
    """Size of the spleen, from none (normal) to massive."""
    none, massive = _spleen_shares(inputs)
    return np.where(uniform < none, SPLEEN_NONE, np.where(uniform < 1.0 - massive, SPLEEN_MODERATE, SPLEEN_MASSIVE))


def _draw_prior_splenectomy(attributes: np.ndarray[Any, Any], u: _Block, inputs: Inputs) -> None:
    """Years since an operation before the index, at an age at which it is done; negative with the spleen in place."""
    prior = inputs.population.prior_splenectomy
    attributes["years_since_prior_splenectomy"] = -1.0
    if prior is None:
        return
    youngest = _parameter(inputs, "prior_splenectomy_minimum_age_years")
    years = _log_normal(u["years_since_prior_splenectomy"], prior.median_years_before, prior.log_sd)
    operated = u["prior_splenectomy"] < prior.share
    attributes["years_since_prior_splenectomy"][operated] = np.minimum(
        years, np.maximum(attributes["age_at_index"] - youngest, JUST_BEFORE)
    )[operated]
    attributes["spleen_at_index"][operated] = SPLEEN_REMOVED


def _draw_observation(attributes: np.ndarray[Any, Any], u: _Block, observation: Observation | None) -> None:
    """Enrolment and end of observation, in years since the index."""
    attributes["observation_years"] = NEVER
    if observation is None:
        return
    lag = observation.entry_lag_years
    entry = np.zeros(u.patients.size) if lag is None else _log_normal(u["entry"], lag.median, lag.log_sd)
    # a study that also counts those who died before enrolment has, in effect, enrolled them at the index
    attributes["entry_years"] = entry if observation.alive_at_entry else 0.0
    attributes["observation_years"] = entry + _years(u["follow_up"], observation.follow_up_years)


def _gamma_frailty(uniform: FloatArray, variance: float) -> FloatArray:
    """Gamma variables of mean 1; a variance of 0 gives everybody exactly 1."""
    if variance == 0.0:
        return np.ones_like(uniform)
    shape = 1.0 / variance
    frailty: FloatArray = gammaincinv(shape, uniform) / shape
    return frailty


def _log_normal(uniform: FloatArray, median: float, log_sd: float) -> FloatArray:
    return median * _exponentials(log_sd * ndtri(uniform))


def _years(uniform: FloatArray, distribution: TruncatedLogNormal | Quantiles) -> FloatArray:
    """Inversion of either kind of distribution."""
    if isinstance(distribution, Quantiles):
        return _exponentials(np.interp(uniform, distribution.shares, distribution.logarithms))
    return _truncated_log_normal(uniform, distribution)


def _truncated_log_normal(uniform: FloatArray, distribution: TruncatedLogNormal) -> FloatArray:
    """Inversion on the range between the cuts, on the side of the smaller tail to keep its digits."""
    if distribution.log_sd == 0.0:
        return np.full_like(uniform, _within_cuts(distribution))
    low, high = _standardised_cuts(distribution)
    if low > 0.0:
        below, above = ndtr(-low), ndtr(-high)
        z = -ndtri(below + (above - below) * uniform)
    else:
        below, above = ndtr(low), ndtr(high)
        z = ndtri(below + (above - below) * uniform)
    values = distribution.median * _exponentials(distribution.log_sd * z)
    return np.clip(values, distribution.minimum, distribution.maximum)


def _exponentials(powers: FloatArray) -> FloatArray:
    return np.array(list(map(math.exp, powers.tolist())))  # of Python's numbers, a quarter of the time of numpy's


def _standardised_cuts(distribution: TruncatedLogNormal) -> tuple[float, float]:
    centre = math.log(distribution.median)
    low = math.log(distribution.minimum) if distribution.minimum > 0.0 else -math.inf
    return (low - centre) / distribution.log_sd, (math.log(distribution.maximum) - centre) / distribution.log_sd


def _within_cuts(distribution: TruncatedLogNormal) -> float:
    return min(max(distribution.median, distribution.minimum), distribution.maximum)


def _normal_density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def _parameter(inputs: Inputs, name: str) -> float:
    return float(inputs.parameters[0][name])


def _parameters(inputs: Inputs, names: Sequence[str]) -> FloatArray:
    return np.array([_parameter(inputs, name) for name in names])


def _lineage_weights(inputs: Inputs) -> tuple[FloatArray, FloatArray]:
    """Weights of one, two and three lineages, and of the lineages; neither adds up to 1.

    A lineage of weight 0 can still be the last one left, so none is quite 0.
    """
    counts = _parameters(inputs, [f"lineage_count_weight_{word}" for word in ("one", "two", "three")])
    return counts, np.maximum(_parameters(inputs, [f"lineage_weight_{name}" for name in LINEAGES]), _LEAST_WEIGHT)


def _spleen_shares(inputs: Inputs) -> tuple[float, float]:
    """Shares with a normal and with a massive spleen; a draw of the parameters in which they exceed 1 leaves none moderate."""
    none = _parameter(inputs, "spleen_none_probability")
    return none, min(_parameter(inputs, "spleen_massive_probability"), 1.0 - none)
