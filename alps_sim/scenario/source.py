"""A YAML file as a tree whose every key and value knows where it stands.

The tree is made from the parser's nodes, before any value is built, so that line and column survive merging of files and a
duplicate or empty key is seen. Only plain mappings, lists and scalars are accepted.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from alps_sim.scenario.errors import ScenarioError

_NULL: Final = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class Place:
    """File, line and column (from 1) at which a word stands; line 0 for a setting of the command line."""

    file: str
    line: int
    column: int

    def error(self, message: str) -> ScenarioError:
        """An error that points here."""
        return ScenarioError(message, self.file, self.line or None, self.column or None)


@dataclass(frozen=True)
class Node:
    """A value with its place.

    Attributes
    ----------
    value
        A scalar, a dict of Nodes or a tuple of Nodes.
    place
        Where the value begins.
    key_place
        Where its key stands, if it has one.
    """

    value: Any
    place: Place
    key_place: Place | None = None

    @property
    def at(self) -> Place:
        """Where an error about this node should point: the key, else the value."""
        return self.key_place or self.place

    @classmethod
    def of(cls, value: Any, place: Place) -> "Node":
        """A tree of plain data, all of it at one place.

        Parameters
        ----------
        value
            Dicts, lists and scalars.
        place
            What errors will name.
        """
        inner: Any = value
        if isinstance(value, dict):
            inner = {key: cls.of(part, place) for key, part in value.items()}
        elif isinstance(value, list | tuple):
            inner = tuple(cls.of(part, place) for part in value)
        return cls(inner, place, place)

    def plain(self) -> Any:
        """The value as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value


def read_tree(path: Path, shown: str, what: str = "a scenario file", begins: str = "name") -> Node:
    """Read one YAML file.

    Parameters
    ----------
    path
        The file.
    shown
        Its name in errors.
    what, begins
        What kind of file it is, and the key with which such a file begins, for errors.

    Returns
    -------
    Node
        Tree of the file's mapping.

    Raises
    ------
    ScenarioError
        If the file is missing, empty, not YAML, no mapping, or has a duplicate key or a key without a value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(f"expected {what}, found no such file; check the path", shown) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"expected a readable UTF-8 text file, found: {error}", shown) from error
    yaml = YAML(typ="safe", pure=True)
    root = _composed(yaml, text, shown)
    if root is None:
        raise ScenarioError(f"expected {what}, found an empty file; start with `{begins}:`", shown, 1, 1)
    tree = _built(yaml, root, shown, ())
    if not isinstance(tree.value, dict):
        raise tree.place.error(f"expected keys with values, `{begins}:` first, found none; is this {what}?")
    return tree


def _composed(yaml: YAML, text: str, shown: str) -> Any:
    try:
        return yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ScenarioError(f"expected YAML, found an error: {error.problem or error.context}", shown, line, column) from error
    except YAMLError as error:
        raise ScenarioError(f"expected YAML, found an error: {error}", shown, 1, 1) from error


def _place(node: Any, shown: str) -> Place:
    return Place(shown, node.start_mark.line + 1, node.start_mark.column + 1)


def _built(yaml: YAML, node: Any, shown: str, inside: tuple[int, ...]) -> Node:
    place = _place(node, shown)
    if id(node) in inside:
        raise place.error("expected a value, found an alias of the mapping it stands in; write the value out")
    if isinstance(node, MappingNode):
        return Node(_mapping(yaml, node, shown, (*inside, id(node))), place)
    if isinstance(node, SequenceNode):
        return Node(tuple(_built(yaml, item, shown, (*inside, id(node))) for item in node.value), place)
    return Node(_scalar(yaml, node, place), place)


def _mapping(yaml: YAML, node: MappingNode, shown: str, inside: tuple[int, ...]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key, value in node.value:
        place = _place(key, shown)
        if not isinstance(key, ScalarNode):
            raise place.error("expected a word as a key, found a list or mapping")
        name = str(key.value)
        if name in found:
            first = found[name].at
            raise place.error(f"expected each key once, found `{name}` again (first on line {first.line}); remove one")
        if isinstance(value, ScalarNode) and value.tag == _NULL:
            raise place.error(f"expected a value for `{name}`, found nothing; write a value or remove the key")
        built = _built(yaml, value, shown, inside)
        found[name] = Node(built.value, built.place, place)
    return found


def _scalar(yaml: YAML, node: ScalarNode, place: Place) -> Any:
    if node.tag == _NULL:
        raise place.error("expected a value, found nothing; write a value or remove the line")
    try:
        return yaml.constructor.construct_object(node)
    except (ConstructorError, ValueError) as error:
        reason = getattr(error, "problem", None) or error
        raise place.error(f"expected a plain value, found '{node.value}': {reason}") from error
