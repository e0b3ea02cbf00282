"""Robustness of the conclusion: which alternatives are run, what becomes of the order of the strategies, and the command."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from alps_sim.calibration.blocks import BLOCKS, OTHER_STRUCTURES
from alps_sim.calibration.priors import Priors
from alps_sim.cli import app
from alps_sim.evidence.ledger import Ledger
from alps_sim.evidence.readings import CHANGES_OF_STRATEGIES, load_readings
from alps_sim.outcomes.intervals import share_interval
from alps_sim.report.robustness import conclusion_sentences
from alps_sim.robustness.alternatives import (
    ANOTHER_SCENARIO,
    BASE,
    FITTED_ANEW,
    NOT_FITTED_ANEW,
    THROUGH_THE_FIT,
    Case,
    alternatives,
    base_case,
)
from alps_sim.robustness.measures import Difference, Measure, Sample, difference, measures_of
from alps_sim.robustness.order import FADES, HOLDS, NOT_RUN, OPEN, TURNS, UNCHANGED, Pair, conclusions, order_verdict, order_words
from alps_sim.robustness.strategy_changes import STRATEGY_CHANGES, changed_strategies
from alps_sim.robustness.study import NO_LIFE_CHANGES, case_inputs, run_study
from alps_sim.rules import codes
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.strategy import Strategy

DEATHS = Measure("opsi_deaths", "20", 0)
YEARS = Measure("life_years", "20", 0)
FEWER, MORE, NOT_TOLD_APART = Difference(-2.0, -3.0, -1.0), Difference(2.0, 1.0, 3.0), Difference(0.5, -1.0, 2.0)


@pytest.fixture(scope="module")
def scenario(main_scenario_path: Path) -> Scenario:
    return load_scenario(main_scenario_path, {"patients": 64})


def by_name(scenario: Scenario, ledger: Ledger) -> dict[str, Case]:
    return {case.name: case for case in alternatives(scenario, ledger)}


# Which alternatives


def test_every_reading_has_its_alternatives(scenario: Scenario, ledger: Ledger) -> None:
    assert {case.reading for case in alternatives(scenario, ledger)} == set(load_readings())


def test_each_alternative_changes_what_its_reading_sets_and_nothing_else(scenario: Scenario, ledger: Ledger) -> None:
    base = base_case(scenario, ledger).values
    for case in alternatives(scenario, ledger):
        changed = {name for name, value in case.values.items() if value != base[name]}
        if case.note == FITTED_ANEW:
            continue
        assert changed <= set(load_readings()[case.reading].alternatives[case.alternative].parameters)
        assert changed or case.in_strategies or not case.runs


def test_what_acts_through_the_fit_alone_is_not_run_without_one(
    scenario: Scenario, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "mmf_age_range: to_15_years" not in by_name(scenario, ledger), "it runs with the shipped fit"
    monkeypatch.setattr("alps_sim.robustness.alternatives.fitted_readings", dict)
    found = by_name(scenario, ledger)
    assert not found["mmf_age_range: to_15_years"].runs
    assert found["mmf_age_range: to_15_years"].note == THROUGH_THE_FIT
    assert found["first_treatment: text"].note == ANOTHER_SCENARIO.format(name="paper_text_algorithm")
    assert found["multiple_episodes: at_least_two"].runs
    assert found["multiple_episodes: at_least_two"].note == NOT_FITTED_ANEW


def test_where_the_cohort_was_fitted_anew_the_alternative_runs_with_that_fit(scenario: Scenario, ledger: Ledger) -> None:
    found = by_name(scenario, ledger)
    anew = {case.name: case for case in found.values() if case.note == FITTED_ANEW}
    assert set(anew) == {f"{block.reading[0]}: {block.reading[1]}, fitted anew" for block in OTHER_STRUCTURES}
    assert "entry_into_the_cohort: all" not in found
    base = base_case(scenario, ledger).values
    for block in OTHER_STRUCTURES:
        values = anew[f"{block.reading[0]}: {block.reading[1]}, fitted anew"].values
        changed = {name for name, value in values.items() if value != base[name]}
        assert changed <= {*Priors(ledger, block.priors).moved_by(block.fitted), *block.tied.values(), *BLOCKS[0].fitted}
        assert changed & set(block.fitted)
        assert ("opsi_mean_rate_per_year" in changed) == (block.cohort == "nih_cohort")
    assert anew["relapse_after_splenectomy: damped_flares, fitted anew"].values["flare_ratio_in_remission"] > 0.0
    recurrence = anew["repeated_sepsis: recurrence, fitted anew"].values
    assert recurrence["infection_frailty_variance"] == 0.0, "sepsis comes again for one reason alone"
    assert recurrence["sepsis_recurrence_ratio"] > 1.0


def test_the_alternative_of_a_reading_that_the_scenario_selects_is_the_ledgers_own(scenario: Scenario, ledger: Ledger) -> None:
    other = scenario.replaced(readings={"repeated_sepsis": "recurrence"})
    found = by_name(other, ledger)
    assert "repeated_sepsis: recurrence" not in found
    assert found["repeated_sepsis: frailty"].values == base_case(scenario, ledger).values


def test_what_the_scenario_sets_itself_is_not_called_robust(main_scenario_path: Path, ledger: Ledger) -> None:
    scenario = load_scenario(main_scenario_path, {"non_hodgkin_incidence_ratio_late": 20})
    case = by_name(scenario, ledger)["non_hodgkin_ratio_with_age: constant"]
    assert not case.runs
    assert "the scenario sets non_hodgkin_incidence_ratio_late itself" in case.note


def test_a_multiple_is_one_of_what_the_scenario_sets(main_scenario_path: Path, ledger: Ledger) -> None:
    scenario = load_scenario(main_scenario_path, {"flare_rate_young_per_year": 1.7})
    assert by_name(scenario, ledger)["decline_with_age: constant"].values["flare_rate_adult_per_year"] == 1.7


def test_the_days_of_a_pulse_are_put_into_every_ladder(scenario: Scenario, ledger: Ledger) -> None:
    """But those that a severe flare has of its own."""
    case = by_name(scenario, ledger)["methylprednisolone_duration: text"]
    before, after = (case_inputs(scenario, one) for one in (base_case(scenario, ledger), case))
    for old, new in zip(before.strategies, after.strategies, strict=True):
        assert [step.days for step in new.steps] == [7.0, 8.5, 8.5]
        assert new.steps[1].severe_days == old.steps[1].severe_days == 3.0


def flare_windows(scenario: Scenario, case: Case) -> dict[str, float]:
    return {strategy.name: float(strategy.strategy["flare_window_years"][0]) for strategy in case_inputs(scenario, case).strategies}


def test_flares_count_together_within_the_time_of_the_reading_where_their_number_is_an_occasion(scenario: Scenario, ledger: Ledger) -> None:
    cases = by_name(scenario, ledger)
    before = flare_windows(scenario, base_case(scenario, ledger))
    for alternative, years in (("within_one_year", 1.0), ("however_far_apart", 100.0)):
        after = flare_windows(scenario, cases[f"flares_before_early_surgery: {alternative}"])
        moved = {name for name in before if before[name] != after[name]}
        assert moved == {"early_splenectomy", "splenectomy_with_prevention"}
        assert {after[name] for name in moved} == {years}


@pytest.mark.parametrize("name", ["childhood_evans", "nih_cohort"])
def test_flares_that_no_time_bounds_or_that_lead_to_no_surgery_are_left_alone(main_scenario_path: Path, ledger: Ledger, name: str) -> None:
    case = by_name(load_scenario(main_scenario_path.with_name(f"{name}.yaml")), ledger)["flares_before_early_surgery: within_one_year"]
    assert not case.runs
    assert case.note == "not run: no strategy has a place for flares that count within 1 year of each other"


def test_a_reading_that_the_strategies_follow_already_is_not_run(scenario: Scenario, ledger: Ledger) -> None:
    cases = by_name(scenario.replaced(readings={"flares_before_early_surgery": "within_one_year"}), ledger)
    assert cases["flares_before_early_surgery: within_one_year"].runs
    kept = cases["flares_before_early_surgery: within_three_years"]
    assert kept.note == "not run: the strategies have flares that count within 3 years of each other already"
    assert "flares_before_early_surgery: within_three_years" not in by_name(scenario, ledger)


def test_a_scenario_named_in_a_note_exists(scenario: Scenario, main_scenario_path: Path, ledger: Ledger) -> None:
    for reading in load_readings().values():
        for alternative in reading.alternatives:
            for case in alternatives(scenario.replaced(readings={reading.identifier: alternative}), ledger):
                for named in re.findall(r"scenarios/\w+\.yaml", case.note):
                    assert main_scenario_path.with_name(Path(named).name).is_file(), case.name


def test_a_number_that_a_reading_puts_into_strategies_is_one_that_a_scenario_may_say(scenario: Scenario) -> None:
    for reading in load_readings().values():
        for alternative in reading.alternatives.values():
            for strategy in changed_strategies(scenario.strategies, alternative.in_strategies).values():
                Strategy.model_validate(strategy.model_dump(by_alias=True))


def test_every_change_of_strategies_that_a_reading_may_name_can_be_made() -> None:
    assert set(STRATEGY_CHANGES) == set(CHANGES_OF_STRATEGIES)
    assert set(CHANGES_OF_STRATEGIES["severe_flare_on_agent"]) == set(codes.STEPS_ON_AGENT)


@pytest.mark.parametrize("change", CHANGES_OF_STRATEGIES)
def test_a_change_of_strategies_changes_each_that_has_a_place_for_it_in_nothing_else(change: str, scenario: Scenario) -> None:
    """To every word, or to an odd number; done twice, it is done once."""
    for what in CHANGES_OF_STRATEGIES[change] or (1.25,):
        changed = changed_strategies(scenario.strategies, {change: what})
        assert changed_strategies(changed, {change: what}) == changed
        differing = {name for name, strategy in changed.items() if strategy != scenario.strategies[name]}
        assert not differing or all(STRATEGY_CHANGES[change].has_place(scenario.strategies[name]) for name in differing)
        for name in differing:
            one, other = scenario.strategies[name].model_dump(), changed[name].model_dump()
            assert len([key for key in one if one[key] != other[key]]) == 1


def test_weaning_of_quiet_adults_is_that_of_the_shipped_comparison(scenario: Scenario) -> None:
    weaned = next(iter(scenario.strategies.values()))
    never = changed_strategies(scenario.strategies, {"weaning": "none"})
    assert all(strategy.weaning is None for strategy in never.values())
    assert all(strategy.weaning == weaned.weaning for strategy in changed_strategies(never, {"weaning": "quiet_adults"}).values())


# What becomes of the order


def pair(before: Difference, after: Difference, measure: Measure = DEATHS) -> Pair:
    return Pair(measure, "surgery", "drugs", before, after)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (FEWER, FEWER, HOLDS),
        (FEWER, MORE, TURNS),
        (FEWER, NOT_TOLD_APART, FADES),
        (NOT_TOLD_APART, FEWER, OPEN),
        (NOT_TOLD_APART, NOT_TOLD_APART, OPEN),
    ],
)
def test_a_pair_holds_turns_or_fades_if_the_base_case_tells_it_apart(before: Difference, after: Difference, verdict: str) -> None:
    assert pair(before, after).verdict == verdict


def test_fewer_deaths_are_better_and_fewer_years_are_worse() -> None:
    assert pair(MORE, FEWER).better == "surgery"
    assert pair(MORE, FEWER, YEARS).better == "drugs"


def test_the_worst_pair_tells_what_becomes_of_the_order() -> None:
    holds, fades, turns = pair(FEWER, FEWER), pair(FEWER, NOT_TOLD_APART), pair(FEWER, MORE)
    assert order_verdict([holds, fades, turns]) == TURNS
    assert order_verdict([holds, fades]) == FADES
    assert order_verdict([holds, pair(NOT_TOLD_APART, MORE)]) == HOLDS
    assert order_verdict([pair(NOT_TOLD_APART, MORE), pair(NOT_TOLD_APART, NOT_TOLD_APART)]) == OPEN
    assert order_words([holds, turns]) == "turned beyond simulation error: drugs before surgery"
    assert order_words([pair(NOT_TOLD_APART, FEWER)]) == "open; swapped within simulation error: surgery before drugs"


def test_conclusions_count_what_was_run() -> None:
    orders = {"": HOLDS, "a": UNCHANGED, "b": HOLDS, "c": FADES, "d": TURNS, "e": NOT_RUN}
    rows = [
        {"reading": reading, "alternative": "x", "outcome": "opsi_deaths", "window_years": "20", "order": order, "order_words": "so"}
        for reading, order in orders.items()
        for _ in range(2)  # a row a strategy
    ]
    found = conclusions(pd.DataFrame(rows))
    assert found.drop(columns="turned_by").to_numpy().tolist() == [["opsi_deaths", "20", 4, 2, 1, 1, 1, 0]]
    assert conclusion_sentences(found) == [
        "OPSI deaths in the first 20 years: the order holds in 2 of 4 alternatives (1 of these leave every patient's outcome as it is); "
        "in 1 a pair is no longer told apart; it turns in 1: d: x (so)."
    ]


def test_where_no_two_strategies_are_told_apart_no_order_is_said_to_hold() -> None:
    row = {"alternative": "x", "outcome": "opsi_deaths", "window_years": "20", "order": OPEN, "order_words": "open"}
    found = conclusions(pd.DataFrame([{"reading": "a", **row}, {"reading": "b", **row}]))
    assert (found["holds"].item(), found["open"].item()) == (0, 2)
    assert conclusion_sentences(found) == [
        "OPSI deaths in the first 20 years: no two strategies are told apart in the base case, so no order can hold or turn."
    ]


# Differences


def sample(amounts: Any, sizes: Any = 1.0) -> Sample:
    """One measure, by strategy and patient."""
    given = np.asarray([amounts], dtype=float)
    return Sample(given, np.broadcast_to(np.asarray(sizes, dtype=float), given.shape), "")


def test_the_difference_of_two_means_has_the_paired_interval() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 400)) + rng.normal(size=400)
    found = difference(sample([one, other]), (YEARS,), 0, 0, 1)
    assert found.mean == pytest.approx((one - other).mean())
    assert found.high - found.low == pytest.approx(2 * 1.966 * (one - other).std(ddof=1) / 20, rel=1e-3)


def test_the_interval_of_a_rate_is_that_of_a_ratio_of_sums() -> None:
    """Known from drawing the cohort many times."""
    rng = np.random.default_rng(2)
    sizes = rng.gamma(4.0, 1.0, (2, 2000, 300))
    amounts = sizes * np.array([3.0, 2.0])[:, None, None] + rng.normal(size=sizes.shape) * 2.0
    rates = amounts.sum(axis=2) / sizes.sum(axis=2)
    measure = (Measure("prednisone_mg_per_kg_per_year", "20", 0),)
    widths = [difference(sample(amounts[:, i], sizes[:, i]), measure, 0, 0, 1) for i in range(50)]
    assert np.mean([one.high - one.low for one in widths]) / (2 * 1.968) == pytest.approx((rates[0] - rates[1]).std(), rel=0.08)


def test_few_deaths_have_an_exact_interval() -> None:
    """Four deaths against none in a hundred are no proof, though a normal interval would exclude zero."""
    deaths = np.zeros((2, 100))
    deaths[0, :4] = 1.0
    found = difference(sample(deaths), (DEATHS,), 0, 0, 1)
    assert found.sign == 0
    nobody = sample(np.zeros((2, 100)))
    assert difference(nobody, (DEATHS,), 0, 0, 1).high == share_interval(0, 100)[1]
    assert difference(nobody, (DEATHS,), 0, 1, 1) == Difference(0.0, 0.0, 0.0)


def test_what_is_ranked_without_a_window_of_twenty_years() -> None:
    found = measures_of(("5", "10", "lifetime"))
    assert [measure.window for measure in found] == ["10"] * 5 + ["lifetime"] * 2
    assert [measure.position for measure in found] == [1] * 5 + [2] * 2


# The study and the command


def test_the_study_compares_the_same_patients(scenario: Scenario, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alternative that sets nothing else changes nothing, to the last bit, and is called so."""
    same = replace(base_case(scenario, ledger), reading="nothing", alternative="at_all")
    cases = [same, by_name(scenario, ledger)["multiple_episodes: at_least_two"]]
    monkeypatch.setattr("alps_sim.robustness.study.alternatives", lambda *_: cases)
    found = run_study(scenario, ledger).table.set_index(["alternative", "outcome", "window_years", "strategy"])
    base, untouched = found.loc[BASE], found.loc["at_all"]
    assert (untouched["value"] == base["value"]).all()
    assert set(untouched["order"]) == {UNCHANGED}
    assert set(untouched["note"]) == {NO_LIFE_CHANGES}
    assert (found.loc["at_least_two"]["value"] != base["value"]).any()


