"""Fitting finds what it can find: priors, bank, regression and what is laid over the ledger."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest

from alps_sim import accelerate
from alps_sim.calibration import bank
from alps_sim.calibration import identity as identity_of_fits
from alps_sim.calibration.bank import Bank, seen_cohort, simulate_bank, simulate_chunk
from alps_sim.calibration.blocks import BLOCKS, OTHER_STRUCTURES, Block, block_named, figure_values, observed_summaries, summary
from alps_sim.calibration.calibrate import calibrate
from alps_sim.calibration.fit import Weighted, fit, posterior
from alps_sim.calibration.identity import blocks_of, confirm, fitted_to
from alps_sim.calibration.learned import learned
from alps_sim.calibration.priors import Priors
from alps_sim.calibration.recovery import recovery
from alps_sim.evidence.describe import describe_parameter
from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import Ledger, load_ledger, load_priors, with_posterior
from alps_sim.evidence.posterior import LABELS, POSTERIOR, Contraction, FittedBlock, fitted_readings, load_posterior
from alps_sim.evidence.targets import CALIBRATED, load_targets
from alps_sim.outcomes.statistics import STATISTICS
from alps_sim.population import draw_population
from alps_sim.provenance import stale_posterior
from alps_sim.report.tables import fitted_parameters
from alps_sim.scenario import load_scenario
from alps_sim.scenario.translate import translate
from tests.reach import SCENARIOS

NOISE = (0.5, 1.0)
"""Standard deviations with which the figures of the toy problem show its first two scores; the third is not shown at all."""
COHORTS = 40_000


FITTED = "opsi_fatality_probability"


@pytest.fixture
def ledger_of_a_fit() -> Ledger:
    """The priors with three posterior draws of one parameter, from a fit under other rules."""
    block = FittedBlock("nih_cohort", (FITTED,), np.array([[0.1], [0.2], [0.3]]), (Contraction(0.5),))
    return with_posterior(load_priors(), (block,), "other rules")


@pytest.fixture(scope="module")
def priors() -> Priors:
    return Priors(load_priors())


def toy_bank(cohorts: int = COHORTS, seed: int = 1) -> Bank:
    """Scores of which two are seen with Gaussian noise: the posterior is known."""
    generator = np.random.default_rng(seed)
    scores = generator.standard_normal((cohorts, 3))
    return Bank(scores, scores[:, :2] + np.array(NOISE) * generator.standard_normal((cohorts, 2)))


# Priors


def test_prior_scores_are_standard_normal_and_values_come_back_from_them(priors: Priors) -> None:
    names = BLOCKS[0].fitted
    uniforms = priors.uniforms(seed=5, chunk=0, count=4000)
    scores = priors.scores(uniforms, names)
    assert all(kstest(column, "norm").pvalue > 1e-4 for column in scores.T)  # family error 0.2% over 22 parameters
    values = next(priors.values(uniforms[:1]))
    assert priors.from_scores(scores[:1], names)[0] == pytest.approx([values[name] for name in names], rel=1e-9)


def test_draws_of_a_chunk_hang_on_seed_and_chunk_alone(priors: Priors) -> None:
    assert np.array_equal(priors.uniforms(5, 3, 10), priors.uniforms(5, 3, 10))
    assert not np.array_equal(priors.uniforms(5, 3, 10), priors.uniforms(5, 4, 10))
    assert not np.array_equal(priors.uniforms(5, 3, 10), priors.uniforms(6, 3, 10))


def test_no_parameter_is_fitted_twice_and_each_is_uncertain(priors: Priors) -> None:
    fitted = [name for block in BLOCKS for name in block.fitted]
    assert len(set(fitted)) == len(fitted)
    assert set(fitted) <= set(priors.names)


# Bank


def test_a_cohort_has_the_size_of_the_study_and_only_patients_alive_at_enrolment() -> None:
    scenario = load_scenario(SCENARIOS / "nih_cohort.yaml")
    rows = seen_cohort(translate(scenario, load_priors().values()), 3, 150)
    assert rows.size == 150
    assert (rows["death_time"] >= rows["entry_years"]).all()


def test_a_chunk_is_the_same_again() -> None:
    one, other = (simulate_chunk("nih_mmf", SCENARIOS, 3, 1, 4) for _ in range(2))
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])


def test_a_series_is_simulated_under_what_the_cohort_has_taught() -> None:
    """Flares that never come leave nothing to fail: every drug holds for good."""
    names = ("flare_rate_young_per_year", "flare_rate_adult_per_year", "breakthrough_per_year")
    quiet = FittedBlock("nih_cohort", names, np.full((2, 3), 1e-9), (Contraction(0.5),) * 3)
    plain, calm = (simulate_chunk("nih_mmf", SCENARIOS, 3, 1, 6, given) for given in (None, quiet))
    assert np.array_equal(plain[0], calm[0]), "the agent's own parameters are drawn from their priors as before"
    place = [target.identifier for target in block_named("nih_mmf").targets].index("mmf_long_term_response")
    assert calm[1][:, place].mean() > plain[1][:, place].mean() + 0.05


def test_a_series_fitted_alone_takes_the_shipped_fit_of_the_cohort(tmp_path: Path) -> None:
    shipped = {block.cohort: block for block in load_ledger().fitted}["nih_cohort"]
    (result,) = calibrate(SCENARIOS, tmp_path / "one", 3_600, 5, 1, lambda what, done, of: None, (block_named("nih_sirolimus"),))
    bank = simulate_bank(block_named("nih_sirolimus"), SCENARIOS, 1_000, 5, 1, lambda what, done, of: None, shipped)
    under_priors = simulate_bank(block_named("nih_sirolimus"), SCENARIOS, 1_000, 5, 1, lambda what, done, of: None)
    kept = Bank(bank.scores[:-400], bank.summaries[:-400])
    found = posterior(fit(kept, 5), observed_summaries(result.block.targets)).sample(1_000, 5)
    drawn = Priors(load_priors()).from_scores(found, result.block.fitted)
    assert result.draws[list(result.block.fitted)].to_numpy() == pytest.approx(drawn)
    assert not np.array_equal(bank.summaries, under_priors.summaries)


def test_a_figure_of_an_earlier_study_is_asked_of_as_many_patients_as_it_had_and_as_they_were_then() -> None:
    by_name = {figure.target.identifier: figure for figure in block_named("nih_cohort").figures}
    rows = seen_cohort(translate(load_scenario(SCENARIOS / "nih_cohort.yaml"), load_ledger().values()), 3, 150)
    then = rows[(rows["splenectomy_time"] <= rows["observation_years"] - 4.0) & (rows["entry_years"] <= rows["observation_years"] - 4.0)]
    ages = sorted((then["age_at_index"] + then["splenectomy_time"])[:34])
    assert then.size > 34
    assert figure_values([by_name["splenectomy_age_median"]], rows)[0] == pytest.approx((ages[16] + ages[17]) / 2.0)
    end = np.minimum(then["death_time"], then["observation_years"] - 4.0)
    assert figure_values([by_name["years_after_splenectomy_mean"]], rows)[0] == pytest.approx((end - then["splenectomy_time"])[:34].mean())


def test_no_figure_of_the_cohort_is_left_out_and_none_is_asked_twice() -> None:
    asked = [target.identifier for block in BLOCKS for target in block.targets]
    assert len(set(asked)) == len(asked)
    assert set(asked) == {target.identifier for target in load_targets() if target.target_class == CALIBRATED}


def test_shares_and_times_have_scales_of_even_scatter() -> None:
    by_name = {target.identifier: target for block in BLOCKS for target in block.targets}
    assert summary(by_name["splenectomised"], 0.5) == pytest.approx(np.pi / 4)
    assert observed_summaries((by_name["opsi_deaths"],))[0] == pytest.approx(np.arcsin(np.sqrt(6 / 66)))


# Fit


def test_the_posterior_of_a_gaussian_problem_is_the_known_one() -> None:
    fitted = fit(toy_bank(), seed=2)
    observed = np.array([0.8, -1.2])
    found = posterior(fitted, observed)
    variance = found.weights @ (found.scores - found.mean()) ** 2
    for place, noise in enumerate(NOISE):
        assert found.mean()[place] == pytest.approx(observed[place] / (1 + noise**2), abs=0.06)
        assert variance[place] == pytest.approx(noise**2 / (1 + noise**2), rel=0.1)
    assert found.mean()[2] == pytest.approx(0.0, abs=0.06)
    assert variance[2] == pytest.approx(1.0, rel=0.1)


def test_a_sample_has_the_weighted_moments() -> None:
    found = posterior(fit(toy_bank(), seed=2), np.array([0.8, -1.2]))
    drawn = found.sample(4000, seed=1)
    assert drawn.mean(axis=0) == pytest.approx(found.mean(), abs=0.03)


def test_truths_of_unseen_cohorts_are_recovered() -> None:
    """400 cohorts: the coverage of a 90% interval has a standard error of 1.5%; limits at 4."""
    unseen = toy_bank(400, seed=9)
    table = recovery(fit(toy_bank(), seed=2), unseen.scores, unseen.summaries, ("seen", "blurred", "hidden"))
    assert table["coverage"].between(0.84, 0.96).all()
    assert (table["rank_p"] > 1e-3).all()
    assert table["contraction"].to_numpy() == pytest.approx([0.8, 0.5, 0.0], abs=0.08)


def test_truths_of_a_published_cohort_are_recovered_from_a_small_bank() -> None:
    """The whole way for the rituximab series.

    400 cohorts: a coverage of 90% has a standard error of 1.5%, and about as much comes from the fit to so small a bank: limits at 5 for
    each parameter and at 3 for their average.
    """
    whole = simulate_bank(block_named("nih_rituximab"), SCENARIOS, 6_400, 11, 1, lambda what, done, of: None)
    fitted = fit(Bank(whole.scores[:-400], whole.summaries[:-400]), seed=2)
    table = recovery(fitted, whole.scores[-400:], whole.summaries[-400:], block_named("nih_rituximab").fitted)
    assert (table["coverage"] > 0.79).all()
    assert table["coverage"].mean() == pytest.approx(0.90, abs=0.06)
    assert table["contraction"].max() > 0.15


def test_the_same_seed_gives_the_same_posterior_whatever_the_workers(tmp_path: Path) -> None:
    block = (block_named("nih_sirolimus"),)
    for folder, workers in (("one", 1), ("two", 2)):
        calibrate(SCENARIOS, tmp_path / folder, 3_600, 5, workers, lambda what, done, of: None, block)
    for name in ("nih_sirolimus.csv", "learned.csv", "recovered.csv", "figures.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_interrupted_bank_does_not_live_the_cohorts_that_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[int] = []

    def counted(name: str, scenarios: Path, seed: int, chunk: int, size: int, given: FittedBlock | None) -> tuple[int, int]:
        lived.append(chunk)
        time.sleep(0.01)
        return chunk, size

    def interrupt(what: str, done: int, of: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bank, "ProcessPoolExecutor", lambda workers, mp_context: ThreadPoolExecutor(workers))
    monkeypatch.setattr(bank, "simulate_chunk", counted)
    with pytest.raises(KeyboardInterrupt):
        simulate_bank(block_named("nih_rituximab"), SCENARIOS, 400 * bank.CHUNK, 11, 1, interrupt)
    assert len(lived) < 200


def test_an_overconfident_posterior_is_noticed() -> None:
    """The same test on a bank whose figures are less noisy than those of the unseen cohorts."""
    sharp = toy_bank()
    bank = Bank(sharp.scores, sharp.scores[:, :2] + 0.4 * (sharp.summaries - sharp.scores[:, :2]))
    unseen = toy_bank(400, seed=9)
    table = recovery(fit(bank, seed=2), unseen.scores, unseen.summaries, ("seen", "blurred", "hidden"))
    assert table["coverage"].iloc[0] < 0.75


def test_what_the_figures_do_not_tell_is_labelled_as_prior(priors: Priors) -> None:
    block = BLOCKS[1]
    scores = np.random.default_rng(3).standard_normal((4000, len(block.fitted)))
    scores[:, 0] *= 0.5
    found = Weighted(scores, np.full(len(scores), 1.0 / len(scores)))
    table = learned(block, priors, scores, found).set_index("parameter")
    shared = [name for name, place in priors.moved_by(block.fitted).items() if place == 0]
    assert set(table.loc[shared, "label"]) == {LABELS[-1]}
    assert set(table.drop(index=shared)["label"]) == {LABELS[0]}
    assert table.loc[shared, "contraction"].to_numpy() == pytest.approx([0.75] * 3, abs=0.05)


@pytest.mark.parametrize(("share", "place"), [(0.15, 0), (0.17, 1), (0.2, 1), (0.23, 1), (0.25, 2)])
def test_a_contraction_not_told_apart_from_the_bar_is_hardly_calibrated_and_counts_as_assumed(share: float, place: int) -> None:
    found = Contraction(share, 0.02)
    assert (found.label, found.calibrated) == (LABELS[place], place == 2)


def test_the_error_of_a_contraction_is_that_of_a_weighted_variance() -> None:
    """Over many samples of 400 normal scores of which half count double; the standard deviation of 200 is itself uncertain by 5%."""
    generator, weights = np.random.default_rng(4), np.repeat([1.0, 2.0], 200) / 600.0
    told = [Weighted(0.9 * generator.standard_normal((400, 1)), weights).variance() for _ in range(200)]
    variances, errors = np.array(told)[:, 0, 0], np.array(told)[:, 1, 0]
    assert variances.mean() == pytest.approx(0.81, abs=0.02)
    assert errors.mean() == pytest.approx(variances.std(), rel=0.2)


def test_what_shares_the_luck_of_a_fitted_parameter_is_drawn_and_learned_with_it(priors: Priors) -> None:
    """How good mycophenolate is at all is uncertain in all lineages together: one score, three parameters."""
    fitted = block_named("nih_mmf").fitted
    lineages = [f"drug.mmf.response_probability_{lineage}" for lineage in ("aiha", "itp", "neutropenia")]
    assert [name for name, place in priors.moved_by(fitted).items() if place == 0] == lineages
    scores = np.zeros((2, len(fitted)))
    scores[1, 0] = -1.5
    placed = priors.with_scores(priors.uniforms(1, 0, 2), scores, fitted)
    values = [[one[name] for name in lineages] for one in priors.values(placed)]
    assert np.array(values) == pytest.approx(priors.from_scores(scores[:, [0, 0, 0]], lineages))
    assert (np.diff(values, axis=0) < 0.0).all()
    with pytest.raises(ValueError, match="no two share a luck"):
        priors.moved_by(lineages[:2])


# What is laid over the ledger


def test_a_posterior_gives_values_and_joint_draws(tmp_path: Path) -> None:
    (tmp_path / "provenance.yaml").write_text('cohorts_fitted: "few"\nrules: "x"\n', encoding="utf-8")
    (tmp_path / "few.csv").write_text("opsi_shape,opsi_fatality_probability\n0.6,0.2\n0.8,0.1\n", encoding="utf-8")
    told = "parameter,contraction,contraction_error\nopsi_shape,0.1,0.02\nopsi_fatality_probability,0.6,0.02\n"
    (tmp_path / "learned.csv").write_text(told, encoding="utf-8")
    found = load_posterior(tmp_path)
    assert found is not None
    ledger = with_posterior(load_priors(), found.blocks)
    assert ledger["opsi_shape"].value == pytest.approx(0.7)
    pairs = {(drawn["opsi_shape"], drawn["opsi_fatality_probability"]) for drawn in (ledger.draw(number, 4) for number in range(30))}
    assert pairs == {(0.6, 0.2), (0.8, 0.1)}
    assert (ledger.contraction("opsi_shape"), ledger.contraction("breakthrough_per_year")) == (Contraction(0.1, 0.02), None)
    assert "prior, not calibrated: to few" in describe_parameter("opsi_shape", ledger)
    assert "fitted         calibrated: to few" in describe_parameter("opsi_fatality_probability", ledger)
    assert ledger.draw(2, 4)["breakthrough_per_year"] == load_priors().draw(2, 4)["breakthrough_per_year"]


def test_a_fitted_parameter_that_is_not_in_the_ledger_is_refused() -> None:
    with pytest.raises(Exception, match="expected a parameter of the ledger"):
        with_posterior(load_priors(), (FittedBlock("few", ("opsi_shapes",), np.ones((2, 1)), (Contraction(0.5),)),))


def test_comments_do_not_change_the_identity_of_the_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    monkeypatch.setattr(accelerate, "__file__", str(tmp_path / "accelerate.py"))
    hashes = []
    for text in ("x = 1\n", '"""Told."""\n\n# why\nx = 1\n', "x = 2\n"):
        (rules / "one.py").write_text(text, encoding="utf-8")
        hashes.append(accelerate.model_hash())
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("folder", [POSTERIOR, *fitted_readings().values()], ids=lambda folder: folder.name)
def test_a_shipped_posterior_belongs_to_these_rules_figures_priors_and_replicas(folder: Path) -> None:
    """If this fails, `make calibrate` makes them anew; nobody is given the posterior of another model."""
    found = load_posterior(folder)
    assert found is not None
    expected = fitted_to(SCENARIOS, blocks_of(found))
    assert {key: found.provenance[key] for key in expected} == expected


def test_a_change_of_a_statistic_is_a_change_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fitted_to(SCENARIOS)
    changed = replace(STATISTICS["long_term_responders"], value=STATISTICS["initial_responders"].value)
    monkeypatch.setitem(STATISTICS, "long_term_responders", changed)
    after = fitted_to(SCENARIOS)
    assert {key for key in before if before[key] != after[key]} == {"first_cohorts"}


def test_the_identity_of_a_fit_under_a_reading_has_what_the_reading_believes_and_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    block = block_named("recurrence")
    assert block.held == {"infection_frailty_variance": 0.0}
    before = fitted_to(SCENARIOS, (block,))
    other = replace(block, tied={"flare_ratio_in_remission": "flare_ratio_after_splenectomy_relapse"})
    assert fitted_to(SCENARIOS, (other,))["priors"] != before["priors"] != fitted_to(SCENARIOS)["priors"]


@pytest.fixture
def rituximab_fit(tmp_path: Path) -> Path:
    """A small fit of one series, in a folder of its own."""
    calibrate(SCENARIOS, tmp_path / "fit", 6_000, 11, 1, lambda what, done, of: None, (block_named("nih_rituximab"),))
    return tmp_path / "fit"


def test_rules_that_live_the_same_lives_are_confirmed_without_a_fit(rituximab_fit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = (rituximab_fit / "nih_rituximab.csv").read_bytes()
    assert "nothing is to be confirmed" in confirm(rituximab_fit, SCENARIOS)
    was = accelerate.model_hash()
    monkeypatch.setattr(accelerate, "model_hash", lambda: "written better")
    assert "live the same lives" in confirm(rituximab_fit, SCENARIOS)
    found = load_posterior(rituximab_fit)
    assert found is not None
    assert (found.provenance["rules"], found.provenance["fitted_under"]) == ("written better", was)
    assert (rituximab_fit / "nih_rituximab.csv").read_bytes() == draws
    assert "nothing is to be confirmed" in confirm(rituximab_fit, SCENARIOS)


def test_rules_that_live_other_lives_ask_for_a_new_fit(rituximab_fit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One event more in all lives of the series is enough."""
    before = (rituximab_fit / "provenance.yaml").read_bytes()

    def with_one_more(name: str, scenarios: Path, count: int) -> np.ndarray:
        sums = bank.sums_of_lives(name, scenarios, count)
        return sums + (name == "nih_rituximab") * np.eye(1, sums.size, sums.size - 1)[0]

    monkeypatch.setattr(accelerate, "model_hash", lambda: "changed")
    monkeypatch.setattr(identity_of_fits, "sums_of_lives", with_one_more)
    identity_of_fits._lives.cache_clear()
    with pytest.raises(EvidenceError, match=r"found changed: rules, lives; fit anew"):
        confirm(rituximab_fit, SCENARIOS)
    identity_of_fits._lives.cache_clear()
    assert (rituximab_fit / "provenance.yaml").read_bytes() == before


