"""Distributions of the ledger: written strictly, inverted exactly, truncated without loss."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from alps_sim.evidence.distributions import KINDS, parse_distribution

EXACT = (
    ("beta(alpha=60, beta=4)", stats.beta(60, 4)),
    ("gamma(shape=16, rate=271)", stats.gamma(16, scale=1 / 271)),
    ("lognormal(median=2.3, sigma=0.38)", stats.lognorm(0.38, scale=2.3)),
    ("normal(mean=0.4, sd=0.18)", stats.norm(0.4, 0.18)),
    ("uniform(low=8, high=12)", stats.uniform(8, 4)),
)


@pytest.mark.parametrize(("text", "reference"), EXACT)
@pytest.mark.parametrize("probability", [1e-9, 0.025, 0.5, 0.975, 1 - 1e-9])
def test_a_quantile_is_that_of_scipy(text: str, reference: Any, probability: float) -> None:
    assert parse_distribution(text).ppf(probability) == pytest.approx(float(reference.ppf(probability)), rel=1e-9)


def test_every_family_is_compared_with_scipy() -> None:
    assert {text.partition("(")[0] for text, _ in EXACT} == set(KINDS)


@given(st.floats(1e-12, 1 - 1e-12))
def test_a_truncated_draw_stays_within_its_bounds(probability: float) -> None:
    assert 0 <= parse_distribution("normal(mean=0.4, sd=0.18, minimum=0, maximum=0.8)").ppf(probability) <= 0.8
    assert 0 < parse_distribution("lognormal(median=0.5, sigma=0.9, maximum=1)").ppf(probability) <= 1 + 1e-12
    assert parse_distribution("gamma(shape=0.5, rate=290, maximum=0.01)").ppf(probability) <= 0.01 * (1 + 1e-9)


def test_truncation_is_that_of_scipy() -> None:
    reference = stats.truncnorm(-2, 1, loc=2, scale=1)
    found = [parse_distribution("normal(mean=2, sd=1, minimum=0, maximum=3)").ppf(q) for q in (0.01, 0.3, 0.9)]
    assert found == pytest.approx(reference.ppf([0.01, 0.3, 0.9]))


@pytest.mark.parametrize("text", [text for text, _ in EXACT])
def test_more_luck_never_gives_less(text: str) -> None:
    distribution = parse_distribution(text)
    values = [distribution.ppf(q) for q in np.linspace(0.001, 0.999, 200)]
    assert values == sorted(values)


@pytest.mark.parametrize("text", [text for text, _ in EXACT])
def test_a_distribution_reads_back_as_written(text: str) -> None:
    assert parse_distribution(str(parse_distribution(text))) == parse_distribution(text)


def test_a_fixed_parameter_has_no_quantiles() -> None:
    with pytest.raises(ValueError, match="use its value"):
        parse_distribution("fixed").ppf(0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bta(alpha=1, beta=2)", "did you mean `beta`"),
        ("beta(alpha=1)", "expected `beta`"),
        ("beta(alpha=1, beta=2, gamma=3)", "found `gamma`"),
        ("beta(alpha=0, beta=2)", "above 0"),
        ("beta(alpha=one, beta=2)", "expected a number"),
        ("beta(alpha=1, alpha=2)", "once"),
        ("beta(1, 2)", "name=number"),
        ("beta", "expected `alpha`|name=number"),
        ("uniform(low=2, high=1)", "below"),
        ("normal(mean=1, sd=1, minimum=3, maximum=2)", "below"),
        ("lognormal(median=1, sigma=nan)", "finite"),
        ("normal(mean=nan, sd=1)", "finite"),
        ("fixed(value=1)", "known distribution"),
        ("normal [1, 2]", "such as"),
    ],
)
def test_a_mistake_is_told_with_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_distribution(text)
