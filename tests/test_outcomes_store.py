"""The results folder: complete or absent, earlier results safe, contents fixed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.parquet import BLOCKS_PER_GROUP, TableStream, event_table, patient_table
from alps_sim.outcomes.store import ResultsError, ResultsFolder, check_results, recover, run_name, sha256
from alps_sim.rules import codes
from alps_sim.rules.accounts import COUNTERS
from alps_sim.rules.events import LOG_DEATH, LOG_KINDS
from alps_sim.rules.state import LOG_DTYPE
from tests import statistics_model as model

TABLE = pd.DataFrame({"outcome": ["deaths"], "mean": [1 / 3]})


def _write(place: Path, table: pd.DataFrame = TABLE) -> None:
    with ResultsFolder(place) as folder:
        folder.write_table("summary.csv", table)
        folder.commit({"seed": 1})


def _hidden(place: Path) -> list[str]:
    return sorted(path.name for path in place.parent.iterdir() if path.name.startswith("."))


def test_committed_results_are_in_place_with_their_checksums(tmp_path: Path) -> None:
    place = tmp_path / "demo" / "run"
    _write(place)
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["seed"] == 1
    assert manifest["files"] == {"summary.csv": sha256(place / "summary.csv")}
    assert (place / "summary.csv").read_text() == "outcome,mean\ndeaths,0.333333333333\n"
    assert check_results(place) == []
    assert _hidden(place) == []


def _interrupt(place: Path, error: type[BaseException]) -> None:
    with ResultsFolder(place) as folder:
        folder.write_table("summary.csv", TABLE * 2)
        raise error


def test_interrupted_run_leaves_nothing_and_harms_no_earlier_result(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        _interrupt(place, KeyboardInterrupt)
    assert list(tmp_path.iterdir()) == []
    _write(place)
    before = sha256(place / "manifest.json")
    with pytest.raises(ArithmeticError):
        _interrupt(place, ArithmeticError)
    assert sha256(place / "manifest.json") == before
    assert check_results(place) == []
    assert _hidden(place) == []


def test_leaving_without_commit_keeps_nothing(tmp_path: Path) -> None:
    with ResultsFolder(tmp_path / "run") as folder:
        folder.write_table("summary.csv", TABLE)
    assert list(tmp_path.iterdir()) == []


def test_same_run_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    place = tmp_path / "run"
    _write(place)
    (place / "stray.txt").write_text("left by hand")
    _write(place, TABLE.assign(mean=2.0))
    assert sorted(path.name for path in place.iterdir()) == ["manifest.json", "summary.csv"]
    assert "2" in (place / "summary.csv").read_text()
    assert _hidden(place) == []


def test_failure_while_replacing_puts_the_earlier_results_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "run"
    _write(place)
    before = sha256(place / "summary.csv")
    rename = Path.rename

    def fail_on_partial(path: Path, target: Path) -> Path:
        if ".partial." in path.name:
            raise OSError("disk gone")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_on_partial)
    with pytest.raises(OSError, match="disk gone"):
        _write(place, TABLE.assign(mean=2.0))
    assert sha256(place / "summary.csv") == before
    assert _hidden(place) == []


def test_killed_run_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    place = tmp_path / "run"
    _write(place)
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom alps_sim.outcomes.store import ResultsFolder\n"
        "folder = ResultsFolder(Path(sys.argv[1])).__enter__()\n(folder.path / 'half').write_text('x')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", program, str(place)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert check_results(place) == []
    assert len(_hidden(place)) == 1
    recover(place)
    assert _hidden(place) == []
    assert check_results(place) == []


def test_results_set_aside_by_a_killed_program_are_put_back(tmp_path: Path) -> None:
    place = tmp_path / "run"
    _write(place)
    place.rename(tmp_path / ".run.earlier")
    recover(place)
    assert check_results(place) == []
    assert _hidden(place) == []


def test_check_finds_changed_missing_and_unlisted_files(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with ResultsFolder(place) as folder:
        for name in ("a.csv", "b.csv", "c.csv"):
            folder.write_table(name, TABLE)
        folder.commit({})
    (place / "a.csv").write_text("outcome,mean\ndeaths,0.4\n")
    (place / "b.csv").unlink()
    (place / "d.csv").write_text("new")
    problems = check_results(place)
    assert len(problems) == 3
    assert problems[0] == f"{place / 'b.csv'}: in the manifest but missing"
    assert problems[1] == f"{place / 'd.csv'}: not in the manifest"
    assert problems[2].startswith(f"{place / 'a.csv'}: changed since the run")


def test_check_of_no_results_folder_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="results/<scenario>/<run>"):
        check_results(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(ResultsError, match="checksums"):
        check_results(tmp_path)


def test_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="--out"), ResultsFolder(tmp_path / "file" / "run"):
        pass


def test_run_name_follows_from_scenario_seed_and_version_alone() -> None:
    name = run_name({"patients": 10, "strategies": ["a", "b"]}, 1, "0.1")
    assert name == run_name({"strategies": ["a", "b"], "patients": 10}, 1, "0.1")
    others = {
        run_name({"patients": 11, "strategies": ["a", "b"]}, 1, "0.1"),
        run_name({"patients": 10, "strategies": ["b", "a"]}, 1, "0.1"),
    }
    others |= {
        run_name({"patients": 10, "strategies": ["a", "b"]}, 2, "0.1"),
        run_name({"patients": 10, "strategies": ["a", "b"]}, 1, "0.2"),
    }
    assert len(others) == 4
    assert name not in others


def _stream(path: Path, blocks: list[list[BlockResult]]) -> None:
    with TableStream(path) as stream:
        for block in blocks:
            stream.add([patient_table(result, model.STRATEGIES) for result in block])


def test_patients_in_words_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    count = BLOCKS_PER_GROUP * 2 + 1
    blocks = [model.block(4, 20 * number, 20, model.RECURRENCE) for number in range(count)]
    _stream(tmp_path / "one.parquet", blocks)
    _stream(tmp_path / "two.parquet", blocks)
    assert sha256(tmp_path / "one.parquet") == sha256(tmp_path / "two.parquet")
    assert pq.ParquetFile(tmp_path / "one.parquet").num_row_groups == 3
    table = pd.read_parquet(tmp_path / "one.parquet")
    assert len(table) == 2 * 20 * count
    assert table.groupby("strategy", observed=True)["patient"].apply(lambda p: p.tolist() == list(range(20 * count))).all()
    assert set(table["death_cause"].unique()) == {"opsi", "background"}
    assert set(table["lineages"].unique()) == {"aiha"}
    assert set(table["sex"].unique()) == {"male", "female"}
    assert table["splenectomy_time"].isna().all()
    assert table["years_since_prior_splenectomy"].isna().all()
    rows = np.concatenate([block[1].rows for block in blocks])
    drug = table[table["strategy"] == "drug"]
    assert np.array_equal(drug["death_time"], rows["death_time"])
    flares = np.concatenate([block[1].counters[:, -1, COUNTERS.index("flares")] for block in blocks])
    assert drug["flares"].dtype == np.int32
    assert np.array_equal(drug["flares"], flares)


def test_events_in_words() -> None:
    block = model.block(4, 0, 5, model.FRAILTY)[1]
    log = np.zeros(2, dtype=LOG_DTYPE)
    log["kind"], log["time"], log["patient"] = (LOG_DEATH, 0), (3.5, 4.0), (1, 2)
    lines = event_table(BlockResult(**{**vars(block), "events": log}), model.STRATEGIES).to_pandas()
    assert lines["kind"].tolist() == ["death", LOG_KINDS[0]]
    assert lines["strategy"].tolist() == ["drug", "drug"]
    assert lines["time"].tolist() == [3.5, 4.0]


def test_patient_who_lives_has_no_time_or_cause_of_death() -> None:
    block = model.block(4, 0, 3, model.FRAILTY)[0]
    block.rows["death_time"][0], block.rows["death_cause"][0] = codes.NEVER, codes.ALIVE
    table = patient_table(block, model.STRATEGIES).to_pandas()
    assert table["death_time"].isna().tolist() == [True, False, False]
    assert table["death_cause"].isna().tolist() == [True, False, False]