def test_each_other_structure_has_a_shipped_fit() -> None:
    assert set(fitted_readings()) == {block.reading for block in OTHER_STRUCTURES}


def test_a_fit_under_other_rules_is_told(ledger_of_a_fit: Ledger) -> None:
    assert stale_posterior(load_priors()) == ""
    assert stale_posterior(replace(ledger_of_a_fit, fitted_rules=accelerate.model_hash())) == ""
    assert "make calibrate" in stale_posterior(ledger_of_a_fit)


def test_a_fitted_parameter_is_listed_with_posterior_prior_and_label(ledger_of_a_fit: Ledger) -> None:
    (entry,) = fitted_parameters(ledger_of_a_fit, ledger_of_a_fit.values())["nih_cohort"]
    assert (entry.parameter.name, entry.parameter.value, entry.label, entry.calibrated) == (FITTED, "0.2", LABELS[-1], True)
    assert entry.parameter.range == "0.105 to 0.295"
    assert entry.prior == f"{load_priors()[FITTED].low:g} to {load_priors()[FITTED].high:g}"
    assert ledger_of_a_fit.intervals[FITTED] == pytest.approx((0.105, 0.295))


# Other structures, and a posterior of one's own


def test_a_fit_of_ones_own_takes_the_place_of_the_shipped_one_of_the_same_cohort(tmp_path: Path) -> None:
    (tmp_path / "provenance.yaml").write_text('rules: "mine"\ncohorts_fitted: "nih_cohort"\n')
    (tmp_path / "nih_cohort.csv").write_text(f"{FITTED}\n0.4\n0.6\n")
    (tmp_path / "learned.csv").write_text(f"parameter,contraction,contraction_error\n{FITTED},0.7,0.01\n")
    ledger, shipped = load_ledger(tmp_path), load_ledger()
    assert ledger[FITTED].value == pytest.approx(0.5)
    assert ledger.draw(0, 1)[FITTED] in (0.4, 0.6)
    assert ledger["opsi_mean_rate_per_year"].value == load_priors()["opsi_mean_rate_per_year"].value
    assert ledger["drug.mmf.loss_of_response_per_year"].value == shipped["drug.mmf.loss_of_response_per_year"].value
    assert stale_posterior(ledger)
    identities = {block.cohort: block.identity for block in shipped.fitted}
    assert [block.cohort for block in ledger.fitted if block.identity != identities[block.cohort]] == ["nih_cohort"]


