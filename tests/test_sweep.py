"""Sweeps: each value is a run with the parameter set to it; what cannot be swept is one error; the flips in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from typer.testing import CliRunner, Result

import alps_sim
from alps_sim.analysis.compared import Compared
from alps_sim.analysis.flip_table import PREFERRED, flip_rows, lines_of
from alps_sim.analysis.point import Asked, live_point, watched
from alps_sim.analysis.sweep import Sweep, run_sweep
from alps_sim.analysis.variation import Variation, variation_of, with_value
from alps_sim.cli import app
from alps_sim.commands.sweep import write_sweep
from alps_sim.draws import simulate_draws
from alps_sim.engines.cohort import simulate, simulate_block
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.collect import Collector, make_question
from alps_sim.outcomes.definitions import MORE_IS_BETTER, OUTCOMES, all_comparable
from alps_sim.outcomes.uncertainty import PERCENTILES
from alps_sim.plots.parameters import parameter_label
from alps_sim.plots.sweep import sweep_figure
from alps_sim.plots.sweep_maps import sweep_map
from alps_sim.population import draw_population
from alps_sim.report.comparable import comparing
from alps_sim.report.sweep import amount, flip_sentences
from alps_sim.robustness.measures import RANKED
from alps_sim.scenario import Scenario, ScenarioError, load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate
from alps_sim.simulation import choose_strategies, run

RATE = "opsi_mean_rate_per_year"
PREVENTION = "prevention_rate_ratio"
TWO = ("early_splenectomy", "mmf_then_sirolimus")
THREE = (*TWO, "steroids_alone")
NAMES = ["strategy", "outcome", "unit", "window_years"]


@pytest.fixture(scope="module")
def scenario(main_scenario_path: Path) -> Scenario:
    return choose_strategies(load_scenario(main_scenario_path, {"patients": 60}), TWO)


@pytest.fixture(scope="module")
def three(main_scenario_path: Path) -> Scenario:
    return choose_strategies(load_scenario(main_scenario_path, {"patients": 60}), THREE)


@pytest.fixture(scope="module")
def swept(scenario: Scenario, ledger: Ledger) -> Sweep:
    return run_sweep(scenario, ledger, [Variation(RATE, 0.01, 0.3, 3)], ["opsi_deaths", "qalys"])


def called(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def inputs_of(scenario: Scenario, ledger: Ledger) -> Inputs:
    return translate(scenario, scenario.parameter_values(ledger))


# The same as a run


@pytest.mark.parametrize(
    ("patients", "strategies", "window"),
    [(300, THREE, "20"), (300, THREE, "lifetime"), (4200, TWO, "5")],
)
def test_a_value_of_a_sweep_gives_exactly_what_a_run_with_it_set_stores(
    patients: int, strategies: tuple[str, ...], window: str, main_scenario_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every outcome, for more patients than small samples have too."""
    monkeypatch.setattr("alps_sim.simulation.write_report", lambda content, folder: folder / "report.html")
    shared: dict[str, Any] = {"patients": patients, "strategies": strategies, "seed": 5}
    table = alps_sim.sweep(main_scenario_path, f"{RATE}=0.02:0.3:3:log", list(OUTCOMES), window=window, **shared).table
    value = float(table[RATE].unique()[1])
    result = run(main_scenario_path, out=tmp_path / "run", draws=0, settings={RATE: f"{value!r}"}, **shared)
    here = table[table[RATE] == value]
    assert_stored(result.summary, here, ["mean", "ci_low", "ci_high"], window)
    assert_stored(result.differences, here[here["difference"].notna()], ["difference", "difference_ci_low", "difference_ci_high"], window)


def assert_stored(stored: pd.DataFrame, swept: pd.DataFrame, columns: list[str], window: str) -> None:
    """All rows of the window, to the last bit."""
    expected = stored[stored["window_years"] == window].set_index(NAMES)[["mean", "ci_low", "ci_high"]]
    found = swept.set_index(NAMES)[columns].reindex(expected.index)
    assert len(expected) == len(swept)
    np.testing.assert_array_equal(found.to_numpy(), expected.to_numpy())


