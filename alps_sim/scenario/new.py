"""A scenario to start from: one that stands alone, every key explained, or a short one over another scenario."""

import json
import os
import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from alps_sim.evidence.ledger import load_ledger
from alps_sim.evidence.readings import reading_parameters
from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.layers import read_extended, read_layers
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.schema import Name, Scenario

TEMPLATE: Final = Path(__file__).parent / "new_scenario.yaml"
"""Itself a scenario."""
_TEMPLATE_NAME: Final = TEMPLATE.stem
_ANOTHER: Final = "another_strategy"
_WIDTH: Final = 110
_PREVENTION: Final = {"uptake": 0.95, "adherence": 0.9}
_EXAMPLES: Final = ("opsi_fatality_probability", "flare_rate_young_per_year", "infection_frailty_variance")
"""Parameters that every scenario reads; the first that has the ledger's value is the example."""


def new_scenario(name: str, place: Path) -> str:
    """Text of a scenario that stands alone: two strategies, small enough to run at once, every key with its unit and words.

    Parameters
    ----------
    name
        Of the scenario.
    place
        The file it will be in, as the user gave it.

    Raises
    ------
    ScenarioError
        If the name is none for a scenario.
    """
    _check_name(name)
    text = TEMPLATE.read_text(encoding="utf-8").replace(TEMPLATE.name, _shown(place))
    line = re.compile(rf"^name: {_TEMPLATE_NAME}( *)(?=#)", re.MULTILINE)
    return line.sub(lambda found: f"name: {_scalar(name)}".ljust(len(found.group()) - 2) + "  ", text)


def new_layer(name: str, place: Path, base: Path) -> str:
    """Text of a scenario that extends another and keeps all of it, with what to change in comments.

    Parameters
    ----------
    name
        Of the scenario.
    place
        The file it will be in, as the user gave it.
    base
        Scenario file to be extended.

    Raises
    ------
    ScenarioError
        If the name is none for a scenario or that of the other, or the other is not as it should be.
    """
    _check_name(name)
    scenario = load_scenario(base)
    if scenario.name == name:
        found = f"found '{name}' again"
        raise ScenarioError(f"expected another name than that of {base}, {found}; both would write into one folder of results", "NAME")
    link = Path(os.path.relpath(base.resolve(), place.parent.resolve())).as_posix()
    head = f"""\
        # What is said here, and all else as in {link}
        # ({_one_line(scenario.title)}).
        #
        # `alps-sim check {_shown(place)}` tells in words what this file would run;
        # `alps-sim diff {_shown(base)} {_shown(place)}` tells what it changes;
        # `alps-sim run {_shown(place)}` runs it.
        #
        # Parts that are commented out are examples: uncomment all their lines, or take the `#` of each away, to use them.
        """
    parts = [
        textwrap.dedent(head),
        f"extends: {_scalar(link)}",
        f"name: {_scalar(name)}\n",
        "# What the report is headed with; as in the other file if not said.\n#",
        "#title: One line\n#description: What is asked and for whom.\n",
        _parameter_example(scenario),
        _strategy_example(scenario, base),
    ]
    return "\n".join(parts)


def _check_name(name: str) -> None:
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError:
        plain = re.sub(r"[^a-z0-9_]+", "_", name.lower().removesuffix(".yaml")).strip("_0123456789")[:60]
        expected = "expected a name of at most 60 small letters, digits and underscores that begins with a letter"
        raise ScenarioError(f"{expected}, found '{name}'; for example `{plain or 'my_scenario'}`", "NAME") from None


def _parameter_example(scenario: Scenario) -> str:
    """How to change a parameter, within what is plausible and away from its value."""
    ledger = load_ledger()
    changed = {*reading_parameters(scenario.readings), *scenario.parameters}
    name = next((name for name in _EXAMPLES if name not in changed), _EXAMPLES[0])
    known = ledger[name]
    value = float(f"{(scenario.parameter_values(ledger)[name] + known.high) / 2:.2g}")
    return textwrap.dedent(f"""\
        # Another value of a parameter, in the unit that `alps-sim evidence {name}` shows ({known.unit}; plausible
        # {known.low:g} to {known.high:g}). It is the same in every draw, unless a `distribution` is said, such as
        # lognormal(median={value:g}, sigma=0.2).
        #
        #parameters:
        #  {name}: {{value: {value:g}, note: why it differs}}
        """)


def _strategy_example(scenario: Scenario, base: Path) -> str:
    """How to add a strategy: the comparator's, with better prevention, as far as it is not what every strategy shares."""
    tree = read_extended(base).plain()
    name = _free(_ANOTHER, tree["strategies"])
    whole: dict[str, Any] = read_layers(base, tuple(Scenario.model_fields)).plain()["strategies"][scenario.comparator]
    shared = tree.get("every_strategy", {})
    described = {"description": f"As {scenario.comparator} but with better prevention without a spleen."}
    own = described | {key: value for key, value in whole.items() if shared.get(key) != value and key != "description"}
    own |= {"prevention": _PREVENTION}
    rest = ["# What it does not say is what all strategies share."] if shared else []
    lines = [
        f"# Another strategy: here {scenario.comparator} with better prevention of sepsis without a spleen.",
        *rest,
        "#",
        *_kept(name, tree.get("only_strategies")),
        "#strategies:",
        f"#  {name}:",
        *(f"#    {line}" for line in _block(own)),
    ]
    return "\n".join(lines) + "\n"


def _kept(name: str, only: Sequence[str] | None) -> list[str]:
    """Where only some strategies are kept, the new one must be among them."""
    return [f"#only_strategies: [{', '.join([*only, name])}]"] if only else []


def _free(name: str, taken: Sequence[str]) -> str:
    return next(found for found in (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3))) if found not in taken)


def _block(mapping: Mapping[str, Any]) -> list[str]:
    """A mapping as lines of YAML, what fits in one line; the entries of lists of mappings are always apart."""
    lines = []
    for key, value in mapping.items():
        line = f"{key}: {_flow(value)}"
        entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
        if entries:
            lines += [f"{key}:", *(f"  {inner}" for entry in entries for inner in _entry(entry))]
        elif isinstance(value, dict) and len(line) > _WIDTH:
            lines += [f"{key}:", *(f"  {inner}" for inner in _block(value))]
        else:
            lines.append(line)
    return lines


def _entry(entry: Mapping[str, Any]) -> list[str]:
    """An entry of a list as lines of YAML."""
    if len(line := f"- {_flow(entry)}") <= _WIDTH:
        return [line]
    return [("  " if place else "- ") + line for place, line in enumerate(_block(entry))]


def _flow(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value) if isinstance(value, str) else json.dumps(value)


def _scalar(text: str) -> str:
    """A text as a plain scalar if YAML would read it as that text, else in quotes."""
    plain = re.fullmatch(r"[A-Za-z0-9_./-]+( [A-Za-z0-9_./-]+)*", text) and YAML(typ="safe", pure=True).load(text) == text
    return text if plain else json.dumps(text)


def _shown(path: Path) -> str:
    """A path as it is written in a command."""
    return shlex.quote(str(path))


def _one_line(text: str) -> str:
    return " ".join(text.split())
