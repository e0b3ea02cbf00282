"""The loader: files that are no scenarios, layers, settings, overrides, and what the errors say."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alps_sim.draws import draw_values
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.scenario import words
from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.overrides import override_warnings

SCENARIOS = Path(__file__).parent.parent / "scenarios"
MAIN = SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml"


def layer(folder: Path, text: str, name: str = "layer") -> Path:
    """A file that extends the main scenario."""
    file = folder / f"{name}.yaml"
    file.write_text(f"extends: {MAIN}\nname: {name}\n{text}", encoding="utf-8")
    return file


def error_of(file: Path, settings: dict[str, object] | None = None) -> ScenarioError:
    """The one error of a file."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, settings)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "empty file"),
        ("# nothing but a comment\n", 1, "empty file"),
        ("- a\n- b\n", 1, "keys with values"),
        ("just text\n", 1, "keys with values"),
        ("name: [a\nseed: 1\n", 2, "YAML"),
        ("name: a\n\tseed: 1\n", 2, "YAML"),
        ("name: a\nname: b\n", 2, "`name` again (first on line 1)"),
        ("name: a\nseed:\n", 2, "found nothing"),
        ("name: a\nwindows_years: [5, ~]\n", 2, "found nothing"),
        ("name: a\n[1, 2]: b\n", 2, "a word as a key"),
        ("name: *nobody\n", 1, "undefined alias"),
        ("name: &me {a: *me}\n", 1, "alias"),
        ("name: a\n---\nname: b\n", 2, "another document"),
    ],
)
def test_a_file_that_is_no_scenario(tmp_path: Path, text: str, line: int, told: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    error = error_of(file)
    assert (error.file, error.line) == (str(file), line)
    assert told in error.message


def test_a_missing_file_or_folder_is_named(tmp_path: Path) -> None:
    assert "no such file" in error_of(tmp_path / "nothing.yaml").message
    assert "readable" in error_of(tmp_path).message
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in error_of(binary).message


def test_the_error_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    error = error_of(layer(tmp_path, "pateints: 10\n"))
    assert str(error) == f"{tmp_path / 'layer.yaml'}:3:1: expected a key known here, found `pateints`; did you mean `patients`?"


def test_a_number_with_its_unit_is_refused_with_the_reason(tmp_path: Path) -> None:
    error = error_of(layer(tmp_path, "every_strategy:\n  taper_weeks: 10 weeks\n"))
    assert error.line == 4
    assert "number of weeks" in error.message
    assert "write the number alone" in error.message


@pytest.mark.parametrize(
    "key", ["description", "acute_ladder", "taper_weeks", "begin_long_term_treatment", "lines", "weaning", "prevention"]
)
def test_a_missing_key_of_a_strategy_is_reported_at_its_name(tmp_path: Path, key: str) -> None:
    text = (SCENARIOS / "nih_cohort.yaml").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(text) if line.startswith(f"    {key}:"))
    end = next((i for i in range(start + 1, len(text)) if text[i][:5].strip()), len(text))
    file = tmp_path / "short.yaml"
    file.write_text("\n".join(text[:start] + text[end:]) + "\n", encoding="utf-8")
    error = error_of(file)
    assert error.line == text.index("  as_treated:") + 1
    assert f"`{key}`" in error.message


def test_a_misspelt_strategy_of_a_layer_is_told_its_likely_name(tmp_path: Path) -> None:
    error = error_of(layer(tmp_path, "strategies:\n  early_splenectmy:\n    taper_weeks: 8\n"))
    assert error.line == 4
    assert "did you mean `early_splenectomy`?" in error.message