def test_strategies_that_part_after_the_window_are_told_apart_as_in_a_run(scenario: Scenario, ledger: Ledger) -> None:
    """Nobody is weaned within two years: lives cut off there are the same, and a run knows that they are not."""
    weaned = scenario.strategies["mmf_then_sirolimus"]
    strategies = {"weaned": weaned, "never_weaned": weaned.model_copy(update={"weaning": None})}
    inputs = inputs_of(scenario.replaced(strategies=strategies, comparator="weaned", windows_years=(2.0,), patients=200), ledger)
    collector = Collector(make_question(inputs))
    for block, moments in simulate(inputs, and_then=collector.reduce):
        collector.add(block, moments)
    stored = collector.differences().set_index(["outcome", "window_years"]).loc[("deaths", "2"), ["mean", "ci_low", "ci_high"]]
    point = live_point(inputs, Asked(("deaths",), "2"))
    np.testing.assert_array_equal(point.differences[:, 0, 1, 0], stored.to_numpy(dtype=float))
    assert stored["ci_low"] < 0.0 < stored["ci_high"]


def test_lives_end_with_the_window_unless_the_scenario_says_otherwise(scenario: Scenario, ledger: Ledger, root: Path) -> None:
    inputs = inputs_of(scenario, ledger)
    attributes = [draw_population(one, 0, 0, 60) for one in (inputs, watched(inputs, "20"))]
    whole, short = (simulate_block(inputs, 0, drawn) for drawn in attributes)
    assert short.event_count < whole.event_count / 2
    assert watched(inputs, "lifetime") is inputs
    replica = inputs_of(load_scenario(root / "scenarios" / "nih_cohort.yaml"), ledger)
    assert watched(replica, "5") is replica


def test_results_do_not_depend_on_workers(scenario: Scenario, ledger: Ledger) -> None:
    few = scenario.model_copy(update={"parameter_draws": scenario.parameter_draws.model_copy(update={"patients_per_draw": 20})})
    one, three = (run_sweep(few, ledger, [Variation(RATE, 0.01, 0.3, 3)], ["deaths"], workers=workers, draws=3) for workers in (1, 3))
    pd.testing.assert_frame_equal(one.table, three.table, check_exact=True)
    pd.testing.assert_frame_equal(one.flips, three.flips, check_exact=True)


def test_the_same_lives_serve_all_outcomes(swept: Sweep, scenario: Scenario, ledger: Ledger) -> None:
    alone = run_sweep(scenario, ledger, [Variation(RATE, 0.01, 0.3, 3)], ["qalys"])
    both = swept.table[swept.table["outcome"] == "qalys"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.table, both, check_exact=True)


def test_any_two_strategies_are_compared_as_if_one_were_the_comparator(three: Scenario, ledger: Ledger) -> None:
    asked = Asked(("deaths", "life_years", "flares_per_year"), "20")
    points = [live_point(replace(inputs_of(three, ledger), comparator=name), asked) for name in THREE]
    for comparator, point in enumerate(points):
        np.testing.assert_array_equal(points[0].differences[..., comparator], point.differences[..., comparator])


