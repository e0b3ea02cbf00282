"""The population: every patient a function of seed, replication and number alone, with the distributions asked for.

Statistical tests draw 200,000 patients; each statement fails by chance with probability 1e-5 or less (|z| > 4.4).
"""

import dataclasses
import itertools
import math
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from alps_sim.outcomes.accumulate import ATTRIBUTE_CONTROLS
from alps_sim.population import DRAWS, WEIGHT_Z_LIMIT, age_distribution, draw_population, expected_attributes, log_mean
from alps_sim.rules import codes
from alps_sim.rules.state import ATTRIBUTE_DTYPE
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.patients import LogNormal, Observation, PriorSplenectomy, Quantiles, TruncatedLogNormal
from tests import strategies

MANY: Final = 200_000
LIMIT: Final = 4.4
"""Standard errors: two-sided error of 1e-5."""

COHORT: Final = TruncatedLogNormal(median=10.0, log_sd=0.8, minimum=0.5, maximum=34.0)


def with_population(inputs: Inputs, **changes: Any) -> Inputs:
    return dataclasses.replace(inputs, population=inputs.population.model_copy(update=changes))


def with_parameters(inputs: Inputs, **changes: float) -> Inputs:
    parameters = inputs.parameters.copy()
    for name, value in changes.items():
        parameters[name] = value
    return dataclasses.replace(inputs, parameters=parameters)


def assert_mean(values: np.ndarray[Any, Any], expected: float) -> None:
    standard_error = float(np.std(values)) / math.sqrt(len(values))
    assert standard_error > 0.0, "all values are equal: the test could not have failed"
    assert abs(float(np.mean(values)) - expected) < LIMIT * standard_error


@pytest.fixture(scope="module")
def many(main_inputs: Inputs) -> Any:
    return draw_population(main_inputs, 0, 0, MANY)


@given(strategies.inputs(), st.integers(0, 2**32 - 200), st.data())
def test_a_patient_is_the_same_in_any_block(inputs: Inputs, first: int, data: st.DataObject) -> None:
    whole = draw_population(inputs, 3, first, 100)
    cut = data.draw(st.integers(1, 99))
    parts = [draw_population(inputs, 3, first, cut), draw_population(inputs, 3, first + cut, 100 - cut)]
    assert whole.tobytes() == np.concatenate(parts).tobytes()
    one = data.draw(st.integers(0, 99))
    assert draw_population(inputs, 3, first + one, 1).tobytes() == whole[one : one + 1].tobytes()


@given(strategies.inputs())
def test_attributes_are_possible(inputs: Inputs) -> None:
    drawn = draw_population(inputs, 0, 0, 200)
    assert drawn.dtype.names == ATTRIBUTE_DTYPE.names
    assert all(np.isfinite(drawn[name]).all() for name in drawn.dtype.names or ())
    age = age_distribution(inputs)
    assert ((drawn.age_at_index >= age.minimum) & (drawn.age_at_index <= age.maximum)).all()
    assert np.isin(drawn.lineages, range(1, 8)).all()
    assert (drawn.lineages & (1 << drawn.first_lineage) > 0).all()
    assert (drawn.flare_frailty >= 0.0).all()
    assert (drawn.infection_frailty >= 0.0).all()
    operated = drawn.years_since_prior_splenectomy >= 0.0
    assert np.array_equal(operated, drawn.spleen_at_index == codes.SPLEEN_REMOVED)
    assert (drawn.years_since_prior_splenectomy <= drawn.age_at_index).all()
    assert (drawn.entry_years <= drawn.observation_years).all()


def test_strategies_and_patients_of_a_scenario_do_not_enter(main_inputs: Inputs) -> None:
    before = draw_population(main_inputs, 0, 0, 50)
    fewer = dataclasses.replace(main_inputs, strategies=main_inputs.strategies[:1], patients=50)
    assert draw_population(fewer, 0, 0, 50).tobytes() == before.tobytes()