class TestLayers:
    def test_mappings_merge_lists_replace_strategies_merge_by_name(self, tmp_path: Path) -> None:
        text = "windows_years: [3]\npopulation: {male_share: 0.4}\nstrategies:\n  sirolimus_first:\n    prevention: {uptake: 0.5}\n"
        base, scenario = load_scenario(MAIN), load_scenario(layer(tmp_path, text))
        assert scenario.windows_years == (3.0,)
        assert scenario.population.male_share == 0.4
        assert scenario.population.genotype_shares == base.population.genotype_shares
        changed, before = scenario.strategies["sirolimus_first"], base.strategies["sirolimus_first"]
        assert (changed.prevention.uptake, changed.prevention.adherence) == (0.5, before.prevention.adherence)
        assert changed.lines == before.lines
        assert list(scenario.strategies) == list(base.strategies)

    def test_an_error_names_the_file_in_which_the_word_stands(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.yaml"
        bad.write_text(f"extends: {MAIN}\nname: bad\nseed: minus\n", encoding="utf-8")
        top = tmp_path / "top.yaml"
        top.write_text("extends: bad.yaml\nname: top\npatients: 5\n", encoding="utf-8")
        error = error_of(top)
        assert (error.file, error.line) == (str(bad), 3)

    def test_a_circle_and_a_missing_base_are_refused_at_extends(self, tmp_path: Path) -> None:
        (tmp_path / "one.yaml").write_text("name: one\nextends: two.yaml\n", encoding="utf-8")
        (tmp_path / "two.yaml").write_text("name: two\nextends: one.yaml\n", encoding="utf-8")
        error = error_of(tmp_path / "one.yaml")
        assert (error.file, error.line) == (str(tmp_path / "two.yaml"), 2)
        assert "circle" in error.message
        (tmp_path / "three.yaml").write_text("name: three\nextends: too.yaml\n", encoding="utf-8")
        error = error_of(tmp_path / "three.yaml")
        assert error.line == 2
        assert "did you mean `two.yaml`?" in error.message

    def test_a_layer_needs_its_own_name(self, tmp_path: Path) -> None:
        file = tmp_path / "nameless.yaml"
        file.write_text(f"extends: {MAIN}\npatients: 5\n", encoding="utf-8")
        assert "expected `name` in this file" in error_of(file).message

    def test_only_strategies_chooses_and_orders(self, tmp_path: Path) -> None:
        scenario = load_scenario(layer(tmp_path, "only_strategies: [steroids_alone, mmf_then_sirolimus]\n"))
        assert list(scenario.strategies) == ["steroids_alone", "mmf_then_sirolimus"]
        error = error_of(layer(tmp_path, "only_strategies: [steroid_alone]\n"))
        assert "did you mean `steroids_alone`?" in error.message

    def test_a_shared_value_that_every_strategy_replaces_is_refused(self, tmp_path: Path) -> None:
        names = list(load_scenario(MAIN).strategies)
        own = "".join(f"  {name}:\n    taper_weeks: 9\n" for name in names)
        error = error_of(layer(tmp_path, f"every_strategy:\n  taper_weeks: 8\nstrategies:\n{own}"))
        assert error.line == 4
        assert "each has its own" in error.message

    def test_an_unknown_comparator_gets_a_suggestion(self, tmp_path: Path) -> None:
        error = error_of(layer(tmp_path, "comparator: mmf_then_sirolimous\n"))
        assert error.line == 3
        assert "did you mean `mmf_then_sirolimus`?" in error.message


class TestOverrides:
    def test_a_number_or_a_mapping_with_a_note(self, tmp_path: Path) -> None:
        text = "parameters:\n  opsi_shape: 0.8\n  opsi_fatality_probability: {value: 0.2, note: higher, source: a guess}\n"
        scenario = load_scenario(layer(tmp_path, text))
        assert scenario.parameters["opsi_shape"].value == 0.8
        assert scenario.parameters["opsi_fatality_probability"].note == "higher"

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("opsi_shap: 0.8", "did you mean `opsi_shape`?"),
            ("opsi_fatality_probability: 1.2", "expected 0 to 1"),
            ("flare_rate_young_per_year: -1", "expected 0 to"),
            ("opsi_shape: 0", "expected"),
            ("opsi_shape: true", "expected"),
            ("opsi_shape: .nan", "expected"),
            ("opsi_shape: .inf", "expected"),
            ("opsi_shape: 3 years", "expected"),
            ("opsi_shape: {note: without a value}", "`value`"),
            ('opsi_shape: {value: 0.8, distribution: "lognorm(median=0.8, sigma=0.1)"}', "did you mean `lognormal` or `normal`?"),
            ("opsi_shape: {value: 0.8, distribution: fixed}", "leave it out"),
            ("opsi_shape: {value: 0.8, distribution: 3}", "expected a distribution such as"),
            ('opsi_shape: {value: 0.8, distribution: "lognormal(median=8, sigma=0.1)"}', "within its distribution"),
            ('opsi_fatality_probability: {value: 0.5, distribution: "lognormal(median=0.5, sigma=1)"}', "cut it with"),
        ],
    )
    def test_a_bad_override_is_refused_at_its_line(self, tmp_path: Path, text: str, told: str) -> None:
        error = error_of(layer(tmp_path, f"parameters:\n  {text}\n"))
        assert error.line == 4
        assert told in error.message

    def test_an_override_with_a_distribution_is_drawn_and_its_value_is_the_base_case(self, tmp_path: Path) -> None:
        text = 'parameters:\n  opsi_fatality_probability: {value: 0.4, distribution: "beta(alpha=4, beta=6)"}\n  opsi_shape: 0.8\n'
        scenario = load_scenario(layer(tmp_path, text))
        drawn = [draw_values(scenario, load_ledger(), draw) for draw in range(400)]
        fatality = [values["opsi_fatality_probability"] for values in drawn]
        assert scenario.parameter_values(load_ledger())["opsi_fatality_probability"] == 0.4
        assert np.mean(fatality) == pytest.approx(0.4, abs=4 * 0.148 / 20)  # standard deviation of the beta 0.148; four of the mean
        assert np.std(fatality) == pytest.approx(0.148, rel=0.2)
        assert {values["opsi_shape"] for values in drawn} == {0.8}
        assert draw_values(scenario, load_ledger(), 7) == drawn[7]

    def test_an_override_that_nothing_reads_is_refused(self, tmp_path: Path) -> None:
        text = "only_strategies: [steroids_alone]\ncomparator: steroids_alone\nparameters: {drug.mmf.effect_median_days: 30}\n"
        assert "no strategy uses mmf" in error_of(layer(tmp_path, text)).message
        age = "{distribution: lognormal, median: 5, log_sd: 1, minimum: 1, maximum: 9}"
        text = f"population: {{age_at_index_years: {age}}}\nparameters: {{age_at_index_log_sd: 0.9}}\n"
        assert "takes its place" in error_of(layer(tmp_path, text)).message

    @pytest.mark.parametrize(
        ("text", "line", "told"),
        [
            ("readings:\n  repeated_sepsi: recurrence\n", 4, "did you mean `repeated_sepsis`?"),
            ("readings:\n  lymphoma_ratio: earlier\n  repeated_sepsis: recurence\n", 5, "did you mean `recurrence`?"),
            ("readings:\n  repeated_sepsis: 3\n", 4, "a text"),
            ("readings:\n  multiple_episodes: at_least_two\n  deaths_by_cause: any_cause\n", 3, "two"),
            ("only_strategies: [steroids_alone]\ncomparator: steroids_alone\nreadings: {mmf_response: lasting_only}\n", 5, "uses mmf"),
        ],
    )
    def test_a_bad_reading_is_refused_at_its_line(self, tmp_path: Path, text: str, line: int, told: str) -> None:
        error = error_of(layer(tmp_path, text))
        assert error.line == line
        assert told in error.message

    def test_a_reading_sets_parameters_and_an_override_wins(self, tmp_path: Path) -> None:
        text = "readings: {repeated_sepsis: recurrence}\nparameters: {sepsis_recurrence_ratio: 4}\n"
        scenario = load_scenario(layer(tmp_path, text))
        values = scenario.parameter_values(load_ledger())
        assert (values["infection_frailty_variance"], values["sepsis_recurrence_ratio"]) == (0.0, 4.0)
        assert any("repeated_sepsis" in warning for warning in override_warnings(scenario, load_ledger()))

    def test_a_parameter_that_is_a_word_is_not_for_a_number(self, tmp_path: Path) -> None:
        error = error_of(layer(tmp_path, "parameters:\n  drug.mmf.dose_basis: 1\n"))
        assert error.line == 4
        assert "a word of the ledger" in error.message

    def test_an_unknown_life_table_is_refused_with_the_known_ones(self, tmp_path: Path) -> None:
        error = error_of(layer(tmp_path, "life_table_period: 2016\n"))
        assert error.line == 3
        assert "2015, 2017" in error.message

    def test_prices_are_those_of_the_ledger(self, tmp_path: Path) -> None:
        assert "unit costs of the ledger" in error_of(layer(tmp_path, "price_year: 1999\n")).message
        assert "unit costs of the ledger" in error_of(layer(tmp_path, "currency: pounds\n")).message


