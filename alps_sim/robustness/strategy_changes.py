"""What readings change in the strategies that are compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from alps_sim.rules.codes import SPLENECTOMY, TREATMENTS
from alps_sim.scenario.phrases import amount
from alps_sim.scenario.strategy import INTRAVENOUS, Strategy


@dataclass(frozen=True)
class StrategyChange:
    """One number that a reading puts into strategies.

    Attributes
    ----------
    has_place
        Whether a strategy has a place for it.
    put
        A strategy that has, with the number in it.
    words
        The number in words.
    """

    has_place: Callable[[Strategy], bool]
    put: Callable[[Strategy, float], Strategy]
    words: Callable[[float], str]


def _has_pulse(strategy: Strategy) -> bool:
    return any(step.treatment == INTRAVENOUS for step in strategy.acute_ladder)


def _with_pulse_days(strategy: Strategy, days: float) -> Strategy:
    """Intravenous pulses last so many days; where a severe flare has days of its own, these stay."""
    ladder = tuple(step.model_copy(update={"days": days}) if step.treatment == INTRAVENOUS else step for step in strategy.acute_ladder)
    return strategy.model_copy(update={"acute_ladder": ladder})


def _operates_for_flares(strategy: Strategy) -> bool:
    """Whether flares within some time of each other lead to lines among which is surgery."""
    surgery = any(line.treatment == TREATMENTS[SPLENECTOMY] for line in strategy.lines)
    return surgery and strategy.begin_long_term_treatment.flare_window_years is not None


def _with_flare_window(strategy: Strategy, years: float) -> Strategy:
    begin = strategy.begin_long_term_treatment.model_copy(update={"flare_window_years": years})
    return strategy.model_copy(update={"begin_long_term_treatment": begin})


STRATEGY_CHANGES: Final = {
    "pulse_days": StrategyChange(_has_pulse, _with_pulse_days, lambda days: f"pulses of {amount(days, 'day')}"),
    "flare_window_years": StrategyChange(
        _operates_for_flares, _with_flare_window, lambda years: f"flares that count within {amount(years, 'year')} of each other"
    ),
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
    for name, number in changes.items():
        change = STRATEGY_CHANGES[name]
        found = {key: change.put(strategy, number) if change.has_place(strategy) else strategy for key, strategy in found.items()}
    return found


def why_unchanged(strategies: Mapping[str, Strategy], changes: Mapping[str, float]) -> str:
    """Why an alternative changes nothing in the strategies.

    Parameters
    ----------
    strategies, changes
        As of `changed_strategies`, which leaves them as they are.
    """
    words = " and ".join(STRATEGY_CHANGES[name].words(number) for name, number in changes.items())
    placed = any(STRATEGY_CHANGES[name].has_place(strategy) for name in changes for strategy in strategies.values())
    return f"not run: the strategies have {words} already" if placed else f"not run: no strategy has a place for {words}"
