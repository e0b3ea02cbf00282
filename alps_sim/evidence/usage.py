"""Where each parameter of the ledger is read, found by reading the package's own source.

A use is an attribute of that name (`world.parameters.opsi_shape`), a text that is the name, or a text with gaps that the name fits
(`f"drug.{agent}.{field}"`, or `prefix + "dose_mg"` where the prefix is such a text). Docstrings and comments are no uses. A scenario
that is shipped beside the package uses what it names after `from_ledger`.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from alps_sim.evidence.source import FOLDER, shown_name

PACKAGE: Final = FOLDER.parent

READERS_OF_EVIDENCE: Final = ("evidence/tables.py",)
DECLARATIONS: Final = ("rules/world.py", "rules/accounts.py", "scenario/overrides.py")

SCENARIOS: Final = PACKAGE.parent / "scenarios"
"""Shipped beside the package in its repository; an installed package has none."""

PREFIXES: Final = ("drug.",)
"""Beginnings of names whose last part is read by itself, as a field of each agent."""

_PARAMETERS: Final = "parameters"
_FROM_LEDGER: Final = re.compile(r"\bfrom_ledger ([a-z0-9_.]+)")
_LEAST_TEXT: Final = 6
"""Letters that a text with gaps must have of its own before it is taken for a pattern of names."""


@dataclass(frozen=True, order=True)
class Use:
    """A place in the source where a parameter is read.

    Attributes
    ----------
    file
        Relative to the folder that holds the package.
    line
        Counted from 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class _Mentions:
    """What a module mentions: whole words with their lines, and texts with gaps as patterns."""

    words: Mapping[str, tuple[Use, ...]]
    patterns: tuple[tuple[re.Pattern[str], Use], ...]


def source_files(package: Path = PACKAGE) -> tuple[Path, ...]:
    """Python files of the package that may read a parameter, in order of their names.

    Left out are the evidence itself, apart from its tables, and what only declares or checks names.
    """
    found = []
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package)
        is_table = place.as_posix() in READERS_OF_EVIDENCE
        if is_table or (place.parts[0] != "evidence" and place.as_posix() not in DECLARATIONS):
            found.append(path)
    return tuple(found)


def uses_of(name: str) -> tuple[Use, ...]:
    """Places where the package reads a parameter, in order of file and line.

    Parameters
    ----------
    name
        A ledger name.
    """
    return find_uses([name])[name]


def find_uses(names: Iterable[str], files: tuple[Path, ...] | None = None) -> dict[str, tuple[Use, ...]]:
    """Places where parameters are read.

    Parameters
    ----------
    names
        Ledger names.
    files
        Python and scenario files to look in; the package's own and the shipped scenarios if not given.

    Returns
    -------
    dict
        Places by name, in order of file and line; empty for a parameter that nothing reads.
    """
    found = _mentions(files if files is not None else (*source_files(), *sorted(SCENARIOS.glob("*.yaml"))))
    return {name: tuple(sorted(set(_matching(name, found)))) for name in names}


def attribute_reads(files: Iterable[Path]) -> dict[str, Use]:
    """Attributes read from a parameter record, with the first place of each.

    Counted are `parameters.x`, `anything.parameters.x`, and `y.x` where the same function has `y = anything.parameters`.

    Parameters
    ----------
    files
        Python files.
    """
    found: dict[str, Use] = {}
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for scope in ast.walk(tree):
            if isinstance(scope, ast.FunctionDef):
                for attribute in _record_attributes(scope):
                    found.setdefault(attribute.attr, Use(shown_name(path), attribute.lineno))
    return found


def _record_attributes(scope: ast.FunctionDef) -> Iterator[ast.Attribute]:
    records = {_PARAMETERS} | {
        target.id
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and node.value.attr == _PARAMETERS
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(scope):
        if isinstance(node, ast.Attribute):
            owner = node.value
            if (isinstance(owner, ast.Name) and owner.id in records) or (isinstance(owner, ast.Attribute) and owner.attr == _PARAMETERS):
                yield node


def _matching(name: str, found: _Mentions) -> Iterator[Use]:
    yield from found.words.get(name, ())
    if name.startswith(PREFIXES):
        yield from found.words.get(name.rpartition(".")[2], ())
    for pattern, use in found.patterns:
        if pattern.fullmatch(name):
            yield use


@lru_cache(maxsize=4)
def _mentions(files: tuple[Path, ...]) -> _Mentions:
    words: dict[str, list[Use]] = {}
    patterns: list[tuple[re.Pattern[str], Use]] = []
    for path in files:
        if path.suffix == ".yaml":
            for name, use in _named_in_scenario(path):
                words.setdefault(name, []).append(use)
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        skipped = {id(node) for node in _silent(tree)}
        for node in ast.walk(tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.JoinedStr):
                pattern = _pattern(node)
                if pattern is not None:
                    patterns.append((pattern, Use(shown_name(path), node.lineno)))
            elif (word := _word(node)) is not None:
                words.setdefault(word, []).append(Use(shown_name(path), node.lineno))  # type: ignore[attr-defined]
    return _Mentions({word: tuple(places) for word, places in words.items()}, tuple(patterns))


def _named_in_scenario(path: Path) -> Iterator[tuple[str, Use]]:
    """Parameters that a scenario file names after `from_ledger`."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in _FROM_LEDGER.finditer(line.partition("#")[0]):
            yield match[1], Use(shown_name(path), number)


def _word(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _silent(tree: ast.AST) -> Iterator[ast.AST]:
    """Texts that stand alone (docstrings), and the parts of texts with gaps."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from node.values


def _pattern(node: ast.JoinedStr) -> re.Pattern[str] | None:
    texts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
    if sum(len(str(text)) for text in texts if text is not None) < _LEAST_TEXT or not _is_name_like(texts):
        return None
    return re.compile("".join("[a-z0-9_.]+" if text is None else re.escape(str(text)) for text in texts))


def _is_name_like(texts: Sequence[object]) -> bool:
    return all(text is None or re.fullmatch(r"[a-z0-9_.]+", str(text)) is not None for text in texts)
