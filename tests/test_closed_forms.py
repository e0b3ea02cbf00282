"""What has a closed form comes out of the whole program as the form says: every hazard alone, two competing, frailty, the life table.

Lives are lived by the compiled engine; only parameter values are changed (`tests/worlds.py`). Seeds are fixed, so a right program
passes always. The error of each comparison says how often another seed would fail a right program: 7e-6 for 4.5 standard errors on
both sides, 1e-5 for a p-value; about 50 comparisons, so about one seed in 2,000 would fail any of them. What has no chance in
it must agree to rounding.
"""

import csv
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import binomtest, chisquare, kstest, nbinom

from alps_sim.outcomes.incidence import relapse_by
from alps_sim.outcomes.properties import last_seen
from alps_sim.rules import accounts, codes, events
from alps_sim.rules.clocks import WEIBULL, integrated_hazard
from alps_sim.rules.decisions import normal_distribution, response_probability
from alps_sim.rules.state import STATE_DTYPE
from alps_sim.rules.world import FloatArray, world_dtype
from alps_sim.scenario.inputs import Inputs, Records
from alps_sim.scenario.patients import TruncatedLogNormal
from tests import reach, worlds

PATIENTS: Final = 16_384
STANDARD_ERRORS: Final = 4.5
P_VALUE: Final = 1e-5
ROUNDING: Final = 1e-12

AGE: Final = 20.4
"""At the index, years; between two birthdays."""


def assert_mean(sample: FloatArray, expected: float) -> None:
    """The mean is the expected one, within 4.5 standard errors."""
    z = (sample.mean() - expected) / (sample.std(ddof=1) / math.sqrt(sample.size))
    assert abs(z) < STANDARD_ERRORS, f"mean {sample.mean():.6g}, expected {expected:.6g}, z = {z:.1f}"


def assert_exponential(credit: FloatArray) -> None:
    """Integrated hazards at the first events are unit exponentials: Kolmogorov and Smirnov's test, and the mean."""
    assert not np.isnan(credit).any()
    assert kstest(credit, "expon").pvalue > P_VALUE
    assert_mean(credit, 1.0)


def assert_share(count: int, n: int, expected: float) -> None:
    """A share is the expected one by the exact binomial test."""
    assert binomtest(count, n, expected).pvalue > P_VALUE, f"{count} of {n}, expected {expected:.4f}"


def line_of(inputs: Inputs, treatment: int) -> Records:
    """(1,) a line with a treatment that asks nothing of anybody."""
    line = worlds.part(inputs.strategies[0].lines, 0, 1).copy()
    for field, value in reach.NEUTRAL_LINE.items():
        line[field] = value
    line["treatment"] = treatment
    return line


def treated_at_once(inputs: Inputs, treatment: int) -> Inputs:
    """Everybody's flares take no time, and the first one begins one long-term treatment."""
    flaring = worlds.instant_flares(inputs)
    return worlds.with_strategy(flaring, {"triggers": codes.TRIGGER_FIRST_PULSE}, line_of(inputs, treatment))


# Each hazard alone


def test_constant_hazard_gives_exponential_times(main_inputs: Inputs) -> None:
    inputs = worlds.quiet(main_inputs, AGE, diabetes_per_year=0.7)
    times = worlds.first_times(worlds.live(inputs, PATIENTS, keep_events=True), events.DIABETES)
    assert_exponential(0.7 * times)


def test_a_hazard_wrong_by_a_twentieth_would_be_found(main_inputs: Inputs) -> None:
    """The power of all that follows: the same number of patients, a hazard of 0.735 taken for 0.7."""
    inputs = worlds.quiet(main_inputs, AGE, diabetes_per_year=0.735)
    times = worlds.first_times(worlds.live(inputs, PATIENTS, keep_events=True), events.DIABETES)
    with pytest.raises(AssertionError):
        assert_exponential(0.7 * times)


@pytest.mark.parametrize("years_before_index", [1e-9, 4.0])
def test_opsi_since_surgery_is_weibull_also_for_those_who_enter_late(main_inputs: Inputs, years_before_index: float) -> None:
    """H = mean x reference^(1 - k) x ((t + s)^k - s^k): the mean rate over the reference years, surgery s years before the index."""
    changes = {"opsi_mean_rate_per_year": 0.8, "opsi_reference_years": 13.0, "opsi_shape": 0.75}
    inputs = worlds.without_spleens(worlds.quiet(main_inputs, AGE, **changes), years_before_index)
    first = worlds.live(inputs, PATIENTS).rows["first_opsi_time"]
    assert_exponential(0.8 * 13.0**0.25 * ((first + years_before_index) ** 0.75 - years_before_index**0.75))


