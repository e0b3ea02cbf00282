"""What readings change in the strategies that are compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from alps_sim.scenario.strategy import INTRAVENOUS, Strategy


@dataclass(frozen=True)
class StrategyChange:
    """One number that a reading puts into strategies.

    Attributes
    ----------
    put
        A strategy with the number in it; the same strategy if it has no place for it.
    words
        The number in words, for a scenario that it leaves as it is; `{}` stands for it.
    """

    put: Callable[[Strategy, float], Strategy]
    words: str


def _with_pulse_days(strategy: Strategy, days: float) -> Strategy:
    """Intravenous pulses last so many days; where a severe flare has days of its own, these stay."""
    ladder = tuple(step.model_copy(update={"days": days}) if step.treatment == INTRAVENOUS else step for step in strategy.acute_ladder)
    return strategy.model_copy(update={"acute_ladder": ladder})


def _with_flare_window(strategy: Strategy, years: float) -> Strategy:
    """Flares count together within so many years, where a later flare than the first is an occasion."""
    begin = strategy.begin_long_term_treatment
    if (begin.flare_number or 1) < 2:
        return strategy
    return strategy.model_copy(update={"begin_long_term_treatment": begin.model_copy(update={"flare_window_years": years})})


STRATEGY_CHANGES: Final = {
    "pulse_days": StrategyChange(_with_pulse_days, "pulses of {:g} days, or none,"),
    "flare_window_years": StrategyChange(_with_flare_window, "flares that count within {:g} years of each other, or not by number,"),
}
"""By the names that readings use."""


def changed_strategies(strategies: Mapping[str, Strategy], changes: Mapping[str, float]) -> dict[str, Strategy]:
    """Strategies as an alternative would have them.

    Parameters
    ----------
    strategies
        By name.
    changes
        Numbers by name of STRATEGY_CHANGES; none leaves the strategies as they are.
    """
    found = dict(strategies)
    for change, number in changes.items():
        found = {name: STRATEGY_CHANGES[change].put(strategy, number) for name, strategy in found.items()}
    return found


def in_words(changes: Mapping[str, float]) -> str:
    """What a scenario has already where an alternative changes nothing in it.

    Parameters
    ----------
    changes
        Numbers by name of STRATEGY_CHANGES.
    """
    return " and ".join(STRATEGY_CHANGES[change].words.format(number) for change, number in changes.items())
