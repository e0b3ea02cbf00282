"""What readings change in the strategies that are compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from alps_sim.evidence.readings import Change
from alps_sim.rules.codes import SPLENECTOMY, TREATMENTS
from alps_sim.scenario.phrases import amount
from alps_sim.scenario.strategy import INTRAVENOUS, Strategy, Weaning


@dataclass(frozen=True)
class StrategyChange:
    """One thing that a reading puts into strategies.

    Attributes
    ----------
    has_place
        Whether a strategy has a place for it.
    put
        A strategy that has, with it.
    words
        How strategies are that have it already, in words.
    """

    has_place: Callable[[Strategy], bool]
    put: Callable[[Strategy, Any], Strategy]
    words: Callable[[Any], str]


def _any(_: Strategy) -> bool:
    return True


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


def _with_step_on_agent(strategy: Strategy, step: str) -> Strategy:
    return strategy.model_copy(update={"severe_flare_on_agent": step})


QUIET_ADULTS: Final = Weaning(quiet_years=3.0, minimum_age_years=18.0, attempts=2)
"""As in the shipped comparison; the paper tells of two adults and of no times."""


def _with_weaning(strategy: Strategy, of_whom: str) -> Strategy:
    """Nobody is weaned, or quiet adults are; where a strategy weans, its own terms stay."""
    return strategy.model_copy(update={"weaning": None if of_whom == "none" else strategy.weaning or QUIET_ADULTS})


def _weaning_in_words(of_whom: str) -> str:
    return "no weaning" if of_whom == "none" else "weaning of quiet adults"


STRATEGY_CHANGES: Final = {
    "pulse_days": StrategyChange(_has_pulse, _with_pulse_days, lambda days: f"pulses of {amount(days, 'day')}"),
    "flare_window_years": StrategyChange(
        _operates_for_flares, _with_flare_window, lambda years: f"flares that count within {amount(years, 'year')} of each other"
    ),
    "severe_flare_on_agent": StrategyChange(_any, _with_step_on_agent, lambda step: f"the {step} for a severe flare under an agent"),
    "weaning": StrategyChange(_any, _with_weaning, _weaning_in_words),
}
"""By the names of `evidence.readings.CHANGES_OF_STRATEGIES`."""


def changed_strategies(strategies: Mapping[str, Strategy], changes: Mapping[str, Change]) -> dict[str, Strategy]:
    """Strategies as an alternative would have them.

    Parameters
    ----------
    strategies
        By name.
    changes
        By name of STRATEGY_CHANGES; none leaves the strategies as they are.
    """
    found = dict(strategies)
    for name, what in changes.items():
        change = STRATEGY_CHANGES[name]
        found = {key: change.put(strategy, what) if change.has_place(strategy) else strategy for key, strategy in found.items()}
    return found


def why_unchanged(strategies: Mapping[str, Strategy], changes: Mapping[str, Change]) -> str:
    """Why an alternative changes nothing in the strategies.

    Parameters
    ----------
    strategies, changes
        As of `changed_strategies`, which leaves them as they are.
    """
    words = " and ".join(STRATEGY_CHANGES[name].words(what) for name, what in changes.items())
    placed = any(STRATEGY_CHANGES[name].has_place(strategy) for name in changes for strategy in strategies.values())
    return f"not run: the strategies have {words} already" if placed else f"not run: no strategy has a place for {words}"
