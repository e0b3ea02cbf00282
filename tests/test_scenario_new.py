"""`alps-sim new`: what it writes is a scenario, checks without a warning and runs; so does each example in its comments."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from alps_sim.cli import app
from alps_sim.evidence.ledger import load_ledger
from alps_sim.rules import codes
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.json_schema import scenario_schema
from alps_sim.scenario.new import TEMPLATE, new_layer, new_scenario
from alps_sim.scenario.overrides import override_warnings
from alps_sim.scenario.source import read_tree
from alps_sim.scenario.strategy import AcuteStep, LineConditions, StepConditions, Strategy

SCENARIOS: Final = Path(__file__).parent.parent / "scenarios"
FILES: Final = sorted(SCENARIOS.glob("*.yaml"))
MAIN: Final = SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml"
EXAMPLE: Final = re.compile(r"^( *)#(?=[^ \n]|  )")
"""Beginning of a line that is an example: in the words of explanations one space comes after the `#`."""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def called(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def examples(text: str) -> Iterator[str]:
    """The text with each of its commented-out parts in use, one at a time; then with all of them."""
    lines = text.splitlines(keepends=True)
    marked = [bool(EXAMPLE.match(line)) for line in lines]
    begins = [place for place, is_example in enumerate(marked) if is_example and not (place and marked[place - 1])]
    for begin in begins:
        end = next((place for place in range(begin, len(lines)) if not marked[place]), len(lines))
        yield "".join(EXAMPLE.sub(r"\1", line) if begin <= place < end else line for place, line in enumerate(lines))
    yield "".join(EXAMPLE.sub(r"\1", line) for line in lines)


def as_an_editor_uncomments(text: str) -> str:
    """All examples in use, the space after each `#` taken away with it, as some editors do."""
    return "".join(re.sub(EXAMPLE.pattern + " ?", r"\1", line) for line in text.splitlines(keepends=True))


def loaded(text: str, file: Path) -> Scenario:
    """The scenario of a text, without warnings."""
    file.write_text(text, encoding="utf-8")
    scenario = load_scenario(file)
    assert override_warnings(scenario, load_ledger()) == ()
    return scenario


# A scenario that stands alone


def test_the_new_scenario_checks_without_warnings_and_differs_from_the_template_by_its_name_alone() -> None:
    assert called("new", "my_question").exit_code == 0
    told = called("check", "my_question.yaml")
    assert told.exit_code == 0
    assert told.stdout.startswith("my_question: ")
    assert told.stdout.endswith("no warnings\n")
    assert "both give the same numbers" in called("diff", str(TEMPLATE), "my_question.yaml").stdout


def test_the_new_scenario_runs() -> None:
    assert called("new", "my_question").exit_code == 0
    told = called("run", "my_question.yaml", "--patients", "64", "--draws", "2", "--out", "out")
    assert told.exit_code == 0, told.output
    assert Path("out/report.html").is_file()


def test_each_example_in_its_comments_is_a_scenario_too(tmp_path: Path) -> None:
    found = [loaded(text, tmp_path / "mine.yaml") for text in examples(new_scenario("mine", Path("mine.yaml")))]
    assert [list(scenario.strategies) for scenario in found[:3]] == [
        ["early_splenectomy", "mmf_then_sirolimus"],
        ["early_splenectomy", "mmf_then_sirolimus"],
        ["early_splenectomy", "mmf_then_sirolimus", "sirolimus_first"],
    ]
    override = found[0].parameters["opsi_fatality_probability"]
    assert override.distribution
    assert override.note
    assert override.source
    assert found[1].readings
    assert len(found) == 4
    assert loaded(as_an_editor_uncomments(new_scenario("mine", Path("mine.yaml"))), tmp_path / "mine.yaml") == found[-1]


def test_it_stands_alone_and_is_small() -> None:
    assert "extends" not in read_tree(TEMPLATE, "template").value
    scenario = load_scenario(TEMPLATE)
    assert scenario.patients <= 2000
    assert 0 < scenario.parameter_draws.draws <= 40


def test_its_strategies_are_treated_alike_but_for_what_they_are_about() -> None:
    """Flares, taper, weaning, monitoring and prevention are the same, and so are the drugs that each may come to."""
    early, drugs = load_scenario(TEMPLATE).strategies.values()
    own = {"description", "begin_long_term_treatment", "lines"}
    assert all(getattr(early, key) == getattr(drugs, key) for key in set(Strategy.model_fields) - own)
    assert {line.treatment for line in early.lines} == {line.treatment for line in drugs.lines}
    surgery = [line for strategy in (early, drugs) for line in strategy.lines if line.treatment == "splenectomy"]
    assert {(line.conditions.minimum_age_years, line.conditions.maximum_age_years) for line in surgery} == {(5.0, 75.0)}


def test_its_comments_name_every_word_and_condition() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    vocabularies = (codes.ACUTE_STEPS, codes.TREATMENTS, codes.OCCASIONS, codes.LINE_OCCASIONS, codes.SPLEENS, codes.AFTER)
    others = (codes.IVIG_USES, codes.STEPS_ON_AGENT, codes.LINEAGES, codes.SEVERITIES, codes.MECHANISMS)
    words = {word for vocabulary in (*vocabularies, *others) for word in vocabulary}
    keys = {*StepConditions.model_fields, *LineConditions.model_fields, *AcuteStep.model_fields} - {"conditions"}
    assert {word for word in words | keys if not re.search(rf"\b{word}\b", text)} == set()


@pytest.mark.parametrize("name", ["a", "true", "null", "yes", "e1_2", "new_scenario", "name", "a" * 60])
def test_any_name_that_the_schema_takes_is_written_as_a_name(tmp_path: Path, name: str) -> None:
    assert loaded(new_scenario(name, Path(f"{name}.yaml")), tmp_path / "any.yaml").name == name


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("My-Question", "my_question"),
        ("mine.yaml", "mine"),
        ("2nd", "nd"),
        ("a b", "a_b"),
        ("é", "my_scenario"),
        ("a" * 61, "a" * 60),
    ],
)
def test_a_name_that_the_schema_refuses_is_refused_with_another(tmp_path: Path, name: str, instead: str) -> None:
    told = called("new", name)
    assert told.exit_code == 2
    assert f"for example `{instead}`" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_ever_replaced(tmp_path: Path) -> None:
    file = tmp_path / "thesis.yaml"
    file.write_text("years of work", encoding="utf-8")
    for arguments in (("new", "thesis"), ("new", "mine", "--out", str(file)), ("new", "mine", "--out", str(tmp_path))):
        told = called(*arguments)
        assert told.exit_code == 2
        assert "choose another with --out" in told.stderr
    assert file.read_text(encoding="utf-8") == "years of work"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_told() -> None:
    told = called("new", "mine", "--out", "nowhere/mine.yaml")
    assert told.exit_code == 2
    assert "nowhere/mine.yaml" in told.stderr


def test_it_follows_the_schema_beside_it_and_no_other() -> None:
    called("new", "before")
    assert called("schema", "--out", "alps-sim.schema.json").exit_code == 0
    called("new", "after")
    line = "# yaml-language-server: $schema=alps-sim.schema.json\n"
    assert not Path("before.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server")
    assert Path("after.yaml").read_text(encoding="utf-8").startswith(line)
    assert called("check", "after.yaml").stdout.endswith("no warnings\n")
    document = read_tree(Path("after.yaml"), "after.yaml").plain()
    schema = json.loads(Path("alps-sim.schema.json").read_text(encoding="utf-8"))
    assert schema == scenario_schema()
    assert list(Draft202012Validator(schema).iter_errors(document)) == []


# A scenario over another


@pytest.mark.parametrize("base", FILES, ids=lambda file: file.stem)
def test_a_layer_keeps_all_and_each_example_in_its_comments_is_a_scenario_too(tmp_path: Path, base: Path) -> None:
    beneath = load_scenario(base)
    text = new_layer("mine", tmp_path / "mine.yaml", base)
    assert {line for line in text.splitlines() if line and not line.startswith("#")} == {
        f"extends: {os.path.relpath(base, tmp_path)}",
        "name: mine",
    }
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert load_scenario(tmp_path / "mine.yaml").model_copy(update={"name": beneath.name}) == beneath
    expected = override_warnings(beneath, load_ledger())
    found = []
    for example in examples(text):
        (tmp_path / "mine.yaml").write_text(example, encoding="utf-8")
        found.append(load_scenario(tmp_path / "mine.yaml"))
        assert override_warnings(found[-1], load_ledger()) == expected
    (tmp_path / "mine.yaml").write_text(as_an_editor_uncomments(text), encoding="utf-8")
    assert load_scenario(tmp_path / "mine.yaml") == found[-1]
    (parameter,) = set(found[-1].parameters) - set(beneath.parameters)
    assert found[-1].parameters[parameter].value != beneath.parameter_values(load_ledger())[parameter]
    (strategy,) = set(found[-1].strategies) - set(beneath.strategies)
    like = beneath.strategies[beneath.comparator]
    added = found[-1].strategies[strategy]
    assert added == like.model_copy(update={"description": added.description, "prevention": added.prevention})


def test_a_layer_finds_the_other_file_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "base one").mkdir()
    (tmp_path / "mine").mkdir()
    assert called("new", "beneath", "--out", "base one/beneath: 1.yaml").exit_code == 0
    given = called("new", "above", "--from", "base one/beneath: 1.yaml", "--out", "mine/above.yaml")
    assert given.exit_code == 0, given.output
    assert called("check", "mine/above.yaml").stdout.endswith("no warnings\n")


def test_a_layer_over_a_layer_may_add_another_strategy_too(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    *_, all_used = examples(new_layer("first", first, SCENARIOS / "teaching_demo.yaml"))
    first.write_text(all_used, encoding="utf-8")
    *_, all_used = examples(new_layer("second", second, first))
    assert list(loaded(all_used, second).strategies)[2:] == ["another_strategy", "another_strategy_2"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mine", "--from", "nothing.yaml"), "no such file"),
        (("teaching_demo", "--from", str(SCENARIOS / "teaching_demo.yaml")), "expected another name"),
        (("mine", "--from", "faulty.yaml"), "did you mean `patients`?"),
    ],
)
def test_a_layer_over_what_cannot_lie_beneath_is_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    Path("faulty.yaml").write_text(f"extends: {MAIN}\nname: faulty\npateints: 3\n", encoding="utf-8")
    given = called("new", *arguments)
    assert given.exit_code == 2
    assert told in given.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["faulty.yaml"]