def test_relapse_after_splenectomy_is_30_percent_at_4_years_and_70_percent_at_20(prior_inputs: Inputs) -> None:
    """The paper's two points, by Kaplan-Meier under staggered follow-up and death, with the prior's parameters, which meet them exactly."""
    inputs = treated_at_once(worlds.quiet(prior_inputs, AGE), codes.SPLENECTOMY)
    follow_up = TruncatedLogNormal(median=25.0, log_sd=0.6, minimum=1.0, maximum=80.0)
    assert inputs.population.observation is not None
    observation = inputs.population.observation.model_copy(update={"follow_up_years": follow_up})
    population = inputs.population.model_copy(update={"observation": observation})
    inputs = replace(inputs, population=population, death_per_year=np.full_like(inputs.death_per_year, 0.01))
    rows = worlds.live(inputs, PATIENTS).rows
    time_since = np.minimum(rows["relapse_time"], last_seen(rows)) - rows["splenectomy_time"]
    for years, expected in ((4.0, 0.30), (20.0, 0.70)):
        at_risk = int((time_since >= years).sum())
        error = (1.0 - expected) * math.sqrt(expected / at_risk)  # Peto's, which is never too small
        assert error < 0.012, "no power"
        assert abs(relapse_by(rows, years) - expected) < STANDARD_ERRORS * error


def flare_rate(age: float) -> float:
    """2 a year up to 10, 0.5 from 20 on, log-linear between."""
    return 2.0 * 0.25 ** min(max((age - 10.0) / 10.0, 0.0), 1.0)


def test_flares_decline_with_age_along_gompertz(main_inputs: Inputs) -> None:
    """Counts by age band are Poisson with the integral of the rate, and the first recurrence comes on its clock."""
    starts = (5.4, 10.0, 12.5, 20.0, 30.0)
    changes = {"flare_rate_young_per_year": 2.0, "flare_rate_adult_per_year": 0.5}
    decline = {"flare_decline_start_years": 10.0, "flare_decline_end_years": 20.0}
    inputs = worlds.instant_flares(worlds.quiet(main_inputs, starts[0], 60.0, **changes, **decline))
    inputs = worlds.with_windows(inputs, *(age - starts[0] for age in starts[1:]))
    result = worlds.live(inputs, PATIENTS)
    flares = result.counters[:, : len(starts) - 1, accounts.C_FLARES] - 1.0  # less the flare of the index
    for band, (start, end) in enumerate(pairwise(starts)):
        expected = quad(flare_rate, start, end, epsabs=1e-10)[0]
        count = flares[:, band] - (flares[:, band - 1] if band else 0.0)
        z = (count.sum() - PATIENTS * expected) / math.sqrt(PATIENTS * expected)
        assert abs(z) < STANDARD_ERRORS, (start, end, count.mean(), expected)
    grid = np.linspace(starts[0], 100.0, 20_001)
    cumulative = np.concatenate([[0.0], np.cumsum([flare_rate(age) for age in (grid[1:] + grid[:-1]) / 2.0]) * (grid[1] - grid[0])])
    assert_exponential(np.interp(starts[0] + result.rows["second_flare_time"], grid, cumulative))


def test_a_hazard_that_changes_in_the_middle_keeps_its_clock(main_inputs: Inputs) -> None:
    """Sepsis at a constant rate with a spleen, Weibull from surgery on, which comes at a random time."""
    changes = {"sepsis_with_spleen_per_year": 0.3, "opsi_mean_rate_per_year": 0.8, "opsi_reference_years": 1.0, "opsi_shape": 0.6}
    inputs = worlds.quiet(main_inputs, AGE, spleen_none_probability=0.0, spleen_massive_probability=1.0, **changes)
    inputs = worlds.with_strategy(inputs, {"splenectomy_for_splenomegaly_per_year": 0.5})
    result = worlds.live(inputs, PATIENTS, keep_events=True)
    first, surgery = worlds.first_times(result, events.SEPSIS), result.rows["splenectomy_time"]
    after = np.maximum(first - surgery, 0.0)
    assert 0.2 < (after > 0.0).mean() < 0.8, "both pieces must matter"
    assert_exponential(0.3 * np.minimum(first, surgery) + 0.8 * after**0.6)