@pytest.mark.parametrize("change", ["seed", "replication"])
def test_another_seed_or_replication_gives_other_patients(main_inputs: Inputs, change: str) -> None:
    before = draw_population(main_inputs, 0, 0, 50)
    other = dataclasses.replace(main_inputs, seed=main_inputs.seed + 1) if change == "seed" else main_inputs
    after = draw_population(other, 1 if change == "replication" else 0, 0, 50)
    for name in ("age_at_index", "flare_frailty", "infection_frailty", "refractoriness", "weight_z", "prevention_luck"):
        assert (before[name] != after[name]).all()


def test_a_parameter_moves_its_own_attribute_only(main_inputs: Inputs) -> None:
    before = draw_population(main_inputs, 0, 0, 500)
    after = draw_population(with_parameters(main_inputs, flare_frailty_variance=2.5), 0, 0, 500)
    changed = {name for name in before.dtype.names or () if not np.array_equal(before[name], after[name])}
    assert changed == {"flare_frailty"}


def test_draws_have_one_name_each() -> None:
    assert len(set(DRAWS)) == len(DRAWS)


def test_shares_are_those_of_the_scenario(main_inputs: Inputs) -> None:
    shares = {"ALPS-FAS": 0.3, "ALPS-U": 0.7}
    drawn = draw_population(with_population(main_inputs, genotype_shares=shares, male_share=0.8, cytopenia_share=0.6), 0, 0, MANY)
    assert_mean(drawn.genotype == codes.ALPS_U, 0.7)
    assert_mean(drawn.sex == codes.MALE, 0.8)
    assert_mean(drawn.has_cytopenia == 1, 0.6)


def test_age_has_the_truncated_log_normal_distribution(main_inputs: Inputs, many: Any) -> None:
    age = age_distribution(main_inputs)
    assert isinstance(age, TruncatedLogNormal)
    low, high = (math.log(cut / age.median) / age.log_sd for cut in (age.minimum, age.maximum))
    expected = stats.truncnorm(low, high, loc=math.log(age.median), scale=age.log_sd)
    assert (age.minimum, age.maximum) == (1.0, 53.0)
    assert stats.kstest(np.log(many.age_at_index), expected.cdf).pvalue > 1e-5


@pytest.mark.parametrize(
    "distribution",
    [
        COHORT,
        TruncatedLogNormal(median=1.2, log_sd=0.9, minimum=1.0, maximum=37.0),
        TruncatedLogNormal(median=5.0, log_sd=2.0, minimum=0.0, maximum=20.0),
        TruncatedLogNormal.model_construct(median=0.2, log_sd=0.5, minimum=1.0, maximum=53.0),
    ],
)
def test_expected_logarithm_of_the_age_agrees_with_scipy_and_with_the_draws(main_inputs: Inputs, distribution: TruncatedLogNormal) -> None:
    inputs = with_population(main_inputs, age_at_index_years=distribution)
    low = -math.inf if distribution.minimum == 0.0 else math.log(distribution.minimum / distribution.median) / distribution.log_sd
    high = math.log(distribution.maximum / distribution.median) / distribution.log_sd
    expected = stats.truncnorm.mean(low, high, loc=math.log(distribution.median), scale=distribution.log_sd)
    assert log_mean(distribution) == pytest.approx(expected, rel=1e-9)
    assert_mean(np.log(draw_population(inputs, 0, 0, MANY).age_at_index), log_mean(distribution))


def test_ages_by_quantiles_lie_below_each_with_its_share_and_their_logarithm_runs_straight_between(main_inputs: Inputs) -> None:
    distribution = Quantiles(shares=(0.0, 0.5, 0.8, 1.0), years=(1.0, 2.0, 18.0, 37.0))
    ages = draw_population(with_population(main_inputs, age_at_index_years=distribution), 0, 0, MANY).age_at_index
    assert (distribution.minimum, distribution.maximum) == (1.0, 37.0)
    assert distribution.median == pytest.approx(2.0)
    assert (ages.min(), ages.max()) == (pytest.approx(1.0, abs=0.01), pytest.approx(37.0, abs=0.1))
    assert_mean(ages < 2.0, 0.5)
    assert_mean(ages < 18.0, 0.8)
    assert_mean(ages < 6.0, 0.65)  # the root of 2 x 18, halfway between their logarithms
    assert_mean(np.log(ages), log_mean(distribution))