class TestSettings:
    def test_settings_lie_over_the_file(self) -> None:
        scenario = load_scenario(MAIN, {"patients": "500", "seed": 7, "opsi_shape": "0.9"})
        assert (scenario.patients, scenario.seed) == (500, 7)
        assert scenario.parameters["opsi_shape"].value == 0.9

    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("patients", "many", "a whole number"),
            ("patients", "0", "at least 1"),
            ("seed", "1.5", "a whole number"),
            ("opsi_shape", "high", "expected"),
            ("opsi_fatality_probability", "2", "expected 0 to 1"),
            ("opsi_shap", "1", "did you mean `opsi_shape`?"),
            ("patient", "5", "did you mean `patients`?"),
        ],
    )
    def test_a_bad_setting_is_named(self, name: str, value: str, told: str) -> None:
        error = error_of(MAIN, {name: value})
        assert error.file == f"--set {name}"
        assert error.line is None
        assert str(error).startswith(f"--set {name}: expected")
        assert told in error.message

    def test_patients_of_a_replica_change_the_number_of_cohorts(self) -> None:
        scenario = load_scenario(SCENARIOS / "nih_mmf.yaml", {"patients": 640})
        assert scenario.replica is not None
        assert (scenario.replica.size, scenario.replica.cohorts) == (64, 10)
        assert error_of(SCENARIOS / "nih_mmf.yaml", {"patients": 100}).file == "--set patients"


