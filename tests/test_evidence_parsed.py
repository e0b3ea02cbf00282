"""Evidence kept as parsed: the same tree, and no file of the cache is believed that does not hold one."""

from pathlib import Path

import pytest

from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.parsed import parsed
from alps_sim.evidence.source import FOLDER, read_source

FILES = sorted(FOLDER.rglob("*.yaml"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALPS_SIM_CACHE", str(tmp_path))
    return tmp_path / "alps-sim" / "evidence"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_tree_that_was_kept_is_the_tree_of_the_file(cache: Path, path: Path) -> None:
    first = read_source(path)
    assert len(list(cache.iterdir())) == 1
    assert read_source(path) == first
    elsewhere = cache.parent / path.name
    elsewhere.write_bytes(path.read_bytes())
    assert read_source(elsewhere).plain() == first.plain()
    assert [item.line for item in read_source(elsewhere).table().values()] == [item.line for item in first.table().values()]


def test_a_changed_text_is_parsed_anew(tmp_path: Path) -> None:
    assert parsed(tmp_path, "one text", lambda: [1, "a"]) == [1, "a"]
    assert parsed(tmp_path, "another text", lambda: [1, "b"]) == [1, "b"]
    assert parsed(tmp_path, "one text", lambda: pytest.fail("parsed again")) == [1, "a"]


@pytest.mark.parametrize("damage", [b"", b"0123456789abcdef\n[1]", b"\xff\xfe", b"{"])
def test_a_damaged_file_is_parsed_anew_and_mended(tmp_path: Path, damage: bytes) -> None:
    parsed(tmp_path, "text", lambda: [1, "a"])
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage)
    assert parsed(tmp_path, "text", lambda: [1, "a"]) == [1, "a"]
    assert path.read_bytes() == whole


def test_evidence_is_read_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / "a_file"
    taken.write_text("", encoding="utf-8")
    monkeypatch.setenv("ALPS_SIM_CACHE", str(taken))
    assert read_source(FILES[0]) == read_source(FILES[0])
    assert load_priors().parameters


def test_a_file_of_the_users_own_is_not_kept(cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("a: 1\n", encoding="utf-8")
    assert read_source(own).plain() == {"a": 1}
    assert not cache.exists()
