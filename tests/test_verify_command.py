"""`alps-sim verify`: exit codes, what is printed, and the files it leaves."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from alps_sim.cli import app
from alps_sim.verification.advishe import FOR_THE_AUTHOR, ITEMS, advishe
from alps_sim.verification.finding import DOES_NOT_APPLY, FAIL, PASS
from alps_sim.verification.registry import CHECKS, COLUMNS


@pytest.fixture
def scenario(root: Path) -> str:
    return str(root / "scenarios" / "teaching_demo.yaml")


def called(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["verify", *arguments])


def table(**results: str) -> pd.DataFrame:
    """What the checks found, as told; the others passed."""
    rows = [
        (check.name, check.group, check.title, check.done, check.expected, "as it is", results.get(check.name, PASS)) for check in CHECKS
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def found(monkeypatch: pytest.MonkeyPatch, **results: str) -> None:
    """Checks that find what the test says."""

    def run_checks(bench: Any, progress: Any) -> pd.DataFrame:
        progress("checking", 0, 10)
        return table(**results)

    monkeypatch.setattr("alps_sim.commands.verify.run_checks", run_checks)


def test_a_scenario_is_checked_and_the_checks_are_left_as_files(scenario: str, tmp_path: Path) -> None:
    place = tmp_path / "verification"
    told = called(scenario, "--patients", "32", "--workers", "1", "--out", str(place))
    assert told.exit_code == 0, told.output
    assert f"{len(CHECKS)} checks" in told.stdout
    assert "checking" in told.stderr
    written = pd.read_csv(place / "verification.csv")
    assert list(written.columns) == list(COLUMNS)
    assert list(written["check"]) == [check.name for check in CHECKS]
    content = json.loads((place / "verification.json").read_text(encoding="utf-8"))
    assert content["passed"] is True
    assert len(content["checks"]) == len(CHECKS)
    assert len(pd.read_csv(place / "advishe.csv")) == len(ITEMS)
    assert CliRunner().invoke(app, ["check", str(place)]).exit_code == 0


def test_the_table_tells_what_was_done_expected_and_found(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, swapped=DOES_NOT_APPLY)
    told = called(scenario)
    assert told.exit_code == 0
    words = set(told.stdout.split())
    assert set(CHECKS[0].done.split()) <= words
    assert set(CHECKS[0].expected.split()) <= words
    assert f"{len(CHECKS) - 1} PASS, 0 FAIL, 1 DOES NOT APPLY" in told.stdout


def test_a_failed_check_exits_1_and_is_named_last(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, equal_arms=FAIL)
    told = called(scenario)
    assert told.exit_code == 1
    assert told.stdout.strip().splitlines()[-1] == "FAIL equal_arms: as it is"


@pytest.mark.parametrize(
    "options",
    [["--patients", "0"], ["--workers", "0"], ["--set", "opsi_shape"], ["--set", "opsi_shap=1"], ["--set", "opsi_fatality_probability=2"]],
)
def test_a_wrong_option_exits_2(scenario: str, options: list[str]) -> None:
    told = called(scenario, *options)
    assert told.exit_code == 2
    assert "Traceback" not in told.output


def test_a_missing_scenario_exits_2() -> None:
    assert called("scenarios/no_such_scenario.yaml").exit_code == 2


def test_results_of_a_run_are_not_replaced(scenario: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    told = called(scenario, "--out", str(tmp_path))
    assert told.exit_code == 2
    assert "--out" in told.stderr
    assert (tmp_path / "manifest.json").read_text(encoding="utf-8") == "{}"


def test_settings_reach_the_checks(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def run_checks(bench: Any, progress: Any) -> pd.DataFrame:
        asked.append(bench.values["opsi_shape"])
        return table()

    monkeypatch.setattr("alps_sim.commands.verify.run_checks", run_checks)
    assert called(scenario, "--set", "opsi_shape=0.8").exit_code == 0
    assert asked == [0.8]


def test_advishe_is_filled_from_the_checks_and_the_rest_is_the_authors() -> None:
    report = advishe(table(no_opsi=FAIL, no_bleed=DOES_NOT_APPLY)).set_index("item")["answer"]
    assert "failed: no_opsi" in report["C2"]
    assert "1 did not apply" in report["C2"]
    for item in ITEMS:
        assert report[item.identifier].startswith(FOR_THE_AUTHOR) == (not item.groups)


def test_every_group_of_checks_answers_an_item_of_advishe() -> None:
    assert {group for item in ITEMS for group in item.groups} == {check.group for check in CHECKS}