class TestStrategies:
    @pytest.mark.parametrize("word", ["anti_d", "WinRho", "Anti-D"])
    @pytest.mark.parametrize("where", ["lines", "acute_ladder"])
    def test_anti_d_is_refused_with_its_reason(self, tmp_path: Path, where: str, word: str) -> None:
        text = f"strategies:\n  sirolimus_first:\n    {where}:\n      - treatment: {word}\n"
        error = error_of(layer(tmp_path, text))
        assert error.line == 6
        assert "haemolysis" in error.message
        assert "DAT positive" in error.message

    @pytest.mark.parametrize(
        ("step", "told"),
        [
            ("{treatment: oral_prednisone, days: 7}", "dose_mg_per_kg_per_day"),
            ("{treatment: oral_prednisone, dose_mg_per_kg_per_day: 2}", "`days`"),
            ("{treatment: oral_prednisone, dose_mg_per_kg_per_day: 2, days: 7, ivig: always}", "`ivig`"),
            ("{treatment: iv_methylprednisolone, dose_mg_per_kg_per_day: 2, days: 7}", "taper_dose_mg_per_kg_per_day"),
            ("{treatment: rituximab, days: 7}", "no `days`"),
            ("{treatment: splenectomy_assessment, ivig: never}", "no `ivig`"),
        ],
    )
    def test_a_step_has_what_its_treatment_needs(self, tmp_path: Path, step: str, told: str) -> None:
        error = error_of(layer(tmp_path, f"strategies:\n  sirolimus_first:\n    acute_ladder:\n      - {step}\n"))
        assert error.line == 6
        assert told in error.message

    @pytest.mark.parametrize(
        ("begin", "told"),
        [
            ("{at: [flare_number], delay_weeks: 0}", "flare_number"),
            ("{at: [first_pulse], flare_number: 2, delay_weeks: 0}", "flare_number"),
            ("{at: [first_pulse, first_pulse], delay_weeks: 0}", "once"),
            ("{at: [treatment_failed], delay_weeks: 0}", "an occasion"),
            ("{at: [], delay_weeks: 0}", "at least 1"),
        ],
    )
    def test_the_occasions_are_complete(self, tmp_path: Path, begin: str, told: str) -> None:
        error = error_of(layer(tmp_path, f"strategies:\n  steroids_alone:\n    begin_long_term_treatment: {begin}\n"))
        assert told in error.message

    @pytest.mark.parametrize(("key", "treatment"), [("lines", "mmf"), ("acute_ladder", "splenectomy_assessment")])
    def test_an_empty_age_range_is_refused(self, tmp_path: Path, key: str, treatment: str) -> None:
        entry = f"{{treatment: {treatment}, if: {{minimum_age_years: 9, maximum_age_years: 8}}}}"
        error = error_of(layer(tmp_path, f"strategies:\n  sirolimus_first:\n    {key}:\n      - {entry}\n"))
        assert "more than minimum_age_years" in error.message


