"""What the schema objects to, told as one error at the place where it stands."""

import difflib
import re
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from alps_sim.scenario.errors import ScenarioError, described
from alps_sim.scenario.patients import DISTRIBUTIONS
from alps_sim.scenario.source import Node, Place

_UNITS: Final = (
    ("mg_per_kg_per_day", "a dose in mg per kg and day"),
    ("per_year", "a rate per year"),
    ("years", "a number of years"),
    ("months", "a number of months"),
    ("weeks", "a number of weeks"),
    ("days", "a number of days"),
    ("share", "a share between 0 and 1"),
    ("shares", "a share between 0 and 1"),
    ("uptake", "a share between 0 and 1"),
    ("adherence", "a share between 0 and 1"),
)
"""Endings of keys, and the unit that a key with this ending tells."""
_NO_KEYS: Final = ("[key]", *DISTRIBUTIONS)
"""Parts of the schema's path to a problem that no file has: a mapping's own keys, and which form of a section is meant."""
_LIMITS: Final = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def scenario_error(error: ValidationError, tree: Node) -> ScenarioError:
    """The first problem in the order of the files, as one error.

    Parameters
    ----------
    error
        What the schema found.
    tree
        The tree that was checked.
    """
    found = [(_place(detail, tree), detail) for detail in _innermost(error.errors(include_url=False))]
    place, detail = min(found, key=lambda pair: (pair[0].file, pair[0].line, pair[0].column))
    return place.error(_message(detail) + _other_name(detail, tree))


def _innermost(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out a list that is too short only because its items are wrong."""
    paths = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if not any(len(path) > len(detail["loc"]) and path[: len(detail["loc"])] == detail["loc"] for path in paths)
    ]


def _place(detail: ErrorDetails, tree: Node) -> Place:
    """Follow the path of a problem as far as the tree goes."""
    path = [part for part in detail["loc"] if part not in _NO_KEYS]
    key = detail.get("ctx", {}).get("key")
    node = tree
    for part in [*path, *([key] if key else [])]:
        inner = _inner(node, part)
        if inner is None:
            break
        node = inner
    return node.at


def _inner(node: Node, part: str | int) -> Node | None:
    if isinstance(node.value, dict):
        found: Node | None = node.value.get(str(part))
        return found
    if isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
        item: Node = node.value[part]
        return item
    return None


def _other_name(detail: ErrorDetails, tree: Node) -> str:
    """A strategy that lacks a key may be meant as another one, misspelt in a layer."""
    path = detail["loc"]
    if detail["type"] != "missing" or len(path) != 3 or path[0] != "strategies":
        return ""
    others = [name for name in tree.value["strategies"].value if name != path[1]]
    near = difflib.get_close_matches(str(path[1]), others, n=1, cutoff=0.8)
    return f", or did you mean `{near[0]}`?" if near else ""


def _message(detail: ErrorDetails) -> str:
    kind, context, path = detail["type"], detail.get("ctx", {}), detail["loc"]
    if kind == "scenario":
        return str(context["message"])
    if kind == "missing":
        return f"expected the key `{path[-1]}` here, found none; add it"
    found, unit, subject = described(detail["input"]), _unit(path), _subject(path)
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        told = f" ({unit})" if unit else ""
        return f"expected {words} {context[name]:g} for {subject}{told}, found {found}; correct the value or its unit"
    return f"expected {_expected(kind, unit, context)} for {subject}, found {found}; {_advice(detail, unit)}"


def _keys(path: tuple[int | str, ...]) -> list[str]:
    """Keys on the way to a problem, the innermost first."""
    return [part for part in reversed(path) if isinstance(part, str) and part not in _NO_KEYS]


def _subject(path: tuple[int | str, ...]) -> str:
    key = next(iter(_keys(path)), "scenario")
    return f"an entry of `{key}`" if path and isinstance(path[-1], int) else f"`{key}`"


def _unit(path: tuple[int | str, ...]) -> str:
    """Unit of a number, by the innermost key that tells it; empty if none does."""
    return next((unit for key in _keys(path) for ending, unit in _UNITS if key.endswith(ending)), "")


def _expected(kind: str, unit: str, context: dict[str, Any]) -> str:
    return {
        "float_type": unit or "a number",
        "finite_number": f"a finite number ({unit})" if unit else "a finite number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "string_type": "a text",
        "string_too_short": "a text that is not empty",
        "string_too_long": f"at most {context.get('max_length')} letters",
        "string_pattern_mismatch": "a name of small letters, digits and underscores, beginning with a letter",
        "bool_type": "true or false",
        "tuple_type": "a list",
        "dict_type": "a mapping of keys",
        "model_type": "a mapping of keys",
        "too_short": f"at least {context.get('min_length')} entries",
        "too_long": f"at most {context.get('max_length')} entries",
    }.get(kind, kind.replace("_", " "))


def _advice(detail: ErrorDetails, unit: str) -> str:
    value = detail["input"]
    if detail["type"] in ("float_type", "int_type") and isinstance(value, str) and re.match(r"\s*-?[0-9]", value):
        return "write the number alone, without quotes" + ("; its unit is part of the key's name" if unit else "")
    if detail["type"] == "string_type" and isinstance(value, int | float):
        return "put it in quotes if it is meant as text"
    return "correct the value"
