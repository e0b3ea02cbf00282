"""Every key of every shipped scenario misspelt, every value mistyped or out of range: one clear error at its line."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from typer.testing import CliRunner

from alps_sim.cli import app
from alps_sim.scenario import layers, source
from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.source import Node

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
WRONG_NUMBERS = {"negative": "-1", "huge": "1.0e+30", "with unit": "5 years"}
OF_SINGLE_VALUES = (*WRONG_NUMBERS, "unknown word")
KINDS = ("misspelt", "mistyped", *OF_SINGLE_VALUES)
ANCHOR = re.compile(r"&[a-z]")
FREE_TEXT = {"title", "description", "shows", "note", "source", "name"}
"""Texts that may say anything; they are mistyped, but cannot be misspelt."""


@dataclass(frozen=True)
class Mistake:
    """One change of a file's text (from start to end) or of one value, and the line at which the error must point."""

    file: str
    line: int
    kind: str
    name: str
    start: int
    end: int
    text: str
    place: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind} {self.name}"


def _children(node: Any) -> Iterator[tuple[Any, Any]]:
    """Keys (None for items of a list) and values below a node, in order."""
    if isinstance(node, MappingNode):
        yield from node.value
    elif isinstance(node, SequenceNode):
        yield from ((None, item) for item in node.value)