def test_loading_is_light() -> None:
    """Loading a scenario imports nothing heavy."""
    code = (
        "import sys; from alps_sim.scenario.loader import load_scenario; "
        f"load_scenario({str(MAIN)!r}); "
        "print([name for name in ('numba', 'pandas', 'matplotlib', 'simpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_outcomes_that_a_scenario_can_name_are_those_of_the_registry() -> None:
    """Two lists, since scenarios come before outcomes; in the same order."""
    assert tuple(OUTCOMES) == words.OUTCOMES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("parameter: opsi_mean_rate_per_yaer", "did you mean `opsi_mean_rate_per_year`"),
        ("low: -0.1", "expected at least 0"),
        ("low: 0.9", "expected more than low"),
        ("outcomes: [opsi_death]", "did you mean `opsi_deaths`"),
        ("logarithmic: true", "above 0 on a logarithmic scale"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_at_its_line(tmp_path: Path, change: str, message: str) -> None:
    sweep = {"parameter": "prevention_rate_ratio", "low": "0", "high": "0.8", "values": "3", "outcomes": "[opsi_deaths]", "patients": "100"}
    key, _, value = change.partition(": ")
    keys = sweep | {key: value}
    error = error_of(layer(tmp_path, "sweeps:\n  -\n" + "\n".join(f"    {name}: {text}" for name, text in keys.items())))
    assert message in error.message
    at_fault = {"low: 0.9": "high", "logarithmic: true": "low"}.get(change, key)
    assert error.line == 5 + list(keys).index(at_fault)


@pytest.mark.parametrize(
    ("scenario", "parameter", "why"),
    [
        ("teaching_demo", "nih_long_term_uptake", "no number of it is `from_ledger nih_long_term_uptake`"),
        ("teaching_demo", "prior_splenectomy_minimum_age_years", "`population.prior_splenectomy` is `none`"),
        ("nih_sirolimus", "nih_splenectomy_uptake", "no number of it is `from_ledger nih_splenectomy_uptake`"),
        ("teaching_demo", "drug.mmf.infusion_hours", "mmf is taken by mouth day by day"),
    ],
)
def test_an_override_that_acts_through_what_the_scenario_does_not_say_is_refused(
    root: Path, scenario: str, parameter: str, why: str
) -> None:
    with pytest.raises(ScenarioError, match=re.escape(why)):
        load_scenario(root / "scenarios" / f"{scenario}.yaml", {parameter: 0.1})


def test_an_override_of_a_number_that_the_scenario_takes_from_the_ledger_is_read(root: Path) -> None:
    scenario = load_scenario(root / "scenarios" / "nih_cohort.yaml", {"nih_splenectomy_uptake": 0.1})
    assert scenario.parameters["nih_splenectomy_uptake"].value == 0.1
