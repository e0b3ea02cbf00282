"""The shipped scenarios: they load, come back from their own dump, and use every word of the vocabulary."""

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from alps_sim.evidence.ledger import load_ledger
from alps_sim.rules import codes
from alps_sim.scenario.check import check_scenario
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.overrides import override_warnings
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.strategy import AcuteStep, Line, LineConditions, StepConditions, Strategy

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
MAIN = "early_splenectomy_vs_mmf_sirolimus"


@pytest.fixture(scope="module")
def shipped() -> dict[str, Scenario]:
    return {file.stem: load_scenario(file) for file in FILES}


@pytest.fixture(scope="module")
def strategies(shipped: dict[str, Scenario]) -> list[Strategy]:
    return [strategy for scenario in shipped.values() for strategy in scenario.strategies.values()]


@pytest.fixture(scope="module")
def lines(strategies: list[Strategy]) -> list[Line]:
    return [line for strategy in strategies for line in strategy.lines]


@pytest.fixture(scope="module")
def steps(strategies: list[Strategy]) -> list[AcuteStep]:
    return [step for strategy in strategies for step in strategy.acute_ladder]


def test_the_scenarios_of_the_project_are_there(shipped: dict[str, Scenario]) -> None:
    assert set(shipped) == {
        MAIN,
        "figure_1_algorithm",
        "paper_text_algorithm",
        "teaching_demo",
        "opsi_prevention",
        "rituximab_before_splenectomy",
        "limited_monitoring",
        "low_opsi_population",
        "nih_cohort",
        "nih_mmf",
        "nih_mmf_to_15_years",
        "nih_sirolimus",
        "nih_rituximab",
        "nih_hydroxychloroquine",
        "nih_tpo_mimetic",
        "drug_series",
        "childhood_evans",
        "childhood_aiha",
        "childhood_itp",
    }
    assert all(scenario.name == stem for stem, scenario in shipped.items())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_comes_back_from_its_dump(file: Path) -> None:
    scenario = load_scenario(file)
    text = json.dumps(scenario.model_dump(mode="json"))
    again = Scenario.model_validate(json.loads(text))
    assert again.model_dump() == scenario.model_dump()  # what the ledger gives comes back as its number
    assert list(again.strategies) == list(scenario.strategies)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_check_tells_what_will_be_run(file: Path) -> None:
    scenario, report = load_scenario(file), check_scenario(file)
    assert report.startswith(f"{scenario.name}: ")
    assert f"{scenario.patients:,} patients" in report
    for name, strategy in scenario.strategies.items():
        assert f"{name}: {strategy.description}" in report
    for name, given in scenario.parameters.items():
        assert f"{name} = {given.value:g}" in report


def test_a_check_tells_once_what_all_strategies_share_and_apart_what_they_do_not() -> None:
    report = check_scenario(SCENARIOS / f"{MAIN}.yaml")
    assert report.count("taper after an answer: 10 weeks") == 1
    assert report.count("prevention uptake: 0.75") == 4
    assert report.count("prevention uptake: 0.95") == 1
    assert report.count("2. sirolimus\n") == 1
    assert "3. mmf, meant as a bridge (if age below 5, brought up by steroid dependence or refractory disease)" in report


def test_an_override_outside_the_plausible_range_is_a_warning() -> None:
    name = "flare_rate_young_per_year"
    high = 2.0 * load_ledger().parameters[name].high
    file = SCENARIOS / f"{MAIN}.yaml"
    scenario = load_scenario(file, {name: high})
    (warning,) = override_warnings(scenario, load_ledger())
    assert name in warning
    assert f"warning: {warning}" in check_scenario(file, {name: high})
    assert "no warnings" in check_scenario(file)


def test_the_main_comparison_is_the_one_asked_for(shipped: dict[str, Scenario]) -> None:
    main = shipped[MAIN]
    assert main.patients >= 20_000
    assert main.comparator == "mmf_then_sirolimus"
    assert list(main.strategies) == [
        "early_splenectomy",
        "mmf_then_sirolimus",
        "sirolimus_first",
        "steroids_alone",
        "splenectomy_with_prevention",
    ]
    assert main.parameter_draws.draws >= 100
    assert main.parameter_draws.patients_per_draw == 2000


