"""`alps-sim diff`: what differs between two scenarios is told, and nothing else."""

import json
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from alps_sim.cli import app
from alps_sim.evidence.ledger import load_ledger
from alps_sim.provenance import manifest, parameter_provenance
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.difference import Asked, differences
from tests.every_field import EVERY_FIELD, other_values, single_values, with_value
from tests.strategies import Words, ledger_values, scenario_documents

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
MAIN = SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml"
SETS = {"at", "spleen", "lineages_include", "flare_lineages_include", "lineages_only", "after", "tried", "occasions"}
"""Keys whose lists are sets: their order means nothing."""


def asked(scenario: Scenario) -> Asked:
    return Asked(scenario, parameter_provenance(scenario, load_ledger()))


def told(one: Scenario, other: Scenario) -> dict[str, list[str]]:
    return differences(asked(one), asked(other))


def told_of(one: Scenario, other: Scenario) -> dict[str, list[str]]:
    """As `told`, of what the files say alone: the ledger's values, which take longest to look up, are left out."""
    given = [
        {name: {"value": given.value, "unit": "", "source": "scenario"} for name, given in scenario.parameters.items()}
        for scenario in (one, other)
    ]
    return differences(Asked(one, given[0]), Asked(other, given[1]))


def meaning(value: Any) -> Any:
    """A dump in which what means the same is the same: sets without order, immunoglobulin that is not said never given."""
    if isinstance(value, Mapping):
        inner = {key: meaning(item) for key, item in value.items()}
        inner |= {key: sorted(item) for key, item in inner.items() if key in SETS and item is not None}
        return inner | ({"ivig": inner["ivig"] or "never"} if "ivig" in inner else {})
    return [meaning(item) for item in value] if isinstance(value, list | tuple) else value


# Generated scenarios


@given(scenario_documents(), ledger_values())
def test_a_scenario_does_not_differ_from_itself(document: Words, values: dict[str, float]) -> None:
    scenario = Scenario.model_validate({**document, "parameters": values})
    assert told_of(scenario, Scenario.model_validate(deepcopy({**document, "parameters": values}))) == {}


@st.composite
def one_change(draw: st.DrawFn) -> tuple[Words, Words]:
    """A document, and the same with one part, large or small, of another document put in its place."""
    document, other = draw(scenario_documents()), draw(scenario_documents())
    changed = deepcopy(document)
    place: Any = changed
    source: Any = other
    key: Any = draw(st.sampled_from(sorted(source)))
    while _goes_on(place, source, key) and draw(st.integers(0, 3)):
        place, source = place[key], source[key]
        key = draw(st.sampled_from(sorted(source) if isinstance(source, dict) else range(min(len(source), len(place)))))
    place[key] = source[key]
    return document, changed


def _goes_on(place: Any, source: Any, key: Any) -> bool:
    """Whether both documents have keys or entries beneath a key."""
    if isinstance(source, dict) and key not in place:
        return False
    inner = place[key], source[key]
    return all(isinstance(part, dict) and part for part in inner) or all(isinstance(part, list) and part for part in inner)


@given(one_change())
def test_what_changes_is_told_and_what_means_the_same_is_not(documents: tuple[Words, Words]) -> None:
    try:
        one, other = (Scenario.model_validate(document) for document in documents)
    except ValidationError:
        assume(False)
    same = meaning(one.model_dump()) == meaning(other.model_dump())
    groups = told_of(one, other)
    assert (groups == {}) is same
    assert set(groups) == set(told_of(other, one))


SHAPE_OF_ANOTHER: Final = [
    ("comparator",),  # names another strategy
    ("population", "genotype_shares", "ALPS-FAS"),  # both change together
    ("population", "genotype_shares", "ALPS-U"),
    ("population", "age_at_index_years", "distribution"),  # with other keys
    ("population", "age_at_index_years", "shares", 0),  # 0 and 1 for ever
    ("population", "age_at_index_years", "shares", 2),
    ("population", "observation", "follow_up_years", "distribution"),
    ("strategies", "one", "acute_ladder", 0, "treatment"),
    ("strategies", "one", "begin_long_term_treatment", "at", 0),  # with its number
    ("patients",),  # with the replica's size
    ("replica", "size"),
    ("replica", "cohorts"),
]
"""Values of `EVERY_FIELD` that cannot change alone; `test_what_changes_together_is_told` changes them with others."""


ALONE: Final = [path for path in single_values(EVERY_FIELD) if path not in SHAPE_OF_ANOTHER]