def called(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["robustness", *arguments])


def test_the_command_prints_the_orders_and_leaves_tables_and_figure(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "robustness"
    told = called(str(root / "scenarios" / "teaching_demo.yaml"), "--patients", "48", "--workers", "1", "--out", str(place))
    assert told.exit_code == 0, told.output
    for words in ("simulation interval", "acts through the strategies", "OPSI deaths in the first", "the order holds in"):
        assert words in " ".join(told.stdout.split())
    assert {path.name for path in place.rglob("*.*")} == {
        "manifest.json",
        "robustness.csv",
        "robustness_pairs.csv",
        "conclusions.csv",
        "robustness.md",
        "robustness.png",
        "robustness.svg",
    }
    table = pd.read_csv(place / "robustness.csv", keep_default_na=False)
    assert set(table["reading"]) == {"", *load_readings()}
    assert (table[table["order"] == NOT_RUN]["value"] == "").all()
    page = (place / "robustness.md").read_text(encoding="utf-8")
    assert page.count("| `multiple_episodes: at_least_two` |") == 1 + len(set(table["strategy"]) - {""}) - 1
    assert CliRunner().invoke(app, ["check", str(place)]).exit_code == 0


def test_one_strategy_has_no_rank(root: Path) -> None:
    told = called(str(root / "scenarios" / "nih_mmf.yaml"), "--patients", "64")
    assert told.exit_code == 2
    assert "expected at least two strategies to rank" in told.stderr


def test_other_results_are_not_replaced(root: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    told = called(str(root / "scenarios" / "teaching_demo.yaml"), "--out", str(tmp_path))
    assert told.exit_code == 2
    assert "which holds other results" in " ".join(told.stderr.replace("│", " ").split())
