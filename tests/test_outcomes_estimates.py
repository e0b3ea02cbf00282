"""Estimates on the small test model: moments, controls, identities, equal strategies, intervals."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, poisson, truncnorm

from alps_sim.outcomes.accumulate import (
    COLUMN_COUNT,
    KEPT_PATIENTS,
    OUTCOME_COUNT,
    REGRESSORS,
    CompensatedSum,
    KnownMeans,
    Totals,
    block_moments,
)
from alps_sim.outcomes.adjust import MINIMUM_EVENTS, deviations, estimate, linearised
from alps_sim.outcomes.block import CONTROLS, BlockResult
from alps_sim.outcomes.definitions import BASE, BASE_INDEX, HEADLINES, OUTCOMES, base_values
from alps_sim.outcomes.intervals import difference_interval, share_interval, sum_interval
from alps_sim.outcomes.summary import DIFFERENCE_COLUMNS, SUMMARY_COLUMNS, difference_table, summary_table
from alps_sim.population import log_mean
from alps_sim.rules.accounts import COUNTERS
from alps_sim.rules.codes import CAUSES_OF_DEATH
from alps_sim.scenario.patients import TruncatedLogNormal
from tests import statistics_model as model

PATIENTS = 3_000
SEED = 20
SMALL_SAMPLES = 60


@cache
def _blocks(patients: int = PATIENTS, rates: tuple[int, ...] = (0, 1)) -> tuple[list[BlockResult], ...]:
    return tuple(model.blocks(SEED, patients, model.FRAILTY, rates))


def _totals(blocks: Sequence[list[BlockResult]], comparator: int = 1) -> Totals:
    totals = Totals(len(blocks[0]), len(model.WINDOWS), comparator)
    for block in blocks:
        totals.add(block_moments(block, comparator, model.KNOWN))
    return totals


@cache
def _of_small_samples() -> pd.DataFrame:
    tables = []
    for seed in range(1000, 1000 + SMALL_SAMPLES):
        totals = _totals(tuple(model.blocks(seed, 500, model.FRAILTY)))
        tables.append(summary_table(totals, model.STRATEGIES, model.WINDOWS))
        tables.append(difference_table(totals, model.STRATEGIES, model.WINDOWS).assign(strategy="difference"))
    return pd.concat(tables, ignore_index=True).query("window_years == '20'")


def _small_samples() -> pd.DataFrame:
    """Estimates of 500 patients over the seeds, of each strategy and of the difference, with the truth."""
    truth = pd.DataFrame([model.truth(position, 20.0, model.FRAILTY) for position in (0, 1)], index=list(model.STRATEGIES))
    truth.loc["difference"] = truth.loc["surgery"] - truth.loc["drug"]
    table = _of_small_samples()
    stacked = pd.DataFrame({"truth": truth.stack()})
    return table.merge(stacked, left_on=["strategy", "outcome"], right_index=True)


def _summary(totals: Totals) -> pd.DataFrame:
    return summary_table(totals, model.STRATEGIES[: totals.strategies], model.WINDOWS).set_index(["strategy", "window_years", "outcome"])


def _row(table: pd.DataFrame, strategy: str, outcome: str) -> pd.Series:
    """The row of a strategy's outcome in the 20-year window."""
    row = table.xs((strategy, "20", outcome))
    assert isinstance(row, pd.Series)
    return row


def test_registry_has_every_counter_and_every_cause_of_death() -> None:
    assert {*COUNTERS, "opsi_deaths", "flares_per_year", "prednisone_mg_per_kg_per_year"} <= set(OUTCOMES)
    assert {f"deaths_{cause}" for cause in CAUSES_OF_DEATH if cause != "opsi"} <= set(OUTCOMES)
    assert "deaths_opsi" not in OUTCOMES
    assert {"opsi_deaths", "treatment_failure", "flares_per_year", "prednisone_mg_per_kg_per_year"} <= set(HEADLINES)


def test_base_values_give_each_death_one_cause() -> None:
    block = _blocks()[0][0]
    for window in range(2):
        values = base_values(block, window)
        causes = [BASE_INDEX["opsi_deaths" if cause == "opsi" else f"deaths_{cause}"] for cause in CAUSES_OF_DEATH]
        assert np.array_equal(values[:, causes].sum(axis=1), values[:, BASE_INDEX["deaths"]])
        died = block.rows["death_time"] <= model.CENSUSES[window]
        assert np.array_equal(values[:, BASE_INDEX["deaths"]], died)


def test_compensated_sum_keeps_what_plain_addition_loses() -> None:
    values = np.array([1.0, 1e100, 1.0, -1e100])
    total = CompensatedSum((1,))
    for value in values:
        total.add(np.array([value]))
    assert total.value[0] == math.fsum(values) == 2.0
    assert values.sum() != 2.0


