"""The alternatives of a scenario: each reading of the paper and each structural choice the other way, one at a time.

All of them stand in the ledger's readings. An alternative that sets parameters, or something of the strategies, can be run. One that
only says what published figures are compared with acts through the fit, and one that says what a strategy is needs another scenario:
these are listed with the reason and never run as if they had been.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.evidence.posterior import fitted_readings
from alps_sim.evidence.readings import STRATEGIES, Alternative, Change, Reading, choices_act_through, load_readings
from alps_sim.robustness.strategy_changes import changed_strategies, why_unchanged
from alps_sim.scenario import Scenario

BASE: Final = "base case"
THROUGH_THE_FIT: Final = (
    "acts through the fit only: says what the published figures are compared with, so it needs a calibration of its own"
)
ANOTHER_SCENARIO: Final = "acts through the strategies: says how a scenario is written, see scenarios/{name}.yaml"
SET_BY_THE_SCENARIO: Final = "not run: the scenario sets {names} itself"
NOT_TOGETHER: Final = "not run: {reason}"
FITTED_ANEW: Final = "the cohort is fitted anew under it, and the values are those of that fit"
NOT_FITTED_ANEW: Final = "also changes what the published figures are compared with; run without fitting anew"


@dataclass(frozen=True)
class Case:
    """One alternative.

    Attributes
    ----------
    reading, alternative
        Identifiers; the reading of the base case is empty.
    meaning
        In words.
    values
        Value of every parameter; none if it cannot be run.
    in_strategies
        What it puts into the strategies, by name of the change; none leaves them as they are.
    note
        Why it is not run, or what a run of it leaves out; empty if there is nothing to say.
    """

    reading: str
    alternative: str
    meaning: str
    values: Mapping[str, float]
    in_strategies: Mapping[str, Change] = field(default_factory=dict)
    note: str = ""

    @property
    def name(self) -> str:
        """Reading and alternative in one."""
        return f"{self.reading}: {self.alternative}" if self.reading else self.alternative

    @property
    def runs(self) -> bool:
        """Whether it can be run."""
        return bool(self.values)


def base_case(scenario: Scenario, ledger: Ledger) -> Case:
    """The scenario as it is.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    """
    return Case("", BASE, "All readings as the scenario takes them.", scenario.parameter_values(ledger))


def alternatives(scenario: Scenario, ledger: Ledger) -> list[Case]:
    """All alternatives that differ from the scenario as it is, in the order of the readings.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    """
    cases = []
    for reading in load_readings().values():
        taken = scenario.readings.get(reading.identifier, reading.taken)
        for alternative in reading.alternatives.values():
            found = _cases(scenario, ledger, reading, alternative)
            # strategies are written by hand, so the one taken may be another one than theirs
            cases += found if alternative.name != taken else [case for case in found if case.in_strategies]
    return cases


def _cases(scenario: Scenario, ledger: Ledger, reading: Reading, alternative: Alternative) -> list[Case]:
    """An alternative as it is; and, if the cohort was fitted anew under it, the values of that fit."""
    plain = _case(scenario, ledger, reading, alternative)
    folder = fitted_readings().get((reading.identifier, alternative.name))
    if folder is None:
        return [plain]
    fit = load_ledger(folder)
    values = scenario.parameter_values(fit)
    values |= alternative.beside({name for block in fit.fitted for name in block.names} | set(scenario.parameters), values)
    anew = Case(reading.identifier, f"{alternative.name}, fitted anew", alternative.meaning, values, alternative.in_strategies, FITTED_ANEW)
    return [plain, anew] if plain.runs else [anew]


def _case(scenario: Scenario, ledger: Ledger, reading: Reading, alternative: Alternative) -> Case:
    """One alternative, with what it changes or the reason why it cannot be run."""
    other = scenario.replaced(readings={**scenario.readings, reading.identifier: alternative.name})
    try:
        values = other.parameter_values(ledger)
    except EvidenceError as error:
        return _left_out(reading, alternative, NOT_TOGETHER.format(reason=error.message.partition(";")[0]))
    same_strategies = changed_strategies(scenario.strategies, alternative.in_strategies) == scenario.strategies
    if same_strategies and values == scenario.parameter_values(ledger):
        return _left_out(reading, alternative, _why_nothing_changes(scenario, alternative))
    note = NOT_FITTED_ANEW if alternative.choices and alternative.parameters else ""
    return Case(reading.identifier, alternative.name, alternative.meaning, values, alternative.in_strategies, note)


def _left_out(reading: Reading, alternative: Alternative, why: str) -> Case:
    return Case(reading.identifier, alternative.name, alternative.meaning, {}, note=why)


def _why_nothing_changes(scenario: Scenario, alternative: Alternative) -> str:
    """Why an alternative leaves a scenario as it is."""
    own = [name for name in alternative.parameters if name in scenario.parameters]
    if own:
        return SET_BY_THE_SCENARIO.format(names=", ".join(own))
    if alternative.in_strategies:
        return why_unchanged(scenario.strategies, alternative.in_strategies)
    through = choices_act_through()
    named = [value for choice, value in alternative.choices.items() if through[choice] == STRATEGIES]
    return ANOTHER_SCENARIO.format(name=named[0]) if named else THROUGH_THE_FIT
