"""Every key of every shipped scenario misspelt, every value mistyped or out of range: one clear error at its line."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from alps_sim.scenario import layers, source
from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.source import Node

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
KINDS = ("misspelt", "mistyped", "negative", "huge", "with unit", "unknown word")
FREE_TEXT = {"title", "description", "note", "source", "name"}
"""Texts that may say anything; they are mistyped, but cannot be misspelt."""


@dataclass(frozen=True)
class Mistake:
    """One change of a file's text, and the line at which the error must point."""

    file: str
    line: int
    start: int
    end: int
    text: str
    kind: str
    name: str

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


def _mistakes_at(file: str, path: tuple[str, ...], key: Any, value: Any) -> Iterator[Mistake]:
    where = key if key is not None else value
    line = where.start_mark.line + 1
    name = ".".join(path)
    if key is not None and not _is_free_name(path):
        yield Mistake(file, line, key.start_mark.index, key.end_mark.index, key.value + "_q", "misspelt", name)
    is_alias = key is not None and value.start_mark.line < key.start_mark.line
    if is_alias:
        return
    start, end = value.start_mark.index, value.end_mark.index
    wrong = "[[]]" if isinstance(value, ScalarNode) else "'wrong'"
    yield Mistake(file, line, start, end, _replacement(value, wrong), "mistyped", name)
    if isinstance(value, ScalarNode) and value.tag.endswith((":int", ":float")):
        yield Mistake(file, line, start, end, "-1", "negative", name)
        yield Mistake(file, line, start, end, "1.0e+30", "huge", name)
        yield Mistake(file, line, start, end, "5 years", "with unit", name)
    elif isinstance(value, ScalarNode) and value.tag.endswith(":str") and path[-1] not in FREE_TEXT:
        yield Mistake(file, line, start, end, value.value + "_q", "unknown word", name)


def _mistakes(file: Path) -> list[Mistake]:
    """All mistakes of one file."""
    root = YAML(typ="safe", pure=True).compose(file.read_text(encoding="utf-8"))
    return [mistake for path, key, value in _walk(root, (), set()) for mistake in _mistakes_at(file.name, path, key, value)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped scenarios, in which one file at a time is spoilt."""
    copy = tmp_path_factory.mktemp("scenarios")
    for file in FILES:
        shutil.copy(file, copy / file.name)
    return copy


@pytest.fixture
def quick_bases(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Read each file that is not spoilt only once, for speed."""
    kept: dict[Path, Node] = {}

    def spoil(name: str) -> None:
        def read(path: Path, shown: str) -> Node:
            if path.name == name or path not in kept:
                kept[path] = source.read_tree(path, shown)
            return kept[path]

        monkeypatch.setattr(layers, "read_tree", read)

    return spoil


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
def test_each_mistake_gives_one_error_at_its_line(file: Path, kind: str, folder: Path, quick_bases: Callable[[str], None]) -> None:
    quick_bases(file.name)
    text = file.read_text(encoding="utf-8")
    spoilt = folder / file.name
    mistakes = [mistake for mistake in _mistakes(file) if mistake.kind == kind]
    complaints = []
    for mistake in mistakes:
        spoilt.write_text(text[: mistake.start] + mistake.text + text[mistake.end :], encoding="utf-8")
        complaints.append(_complaint(mistake, spoilt))
    spoilt.write_text(text, encoding="utf-8")
    assert mistakes
    assert not any(complaints), "\n".join(filter(None, complaints))


def test_the_mistakes_cover_all_files() -> None:
    assert len(FILES) == 8
    assert sum(len(_mistakes(file)) for file in FILES) > 2000


def test_an_unspoilt_copy_loads(folder: Path) -> None:
    """The change of the text is what is wrong, not the copy."""
    for file in FILES:
        assert load_scenario(folder / file.name) == load_scenario(file)
