"""Numbers of a scenario that the evidence ledger gives: `uptake: from_ledger nih_splenectomy_uptake`.

What a scenario says about a study (who was operated on, how long it followed its patients) may be as uncertain as what the ledger
says about the disease. Such a number is named instead of written, and so is drawn and fitted like any other parameter.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from pydantic import BaseModel

from alps_sim.evidence.ledger import Ledger
from alps_sim.scenario.errors import suggestion
from alps_sim.scenario.source import Node

Path = tuple[str | int, ...]
"""Keys and places in lists from the scenario down to a number, in the words of the file."""
Reference = tuple[Path, str]
"""Where a number stands, and the parameter that gives it."""

WORD: Final = "from_ledger "


def resolve_references(tree: Node, ledger: Ledger) -> tuple[Node, tuple[Reference, ...]]:
    """Put the ledger's base values where a scenario names parameters.

    Parameters
    ----------
    tree
        The scenario's tree.
    ledger
        The evidence ledger.

    Returns
    -------
    tuple
        The tree with numbers, and where they came from.

    Raises
    ------
    ScenarioError
        If a name is not a parameter, or a parameter is set to another one.
    """
    found: list[Reference] = []
    return _resolved(tree, ledger, (), found), tuple(found)


def _resolved(node: Node, ledger: Ledger, path: Path, found: list[Reference]) -> Node:
    if isinstance(node.value, dict):
        inner = {key: _resolved(child, ledger, (*path, key), found) for key, child in node.value.items()}
        return Node(inner, node.place, node.key_place)
    if isinstance(node.value, tuple):
        items = tuple(_resolved(child, ledger, (*path, place), found) for place, child in enumerate(node.value))
        return Node(items, node.place, node.key_place)
    if not (isinstance(node.value, str) and node.value.startswith(WORD)):
        return node
    name = node.value.removeprefix(WORD).strip()
    if path and path[0] == "parameters":
        raise node.place.error(f"expected a number for `{path[1]}`, found `from_ledger {name}`; one parameter cannot stand for another")
    if name not in ledger.parameters:
        raise node.place.error(
            f"expected a parameter of the ledger after `from_ledger`, found `{name}`; {suggestion(name, ledger.parameters)}"
        )
    found.append((path, name))
    return Node(ledger[name].value, node.place, node.key_place)


def with_values(section: BaseModel, references: tuple[Reference, ...], values: Mapping[str, float]) -> BaseModel:
    """A section with the numbers that the ledger gives set to other values of it.

    Parameters
    ----------
    section
        The scenario.
    references
        Of `resolve_references`; those into parts that the scenario no longer has are passed over.
    values
        Value of each parameter by name.
    """
    changed: BaseModel = _set(section, _tree(references), values)
    return changed


@lru_cache(maxsize=64)
def _tree(references: tuple[Reference, ...]) -> Mapping[str | int, Any]:
    """References by the keys of their paths, so that each part of a scenario is copied once: path by path it took three times as long."""
    tree: dict[str | int, Any] = {}
    for path, name in references:
        branch = tree
        for key in path[:-1]:
            branch = branch.setdefault(key, {})
        branch[path[-1]] = name
    return tree


def _set(part: Any, branch: Mapping[str | int, Any] | str, values: Mapping[str, float]) -> Any:
    """A copy of a part with the numbers set that a branch of `_tree` names."""
    if isinstance(branch, str):
        return values[branch]
    if part is None or not branch:
        return part
    if isinstance(part, BaseModel):
        fields = _fields(type(part))
        named = {fields[str(key)]: inner for key, inner in branch.items()}
        return part.model_copy(update={field: _set(getattr(part, field), inner, values) for field, inner in named.items()})
    if isinstance(part, dict):
        return {key: _set(inner, branch.get(key, {}), values) for key, inner in part.items()}
    return tuple(_set(inner, branch.get(place, {}), values) for place, inner in enumerate(part))


@cache
def _fields(kind: type[BaseModel]) -> Mapping[str, str]:
    """Names of fields by the keys of the file that fill them, which are their own or an alias."""
    own = {name: name for name in kind.model_fields}
    return own | {field.alias: name for name, field in kind.model_fields.items() if field.alias}
