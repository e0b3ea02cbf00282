"""Settings of the command line or of a caller, laid over a scenario's tree like one more file."""

from collections.abc import Mapping
from typing import Any, Final

from alps_sim.scenario.layers import merged
from alps_sim.scenario.source import Node, Place

RUN_KEYS: Final = ("patients", "seed")
"""Keys of the scenario that a setting may name; all other settings are parameters of the evidence ledger."""


def with_settings(tree: Node, settings: Mapping[str, Any]) -> Node:
    """Lay settings over a tree.

    Parameters
    ----------
    tree
        The scenario's tree.
    settings
        Values by name: `patients`, `seed` or a parameter of the ledger. Texts are read as numbers where they are numbers.

    Returns
    -------
    Node
        The tree with the settings; an error about one of them is named `--set NAME`.
    """
    for name, given in settings.items():
        place = Place(f"--set {name}", 0, 0)
        leaf = Node(_number(given), place, place)
        inner = {name: leaf} if name in RUN_KEYS else {"parameters": Node({name: leaf}, place, place)}
        if name == "patients":
            inner |= _cohorts(tree, leaf)
        tree = merged_leaf(tree, Node(inner, tree.place))
    return tree


def merged_leaf(tree: Node, over: Node) -> Node:
    """Merge, replacing an override with its note by the bare value of a setting, and keeping the places of what lies beneath."""
    whole = merged(tree, over)
    return Node(whole.value, tree.place, tree.key_place)


def _cohorts(tree: Node, patients: Node) -> dict[str, Node]:
    """In a replica another number of patients means another number of cohorts of the same size."""
    replica = tree.value.get("replica")
    size = replica.value.get("size") if replica is not None and isinstance(replica.value, dict) else None
    count = patients.value
    if size is None or not isinstance(size.value, int) or not isinstance(count, int) or size.value < 1 or count % size.value:
        return {}
    cohorts = Node(count // size.value, patients.place, patients.place)
    return {"replica": Node({"cohorts": cohorts}, replica.place, replica.key_place)}


def _number(given: Any) -> Any:
    """A number written as text, as on a command line, as a number."""
    if not isinstance(given, str):
        return given
    for kind in (int, float):
        try:
            return kind(given)
        except ValueError:
            continue
    return given