def test_the_comparison_is_fair(shipped: dict[str, Scenario]) -> None:
    """All strategies share flare treatment, taper, monitoring and weaning; the two splenectomies differ in prevention alone."""
    found = shipped[MAIN].strategies
    shared = ("acute_ladder", "severe_flare_on_agent", "taper_weeks", "weaning", "monitoring", "gcsf_for_isolated_neutropenia")
    for key in shared:
        assert all(getattr(strategy, key) == getattr(found["early_splenectomy"], key) for strategy in found.values())
    early, best = found["early_splenectomy"], found["splenectomy_with_prevention"]
    assert best.model_copy(update={"prevention": early.prevention, "description": early.description}) == early
    assert early.prevention.uptake * early.prevention.adherence == pytest.approx(0.6)
    assert found["steroids_alone"].intended_treatments == 0
    for name in ("mmf_then_sirolimus", "sirolimus_first"):
        rescue = next(line for line in found[name].lines if line.treatment == "splenectomy")
        assert rescue.conditions.tried == ("mmf", "sirolimus")
        assert rescue.conditions.minimum_age_years == early.lines[0].conditions.minimum_age_years


def assert_same_but(one: Strategy, other: Strategy, *fields: str) -> None:
    """Two strategies differ in the fields named alone, and in their description."""
    named = ("description", *fields)
    assert one.model_copy(update={field: getattr(other, field) for field in named}) == other


def test_grades_of_prevention_differ_in_prevention_alone(shipped: dict[str, Scenario]) -> None:
    found = shipped["opsi_prevention"].strategies
    assert_same_but(found["splenectomy_without_prevention"], found["early_splenectomy"], "prevention")
    assert_same_but(found["splenectomy_with_prevention"], found["early_splenectomy"], "prevention")
    reached = [found[name].prevention.uptake * found[name].prevention.adherence for name in found]
    assert reached == pytest.approx([0.0, 0.6, 0.855, 0.6])


def test_rituximab_comes_before_the_same_surgery(shipped: dict[str, Scenario]) -> None:
    found = shipped["rituximab_before_splenectomy"].strategies
    for name in ("rituximab_before_splenectomy", "rituximab_unless_aiha"):
        assert_same_but(found[name], found["early_splenectomy"], "lines")
        assert found[name].lines[0].treatment == "rituximab"
        assert found[name].lines[1:] == found["early_splenectomy"].lines
    assert found["mmf_then_sirolimus"].lines[-2].treatment == "rituximab"  # last, but for the last resort


def test_a_scenario_that_asks_of_a_place_or_a_rate_keeps_the_main_strategies(shipped: dict[str, Scenario]) -> None:
    main, limited, low = (shipped[name].strategies for name in (MAIN, "limited_monitoring", "low_opsi_population"))
    for name, strategy in limited.items():
        assert_same_but(strategy, main[name], "prevention", "monitoring")
        assert strategy.prevention.uptake < main[name].prevention.uptake
        assert strategy.prevention.adherence < main[name].prevention.adherence
    assert all(strategy == main[name] for name, strategy in low.items())
    assert len({shipped[name].seed for name in (MAIN, "limited_monitoring", "low_opsi_population")}) == 1


def test_an_assumption_of_a_place_says_so_and_is_drawn(shipped: dict[str, Scenario]) -> None:
    for name, given in shipped["limited_monitoring"].parameters.items():
        if not name.endswith("visit_interval_days"):  # a decision
            assert given.distribution is not None, name
            assert "an assumption" in given.note, name
            assert given.source, name