def test_without_spread_everybody_has_the_median(main_inputs: Inputs) -> None:
    same = TruncatedLogNormal(median=7.0, log_sd=0.0, minimum=1.0, maximum=53.0)
    inputs = with_population(main_inputs, age_at_index_years=same)
    assert (draw_population(inputs, 0, 0, 100).age_at_index == 7.0).all()
    assert expected_attributes(inputs)["log_age_at_index"] == pytest.approx(math.log(7.0))


def test_numbers_of_lineages_follow_their_weights(main_inputs: Inputs, many: Any) -> None:
    weights = np.array([main_inputs.parameters[f"lineage_count_weight_{word}"][0] for word in ("one", "two", "three")])
    numbers = np.array([int(mask).bit_count() for mask in many.lineages])
    for number, share in enumerate(weights / weights.sum(), start=1):
        assert_mean(numbers == number, share)


def test_lineages_are_chosen_one_after_another_by_weight(main_inputs: Inputs) -> None:
    """Probabilities by enumeration of all orders: w1 / total, w2 / (total - w1)."""
    weights = {"lineage_weight_aiha": 5.0, "lineage_weight_itp": 3.0, "lineage_weight_neutropenia": 2.0}
    two_only = {"lineage_count_weight_one": 0.0, "lineage_count_weight_two": 1.0, "lineage_count_weight_three": 0.0}
    drawn = draw_population(with_parameters(main_inputs, **weights, **two_only), 0, 0, MANY)
    w = list(weights.values())
    for first, second in itertools.permutations(range(3), 2):
        expected = w[first] / sum(w) * w[second] / (sum(w) - w[first])
        assert_mean((drawn.first_lineage == first) & (drawn.lineages == (1 << first | 1 << second)), expected)


def test_a_lineage_without_weight_comes_last(main_inputs: Inputs) -> None:
    weights = {"lineage_weight_aiha": 0.0, "lineage_weight_itp": 0.0, "lineage_weight_neutropenia": 2.0}
    drawn = draw_population(with_parameters(main_inputs, **weights), 0, 0, 2000)
    assert (drawn.first_lineage == codes.NEUTROPENIA).all()
    assert set(drawn.lineages) == {4, 5, 6, 7}


def test_spleen_sizes_follow_their_probabilities(main_inputs: Inputs, many: Any) -> None:
    none, massive = (main_inputs.parameters[f"spleen_{size}_probability"][0] for size in ("none", "massive"))
    assert_mean(many.spleen_at_index == codes.SPLEEN_NONE, none)
    assert_mean(many.spleen_at_index == codes.SPLEEN_MASSIVE, massive)
    assert_mean(many.spleen_at_index == codes.SPLEEN_MODERATE, 1.0 - none - massive)


@pytest.mark.parametrize("variance", [0.25, 1.0, 3.0])
def test_frailties_are_gamma_with_mean_1(main_inputs: Inputs, variance: float) -> None:
    drawn = draw_population(with_parameters(main_inputs, flare_frailty_variance=variance, infection_frailty_variance=variance), 0, 0, MANY)
    for frailty in (drawn.flare_frailty, drawn.infection_frailty):
        assert_mean(frailty, 1.0)
        assert stats.kstest(frailty, stats.gamma(1.0 / variance, scale=variance).cdf).pvalue > 1e-5
    assert abs(np.corrcoef(drawn.flare_frailty, drawn.infection_frailty)[0, 1]) < LIMIT / math.sqrt(MANY)


def test_a_frailty_of_variance_0_is_exactly_1(main_inputs: Inputs) -> None:
    drawn = draw_population(with_parameters(main_inputs, infection_frailty_variance=0.0), 0, 0, 1000)
    assert (drawn.infection_frailty == 1.0).all()
    assert np.std(drawn.flare_frailty) > 0.0