# Competing hazards, recurrence, frailty


def test_two_competing_hazards_share_deaths_by_their_rates(main_inputs: Inputs) -> None:
    """Death at 0.06 + 0.03 a year; a third of it sepsis, whenever it comes."""
    inputs = worlds.quiet(main_inputs, AGE, sepsis_with_spleen_per_year=0.03, sepsis_fatality_probability=1.0)
    inputs = worlds.for_life(replace(inputs, death_per_year=np.full_like(inputs.death_per_year, 0.06)))
    rows = worlds.live(inputs, PATIENTS).rows
    of_sepsis = rows["death_cause"] == codes.DEATH_OTHER_SEPSIS
    assert set(rows["death_cause"].tolist()) == {codes.DEATH_OTHER_SEPSIS, codes.DEATH_BACKGROUND}
    assert_share(int(of_sepsis.sum()), PATIENTS, 1.0 / 3.0)
    assert_exponential(0.09 * rows["death_time"])
    assert_exponential(0.09 * rows["death_time"][of_sepsis])


def test_admissions_under_gamma_frailty_are_negative_binomial(main_inputs: Inputs) -> None:
    """Mean 4 and variance 4 + 1.5 x 4^2 over ten years; in distribution by chi square."""
    variance, mean = 1.5, 4.0
    inputs = worlds.quiet(main_inputs, AGE, 10.0, infection_admission_per_year=0.4, infection_frailty_variance=variance)
    counts = worlds.live(inputs, PATIENTS).counters[:, -1, accounts.C_INFECTION_ADMISSIONS]
    law = nbinom(1.0 / variance, 1.0 / (1.0 + variance * mean))
    most = int(law.ppf(0.99))
    observed = np.bincount(np.minimum(counts, most).astype(int), minlength=most + 1)
    expected = PATIENTS * np.append(law.pmf(np.arange(most)), law.sf(most - 1))
    assert expected.min() > 20.0
    assert chisquare(observed, expected).pvalue > P_VALUE
    assert_mean(counts, mean)
    assert_mean((counts - mean) ** 2, mean + variance * mean**2)


# Life expectancy


def cumulative_death_hazard(root: Path, column: str) -> FloatArray:
    """(121,) integrated hazard of death from birth to each birthday, from the file of the life table."""
    with (root / "alps_sim" / "evidence" / "tables" / "us_period_life_table_qx.csv").open(encoding="utf-8") as file:
        probabilities = [float(row[column]) for row in csv.DictReader(file)]
    return np.concatenate([[0.0], np.cumsum(-np.log1p(-np.array(probabilities)))])


def expected_years(cumulative: FloatArray, age: float, rate: float = 0.0) -> float:
    """Integral of discounted survival from an age on, piece by piece between birthdays; the last rate goes on for ever."""
    cuts = np.concatenate([[age], np.arange(math.floor(age) + 1.0, 121.0)])
    reached = np.interp(cuts, np.arange(121.0), cumulative)
    per_year = np.diff(reached) / np.diff(cuts) + rate
    alive = np.exp(-(reached - reached[0]) - rate * (cuts - age))
    last = per_year[-1]
    return float((alive[:-1] * -np.expm1(-per_year * np.diff(cuts)) / per_year).sum() + alive[-1] / last)


@pytest.mark.parametrize("male", [True, False])
def test_life_expectancy_is_that_of_the_life_table(main_inputs: Inputs, root: Path, male: bool) -> None:
    inputs = worlds.for_life(worlds.quiet(main_inputs, AGE))
    population = inputs.population.model_copy(update={"male_share": 1.0 if male else 0.0})
    inputs = replace(inputs, population=population, death_per_year=main_inputs.death_per_year, effect_discount_per_year=0.03)
    result = worlds.live(inputs, PATIENTS)
    cumulative = cumulative_death_hazard(root, "M2017" if male else "F2017")
    lived = result.counters[:, -1, accounts.C_LIFE_YEARS]
    assert_mean(lived, expected_years(cumulative, AGE))
    assert_mean(result.counters[:, -1, accounts.C_LIFE_YEARS_DISCOUNTED], expected_years(cumulative, AGE, 0.03))
    among_tabled = lived < 119.0 - AGE
    credit = np.interp(AGE + lived, np.arange(121.0), cumulative) - np.interp(AGE, np.arange(121.0), cumulative)
    assert among_tabled.mean() > 0.999
    assert kstest(credit[among_tabled], "expon").pvalue > P_VALUE