@pytest.mark.parametrize("path", ALONE, ids=lambda path: ".".join(map(str, path)))
def test_a_change_of_any_single_value_is_told(path: tuple[Any, ...]) -> None:
    one, value = Scenario.model_validate(EVERY_FIELD), EVERY_FIELD
    for key in path:
        value = value[key]
    changed = []
    for other in other_values(value):
        with suppress(ValidationError):
            changed.append(Scenario.model_validate(with_value(EVERY_FIELD, path, other)))
    assert changed
    assert all(told_of(one, other) for other in changed)


@pytest.mark.parametrize(
    "paths",
    [
        {("population", "genotype_shares"): {"ALPS-FAS": 0.7, "ALPS-U": 0.3}},
        {("population", "age_at_index_years"): {"median": 5, "log_sd": 0.5, "minimum": 1, "maximum": 50}},
        {("population", "age_at_index_years"): "from_ledger"},
        {("population", "prior_splenectomy"): "none"},
        {("population", "observation"): "lifetime"},
        {("population", "observation", "entry_lag_years"): "none"},
        {("strategies", "one", "weaning"): "none"},
        {("strategies", "one", "acute_ladder", 0): {"treatment": "rituximab"}},
        {("strategies", "one", "acute_ladder", 0, "if"): {}},
        {("strategies", "one", "lines", 0, "if"): {}},
        {("strategies", "one", "lines"): []},
        {("strategies", "one", "begin_long_term_treatment"): {"at": ["refractory"], "delay_weeks": 3}},
        {("parameters",): {}},
        {("readings",): {}},
        {("patients",): 80, ("replica", "size"): 40},
        {("patients",): 80, ("replica", "cohorts"): 4},
        {("comparator",): "two", ("strategies",): {"two": EVERY_FIELD["strategies"]["one"]}},
    ],
    ids=lambda paths: ",".join(".".join(map(str, path)) for path in paths),
)
def test_what_changes_together_is_told(paths: dict[tuple[Any, ...], Any]) -> None:
    changed = EVERY_FIELD
    for path, value in paths.items():
        changed = with_value(changed, path, value)
    assert told_of(Scenario.model_validate(EVERY_FIELD), Scenario.model_validate(changed))


def test_every_field_of_the_schema_is_said_and_so_is_changed() -> None:
    sections = Scenario.model_json_schema()["$defs"]
    fields = {key for section in sections.values() for key in section.get("properties", {})}
    assert fields <= {key for path in single_values(EVERY_FIELD) for key in path}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_shipped_scenarios_differ_from_each_other_and_not_from_themselves(file: Path) -> None:
    scenario = load_scenario(file)
    assert told(scenario, load_scenario(file)) == {}
    assert told(scenario, load_scenario(FILES[FILES.index(file) - 1]))


# Sentences


@pytest.fixture
def main() -> Scenario:
    return load_scenario(MAIN)


def changed(tmp_path: Path, text: str) -> Scenario:
    """The main scenario with a layer over it."""
    file = tmp_path / "changed.yaml"
    file.write_text(f"extends: {MAIN}\nname: changed\n{text}", encoding="utf-8")
    return load_scenario(file)