def test_refractoriness_is_standard_normal(many: Any) -> None:
    assert stats.kstest(many.refractoriness, stats.norm.cdf).pvalue > 1e-5


def test_weight_scores_are_standard_normal_between_their_limits(many: Any) -> None:
    assert np.abs(many.weight_z).max() <= WEIGHT_Z_LIMIT
    assert stats.kstest(many.weight_z, stats.truncnorm(-WEIGHT_Z_LIMIT, WEIGHT_Z_LIMIT).cdf).pvalue > 1e-5


def test_prevention_luck_is_uniform(many: Any) -> None:
    assert stats.kstest(many.prevention_luck, stats.uniform.cdf).pvalue > 1e-5


def test_attributes_are_independent(many: Any) -> None:
    """Rank correlations of all pairs; 45 pairs, family error 45 x 1e-5."""
    names = ["genotype", "sex", "age_at_index", "first_lineage", "spleen_at_index", "flare_frailty", "infection_frailty"]
    names += ["refractoriness", "weight_z", "prevention_luck"]
    correlations = stats.spearmanr(np.column_stack([many[name] for name in names])).statistic
    apart = correlations[np.triu_indices(len(names), k=1)]
    assert np.abs(apart).max() < LIMIT / math.sqrt(MANY)


def test_expected_attributes_are_the_controls_of_the_outcomes(main_inputs: Inputs, many: Any) -> None:
    expected = expected_attributes(main_inputs)
    assert set(expected) == set(ATTRIBUTE_CONTROLS)
    assert_mean(many.sex == codes.MALE, expected["male"])
    assert_mean(np.log(many.age_at_index), expected["log_age_at_index"])
    for name in ("flare_frailty", "infection_frailty", "refractoriness"):
        assert_mean(many[name], expected[name])


def test_prior_splenectomy_has_its_share_and_median(main_inputs: Inputs) -> None:
    prior = PriorSplenectomy(share=0.28, median_years_before=2.0, log_sd=0.5)
    old = TruncatedLogNormal(median=60.0, log_sd=0.0, minimum=1.0, maximum=90.0)
    drawn = draw_population(with_population(main_inputs, prior_splenectomy=prior, age_at_index_years=old), 0, 0, MANY)
    operated = drawn.years_since_prior_splenectomy >= 0.0
    assert_mean(operated, 0.28)
    assert_mean(drawn.years_since_prior_splenectomy[operated] < 2.0, 0.5)
    assert (drawn.years_since_prior_splenectomy[~operated] == -1.0).all()


def test_a_lifetime_is_observed_from_the_index_for_ever(many: Any) -> None:
    assert (many.entry_years == 0.0).all()
    assert (many.observation_years == codes.NEVER).all()


def test_a_cohort_is_observed_from_entry_to_the_end_of_follow_up(main_inputs: Inputs) -> None:
    observation = Observation(entry_lag_years=LogNormal(median=6.0, log_sd=0.8), follow_up_years=COHORT, alive_at_entry=True)
    drawn = draw_population(with_population(main_inputs, observation=observation), 0, 0, MANY)
    follow_up = drawn.observation_years - drawn.entry_years
    assert_mean(drawn.entry_years < 6.0, 0.5)
    assert follow_up.min() >= 0.5 - 1e-9
    assert follow_up.max() <= 34.0 + 1e-9
    assert_mean(np.log(follow_up), log_mean(COHORT))


def test_a_study_that_counts_the_dead_observes_from_the_index(main_inputs: Inputs) -> None:
    seen = Observation(entry_lag_years=LogNormal(median=6.0, log_sd=0.8), follow_up_years=COHORT, alive_at_entry=True)
    of_the_living = draw_population(with_population(main_inputs, observation=seen), 0, 0, 100)
    of_all = draw_population(with_population(main_inputs, observation=seen.model_copy(update={"alive_at_entry": False})), 0, 0, 100)
    assert (of_all.entry_years == 0.0).all()
    assert np.array_equal(of_all.observation_years, of_the_living.observation_years)