def _walk(node: Any, path: tuple[str, ...], seen: set[int]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """All (path, key, value) of a file; what an alias repeats comes once."""
    for key, value in _children(node):
        inner = (*path, key.value if key is not None else "-")
        yield inner, key, value
        if value.start_mark.index not in seen:
            seen.add(value.start_mark.index)
            yield from _walk(value, inner, seen)


def _is_free_name(path: tuple[str, ...]) -> bool:
    """Names of strategies are the user's own."""
    return len(path) == 2 and path[0] == "strategies"


def _replacement(value: Any, kind: str) -> str:
    """Text of the wrong kind that leaves the rest of the file as it was."""
    anchor = f"&{value.anchor} " if value.anchor else ""
    block = value.end_mark.column if value.end_mark.line > value.start_mark.line else None
    return anchor + kind + ("" if block is None else "\n" + " " * block)


def _mistakes_at(file: str, text: str, path: tuple[str, ...], key: Any, value: Any) -> Iterator[Mistake]:
    where = (key if key is not None else value).start_mark
    start, end = value.start_mark.index, value.end_mark.index
    place = (value.start_mark.line + 1, value.start_mark.column + 1)

    def mistake(kind: str, wrong: str, start: int = start, end: int = end) -> Mistake:
        return Mistake(file, where.line + 1, kind, ".".join(path), start, end, wrong, place)

    if key is not None and not _is_free_name(path):
        yield mistake("misspelt", key.value + "_q", key.start_mark.index, key.end_mark.index)
    is_alias = key is not None and start < key.start_mark.index
    if is_alias or ANCHOR.search(text, start + 1, end):  # what an alias needs elsewhere must stay
        return
    yield mistake("mistyped", _replacement(value, "[[]]" if isinstance(value, ScalarNode) else "'wrong'"))
    if isinstance(value, ScalarNode) and str(value.tag).endswith((":int", ":float")):
        yield from (mistake(kind, wrong) for kind, wrong in WRONG_NUMBERS.items())
    elif isinstance(value, ScalarNode) and str(value.tag).endswith(":str") and path[-1] not in FREE_TEXT:
        yield mistake("unknown word", value.value + "_q")


def _mistakes(file: Path) -> list[Mistake]:
    """All mistakes of one file."""
    text = file.read_text(encoding="utf-8")
    found = _walk(YAML(typ="safe", pure=True).compose(text), (), set())
    return [mistake for path, key, value in found for mistake in _mistakes_at(file.name, text, path, key, value)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped scenarios, in which one file at a time is spoilt."""
    copy = tmp_path_factory.mktemp("scenarios")
    for file in FILES:
        shutil.copy(file, copy / file.name)
    return copy


def _with(node: Node, place: tuple[int, int], value: object) -> Node:
    """A tree with another single value at one line and column."""
    if isinstance(node.value, dict):
        return replace(node, value={key: _with(inner, place, value) for key, inner in node.value.items()})
    if isinstance(node.value, tuple):
        return replace(node, value=tuple(_with(inner, place, value) for inner in node.value))
    return replace(node, value=value) if (node.place.line, node.place.column) == place else node


class QuickReader:
    """Reads each file once, and spoils one single value of one file in its tree: parsing the text anew each time is slow."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.trees: dict[Path, Node] = {}
        self.spoil: Callable[[Node], Node] = lambda tree: tree

    def __call__(self, path: Path, shown: str) -> Node:
        if path not in self.trees:
            self.trees[path] = source.read_tree(path, shown)
        return self.spoil(self.trees[path]) if path == self.file else self.trees[path]

    def forget(self) -> None:
        """Read the spoilt file anew the next time."""
        self.trees.pop(self.file, None)


def _complaint(mistake: Mistake, file: Path) -> str:
    """What is wrong with the error for a mistake; empty if nothing is."""
    try:
        load_scenario(file)
    except ScenarioError as error:
        message = error.message
        told = "expected" in message and "found" in message and "\n" not in message
        if (error.file, error.line) != (str(file), mistake.line) or not error.column or not told:
            return f"{mistake}: {error}"
        return ""
    return f"{mistake}: accepted"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_mistake_gives_one_error_at_its_line(file: Path, kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = file.read_text(encoding="utf-8")
    spoilt = folder / file.name
    reader = QuickReader(spoilt)
    monkeypatch.setattr(layers, "read_tree", reader)
    mistakes = [mistake for mistake in _mistakes(file) if mistake.kind == kind]
    complaints = []
    for mistake in mistakes:
        if kind in OF_SINGLE_VALUES:
            reader.spoil = partial(_with, place=mistake.place, value=YAML(typ="safe", pure=True).load(mistake.text))
        else:
            spoilt.write_text(text[: mistake.start] + mistake.text + text[mistake.end :], encoding="utf-8")
            reader.forget()
        complaints.append(_complaint(mistake, spoilt))
    spoilt.write_text(text, encoding="utf-8")
    assert mistakes
    assert not any(complaints), "\n".join(filter(None, complaints))


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_ends_a_command_with_exit_code_2_at_its_line(kind: str, command: str, folder: Path, tmp_path: Path) -> None:
    """In the middle of the main scenario; nothing is written, and nothing that looks like the inside of the program is shown."""
    file = SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml"
    mistakes = [mistake for mistake in _mistakes(file) if mistake.kind == kind]
    mistake, text = mistakes[len(mistakes) // 2], file.read_text(encoding="utf-8")
    spoilt = folder / f"spoilt_{command}_{kind.replace(' ', '_')}.yaml"
    spoilt.write_text(text[: mistake.start] + mistake.text + text[mistake.end :], encoding="utf-8")
    place = tmp_path / "out"
    told = CliRunner().invoke(app, [command, str(spoilt), *(["--out", str(place)] if command == "run" else [])])
    spoilt.unlink()
    assert told.exit_code == 2
    assert re.search(rf"{re.escape(str(spoilt))}:{mistake.line}:\d+: expected", told.stderr.replace("\n", "")), told.stderr
    assert "Traceback" not in told.stderr
    assert not place.exists()


def test_the_mistakes_cover_all_files() -> None:
    assert len(FILES) >= 18
    assert sum(len(_mistakes(file)) for file in FILES) > 2000


def test_an_unspoilt_copy_loads(folder: Path) -> None:
    """The change of the text is what is wrong, not the copy."""
    for file in FILES:
        assert load_scenario(folder / file.name) == load_scenario(file)