def test_at_each_pair_of_two_parameters_the_numbers_are_those_of_one_with_the_other_set(scenario: Scenario, ledger: Ledger) -> None:
    along, beside = Variation(RATE, 0.01, 0.3, 2), Variation(PREVENTION, 0.2, 0.9, 2)
    both = run_sweep(scenario, ledger, [along, beside], ["opsi_deaths"])
    alone = run_sweep(with_value(scenario, {PREVENTION: 0.9}), ledger, [along], ["opsi_deaths"])
    there = both.table[both.table[PREVENTION] == 0.9].drop(columns=PREVENTION).reset_index(drop=True)
    pd.testing.assert_frame_equal(there, alone.table, check_exact=True)
    flips = both.flips[both.flips["other_value"] == 0.9].drop(columns=["other_parameter", "other_value"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(flips, alone.flips, check_exact=True)


# Parameter uncertainty


def test_draws_hold_the_swept_parameter_at_its_value_and_draw_all_others(scenario: Scenario, ledger: Ledger) -> None:
    """The interval is that of the draws of a scenario that sets the parameter."""
    few = scenario.model_copy(update={"parameter_draws": scenario.parameter_draws.model_copy(update={"patients_per_draw": 20})})
    table = run_sweep(few, ledger, [Variation(RATE, 0.05, 0.5, 2)], ["opsi_episodes"], draws=4).table
    there = with_value(few, {RATE: 0.5})
    draws, _ = simulate_draws(there, ledger, 4, 1)
    inputs = inputs_of(there, ledger)
    collector = Collector(make_question(inputs))
    for block, _ in simulate(inputs):
        collector.add(block)
    central = draws.measure(block for block, _ in simulate(replace(inputs, patients=20)))
    draws.anchor(central, collector.means, 20)
    means = draws.means[:, :, few.windows_years.index(20), list(OUTCOMES).index("opsi_episodes")]
    here = table[table[RATE] == 0.5]
    bounds = np.percentile(means, PERCENTILES, axis=0).T
    np.testing.assert_array_equal(here[["parameter_ci_low", "parameter_ci_high"]].to_numpy(), bounds)
    apart = np.percentile(means[:, 0] - means[:, 1], PERCENTILES)
    columns = ["difference_parameter_ci_low", "difference_parameter_ci_high"]
    np.testing.assert_array_equal(here.loc[here["strategy"] == TWO[0], columns].to_numpy()[0], apart)


# What is preferred, and where that changes


def planted(first: Any, second: Any, outcome: str = "opsi_deaths", error: float = 0.01, **changes: Any) -> Compared:
    """Two strategies with means along a parameter, known up to an error."""
    means = np.array([first, second], dtype=float).T
    apart = means[:, :, None] - means[:, None, :]
    shape = np.array([0.0, -error, error])
    estimates, differences = (numbers + shape.reshape(3, *[1] * numbers.ndim) for numbers in (means, apart))
    given: dict[str, Any] = {"drawn": None, "comparable": all_comparable, **changes}
    return Compared(outcome, "20", ("surgery", "drugs"), "drugs", estimates, differences, **given)


RISING, LEVEL = [0.0, 0.2, 0.4, 0.6], [0.3, 0.3, 0.3, 0.3]
VARIED = Variation(RATE, 1.0, 4.0, 4)


def flips(compared: Compared) -> pd.DataFrame:
    return pd.DataFrame(flip_rows(compared, lines_of([VARIED])[0]))


def test_less_of_an_event_and_more_of_life_are_preferred() -> None:
    surgery, drugs = 0, 1
    assert planted(RISING, LEVEL).preferred == [surgery, surgery, drugs, drugs]
    assert planted(RISING, LEVEL, "qalys").preferred == [drugs, drugs, surgery, surgery]
    assert set(MORE_IS_BETTER) | set(RANKED) <= set(OUTCOMES)


@pytest.mark.parametrize(("outcome", "below", "above"), [("opsi_deaths", "surgery", "drugs"), ("qalys", "drugs", "surgery")])
def test_a_flip_names_who_is_better_below_and_above_it(outcome: str, below: str, above: str) -> None:
    found = flips(planted(RISING, LEVEL, outcome))
    assert list(found["kind"]) == ["difference", "preferred"]
    assert found["value"].to_numpy() == pytest.approx(2.5)
    assert found["ci_low"].to_numpy() == pytest.approx(2.45)
    assert found["ci_high"].to_numpy() == pytest.approx(2.55)
    assert set(found["better_below"]) == {below}
    assert set(found["better_above"]) == {above}
    change = found[found["kind"] == PREFERRED].iloc[0]
    assert (change["strategy"], change["comparator"]) == (above, below)


def test_an_order_that_does_not_flip_has_a_row_that_says_so() -> None:
    found = flips(planted([0.4, 0.5, 0.6, 0.7], LEVEL))
    assert not found["flips"].any()
    assert set(found["better_below"]) == set(found["better_above"]) == {"drugs"}
    assert set(found["values_beyond_error"]) == {4}
    untold = flips(planted(LEVEL, LEVEL))
    assert not untold["flips"].any()
    assert untold["better_below"].iloc[0] == ""


def test_equals_leave_the_preference_with_the_comparator_and_within_error() -> None:
    compared = planted(LEVEL, LEVEL)
    assert compared.preferred == [1, 1, 1, 1]
    assert not any(compared.preferred_beyond_error)


def test_a_preference_that_wavers_within_the_error_does_not_change() -> None:
    found = flips(planted([0.3, 0.301, 0.299, 0.301], LEVEL))
    assert not found["flips"].any()


def test_a_strategy_whose_outcome_does_not_compare_is_not_preferred_and_has_no_flip(three: Scenario, ledger: Ledger) -> None:
    def comparable(outcome: str, one: str, other: str) -> bool:
        return (one == "steroids_alone") == (other == "steroids_alone")

    found = run_sweep(three, ledger, [Variation(RATE, 0.01, 0.3, 2)], ["treatment_failure"], comparable=comparable)
    alone = found.table[found.table["strategy"] == "steroids_alone"]
    assert not alone["compares"].any()
    assert not (found.table["preferred"] == "steroids_alone").any()
    assert not (found.flips["strategy"] == "steroids_alone").any()


def test_one_strategy_alone_has_a_curve_and_no_flips(main_scenario_path: Path, tmp_path: Path) -> None:
    swept = alps_sim.sweep(main_scenario_path, f"{RATE}=0.01:0.3:2", "qalys", patients=20, strategies=TWO[:1])
    assert swept.table["difference"].isna().all()
    assert swept.flips.empty
    assert "flips.csv" in {path.name for path in write_sweep(swept, 1.0, tmp_path / "out").iterdir()}


def test_draws_tell_the_share_that_flips() -> None:
    drawn = np.array([[[0.0, 0.3], [0.2, 0.3], [0.4, 0.3], [0.6, 0.3]], [[0.4, 0.3], [0.5, 0.3], [0.6, 0.3], [0.7, 0.3]]])
    found = flips(planted(RISING, LEVEL, drawn=drawn)).iloc[0]
    assert found["draws_that_flip"] == 0.5
    assert np.isnan(found["parameter_ci_low"])


# What cannot be swept


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--vary", "opsi_mean_rate=0.01:0.1:3"], "did you mean `opsi_mean_rate_per_year`"),
        (["--vary", "seed=1:3:3"], "expected a parameter of the evidence ledger, found `seed`"),
        (["--vary", f"{RATE}=0.1:0.01:3"], "LOW below HIGH"),
        (["--vary", f"{RATE}=0.1:0.1:3"], "LOW below HIGH"),
        (["--vary", f"{RATE}=0.1:inf:3"], "LOW below HIGH"),
        (["--vary", f"{RATE}=0.01:0.1:1"], "at least 2 values"),
        (["--vary", f"{RATE}=0:0.1:3:log"], "above 0 on a logarithmic scale"),
        (["--vary", f"{RATE}=0.01:0.1"], "PARAMETER=LOW:HIGH:N"),
        (["--vary", f"{RATE}=0.01:0.1:3:linear"], "PARAMETER=LOW:HIGH:N"),
        (["--vary", f"{RATE}=low:0.1:3"], "PARAMETER=LOW:HIGH:N"),
        (["--vary", f"{RATE}=0.01:0.1:2.5"], "PARAMETER=LOW:HIGH:N"),
        (["--vary", "opsi_fatality_probability=0.1:1.5:3"], "--vary opsi_fatality_probability: expected 0 to 1"),
        (["--vary", f"{RATE}=-0.1:0.1:3"], f"--vary {RATE}: expected 0 to"),
        (["--vary", "drug.hydroxychloroquine.flare_rate_ratio=0.1:0.5:3", "--strategies", "steroids_alone"], "no strategy uses"),
        (["--vary", "drug.mmf.dose_basis=0:1:2"], "a word of the ledger"),
        (["--vary", f"{RATE}=0.01:0.1:3", "--vary", f"{RATE}=0.2:0.3:3"], "each parameter once"),
        (["--vary", f"{RATE}=0.01:0.1:3", "--set", f"{RATE}=0.02"], "found it in --set too"),
        (["--vary", f"{RATE}=0.01:0.1:3", "--vary", f"{PREVENTION}=0.2:0.3:3", "--vary", "opsi_shape=0.5:0.9:2"], "one or two parameters"),
        (["--vary", f"{RATE}=0.01:0.1:3", "--outcome", "opsi_death"], "did you mean `opsi_deaths`"),
        (["--vary", f"{RATE}=0.01:0.1:3", "--window", "30"], "a window of the scenario, found `30`"),
        (["--vary", f"{RATE}=0.01:0.1:3", "--draws", "1"], "at least 2 draws"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_swept_is_one_error_before_anything_is_simulated(
    arguments: list[str], told: str, main_scenario_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def never(*anything: Any) -> Iterator[Any]:
        raise AssertionError("simulated")

    monkeypatch.setattr("alps_sim.analysis.sweep.live_point", never)
    monkeypatch.setattr("alps_sim.gathering.simulate", never)
    monkeypatch.chdir(tmp_path)
    outcome = [] if "--outcome" in arguments else ["--outcome", "deaths"]
    found = called("sweep", str(main_scenario_path), *arguments, *outcome)
    assert found.exit_code == 2, found.output
    errors = [line for line in found.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert told in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_values_are_those_that_a_table_shows() -> None:
    for variation in (Variation(RATE, 0.1, 0.4, 7), Variation(RATE, 0.001, 0.3, 9, logarithmic=True)):
        assert all(float(f"{value:.12g}") == value for value in variation.values)
        assert variation.values[0] == variation.low
        assert variation.values[-1] == variation.high
    assert variation_of(f" {RATE} = 0.001 : 0.3 : 9 : log ") == Variation(RATE, 0.001, 0.3, 9, logarithmic=True)


def test_values_too_close_to_tell_apart_are_refused() -> None:
    with pytest.raises(ScenarioError, match="too close together"):
        Variation(RATE, 0.1, 0.1 + 1e-15, 5)


# In words, and on disk


def test_a_flip_is_told_as_a_clinician_would_tell_it(swept: Sweep) -> None:
    row = {"outcome": "opsi_deaths", "kind": "difference", "strategy": TWO[0], "comparator": TWO[1], "flips": True, "value": 0.0041234}
    row |= {"ci_low": 0.0038, "ci_high": 0.0044, "better_below": TWO[0], "better_above": TWO[1], "values_beyond_error": 3, "values": 3}
    (told,) = flip_sentences(replace(swept, flips=pd.DataFrame([row])))
    assert told.startswith(
        "Below 0.00412 per year (simulation 0.0038-0.0044) early_splenectomy has fewer OPSI deaths than mmf_then_sirolimus; above it, more "
        "OPSI deaths. That is below the 95% posterior interval ("
    )
    (open_end,) = flip_sentences(replace(swept, flips=pd.DataFrame([row | {"ci_low": np.nan, "outcome": "qalys"}])))
    assert "(simulation up to 0.0044) early_splenectomy has more QALYs than mmf_then_sirolimus, though nowhere beyond" in open_end


def test_a_strategy_that_is_preferred_within_the_error_alone_is_named_beside_the_change(three: Scenario, ledger: Ledger) -> None:
    """The table shows it with a mark; the sentence on what is preferred must not pass over it."""
    swept = run_sweep(three, ledger, [Variation(RATE, 0.01, 0.3, 3)], ["qalys"])
    row = {"outcome": "qalys", "kind": "preferred", "strategy": "", "comparator": "", "flips": True, "value": 0.05}
    row |= {"ci_low": 0.04, "ci_high": 0.06, "better_below": TWO[0], "better_above": TWO[1], "values_beyond_error": 2, "values": 3}
    beside = [{**row, "kind": "difference", "strategy": name, "comparator": TWO[1]} for name in THREE if name != TWO[1]]
    last = swept.table[RATE] == swept.table[RATE].max()
    for preferred, beyond, told in ((THREE[-1], False, True), (THREE[-1], True, False), (TWO[1], False, False)):
        table = swept.table.assign(preferred=TWO[0], preferred_beyond_error=True)
        table = table.assign(preferred=table["preferred"].mask(last, preferred), preferred_beyond_error=~last | beyond)
        *_, sentence = flip_sentences(replace(swept, table=table, flips=pd.DataFrame([*beside, row])))
        assert (f"At 1 of 3 values {preferred}, within simulation error (~)." in sentence) is told


def test_an_order_that_holds_is_told(swept: Sweep) -> None:
    told = " ".join(flip_sentences(swept))
    assert "early_splenectomy has more OPSI deaths than mmf_then_sirolimus beyond simulation error at" in told
    assert "no flip within the values" in told


def test_every_outcome_can_be_more_and_less_in_a_sentence() -> None:
    for outcome in OUTCOMES:
        more, less = amount(outcome, more=True), amount(outcome, more=False)
        assert re.match(r"(more|a higher) \S", more), more
        assert re.match(r"(fewer|less|a lower) \S", less), less
        assert "_" not in more


@pytest.mark.parametrize(
    ("name", "unit", "label"),
    [
        (RATE, "per year", "OPSI mean rate (per year)"),
        (PREVENTION, "ratio", "Prevention rate ratio"),
        ("age_at_index_median_years", "years", "Age at index median (years)"),
        ("drug.mmf.loss_of_response_per_year", "per year", "MMF, loss of response (per year)"),
        ("unit_cost.ivig", "US dollars of 2019 per g", "Unit cost, IVIG (US dollars of 2019 per g)"),
        ("opsi_shape", "Weibull shape", "OPSI shape (Weibull shape)"),
    ],
)
def test_a_parameter_is_named_in_words_with_its_unit_once(name: str, unit: str, label: str) -> None:
    assert parameter_label(name, unit) == label


# Figures: pytest makes an error of every warning, among them those on a layout that does not fit


def test_curves_show_both_panels_the_scenarios_value_and_the_flip_with_its_number(swept: Sweep) -> None:
    row = {"outcome": "qalys", "kind": "difference", "strategy": TWO[0], "flips": True, "value": 0.0612, "ci_low": 0.05, "ci_high": np.nan}
    figure = sweep_figure(replace(swept, flips=pd.DataFrame([row])), "qalys")
    left, right = figure.axes
    assert left.get_xlabel() == right.get_xlabel() == "OPSI mean rate (per year)"
    assert left.get_ylabel() == "QALYs per patient"
    for axis in (left, right):
        assert any(np.allclose(np.unique(line.get_xdata()), swept.varied[0].base) for line in axis.lines)
    assert "0.0612" in [text.get_text() for text in right.texts]
    figure.draw_without_rendering()


def test_curves_of_draws_and_of_one_strategy_alone_can_be_drawn(scenario: Scenario, ledger: Ledger) -> None:
    few = scenario.model_copy(update={"parameter_draws": scenario.parameter_draws.model_copy(update={"patients_per_draw": 10})})
    for chosen, draws in ((few, 2), (choose_strategies(few, TWO[1:]), 0)):
        figure = sweep_figure(run_sweep(chosen, ledger, [Variation(RATE, 0.01, 0.3, 2, True)], ["deaths"], draws=draws), "deaths")
        assert len(figure.axes) == len(chosen.strategies)
        figure.draw_without_rendering()


def test_a_map_has_a_panel_for_the_preference_and_one_for_each_strategy_that_compares(three: Scenario, ledger: Ledger) -> None:
    vary = [Variation(RATE, 0.01, 0.3, 2, logarithmic=True), Variation(PREVENTION, 0.2, 0.9, 3)]
    sweep = run_sweep(three, ledger, vary, ["cost", "treatment_failure"], comparable=comparing(three.strategies))
    for outcome, panels in (("cost", 3), ("treatment_failure", 2)):
        figure = sweep_map(sweep, outcome)
        drawn = [axis for axis in figure.axes if axis.axison]
        assert len(drawn) == panels
        assert sum(isinstance(patch, Rectangle) and patch.get_fill() for patch in drawn[0].patches) == 6
        figure.draw_without_rendering()


def test_the_command_leaves_tables_and_figures(main_scenario_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["sweep", str(main_scenario_path), "--vary", f"{RATE}=0.01:0.3:2", "--outcome", "deaths", "--strategies", ",".join(TWO)]
    found = called(*arguments, "--patients", "30")
    assert found.exit_code == 0, found.output
    assert "no flip" in found.stdout or "Below" in found.stdout or "At no value" in found.stdout
    printed = " ".join(found.stdout.split())
    swept = alps_sim.sweep(main_scenario_path, f"{RATE}=0.01:0.3:2", "deaths", strategies=TWO, patients=30)
    assert [sentence for sentence in flip_sentences(swept) if " ".join(sentence.split()) not in printed] == []
    (folder,) = (tmp_path / "results" / "early_splenectomy_vs_mmf_sirolimus").iterdir()
    assert folder.name.startswith(f"sweep_{RATE}_")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"manifest.json", "sweep.csv", "flips.csv", "figures/sweep_deaths.png", "figures/sweep_deaths.svg"}
    assert called("check", str(folder)).exit_code == 0
    assert called(*arguments, "--patients", "30").exit_code == 0
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_two_parameters_give_a_map(main_scenario_path: Path, tmp_path: Path) -> None:
    place = tmp_path / "out"
    found = called(
        *("sweep", str(main_scenario_path), "--vary", f"{RATE}=0.01:0.3:2:log", "--vary", f"{PREVENTION}=0.2:0.9:2", "--outcome", "qalys"),
        *("--patients", "30", "--strategies", ",".join(THREE), "--out", str(place)),
    )
    assert found.exit_code == 0, found.output
    assert "A early_splenectomy, B mmf_then_sirolimus, C steroids_alone" in found.stdout
    table = pd.read_csv(place / "sweep.csv")
    assert list(table.columns[:2]) == [RATE, PREVENTION]
    assert len(table) == 2 * 2 * 3
    assert (place / "figures" / "sweep_qalys.png").is_file()


def test_a_folder_with_other_results_is_not_replaced(main_scenario_path: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    told = called("sweep", str(main_scenario_path), "--vary", f"{RATE}=0.01:0.3:2", "--outcome", "deaths", "--out", str(tmp_path))
    assert told.exit_code == 2
    assert "holds other results" in " ".join(told.stderr.split())