def test_every_question_says_itself_what_it_shows(shipped: dict[str, Scenario]) -> None:
    """What the file beneath says of its own comparison is not taken over; replicas answer no question and say nothing."""
    for file in FILES:
        own = YAML(typ="safe", pure=True).load(file)
        scenario = shipped[file.stem]
        assert bool(scenario.shows) == (scenario.replica is None), file.name
        assert ("shows" in own) == (scenario.replica is None), file.name
    texts = [scenario.shows for scenario in shipped.values() if scenario.shows]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_scenario_shows_is_plain_text_and_its_settings_can_be_run(file: Path, shipped: dict[str, Scenario]) -> None:
    text = shipped[file.stem].shows
    assert not set(text) & set("*`#<>|\n")
    settings = {name: float(value) for name, value in re.findall(r"--set (\w+)=([0-9.]*[0-9])", text)}
    assert len(settings) == text.count("--set")
    load_scenario(file, settings)


def test_replicas_have_the_published_size_and_mix(shipped: dict[str, Scenario]) -> None:
    published = {"nih_cohort": (150, 150, 75), "nih_mmf": (64, 45, 49), "nih_sirolimus": (14, 12, 10), "nih_rituximab": (26, 20, 20)}
    for name, (size, with_fas, male) in published.items():
        scenario = shipped[name]
        assert scenario.replica is not None
        assert scenario.replica.size == size
        assert scenario.population.genotype_shares["ALPS-FAS"] * size == pytest.approx(with_fas, abs=1e-3)
        assert scenario.population.male_share * size == pytest.approx(male, abs=1e-3)
    assert shipped["nih_cohort"].population.cytopenia_share * 150 >= 104
    assert shipped["nih_mmf"].population.prior_splenectomy is not None
    assert shipped["nih_mmf"].population.prior_splenectomy.share * 64 == pytest.approx(18)


def test_every_treatment_is_used(lines: list[Line], steps: list[AcuteStep]) -> None:
    assert {line.treatment for line in lines} == set(codes.TREATMENTS)
    assert {step.treatment for step in steps} == set(codes.ACUTE_STEPS)
    assert {step.ivig for step in steps} >= set(codes.IVIG_USES)


def test_every_condition_is_used(lines: list[Line], steps: list[AcuteStep]) -> None:
    of_lines = {key for line in lines for key in line.conditions.model_dump(exclude_none=True)}
    assert of_lines == set(LineConditions.model_fields)
    of_steps = {key for step in steps for key in step.conditions.model_dump(exclude_none=True)}
    assert of_steps == set(StepConditions.model_fields)
    ends = {end for line in lines for end in line.conditions.after or ()}
    assert ends == set(codes.AFTER)
    spleens = {size for line in lines for size in line.conditions.spleen or ()}
    assert spleens == set(codes.SPLEENS)
    assert any(line.uptake < 1.0 for line in lines)


def test_every_occasion_is_used(strategies: list[Strategy]) -> None:
    used = {word for strategy in strategies for word in strategy.begin_long_term_treatment.at}
    assert used == set(codes.OCCASIONS)


def test_every_feature_of_a_strategy_is_used(strategies: list[Strategy]) -> None:
    assert any(strategy.splenectomy_for_splenomegaly_per_year > 0.0 for strategy in strategies)
    assert any(strategy.weaning is not None for strategy in strategies)
    assert any(strategy.gcsf_for_isolated_neutropenia for strategy in strategies)
    assert {strategy.severe_flare_on_agent for strategy in strategies} == set(codes.STEPS_ON_AGENT)
    assert {strategy.intended_treatments for strategy in strategies} >= {0, 1}
    assert any(strategy.begin_long_term_treatment.delay_weeks > 0.0 for strategy in strategies)
    assert any(step.severe_days is not None for strategy in strategies for step in strategy.acute_ladder)


def test_the_schema_tells_every_field() -> None:
    schema = Scenario.model_json_schema()
    sections = [schema, *(section for section in schema["$defs"].values() if "properties" in section)]
    untold = [
        (section["title"], key) for section in sections for key, field in section["properties"].items() if not field.get("description")
    ]
    assert untold == []
    assert schema["additionalProperties"] is False
    assert set(schema["$defs"]["Line"]["properties"]["treatment"]["enum"]) == set(codes.TREATMENTS)