def test_streamed_moments_equal_moments_of_all_patients_at_once() -> None:
    totals = _totals(_blocks())
    columns = [totals.columns(strategy, 0) for strategy in (0, 1)]
    assert columns[0] is not None
    assert columns[1] is not None
    centred = [c - c.mean(axis=0) for c in (columns[0], columns[1])]
    scale = np.sqrt(np.outer((centred[0] ** 2).sum(axis=0), (centred[0] ** 2).sum(axis=0))) + 1e-300
    assert np.abs((totals.own[0, 0] - centred[0].T @ centred[0]) / scale).max() < 1e-12
    assert np.allclose(totals.paired[0, 0], centred[0].T @ centred[1], rtol=1e-9, atol=1e-9 * np.abs(totals.paired[0, 0]).max())
    assert np.allclose(totals.means[0, 0], columns[0].mean(axis=0), rtol=1e-13)


def test_moments_do_not_depend_on_who_reduced_the_blocks_or_when() -> None:
    blocks = _blocks()
    reduced = {position: block_moments(blocks[position], 1, model.KNOWN) for position in reversed(range(len(blocks)))}
    totals = Totals(2, 2, 1)
    for position in range(len(blocks)):
        totals.add(reduced[position])
    expected = _totals(blocks)
    assert np.array_equal(totals.own, expected.own)
    assert np.array_equal(totals.paired, expected.paired)
    assert np.array_equal(totals.means, expected.means)


def test_columns_are_kept_for_few_patients_only() -> None:
    few, many = _totals(_blocks()), _totals(_blocks(KEPT_PATIENTS + 1))
    kept = few.columns(0, 0)
    assert kept is not None
    assert kept.shape == (PATIENTS, COLUMN_COUNT)
    assert many.columns(0, 0) is None


def test_another_strategy_changes_no_number_of_the_first() -> None:
    two, three = _totals(_blocks(rates=(0, 1))), _totals(_blocks(rates=(0, 1, 1)))
    assert np.array_equal(two.own, three.own[:2])
    assert np.array_equal(estimate(two, 0, 0).mean, estimate(three, 0, 0).mean)


@pytest.mark.parametrize("patients", [500, PATIENTS, 6_000])
def test_equal_strategies_differ_by_exactly_zero(patients: int) -> None:
    table = difference_table(_totals(_blocks(patients, rates=(0, 0))), ("one", "other"), model.WINDOWS)
    zero = table[["mean", "se", "ci_low", "ci_high", "mean_plain", "se_plain"]]
    rates = OUTCOMES.keys()
    assert set(table["outcome"]) == set(rates)
    assert (zero == 0.0).all(axis=None)


@pytest.mark.parametrize("patients", [PATIENTS, 6_000])
def test_deaths_by_cause_add_up_after_adjustment_where_none_that_comes_is_rare(patients: int) -> None:
    summary = _summary(_totals(_blocks(patients)))
    for strategy in model.STRATEGIES:
        for window in model.WINDOWS:
            mean = summary["mean"].xs((strategy, window), level=("strategy", "window_years"))
            causes = [outcome for outcome in mean.index if outcome.startswith("deaths_") or outcome == "opsi_deaths"]
            assert mean[causes].sum() == pytest.approx(mean["deaths"], rel=1e-12)
            assert mean["opsi_episodes"] + mean["sepsis_with_spleen_episodes"] == pytest.approx(mean["sepsis_episodes"], rel=1e-12)
            assert mean["flares_per_year"] == pytest.approx(mean["flares"] / mean["life_years"], rel=1e-12)


def test_everybody_dies_once_in_a_lifetime_also_where_one_cause_is_rare() -> None:
    """A total is adjusted as itself: nothing is left to explain where it is the same for all."""
    summary = _summary(_totals(_blocks(200)))
    lifetime = summary.xs(("drug", "lifetime"), level=("strategy", "window_years"))
    assert lifetime["n_events"]["opsi_deaths"] < MINIMUM_EVENTS < lifetime["n_events"]["deaths_background"]
    assert lifetime["controls"]["opsi_deaths"] == lifetime["controls"]["deaths_background"] + 1
    deaths = summary.xs("deaths", level="outcome").xs("lifetime", level="window_years")
    assert (deaths["mean"] == 1.0).all()
    assert (deaths["se"] == 0.0).all()


def test_rate_is_a_ratio_of_sums() -> None:
    totals = _totals(_blocks())
    plain = _summary(totals)["mean_plain"]["surgery"]["20"]
    counters = np.vstack([block[0].counters[:, 0] for block in _blocks()])
    flares, years = (counters[:, COUNTERS.index(name)] for name in ("flares", "life_years"))
    assert plain["flares_per_year"] == pytest.approx(flares.sum() / years.sum(), rel=1e-12)
    assert plain["flares_per_year"] != pytest.approx((flares / years).mean(), rel=1e-3)


