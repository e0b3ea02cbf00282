"""`alps-sim schema`: the JSON Schema takes what the loader takes, and refuses what the loader refuses, but for a list of rules."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from typer.testing import CliRunner

from alps_sim.cli import app
from alps_sim.evidence.ledger import WORDS, load_ledger
from alps_sim.evidence.readings import load_readings
from alps_sim.rules import codes
from alps_sim.scenario import Scenario, ScenarioError, load_scenario
from alps_sim.scenario.json_schema import DIALECT, LEFT_TO_CHECK, scenario_schema
from alps_sim.scenario.overrides import check_overrides
from alps_sim.scenario.source import Node, Place, read_tree
from tests.every_field import EVERY_FIELD, other_values, single_values, with_value
from tests.strategies import Words, ledger_values, scenario_documents

SCENARIOS: Final = Path(__file__).parent.parent / "scenarios"
FILES: Final = sorted(SCENARIOS.glob("*.yaml"))
SCHEMA: Final = scenario_schema()
VALIDATOR: Final = Draft202012Validator(SCHEMA)
Path_ = tuple[Any, ...]


def takes(document: Any) -> bool:
    return bool(VALIDATOR.is_valid(document))


def written(file: Path) -> Words:
    """A file as it is written, without what it extends."""
    document: Words = read_tree(file, str(file)).plain()
    return document


# What the loader takes


def test_the_schema_is_itself_one_of_the_dialect_it_names() -> None:
    assert SCHEMA["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_scenario_is_taken(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(written(file))] == []


def test_every_field_may_be_said() -> None:
    assert takes(EVERY_FIELD)


@given(scenario_documents(), ledger_values())
def test_what_the_loader_takes_is_taken(document: Words, values: dict[str, float]) -> None:
    assert takes({**document, "parameters": values})


@st.composite
def layers(draw: st.DrawFn) -> Words:
    """Some of a scenario's keys, at any depth but within lists and distributions."""
    return {**_some(draw, draw(scenario_documents())), "extends": "beneath.yaml", "name": "layer"}


def _some(draw: st.DrawFn, value: Any) -> Any:
    if not isinstance(value, dict) or "distribution" in value:
        return value
    return {key: _some(draw, inner) for key, inner in value.items() if draw(st.booleans())}


@given(layers())
def test_a_layer_may_leave_out_whatever_lies_beneath(layer: Words) -> None:
    assert takes(layer)


SECTIONS: Final = [
    (),
    ("discounting",),
    ("population",),
    ("population", "observation"),
    ("strategies", "one"),
    ("strategies", "one", "prevention"),
]
MAY_BE_LEFT_OUT: Final = {
    "shows",
    "sweeps",
    "readings",
    "parameters",
    "replica",
    "severe_flare_on_agent",
    "splenectomy_for_splenomegaly_per_year",
    "intended_treatments",
}


@pytest.mark.parametrize("section", SECTIONS, ids=".".join)
def test_a_file_that_extends_none_leaves_out_nothing_that_is_required(section: Path_) -> None:
    whole: Any = EVERY_FIELD
    for key in section:
        whole = whole[key]
    for key in set(whole) - MAY_BE_LEFT_OUT:
        less = {name: value for name, value in whole.items() if name != key}
        assert not takes(with_value(EVERY_FIELD, section, less)), key


def test_strategies_may_leave_out_what_every_strategy_shares() -> None:
    one = dict(EVERY_FIELD["strategies"]["one"])
    shared = {key: one.pop(key) for key in ("acute_ladder", "taper_weeks", "monitoring")}
    document = {**EVERY_FIELD, "strategies": {"one": one}}
    assert not takes(document)
    assert takes({**document, "every_strategy": shared})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("population", "cytopenia_share"), "from_ledger nih_cytopenia_share"),
        (("population", "age_at_index_years", "years", 1), "from_ledger age_at_index_median_years"),
        (("strategies", "one", "lines", 0, "uptake"), "from_ledger nih_splenectomy_uptake"),
        (("population", "age_at_index_years"), "from_ledger"),
        (("population", "prior_splenectomy"), "none"),
        (("population", "observation"), "lifetime"),
        (("population", "observation", "entry_lag_years"), "none"),
        (("strategies", "one", "weaning"), "none"),
        (("parameters", "opsi_shape"), 0.9),
        (("only_strategies",), ["one"]),
    ],
)
def test_the_words_of_the_loader_are_taken(path: Path_, value: Any) -> None:
    assert takes(with_value(EVERY_FIELD, path, value))