@pytest.mark.parametrize(
    ("text", "group", "sentence"),
    [
        ("patients: 10\n", "run", "simulated: 20,000 patients under each strategy in A, 10 patients under each strategy in B"),
        ("seed: 7\n", "run", "seed: 20150331 in A, 7 in B"),
        ("comparator: sirolimus_first\n", "run", "compared with: mmf_then_sirolimus in A, sirolimus_first in B"),
        (
            "discounting: {effect_per_year: 0.015}\n",
            "run",
            "discounted: cost by 3% and effect by 3% a year in A, cost by 3% and effect by 1.5%",
        ),
        ("population: {male_share: 0.55}\n", "patients", "male: 50% in A, 55% in B"),
        (
            "parameters: {sepsis_recurrence_ratio: 2}\n",
            "parameters",
            "sepsis_recurrence_ratio (ratio):\n  A: ledger 1\n  B: 2, the same in every draw",
        ),
        (
            "parameters: {opsi_shape: {value: 0.9, distribution: 'uniform(low=0.8, high=1)', note: flatter, source: ours}}\n",
            "parameters",
            "B: 0.9, drawn from uniform(low=0.8, high=1) (flatter; source: ours)",
        ),
        ("readings: {repeated_sepsis: recurrence}\n", "readings of the published source", "B: recurrence (Patients are alike until"),
        ("readings: {repeated_sepsis: recurrence}\n", "parameters", "sepsis_recurrence_ratio (ratio): ledger 1 in A, 3 by a reading in B"),
        ("only_strategies: [sirolimus_first, mmf_then_sirolimus]\n", "strategies", "only in A: steroids_alone (A reference"),
        (
            "only_strategies: [sirolimus_first, mmf_then_sirolimus]\n",
            "strategies",
            "order:\n  A: mmf_then_sirolimus, sirolimus_first\n  B:",
        ),
    ],
)
def test_a_difference_of_the_scenarios_is_told_in_its_group(main: Scenario, tmp_path: Path, text: str, group: str, sentence: str) -> None:
    assert sentence in "\n".join(told(main, changed(tmp_path, text))[group])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prevention: {uptake: 0.95}", "prevention uptake: 0.75 in A, 0.95 in B"),
        ("monitoring: {drug_levels: false}", "drug levels measured: yes in A, no in B"),
        ("taper_weeks: 8.5", "taper after an answer: 10 weeks in A, 8.5 weeks in B"),
        ("weaning: none", "weaning:\n  A: after 3 years without a flare, from age 18, tried 2 times\n  B: none"),
        ("begin_long_term_treatment: {at: [refractory]}", "  B: at refractory disease"),
        ("gcsf_for_isolated_neutropenia: false", "G-CSF in isolated neutropenia: yes in A, no in B"),
        ("intended_treatments: 2", "intended treatments: 1 in A, 2 in B"),
    ],
)
def test_a_part_of_a_strategy_is_told(main: Scenario, tmp_path: Path, text: str, sentence: str) -> None:
    other = changed(tmp_path, f"strategies:\n  mmf_then_sirolimus:\n    {text}\n")
    groups = told(main, other)
    assert set(groups) == {"name", "strategy mmf_then_sirolimus"}
    (only,) = groups["strategy mmf_then_sirolimus"]
    assert sentence in only


def with_lines(scenario: Scenario, lines: list[Words]) -> Scenario:
    """The scenario with other lines under `mmf_then_sirolimus`."""
    document = scenario.model_dump(exclude_none=True, mode="json")
    document["strategies"]["mmf_then_sirolimus"] |= {"lines": lines, "weaning": "none"}
    document["strategies"] = {"mmf_then_sirolimus": document["strategies"]["mmf_then_sirolimus"]}
    document["population"] |= {"age_at_index_years": "from_ledger", "prior_splenectomy": "none", "observation": "lifetime"}
    return Scenario.model_validate(document)


MMF: Words = {"treatment": "mmf"}
SIROLIMUS: Words = {"treatment": "sirolimus", "if": {"hypersplenism": True}}
RITUXIMAB: Words = {"treatment": "rituximab", "uptake": 0.5}
IN_CHILDREN: Words = {"treatment": "mmf", "if": {"maximum_age_years": 5}, "bridge": True}


@pytest.mark.parametrize(
    ("one", "other", "sentences"),
    [
        ([MMF, SIROLIMUS], [MMF, SIROLIMUS], []),
        ([MMF, SIROLIMUS], [MMF], ["line 2 only in A: sirolimus (if hypersplenism yes)"]),
        ([MMF], [RITUXIMAB, MMF], ["line 1 only in B: rituximab, uptake 50%"]),
        ([MMF, SIROLIMUS, RITUXIMAB], [RITUXIMAB, MMF, SIROLIMUS], ["line 3 in A, 1 in B, so in another order: rituximab, uptake 50%"]),
        (
            [MMF, {**SIROLIMUS, "if": {"hypersplenism": False}}],
            [MMF, SIROLIMUS],
            ["line 2, sirolimus, if hypersplenism: no in A, yes in B"],
        ),
        ([MMF, RITUXIMAB], [MMF, {**RITUXIMAB, "uptake": 0.7}], ["line 2, rituximab, uptake: 50% in A, 70% in B"]),
        ([MMF], [IN_CHILDREN, MMF], ["line 1 only in B: mmf, meant as a bridge (if age below 5)"]),
        ([SIROLIMUS], [{"treatment": "sirolimus"}], ["line 1, sirolimus, if hypersplenism: yes in A, not asked in B"]),
        (
            [MMF, SIROLIMUS, RITUXIMAB],
            [{**RITUXIMAB, "uptake": 1.0}, MMF, SIROLIMUS],
            [
                "line 3 in A, 1 in B, so in another order: rituximab, uptake 50%",
                "line 3 of A and 1 of B, rituximab, uptake: 50% in A, 100% in B",
            ],
        ),
    ],
)
def test_lines_are_told_as_added_removed_moved_or_changed(
    main: Scenario, one: list[Words], other: list[Words], sentences: list[str]
) -> None:
    groups = told(with_lines(main, one), with_lines(main, other))
    assert groups.get("strategy mmf_then_sirolimus", []) == sentences


