"""Numbers that do not compare from strategy to strategy, and the mark and the footnote that say so beside them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from alps_sim.scenario.strategy import Strategy

MARK: Final = "*"
"""Stands beside a number that does not compare with those of the other strategies."""

Unlike = Mapping[str, frozenset[str]]
"""By outcome, the strategies whose number counts something else than that of the others."""

NOTHING_UNLIKE: Final[Unlike] = MappingProxyType({})


def unlike(strategies: Mapping[str, "Strategy"]) -> dict[str, frozenset[str]]:
    """By outcome, the strategies whose number does not compare with that of the others.

    Treatment failure is the next treatment after those that a strategy intends. Where none is intended, none can fail, and only a
    rescue or a death is counted.

    Parameters
    ----------
    strategies
        Of the scenario, by name.
    """
    without = frozenset(name for name, strategy in strategies.items() if strategy.intended_treatments == 0)
    return {"treatment_failure": without} if without else {}


def compares(outcome: str, strategy: str, other: str, found: Unlike) -> bool:
    """Whether an outcome counts the same under two strategies.

    Parameters
    ----------
    outcome, strategy, other
        Identifiers.
    found
        Of `unlike`.
    """
    names = found.get(outcome, frozenset())
    return (strategy in names) == (other in names)


def comparing(strategies: Mapping[str, "Strategy"]) -> Callable[[str, str, str], bool]:
    """From an outcome and two of the strategies to whether the outcome counts the same under both.

    Parameters
    ----------
    strategies
        Of the scenario, by name.
    """
    found = unlike(strategies)
    return lambda outcome, strategy, other: compares(outcome, strategy, other, found)


def footnote(outcome: str, found: Unlike, named: Callable[[str], str] = str) -> str:
    """What the mark beside an outcome means; empty if the outcome compares.

    Parameters
    ----------
    outcome
        Identifier.
    found
        Of `unlike`.
    named
        How a strategy is called.
    """
    if outcome not in found:
        return ""
    names = " and ".join(named(name) for name in sorted(found[outcome]))
    return (
        f"{MARK} No long-term agent or splenectomy is intended under {names}: failure is the first one begun all the same, as a rescue, "
        "or death from cytopenia, and does not compare with the failure of a treatment that was intended."
    )
