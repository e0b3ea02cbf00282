"""Decisions: one uniform each, from the stream of the decision, numbered by its ordinal in the patient's life."""

import math
from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import POPULATION, uniform

FIRST_DECISION = POPULATION
"""Stream number of the first decision: position of a decision = stream - FIRST_DECISION."""


@compiled
def draw(patient: Any, world: Any, stream: int, index: int) -> float:
    """The uniform of a stream and index for this patient."""
    return uniform(world.seed, world.replication, patient.patient, stream, index)


@compiled
def next_ordinal(patient: Any, stream: int) -> int:
    """Number of this decision in the patient's life, from 0, counted on."""
    ordinal = patient.ordinals[stream - FIRST_DECISION]
    patient.ordinals[stream - FIRST_DECISION] = ordinal + 1
    return ordinal


@compiled
def decide_numbered(patient: Any, world: Any, stream: int, index: int, probability: float) -> bool:
    """Decide with a probability by the draw of a given number, and keep the residual (outcome minus probability)."""
    happens = draw(patient, world, stream, index) < probability
    position = stream - FIRST_DECISION
    if happens:
        patient.decision_residuals[position] += 1.0 - probability
        patient.decision_positives[position] += 1
    else:
        patient.decision_residuals[position] -= probability
        patient.decision_negatives[position] += 1
    return happens


@compiled
def decide(patient: Any, world: Any, stream: int, probability: float) -> bool:
    """Decide with a probability by the next draw of the stream."""
    return decide_numbered(patient, world, stream, next_ordinal(patient, stream), min(probability, 1.0))


@compiled
def normal_distribution(x: float) -> float:
    """Standard normal distribution function, absolute error below 1e-14.

    Marsaglia's series (J Stat Softw 2004;11(4)) near zero and Laplace's continued fraction in the tails, with nothing but
    arithmetic and `math.exp`: the error functions of compiled code and of CPython differ in the last bit.
    """
    size = abs(x)
    if size > 38.0:
        return 0.0 if x < 0.0 else 1.0
    density = 0.3989422804014327 * math.exp(-0.5 * x * x)
    if size < 4.0:
        term = x
        total = x
        i = 1.0
        while abs(term) > 1.0e-17 * abs(total):
            i += 2.0
            term *= x * x / i
            total += term
        return 0.5 + total * density
    fraction = size
    for i in range(40, 0, -1):
        fraction = size + i / fraction
    tail = density / fraction
    return tail if x < 0.0 else 1.0 - tail


@compiled
def response_probability(patient: Any, world: Any, probit: float) -> float:
    """Probability that an agent answers in this patient, given the shared refractoriness z.

    Phi((probit - sqrt(rho) z) / sqrt(1 - rho)); its mean over z is Phi(probit), the published share.

    Parameters
    ----------
    probit
        Normal quantile of the marginal response probability.
    """
    correlation = world.parameters.refractoriness_correlation
    return normal_distribution((probit - math.sqrt(correlation) * patient.refractoriness) / math.sqrt(1.0 - correlation))


@compiled
def weibull_quantile(u: float, median: float, shape: float) -> float:
    """Weibull time with a given median at probability u."""
    return median * math.pow(math.log(1.0 / (1.0 - u)) / math.log(2.0), 1.0 / shape)


@compiled
def truncated_log_logistic_quantile(u: float, median: float, shape: float, end: float) -> float:
    """Log-logistic time with a given median, conditional on coming before the end, at probability u."""
    before_end = 1.0 / (1.0 + math.pow(median / end, shape))
    v = u * before_end
    return median * math.pow(v / (1.0 - v), 1.0 / shape)