def test_a_step_of_the_acute_ladder_is_told(tmp_path: Path) -> None:
    file = tmp_path / "changed.yaml"
    file.write_text(
        MAIN.read_text(encoding="utf-8").replace("dose_mg_per_kg_per_day: 10\n", "dose_mg_per_kg_per_day: 12\n"), encoding="utf-8"
    )
    groups = told(load_scenario(MAIN), load_scenario(file))
    sentence = "acute step 3, iv methylprednisolone, dose: 10 mg/kg a day for 7 days in A, 12 mg/kg a day for 7 days in B"
    assert groups["strategy sirolimus_first"] == [sentence]


# The command


def called(one: Path, other: Path) -> tuple[int, str]:
    given = CliRunner().invoke(app, ["diff", str(one), str(other)])
    return given.exit_code, given.output


def layer(folder: Path, name: str, text: str = "") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(f"extends: {MAIN}\nname: {name}\n{text}", encoding="utf-8")
    return file


def test_files_that_say_the_same_in_other_words_do_not_differ(tmp_path: Path) -> None:
    one = layer(tmp_path, "same", "every_strategy: {prevention: {adherence: 0.8}}\n")
    (tmp_path / "elsewhere").mkdir()
    other = layer(tmp_path / "elsewhere", "same")
    code, text = called(one, other)
    assert code == 0
    assert text.splitlines() == [f"A: {one}", f"B: {other}", "", "No difference."]


def test_another_name_alone_is_said_to_change_no_number(tmp_path: Path) -> None:
    code, text = called(MAIN, layer(tmp_path, "copy"))
    assert code == 0
    assert "name: early_splenectomy_vs_mmf_sirolimus in A, copy in B" in text
    assert "both give the same numbers" in text


def test_a_number_of_the_ledger_differs_from_the_same_number_written_out(tmp_path: Path) -> None:
    """It would not be drawn."""
    replica = SCENARIOS / "nih_cohort.yaml"
    share = load_ledger()["nih_cytopenia_share"].value
    written = str(share)
    file = tmp_path / "nih_cohort.yaml"
    file.write_text(replica.read_text(encoding="utf-8").replace("from_ledger nih_cytopenia_share", written), encoding="utf-8")
    text = called(replica, file)[1]
    assert f"with cytopenia: {100 * share:g}% (from_ledger nih_cytopenia_share) in A, {100 * share:.3g}"[:-1] in text


def results(folder: Path, scenario: Scenario, **changes: Any) -> Path:
    """A folder with the manifest that a run leaves, some of it changed."""
    ledger = load_ledger()
    folder.mkdir()
    left = manifest(scenario.at(scenario.parameter_values(ledger)), ledger) | changes
    (folder / "manifest.json").write_text(json.dumps(left), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["teaching_demo", "nih_cohort"])
def test_a_file_does_not_differ_from_what_a_run_of_it_left(tmp_path: Path, name: str) -> None:
    file = SCENARIOS / f"{name}.yaml"
    code, text = called(file, results(tmp_path / "run", load_scenario(file)))
    assert (code, text.splitlines()[-1]) == (0, "No difference.")


def test_of_results_versions_rules_and_parameters_are_told_too(tmp_path: Path) -> None:
    scenario = load_scenario(MAIN)
    parameters = parameter_provenance(scenario, load_ledger())
    other = {**parameters, "sepsis_recurrence_ratio": {**parameters["sepsis_recurrence_ratio"], "value": 1.5}}
    one = results(tmp_path / "one", scenario)
    two = results(tmp_path / "two", scenario, parameters=other, rules="0123", versions={"alps-sim": "0.0.1"})
    code, text = called(one, two)
    assert code == 0
    assert "sepsis_recurrence_ratio (ratio): ledger 1 in A, ledger 1.5 in B" in text
    assert "version of alps-sim: " in text
    assert "0.0.1 in B" in text
    assert "rules: " in text
    assert "0123 in B" in text


@pytest.mark.parametrize("content", [None, "{}", "[]", "no JSON", '{"scenario": {"name": "a"}, "parameters": {}}'])
def test_a_folder_without_results_of_a_run_exits_2(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    code, text = called(MAIN, tmp_path)
    assert code == 2
    assert "manifest.json: expected" in text
    assert "Traceback" not in text


def test_a_file_that_is_no_scenario_exits_2(tmp_path: Path) -> None:
    code, text = called(layer(tmp_path, "wrong", "pateints: 3\n"), MAIN)
    assert code == 2
    assert "did you mean `patients`?" in text
