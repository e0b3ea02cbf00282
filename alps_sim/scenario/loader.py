"""From a scenario file to a checked scenario, or to one error at the place of the mistake."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alps_sim.evidence.ledger import load_ledger
from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.layers import read_layers
from alps_sim.scenario.messages import scenario_error
from alps_sim.scenario.overrides import check_overrides
from alps_sim.scenario.references import resolve_references
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.settings import with_settings
from alps_sim.scenario.source import Node, Place


def load_scenario(path: str | Path, settings: Mapping[str, Any] | None = None) -> Scenario:
    """Read, merge and check a scenario file.

    Parameters
    ----------
    path
        The YAML file.
    settings
        Values laid over the file: `patients`, `seed` or parameters of the evidence ledger, by name.

    Returns
    -------
    Scenario
        The scenario, complete, with what it extends merged in.

    Raises
    ------
    ScenarioError
        At the first mistake, with file, line and column: an unknown or duplicate key, a wrong type or range, a missing key, an
        empty or unreadable file, a circle of `extends`, an unknown parameter, reading or strategy, an
        override nothing reads.
    """
    written = with_settings(read_layers(Path(path), tuple(Scenario.model_fields)), settings or {})
    tree, references = resolve_references(written, load_ledger())
    scenario = _validated(tree).with_references(references)
    _refuse_inherited_name(tree, str(path))
    check_overrides(scenario, tree)
    return scenario


def changed(scenario: Scenario, settings: Mapping[str, Any]) -> Scenario:
    """A scenario with settings laid over it, checked as one of a file is.

    Parameters
    ----------
    scenario
        As loaded.
    settings
        As of `load_scenario`.

    Raises
    ------
    ScenarioError
        At the first mistake.
    """
    tree = with_settings(Node.of(scenario.model_dump(mode="json"), Place(scenario.name, 0, 0)), settings)
    over = _validated(tree).with_references(scenario.references)
    check_overrides(over, tree)
    return over


def _validated(tree: Node) -> Scenario:
    try:
        return Scenario.model_validate(tree.plain())
    except ValidationError as error:
        raise scenario_error(error, tree) from None


def _refuse_inherited_name(tree: Node, shown: str) -> None:
    """Each file has its own name, or two scenarios would write into one folder."""
    name = tree.value["name"]
    if name.place.file != shown:
        found = f"found only '{name.value}' of {name.place.file}"
        raise ScenarioError(f"expected `name` in this file, {found}; give each scenario its own name", shown, 1, 1)