def test_the_integral_of_the_life_table_is_near_the_actuaries_sum(root: Path) -> None:
    """Guards the reference: half of the deaths of a year before its middle, e20 = 1/2 + sum of l(x)/l(20)."""
    cumulative = cumulative_death_hazard(root, "M2017")
    survivors = np.exp(-(cumulative[21:] - cumulative[20]))
    assert expected_years(cumulative, 20.0) == pytest.approx(0.5 + survivors.sum(), abs=0.02)


ANCHORS: Final = ((0.0, 5.64394), (0.03, 4.92709), (math.log(1.03), 4.93640))
"""Life expectancy of Weibull(1.2, 6): undiscounted, by exp(-0.03 t), by 1.03^-t, as published."""


@pytest.mark.parametrize(("rate", "published"), ANCHORS)
def test_weibull_clock_integrates_to_the_published_life_expectancy(rate: float, published: float) -> None:
    def survival(time: float) -> float:
        return math.exp(-integrated_hazard(WEIBULL, 6.0**-1.2, 1.2, 0.0, 0.0, time) - rate * time)

    assert quad(survival, 0.0, 120.0, epsabs=1e-10, limit=200)[0] == pytest.approx(published, abs=5.1e-6)


def test_weibull_lives_reach_the_published_life_expectancy(main_inputs: Inputs) -> None:
    """Surgery at the index, every OPSI fatal: the hazard of Weibull(1.2, 6) through the whole engine."""
    changes = {"opsi_mean_rate_per_year": 6.0**-1.2, "opsi_reference_years": 1.0, "opsi_shape": 1.2, "opsi_fatality_probability": 1.0}
    inputs = worlds.for_life(worlds.without_spleens(worlds.quiet(main_inputs, AGE, **changes), 1e-12))
    for rate, published in ANCHORS:
        result = worlds.live(replace(inputs, effect_discount_per_year=rate), PATIENTS)
        assert (result.rows["death_cause"] == codes.DEATH_OPSI).all()
        assert_mean(result.counters[:, -1, accounts.C_LIFE_YEARS_DISCOUNTED], published)


# Discounted integrals of a life without chance: exact

YEARS: Final = 37.3
RATES: Final = (0.0, 0.015, math.log(1.03), 0.06)


def discounted(rate: float, years: float) -> float:
    """Integral of exp(-rate t)."""
    return years if rate == 0.0 else -math.expm1(-rate * years) / rate


def priced(inputs: Inputs, resource: int, price: float) -> Inputs:
    """One resource costs something, nothing else does."""
    unit_cost = np.zeros_like(inputs.unit_cost)
    unit_cost[resource] = price
    return replace(inputs, unit_cost=unit_cost)


def with_rates(inputs: Inputs, cost: float, effect: float) -> Inputs:
    return replace(inputs, cost_discount_per_year=cost, effect_discount_per_year=effect)


@pytest.mark.parametrize("cost_rate", RATES)
@pytest.mark.parametrize("effect_rate", RATES)
def test_life_years_quality_and_a_running_cost_are_discounted_each_at_its_own_rate(
    main_inputs: Inputs, cost_rate: float, effect_rate: float
) -> None:
    inputs = worlds.without_spleens(worlds.quiet(main_inputs, AGE, YEARS), 3.0)
    inputs = priced(worlds.with_strategy(inputs, {"prevention_uptake": 1.0}), accounts.PROPHYLAXIS_YEARS, 150.0)
    inputs = replace(with_rates(inputs, cost_rate, effect_rate), utility_norm=np.full_like(inputs.utility_norm, 0.8))
    inputs = worlds.with_windows(inputs, 5.25, 30.0)
    counters = worlds.live(inputs, 3).counters
    for window, years in enumerate((5.25, 30.0, YEARS)):
        expected = {
            accounts.C_LIFE_YEARS: years,
            accounts.C_LIFE_YEARS_DISCOUNTED: discounted(effect_rate, years),
            accounts.C_QALYS: 0.8 * years,
            accounts.C_QALYS_DISCOUNTED: 0.8 * discounted(effect_rate, years),
            accounts.C_COST: 150.0 * years,
            accounts.C_COST_DISCOUNTED: 150.0 * discounted(cost_rate, years),
        }
        for counter, value in expected.items():
            assert counters[:, window, counter] == pytest.approx(value, rel=ROUNDING), (accounts.COUNTERS[counter], years)


