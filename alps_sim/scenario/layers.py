"""Scenario files laid over one another: `extends`, what every strategy shares, and the choice of strategies.

Mappings merge key by key, strategies by name; lists, single values and distributions of another form replace what lies beneath.
All is done on trees that keep their places, so an error names the file and line in which the offending word stands.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alps_sim.scenario.errors import described, suggestion
from alps_sim.scenario.patients import form_of
from alps_sim.scenario.source import Node, Place, read_tree
from alps_sim.scenario.words import unknown_key

LAYER_KEYS: Final = ("extends", "every_strategy", "only_strategies")
"""Keys that say how files are laid together; they are gone from the merged tree."""


def read_layers(path: Path, known: Sequence[str]) -> Node:
    """Read a scenario file with all it extends, merged, with every strategy complete.

    Parameters
    ----------
    path
        The scenario file.
    known
        Keys of a scenario, besides those of layers.

    Returns
    -------
    Node
        Tree without the keys `extends`, `every_strategy` and `only_strategies`.

    Raises
    ------
    ScenarioError
        If a file cannot be read, has an unknown key, or `extends` goes in a circle.
    """
    tree = read_extended(path)
    for key, node in tree.value.items():
        if key not in known and key not in LAYER_KEYS:
            raise node.at.error(unknown_key(key, [*known, *LAYER_KEYS]))
    return _chosen(_with_shared(tree))


def read_extended(path: Path) -> Node:
    """Read a scenario file over all it extends, with what every strategy shares still apart.

    Parameters
    ----------
    path
        The scenario file.

    Raises
    ------
    ScenarioError
        If a file cannot be read, or `extends` goes in a circle.
    """
    return _layered(path, ())


def merged(base: Node, over: Node) -> Node:
    """One tree over another: mappings merge key by key, anything else is replaced.

    Parameters
    ----------
    base, over
        The layer beneath and the layer on top.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)) or _form(base) != _form(over):
        return over
    value = dict(base.value)
    for key, node in over.value.items():
        value[key] = merged(value[key], node) if key in value else node
    return Node(value, over.place, over.key_place)


def _form(node: Node) -> str:
    """Which form of a distribution a mapping says, if it is one: another form has other keys and takes the place of the whole."""
    return form_of({key: inner.value for key, inner in node.value.items()})


def _layered(path: Path, above: tuple[Path, ...]) -> Node:
    tree = read_tree(path, str(path))
    if "extends" not in tree.value:
        return tree
    link = tree.value["extends"]
    beneath = _beneath(path, link)
    chain = (*above, path.resolve())
    if beneath.resolve() in chain:
        raise link.at.error(f"expected another file, found '{link.value}', which comes back to this one; break the circle")
    return merged(_layered(beneath, chain), _taken(tree, "extends")[1])


def _beneath(path: Path, link: Node) -> Path:
    if not isinstance(link.value, str):
        raise link.at.error(f"expected the path of a scenario file for `extends`, found {described(link.plain())}")
    beneath = path.parent / link.value
    if not beneath.is_file():
        near = sorted(file.name for file in beneath.parent.glob("*.yaml")) if beneath.parent.is_dir() else []
        raise link.at.error(f"expected a scenario file to extend, found no file '{beneath}'; {suggestion(beneath.name, near)}")
    return beneath


def _with_shared(tree: Node) -> Node:
    """Lay each strategy over what every strategy shares."""
    shared, tree = _taken(tree, "every_strategy")
    strategies = tree.value.get("strategies")
    if shared is None or strategies is None or not isinstance(strategies.value, dict):
        return tree
    if not isinstance(shared.value, dict):
        raise shared.at.error(f"expected a mapping of strategy keys for `every_strategy`, found {described(shared.plain())}")
    complete = {name: _over_shared(shared, node) for name, node in strategies.value.items()}
    if complete and all(isinstance(node.value, dict) for node in complete.values()):
        _refuse_unread("every_strategy", shared, _places(Node(complete, strategies.place)))
    return _with_strategies(tree, complete)


def _taken(tree: Node, key: str) -> tuple[Node | None, Node]:
    """The value of a key, and the tree without it."""
    value = {name: node for name, node in tree.value.items() if name != key}
    return tree.value.get(key), Node(value, tree.place)


def _with_strategies(tree: Node, strategies: dict[str, Node]) -> Node:
    old = tree.value["strategies"]
    return Node({**tree.value, "strategies": Node(strategies, old.place, old.key_place)}, tree.place)


def _over_shared(shared: Node, strategy: Node) -> Node:
    # the strategy keeps its own place, so that what it lacks is reported at its name
    whole = merged(shared, strategy)
    return Node(whole.value, strategy.place, strategy.key_place)


def _refuse_unread(key: str, shared: Node, used: set[Place]) -> None:
    """Refuse a shared value that every strategy replaces: nothing would read it."""
    if isinstance(shared.value, dict):
        for inner, node in shared.value.items():
            _refuse_unread(inner, node, used)
    elif shared.place not in used:
        raise shared.at.error(f"expected a strategy that uses this `{key}`, found that each has its own; remove it here")


def _places(node: Node) -> set[Place]:
    """Places of all single values and lists in a tree."""
    if not isinstance(node.value, dict):
        return {node.place}
    return set().union(*(_places(inner) for inner in node.value.values()))


def _chosen(tree: Node) -> Node:
    """Keep and order the strategies that `only_strategies` names."""
    wanted, tree = _taken(tree, "only_strategies")
    strategies = tree.value.get("strategies")
    if wanted is None or strategies is None or not isinstance(strategies.value, dict):
        return tree
    if not isinstance(wanted.value, tuple) or not wanted.value:
        raise wanted.at.error(f"expected a list of strategy names for `only_strategies`, found {described(wanted.plain())}")
    kept = {_known(node, strategies): strategies.value[node.value] for node in wanted.value}
    return _with_strategies(tree, kept)


def _known(name: Node, strategies: Node) -> str:
    if not isinstance(name.value, str) or name.value not in strategies.value:
        found = described(name.plain())
        raise name.place.error(f"expected the name of a strategy, found {found}; {suggestion(str(name.value), strategies.value)}")
    return name.value