# What the loader refuses


def _mistakes(value: Any, path: Path_ = ()) -> Iterator[tuple[str, Path_, Any]]:
    """Kind, place and wrong value (for a misspelling the wrong key) of every mistake of a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        here = (*path, key)
        if isinstance(value, dict) and path != ("strategies",):
            yield "misspelt", here, f"{key}_q"
        yield "mistyped", here, "wrong" if isinstance(inner, dict | list) else [[]]
        if isinstance(inner, dict | list):
            yield from _mistakes(inner, here)
        elif isinstance(inner, int | float) and not isinstance(inner, bool):
            yield from (("number", here, wrong) for wrong in (-1, 1.0e30, "5 years"))
        elif isinstance(inner, str) and not _says_what_it_likes(here):
            yield "word", here, f"{inner}_q"


FREE: Final = ("title", "description", "shows", "note", "source", "name", "currency", "comparator", "extends")


def _says_what_it_likes(path: Path_) -> bool:
    """Texts and names that the schema cannot know."""
    return path[-1] in FREE or path[0] == "only_strategies"


def _without_places(mistake: tuple[str, Path_, Any]) -> str:
    """What mistakes have in common that differ only in the strategy or the entry of a list in which they are made."""
    kind, path, wrong = mistake
    keys = [str(key) for place, key in enumerate(path) if isinstance(key, str) and path[max(place - 1, 0)] != "strategies"]
    return f"{kind} {'.'.join(keys)} {wrong}"


def _misspelt(document: Any, path: Path_, wrong: str) -> Any:
    if len(path) > 1:
        return with_value(document, path[:1], _misspelt(document[path[0]], path[1:], wrong))
    return {wrong if key == path[0] else key: value for key, value in document.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_key_may_be_misspelt_and_no_value_mistyped_out_of_range_or_an_unknown_word(file: Path) -> None:
    """Of the same mistakes `test_scenario_mistakes` shows that the loader refuses them."""
    document, taken = written(file), []
    mistakes = {_without_places(mistake): mistake for mistake in _mistakes(document)}
    for kind, path, wrong in mistakes.values():
        spoilt = _misspelt(document, path, wrong) if kind == "misspelt" else with_value(document, path, wrong)
        taken += [(kind, path, wrong)] if takes(spoilt) else []
    assert len(mistakes) > 10
    assert taken == []


FIT_EACH_OTHER: Final = {
    ("currency",),  # of the ledger's unit costs
    ("price_year",),
    ("windows_years", 0),  # ascend
    ("windows_years", 1),
    ("patients",),  # size x cohorts
    ("replica", "size"),
    ("replica", "cohorts"),
    ("comparator",),  # names a strategy
    ("population", "genotype_shares", "ALPS-FAS"),  # add up to 1
    ("population", "genotype_shares", "ALPS-U"),
    ("population", "age_at_index_years", "shares", 0),  # from 0 to 1
    ("population", "age_at_index_years", "shares", 2),
    ("population", "age_at_index_years", "years", 0),
    ("population", "age_at_index_years", "years", 1),
    ("parameters", "opsi_shape", "value"),  # within its distribution
    ("sweeps", 0, "low"),  # below high, and above 0 for a logarithm
}
"""Values of `EVERY_FIELD` of which only the loader knows that they do not fit others."""


def _tree(value: Any) -> Node:
    place = Place("full.yaml", 1, 1)
    if isinstance(value, dict):
        return Node({key: replace(_tree(inner), key_place=place) for key, inner in value.items()}, place)
    return Node(tuple(_tree(inner) for inner in value) if isinstance(value, list) else value, place)


def loader_takes(document: Words) -> bool:
    """Whether the loader would take a file of that content."""
    try:
        check_overrides(Scenario.model_validate(document), _tree(document))
    except (ValidationError, ScenarioError):
        return False
    return True


def test_the_schema_and_the_loader_agree_on_every_single_value() -> None:
    """Each value of a scenario that says every field put wrong or otherwise: both take it or both refuse it."""
    too_strict, too_lenient = [], set()
    for path in single_values(EVERY_FIELD):
        value: Any = EVERY_FIELD
        for key in path:
            value = value[key]
        for other in (*other_values(value), "5 years", -1, 1.0e30, [], {}, True):
            document = with_value(EVERY_FIELD, path, other)
            accepted, taken = loader_takes(document), takes(document)
            too_strict += [(path, other)] if accepted and not taken else []
            too_lenient |= {path} if taken and not accepted else set()
        assert not takes(with_value(EVERY_FIELD, path, None))  # a key without a value
    assert too_strict == []
    assert too_lenient == FIT_EACH_OTHER


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("strategies", "one", "acute_ladder", 0), {"treatment": "oral_prednisone", "days": 7}),
        (("strategies", "one", "acute_ladder", 0), {"treatment": "iv_methylprednisolone", "days": 7, "dose_mg_per_kg_per_day": 5}),
        (("strategies", "one", "acute_ladder", 0), {"treatment": "rituximab", "days": 7}),
        (
            ("strategies", "one", "acute_ladder", 0),
            {"treatment": "oral_prednisone", "days": 7, "dose_mg_per_kg_per_day": 2, "ivig": "always"},
        ),
        (("strategies", "one", "begin_long_term_treatment"), {"at": ["flare_number"], "delay_weeks": 3}),
        (("strategies", "one", "begin_long_term_treatment"), {"at": ["refractory"], "delay_weeks": 3, "flare_number": 2}),
        (("strategies", "one", "lines", 0), {"treatment": "splenectomy", "bridge": True}),
        (("strategies", "one", "lines", 0, "if", "spleen"), ["massive", "massive"]),
        (("strategies", "One"), EVERY_FIELD["strategies"]["one"]),
        (("population", "genotype_shares"), {"ALPS-FAS": 1.0}),
        (("life_table_period",), 2001),
        (("replica", "cohort"), "nih_cohorts"),
        (("readings", "repeated_sepsis"), "frailties"),
        (("parameters", "opsi_fatality_probability"), 1.5),
        (("parameters", "opsi_fatality_probability"), {"value": 1.5}),
        (("parameters", "opsi_fatality_probability"), {"note": "no value"}),
        (("parameters", "opsi_fatality_probability"), "from_ledger opsi_shape"),
        (("parameters", "drug.mmf.dose_basis"), 1),
        (("population", "male_share"), "from_ledger no_such_parameter"),
        (("population", "male_share"), "from_ledger"),
        (("strategies", "one", "weaning"), "lifetime"),
    ],
)
def test_rules_of_a_section_are_told_too(path: Path_, value: Any) -> None:
    assert not takes(with_value(EVERY_FIELD, path, value))


MAIN: Final = SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml"
ONLY_CHECK: Final = [
    ["comparator: nobody"],
    ["only_strategies: [nobody]"],
    ["extends: nothing.yaml"],
    ["strategies: {new_one: {taper_weeks: 8}}"],
    ["population: {genotype_shares: {ALPS-FAS: 0.9}}"],
    ["windows_years: [10, 5]"],
    ["population: {male_share: from_ledger flare_frailty_variance}", "windows_years: [from_ledger nih_cytopenia_share, 0.5]"],
    ["currency: euro"],
    ["parameters: {age_at_index_median_years: 5}", "population: {age_at_index_years: {median: 5, log_sd: 0.5, minimum: 1, maximum: 50}}"],
    ["parameters: {opsi_shape: {value: 0.9, distribution: 'uniform(low=2, high=1)'}}"],
    ["patients: 20.0"],
    ["parameters: {opsi_shape: .nan}"],
]
"""Layers over the main scenario that break a rule that is left to `alps-sim check`."""


@pytest.mark.parametrize("lines", ONLY_CHECK, ids=lambda lines: lines[0])
def test_what_is_left_to_check_is_refused_by_it_alone(tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "layer.yaml"
    extends = [] if lines[0].startswith("extends") else [f"extends: {MAIN}"]
    file.write_text("\n".join([*extends, "name: layer", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError):
        load_scenario(file)
    assert takes(written(file))


# What an editor shows


def test_every_key_is_described() -> None:
    sections = {name: section["properties"] for name, section in SCHEMA["$defs"].items() if "properties" in section}
    untold = [(name, key) for name, keys in sections.items() for key, field in keys.items() if not field.get("description")]
    assert untold == []


def test_every_parameter_is_offered_with_its_unit_and_grade() -> None:
    offered = SCHEMA["$defs"]["Parameters"]["properties"]
    numbers = {name: parameter for name, parameter in load_ledger().parameters.items() if parameter.unit not in WORDS}
    assert set(offered) == set(numbers)
    for name, parameter in numbers.items():
        assert offered[name]["description"].startswith(f"{parameter.unit}; ledger {parameter.value:g}")
        assert f"{parameter.grade}: " in offered[name]["description"]


def test_every_reading_is_offered_with_what_its_alternatives_mean() -> None:
    offered = SCHEMA["$defs"]["Readings"]["properties"]
    assert set(offered) == set(load_readings())
    for name, reading in load_readings().items():
        assert {way["const"]: way["description"] for way in offered[name]["oneOf"]} == {
            alternative.name: alternative.meaning for alternative in reading.alternatives.values()
        }


def test_every_treatment_is_offered() -> None:
    assert SCHEMA["$defs"]["Line"]["properties"]["treatment"]["enum"] == list(codes.TREATMENTS)


def test_what_is_left_to_check_is_told_in_the_schema() -> None:
    assert all(rule in SCHEMA["$comment"] for rule in LEFT_TO_CHECK)


# The command


def test_the_command_prints_the_schema() -> None:
    given = CliRunner().invoke(app, ["schema"])
    assert given.exit_code == 0
    assert json.loads(given.output) == SCHEMA


def test_the_command_writes_the_schema_and_tells_how_an_editor_finds_it(tmp_path: Path) -> None:
    file = tmp_path / "alps-sim.schema.json"
    for _ in range(2):  # a later version replaces an earlier one
        given = CliRunner().invoke(app, ["schema", "--out", str(file)])
        assert given.exit_code == 0, given.output
        assert json.loads(file.read_text(encoding="utf-8")) == SCHEMA
    assert f"# yaml-language-server: $schema={file.name}" in given.output
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("content", ["years of work", "[]", '{"title": "a thesis"}'])
def test_the_schema_replaces_nothing_but_an_earlier_schema(tmp_path: Path, content: str) -> None:
    file = tmp_path / "alps-sim.schema.json"
    file.write_text(content, encoding="utf-8")
    given = CliRunner().invoke(app, ["schema", "--out", str(file)])
    assert given.exit_code == 2
    assert "choose another" in given.output
    assert file.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"if": {"spleen": ["removed"], "hypersplenism": True}}, "expected an enlarged spleen for hypersplenism, found removed"),
        ({"if": {"spleen": ["massive"], "hypersplenism": False}}, "expected true with a massive spleen"),
        ({"uptake": 0}, "greater than 0"),
    ],
)
def test_a_line_that_can_never_be_taken_is_refused(line: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Scenario.model_validate(with_value(EVERY_FIELD, ("strategies", "one", "lines"), [{"treatment": "mmf", **line}]))
