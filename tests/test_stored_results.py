"""Results read back: the report again from what was stored, the tables as they were, nothing of another version or changed by hand."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import alps_sim
from alps_sim.cli import app
from alps_sim.outcomes.store import ResultsError, check_results

DEMO = Path(__file__).parent.parent / "scenarios" / "teaching_demo.yaml"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> alps_sim.RunResult:
    """A small run with draws and with a word for the user in a parameter."""
    place = tmp_path_factory.mktemp("results") / "run"
    return alps_sim.run(DEMO, patients=200, draws=3, out=place, settings={"opsi_fatality_probability": 0.3})


@pytest.fixture
def folder(ran: alps_sim.RunResult, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(ran.folder, tmp_path / "run"))


def reported(folder: Path) -> Result:
    return CliRunner().invoke(app, ["report", str(folder)])


def changed_manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_report_again_is_the_same_page(ran: alps_sim.RunResult, folder: Path) -> None:
    lives = {path.name: path.read_bytes() for path in (folder / "twin").iterdir()}
    shutil.rmtree(folder / "figures")
    (folder / "report.html").unlink()
    assert reported(folder).exit_code == 0
    assert (folder / "report.html").read_bytes() == ran.report.read_bytes()
    assert check_results(folder) == []
    assert {path.name: path.read_bytes() for path in (folder / "twin").iterdir()} == lives
    assert {path.name for path in folder.parent.iterdir()} == {"run"}


def test_tables_read_back_are_those_of_the_run(ran: alps_sim.RunResult) -> None:
    stored = alps_sim.read_results(ran.folder)
    assert set(stored.tables) == set(ran.tables)
    for name, table in ran.tables.items():
        pd.testing.assert_frame_equal(stored.tables[name], table, check_dtype=False, rtol=1e-11, obj=name)


def test_scenario_and_values_read_back_are_those_of_the_run(ran: alps_sim.RunResult) -> None:
    stored = alps_sim.read_results(ran.folder)
    assert stored.scenario == ran.scenario
    assert stored.values["opsi_fatality_probability"] == 0.3


def test_a_table_changed_by_hand_is_no_source_of_a_report(ran: alps_sim.RunResult, folder: Path) -> None:
    before = (folder / "report.html").read_bytes()
    (folder / "summary.csv").write_text((folder / "summary.csv").read_text().replace("early_splenectomy", "late_splenectomy"))
    told = reported(folder)
    assert told.exit_code == 2
    assert "summary.csv: changed since the run" in told.output
    assert (folder / "report.html").read_bytes() == before


@pytest.mark.parametrize(
    "changes", [{"format": 0}, {"scenario": {"name": "x"}}, {"parameters": {}}], ids=["format", "scenario", "parameters"]
)
def test_results_of_another_version_are_told_so(folder: Path, changes: dict[str, Any]) -> None:
    changed_manifest(folder, **changes)
    told = reported(folder)
    assert told.exit_code == 2
    assert "run the scenario again" in told.output


def test_a_report_under_another_fit_says_so(folder: Path) -> None:
    changed_manifest(folder, posterior={"nih_cohort": "another"})
    assert reported(folder).exit_code == 0
    assert "The evidence of this program is no longer that of the run" in (folder / "report.html").read_text(encoding="utf-8")


def test_results_of_another_command_are_told_so(tmp_path: Path) -> None:
    swept = [
        "sweep",
        str(DEMO),
        "--vary",
        "opsi_shape=0.7:0.9:2",
        "--outcome",
        "deaths",
        "--patients",
        "20",
        "--out",
        str(tmp_path / "swept"),
    ]
    assert CliRunner().invoke(app, swept).exit_code == 0
    told = reported(tmp_path / "swept")
    assert told.exit_code == 2
    assert "expected the results of a run" in told.output


def test_a_folder_that_holds_no_run_is_told_so(tmp_path: Path) -> None:
    told = reported(tmp_path)
    assert told.exit_code == 2
    assert "no results folder" in told.output
    with pytest.raises(ResultsError, match="no results folder"):
        alps_sim.read_results(tmp_path)


def test_a_loaded_scenario_runs_as_its_file_does(ran: alps_sim.RunResult, tmp_path: Path) -> None:
    scenario = alps_sim.load(DEMO)
    again = alps_sim.run(scenario, patients=200, draws=3, out=tmp_path / "run", settings={"opsi_fatality_probability": 0.3})
    pd.testing.assert_frame_equal(again.summary, ran.summary)
    assert again.scenario == ran.scenario


def test_a_setting_of_a_loaded_scenario_is_checked_as_one_of_a_file(tmp_path: Path) -> None:
    scenario = alps_sim.load(DEMO)
    with pytest.raises(alps_sim.ScenarioError, match="did you mean `opsi_fatality_probability`"):
        alps_sim.run(scenario, settings={"opsi_fatality_probabilty": 0.3}, out=tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_the_public_names_are_there_and_no_others() -> None:
    assert [name for name in alps_sim.__all__ if getattr(alps_sim, name) is None] == []
    with pytest.raises(AttributeError, match="it has"):
        _ = alps_sim.sweeep


def test_what_the_scenario_sets_is_told_as_the_scenario_has_it_and_not_as_fitted(ran: alps_sim.RunResult) -> None:
    page = ran.report.read_text(encoding="utf-8")
    assert re.search(r"<code>opsi_fatality_probability</code> = 0.3 probability \(held, set by the scenario\)", page)
    fitted = page.partition("<h2>What was fitted</h2>")[2].partition("<h2>")[0]
    assert "opsi_mean_rate_per_year" in fitted
    assert "opsi_fatality_probability" not in fitted


def test_the_answer_printed_has_the_numbers_of_the_report(ran: alps_sim.RunResult) -> None:
    page = ran.report.read_text(encoding="utf-8")
    printed = re.findall(r"^  (?:early_splenectomy|mmf_then_sirolimus) +([-+.,\d]+)", ran.headline, re.MULTILINE)
    assert len(printed) > 8
    assert [number for number in printed if f"<b>{number}</b>" not in page] == []