def test_estimates_stand_by_the_truth() -> None:
    totals = _totals(_blocks(20_000))
    summary, truth = _summary(totals), model.truth(0, 20.0, model.FRAILTY)
    for outcome, value in truth.items():
        row = _row(summary, "surgery", outcome)
        assert abs(row["mean"] - value) < 4.5 * row["se"]
        assert abs(row["mean_plain"] - value) < 4.5 * row["se_plain"]
        assert row["se"] < row["se_plain"]


def test_few_patients_are_enough_for_the_difference() -> None:
    totals = _totals(_blocks(20_000))
    table = difference_table(totals, model.STRATEGIES, model.WINDOWS)
    table = table[table["window_years"] == "20"].set_index("outcome")
    assert (table.loc[["opsi_deaths", "life_years"], "variance_reduction"] > 5.0).all()


def test_intervals_of_small_samples_cover() -> None:
    """60 seeds of 500 patients: a coverage of 75% would pass with probability below 1%, the right one fails in 1 of 10,000."""
    table = _small_samples()
    table["covered"] = table["ci_low"].le(table["truth"]) & table["ci_high"].ge(table["truth"])
    covered = table.groupby(["strategy", "outcome"])["covered"].sum()
    least = binom.ppf(1e-4, SMALL_SAMPLES, 0.95)
    for outcome in ("opsi_deaths", "life_years", "flares_per_year"):
        assert (covered.xs(outcome, level="outcome") >= least).all(), covered


def test_rare_deaths_of_small_samples_are_unbiased() -> None:
    """Under each strategy and in the difference; a right program fails in 1 of 5,000."""
    table = _small_samples()
    table = table[table["outcome"] == "opsi_deaths"]
    assert (table["controls"] > 0).all()
    assert table[table["strategy"] == "drug"]["n_events"].max() < MINIMUM_EVENTS
    for _, rows in table.groupby("strategy"):
        errors = rows["mean"] - rows["truth"]
        assert abs(errors.mean()) < 4.0 * errors.std() / math.sqrt(SMALL_SAMPLES)


def test_few_hundred_patients_are_enough_for_the_difference_in_rare_deaths() -> None:
    """The variance over 60 seeds lies within a factor of 2 of the true one but in 1 of 1,000 cases; the true saving is above 50."""
    table = _small_samples().set_index(["strategy", "outcome"])
    independent = sum((table["se_plain"].loc[(strategy, "opsi_deaths")] ** 2).mean() for strategy in model.STRATEGIES)
    assert independent / table["mean"].loc[("difference", "opsi_deaths")].var() > 25.0


@pytest.mark.parametrize("patients", [500, PATIENTS, 6_000])
def test_deaths_of_a_decision_are_the_adjusted_occasions_times_their_risk(patients: int) -> None:
    summary = _summary(_totals(_blocks(patients)))
    for strategy in model.STRATEGIES:
        deaths, episodes = _row(summary, strategy, "opsi_deaths"), _row(summary, strategy, "opsi_episodes")
        for column in ("mean", "se", "ci_low", "ci_high"):
            assert deaths[column] == pytest.approx(model.FATALITY * episodes[column], rel=2e-4 if column != "mean" else 1e-9)


def test_standard_error_of_few_patients_is_hc3() -> None:
    totals = _totals(_blocks())
    found = estimate(totals, 0, 0)
    columns = totals.columns(0, 0)
    assert columns is not None
    outcome = columns[:, BASE_INDEX["life_years"]]
    design = np.hstack([np.ones((totals.n, 1)), columns[:, OUTCOME_COUNT + found.selected]])
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ outcome
    residuals = outcome - design @ coefficients
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    variance = inverse @ ((design * (residuals / (1 - leverage))[:, None] ** 2).T @ design) @ inverse
    assert found.mean[BASE_INDEX["life_years"]] == pytest.approx(coefficients[0], rel=1e-10)
    assert found.se[BASE_INDEX["life_years"]] == pytest.approx(math.sqrt(variance[0, 0]), rel=1e-8)


def test_control_of_a_rare_process_or_a_copy_of_another_is_not_used() -> None:
    blocks = _blocks()
    used = {REGRESSORS[position] for position in estimate(_totals(blocks), 0, 0).selected}
    assert {"sepsis", "flare", "sepsis_fatality", "flare_frailty", "infection_frailty"} <= used
    few = [[replace(result, control_events=np.minimum(result.control_events, 10.0)) for result in block] for block in blocks]
    assert "sepsis" not in {REGRESSORS[position] for position in estimate(_totals(few), 0, 0).selected}
    source, copy = CONTROLS.index("flare"), CONTROLS.index("breakthrough")
    doubled = []
    for block in blocks:
        results = [replace(result, residuals=result.residuals.copy(), control_events=result.control_events.copy()) for result in block]
        for result in results:
            result.residuals[..., copy] = result.residuals[..., source]
            result.control_events[..., copy] = result.control_events[..., source]
        doubled.append(results)
    used = {REGRESSORS[position] for position in estimate(_totals(doubled), 0, 0).selected}
    assert len(used & {"flare", "breakthrough"}) == 1