def test_the_population_norm_of_quality_is_integrated_by_age(main_inputs: Inputs) -> None:
    """The norm steps at birthdays, 0.6 years after the index and then every year."""
    rate, norm = 0.035, main_inputs.utility_norm
    inputs = with_rates(worlds.quiet(main_inputs, AGE, YEARS), 0.0, rate)
    cuts = [0.0, *(age - AGE for age in range(21, math.ceil(AGE + YEARS))), YEARS]
    pieces = [(norm[math.floor(AGE + (a + b) / 2.0)], a, b) for a, b in pairwise(cuts)]
    expected = sum(quality * (discounted(rate, end) - discounted(rate, start)) for quality, start, end in pieces)
    counters = worlds.live(inputs, 2).counters
    assert counters[:, -1, accounts.C_QALYS_DISCOUNTED] == pytest.approx(expected, rel=ROUNDING)
    assert counters[:, -1, accounts.C_QALYS] == pytest.approx(sum(quality * (end - start) for quality, start, end in pieces), rel=ROUNDING)


def test_visits_are_a_geometric_series(main_inputs: Inputs) -> None:
    """One every half year, the first half a year after the index, each discounted from its own day."""
    inputs = priced(with_rates(worlds.quiet(main_inputs, AGE, YEARS), 0.04, 0.0), accounts.CLINIC_VISITS, 136.0)
    counters = worlds.live(worlds.with_strategy(inputs, {"visit_interval_years": 0.5}), 2).counters
    visits = math.floor(YEARS / 0.5)
    series = math.exp(-0.02) * math.expm1(-0.02 * visits) / math.expm1(-0.02)
    assert counters[:, -1, accounts.C_COST] == pytest.approx(136.0 * visits, rel=ROUNDING)
    assert counters[:, -1, accounts.C_COST_DISCOUNTED] == pytest.approx(136.0 * series, rel=ROUNDING)


# Decisions


def test_normal_distribution_is_scipys() -> None:
    x = np.concatenate([np.linspace(-40.0, 40.0, 16_001), [-4.0, 4.0, np.nextafter(4.0, 0.0), 38.0, -38.0, 0.0]])
    assert np.abs(np.array([normal_distribution(value) for value in x]) - ndtr(x)).max() <= 1e-14


def marginal_share(inputs: Inputs, probability: float, nodes: int = 200) -> float:
    """Mean over patients of the probability to answer, by Gauss and Hermite's quadrature over the refractoriness."""
    world = np.zeros(1, world_dtype(inputs.parameters.dtype)).view(np.recarray)
    world["parameters"] = inputs.parameters
    patient = np.zeros(1, STATE_DTYPE).view(np.recarray)[0]
    places, weights = np.polynomial.hermite_e.hermegauss(nodes)
    answers = []
    for place in places:
        patient.refractoriness = place
        answers.append(response_probability(patient, world[0], float(ndtri(probability))))
    return float(np.dot(weights, answers) / weights.sum())


@given(probability=st.floats(0.01, 0.99), correlation=st.floats(0.0, 0.8))
def test_shared_refractoriness_leaves_the_published_share_on_average(main_inputs: Inputs, probability: float, correlation: float) -> None:
    inputs = worlds.with_parameters(main_inputs, {"refractoriness_correlation": correlation})
    assert marginal_share(inputs, probability) == pytest.approx(probability, abs=1e-7)


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.95])
@pytest.mark.parametrize("probability", [0.15, 0.62])
def test_the_share_who_answer_an_agent_is_the_ledgers_whatever_the_correlation(
    main_inputs: Inputs, correlation: float, probability: float
) -> None:
    inputs = worlds.quiet(main_inputs, AGE, 2.0, refractoriness_correlation=correlation)
    inputs = worlds.with_agents(treated_at_once(inputs, codes.MMF), {"response_probit": float(ndtri(probability))})
    rows = worlds.live(inputs, PATIENTS).rows
    assert (rows["first_agent_time"] < codes.NEVER).all()
    assert_share(int((rows["first_agent_answer_time"] < codes.NEVER).sum()), PATIENTS, probability)
