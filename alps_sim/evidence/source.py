"""YAML of the evidence as a tree whose every value knows its file and line.

The tree is made from the parser's nodes without building Python values first, so line numbers survive and a duplicate key is
seen; only mappings, lists, texts, numbers, true and false are accepted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ruamel.yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from alps_sim.caches import cache_base
from alps_sim.evidence.errors import EvidenceError, suggestion
from alps_sim.evidence.parsed import parsed

FOLDER: Final = Path(__file__).parent
"""Where the evidence lives."""

_SCALARS: Final[Mapping[str, Callable[[str], Any]]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
}


@dataclass(frozen=True, slots=True)
class Located:
    """A value of a file with its place.

    Attributes
    ----------
    value
        A text, number or truth value, a dict of Located, or a tuple of Located.
    file
        Name in errors.
    line
        Line on which the value, or its key, stands, counted from 1.
    """

    value: Any
    file: str
    line: int

    def error(self, message: str) -> EvidenceError:
        """An error that points here."""
        return EvidenceError(message, self.file, self.line)

    def plain(self) -> Any:
        """The value as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        return self.value

    def mapping(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, "Located"]:
        """The value as a mapping with exactly these keys.

        Raises
        ------
        EvidenceError
            If it is no mapping, or a key is missing or unknown.
        """
        found = self.table()
        for key, item in found.items():
            if key not in required and key not in optional:
                raise item.error(f"expected one of the known keys, found `{key}`; {suggestion(key, required + optional)}")
        for key in required:
            if key not in found:
                raise self.error(f"expected the key `{key}`, found none; add it")
        return found

    def table(self) -> dict[str, "Located"]:
        """The value as a mapping with any keys."""
        if not isinstance(self.value, dict):
            raise self.error(f"expected keys with values, found {self.value!r}")
        return self.value

    def items(self) -> tuple["Located", ...]:
        """The value as a list."""
        if not isinstance(self.value, tuple):
            raise self.error(f"expected a list, found {self.value!r}")
        return self.value

    def text(self) -> str:
        """The value as a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f"expected a text, found {self.value!r}")
        return self.value

    def number(self) -> float:
        """The value as a finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not abs(self.value) < 1e300:
            raise self.error(f"expected a number, found {self.value!r}")
        return float(self.value)


def shown_name(path: Path) -> str:
    """Name of a file in errors: from the package's folder on, or the file's own name if it lies elsewhere."""
    root = FOLDER.parent.parent
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def read_source(path: Path) -> Located:
    """Read one YAML file; those of the package are kept as parsed.

    Returns
    -------
    Located
        Tree of the file.

    Raises
    ------
    EvidenceError
        If it is not YAML, is empty, has a duplicate key or an empty value.
    """
    shown, text = shown_name(path), path.read_text(encoding="utf-8")
    if not path.is_relative_to(FOLDER):
        return _parsed(text, shown)
    identity = "\0".join((ruamel.yaml.__version__, Path(__file__).read_text(encoding="utf-8"), text))
    return _of_json(parsed(cache_base() / "evidence", identity, lambda: _as_json(_parsed(text, shown))), shown)


def _parsed(text: str, shown: str) -> Located:
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise EvidenceError(f"expected YAML, found an error: {error.problem}", shown, mark.line + 1 if mark else 1) from error
    if root is None:
        raise EvidenceError("expected entries, found an empty file", shown, 1)
    return _built(root, shown, root.start_mark.line + 1)


def _as_json(tree: Located) -> list[Any]:
    """Line and value of each node: a mapping as an object, a list as an array of nodes."""
    if isinstance(tree.value, dict):
        return [tree.line, {key: _as_json(item) for key, item in tree.value.items()}]
    return [tree.line, [_as_json(item) for item in tree.value] if isinstance(tree.value, tuple) else tree.value]


def _of_json(node: list[Any], file: str) -> Located:
    line, value = node
    if isinstance(value, dict):
        return Located({key: _of_json(item, file) for key, item in value.items()}, file, line)
    return Located(tuple(_of_json(item, file) for item in value) if isinstance(value, list) else value, file, line)


def _built(node: Any, file: str, line: int) -> Located:
    if isinstance(node, MappingNode):
        return Located(_mapping(node, file), file, line)
    if isinstance(node, SequenceNode):
        return Located(tuple(_built(item, file, item.start_mark.line + 1) for item in node.value), file, line)
    convert = _SCALARS.get(str(node.tag))
    if convert is None:
        raise EvidenceError(f"expected a text, a number, true or false, found '{node.value}'", file, line)
    try:
        return Located(convert(node.value), file, line)
    except ValueError:
        raise EvidenceError(f"expected a number written in decimal digits, found '{node.value}'", file, line) from None


def _mapping(node: MappingNode, file: str) -> dict[str, Located]:
    found: dict[str, Located] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            raise EvidenceError("expected a word as a key, found a list or mapping", file, line)
        if key.value in found:
            raise EvidenceError(f"expected each key once, found `{key.value}` again; first on line {found[key.value].line}", file, line)
        found[str(key.value)] = _built(value, file, line)
    return found