def test_rare_outcomes_are_plain_with_an_exact_interval() -> None:
    """Deaths of a decision are, where fewer than 50 of its occasions are to be expected."""
    totals = _totals(_blocks(100))
    assert 0 < _row(_summary(totals), "drug", "opsi_episodes")["n_events"] < MINIMUM_EVENTS
    row = _row(_summary(totals), "drug", "opsi_deaths")
    assert row["controls"] == 0
    assert row["mean"] == row["mean_plain"]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(share_interval(row["n_events"], 100))
    nothing = _row(_summary(totals), "drug", "transplantations")
    assert nothing["n_events"] == 0
    assert (nothing["ci_low"], nothing["ci_high"]) == pytest.approx((0.0, 3.688879 / 100), rel=1e-6)


def test_tables_have_the_columns_of_the_outputs_and_a_row_each() -> None:
    totals = _totals(_blocks())
    summary = summary_table(totals, model.STRATEGIES, model.WINDOWS)
    differences = difference_table(totals, model.STRATEGIES, model.WINDOWS)
    assert tuple(summary.columns) == SUMMARY_COLUMNS
    assert tuple(differences.columns) == DIFFERENCE_COLUMNS
    assert len(summary) == 2 * 2 * len(OUTCOMES)
    assert len(differences) == 2 * len(OUTCOMES)
    assert len(OUTCOMES) == len(BASE) + 3
    inside = summary["mean"].between(summary["ci_low"] - 1e-12, summary["ci_high"].fillna(np.inf) + 1e-12)
    assert inside.all()


def test_one_block_and_one_patient_do_not_break_the_tables() -> None:
    totals = _totals([model.block(1, 0, 1, model.FRAILTY)])
    summary = _summary(totals)
    assert summary["se"].isna().all()
    assert _row(summary, "surgery", "life_years")["mean"] == totals.means[0, 0, BASE_INDEX["life_years"]]


def test_results_of_other_patients_in_one_block_are_refused() -> None:
    first, second = model.block(1, 0, 10, model.FRAILTY)
    with pytest.raises(ValueError, match="different patients"):
        block_moments([first, replace(model.block(1, 5, 10, model.FRAILTY)[1])], 1, KnownMeans())
    with pytest.raises(ValueError, match="order"):
        block_moments([second, first], 1, KnownMeans())


def test_share_interval_holds_the_clopper_pearson_equations() -> None:
    low, high = share_interval(7, 40)
    assert binom.sf(6, 40, low) == pytest.approx(0.025)
    assert binom.cdf(7, 40, high) == pytest.approx(0.025)
    assert share_interval(0, 40)[0] == 0.0
    assert share_interval(40, 40)[1] == 1.0


def test_sum_interval_is_the_exact_poisson_interval_without_repeats_and_wider_with() -> None:
    low, high = sum_interval(7, 7, 1)
    assert poisson.sf(6, low) == pytest.approx(0.025)
    assert poisson.cdf(7, high) == pytest.approx(0.025)
    clustered = sum_interval(7, 15, 3)
    assert clustered[0] < low
    assert clustered[1] > high


def test_difference_interval_without_correlation_is_the_hybrid_of_both() -> None:
    low, high = difference_interval(0.5, (0.3, 0.6), 0.2, (0.1, 0.4), 0.0)
    assert low == pytest.approx(0.3 - math.hypot(0.2, 0.2))
    assert high == pytest.approx(0.3 + math.hypot(0.1, 0.1))


def test_mean_of_the_truncated_log_normal_age() -> None:
    sample = truncnorm.rvs(-1.5, 1.0, loc=math.log(5.6), scale=1.1, size=200_000, random_state=1)
    low, high = math.exp(math.log(5.6) - 1.5 * 1.1), math.exp(math.log(5.6) + 1.1)
    assert log_mean(TruncatedLogNormal(median=5.6, log_sd=1.1, minimum=low, maximum=high)) == pytest.approx(sample.mean(), abs=0.01)


def test_each_patients_part_in_the_error_is_the_derivatives_times_the_deviations() -> None:
    rng = np.random.default_rng(4)
    values = rng.standard_normal((60, len(BASE))) + 3.0
    centred = values - values.mean(axis=0)
    _, derivatives = linearised(values.mean(axis=0))
    assert deviations(centred, derivatives) == pytest.approx(centred @ derivatives, abs=1e-12)