def test_a_folder_without_a_posterior_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="expected a folder of `alps-sim calibrate`"):
        load_ledger(tmp_path / "nothing")


def test_the_text_lets_nobody_over_15_begin_mycophenolate_and_keeps_the_median() -> None:
    scenario = load_scenario(SCENARIOS / f"{block_named('to_15_years').scenario}.yaml")
    values = load_priors().values()
    ages = draw_population(translate(scenario, values | scenario.override_values(values)), 1, 0, 4_000)["age_at_index"]
    assert ages.max() <= 15.0
    assert np.median(ages) == pytest.approx(10.0, abs=0.3)  # four standard errors of the median


@pytest.mark.parametrize("block", OTHER_STRUCTURES, ids=lambda block: block.name)
def test_another_structure_is_fitted_with_its_own_priors_figures_and_entry(block: Block) -> None:
    scores, summaries = simulate_chunk(block.name, SCENARIOS, 3, 1, 6)
    assert scores.shape == (6, len(block.fitted))
    assert summaries.shape == (6, len(block.targets))
    base = simulate_chunk(block.cohort, SCENARIOS, 3, 1, 6)[1]
    assert summaries.shape != base.shape or not np.array_equal(summaries, base)


def test_two_or_more_episodes_are_counted_where_that_is_the_reading() -> None:
    by_name = {block.name: block for block in OTHER_STRUCTURES}
    statistics = {target.identifier: target.statistic for target in by_name["at_least_two"].targets}
    assert statistics["septic_after_splenectomy"] == "two_opsi"
    assert "episodes_per_septic_patient" not in statistics
    assert by_name["at_least_two"].priors["opsi_mean_rate_per_year"].ppf(0.5) == pytest.approx(0.1)


def test_damped_flares_have_one_ratio_for_the_first_and_the_later_ones() -> None:
    damped = block_named("damped_flares")
    assert "flare_ratio_in_remission" in damped.fitted
    assert not {name for name in damped.fitted if name.startswith("relapse_after_splenectomy")}
    assert damped.tied == {"flare_ratio_in_remission": "flare_ratio_after_splenectomy_relapse"}
