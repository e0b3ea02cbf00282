"""The same child under two strategies: both lives, their story and their table, from a simulation or from stored files."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from alps_sim.draws import Progress, no_progress
from alps_sim.engines.cohort import simulate_block
from alps_sim.engines.warm import warm_up
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.parquet import event_table
from alps_sim.population import draw_population
from alps_sim.scenario import Scenario, ScenarioError
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate
from alps_sim.teaching.choices import DEFAULT_PATIENTS, DEFAULT_RULE, Rule
from alps_sim.teaching.gather import record_of
from alps_sim.teaching.life import Life
from alps_sim.teaching.pick import choose, look_at
from alps_sim.teaching.reading import Line, lines_of, read_life
from alps_sim.teaching.record import Record
from alps_sim.teaching.story import tell
from alps_sim.teaching.table import side_by_side

OPTION: Final = "--strategies"


@dataclass(frozen=True)
class Twin:
    """The same child under two strategies.

    Attributes
    ----------
    record
        Who the child is, what came out, how the child was chosen.
    events
        Columns of `events.parquet`, the lines of both lives.
    """

    record: Record
    events: pd.DataFrame

    @cached_property
    def lines(self) -> dict[str, list[Line]]:
        """Lines of the event log by strategy."""
        names = self.events["strategy"].astype(str)
        return {arm.strategy: lines_of(self.events[names == arm.strategy]) for arm in self.record.arms}

    @cached_property
    def lives(self) -> dict[str, Life]:
        """Both lives by strategy, the first one first."""
        return {name: read_life(lines) for name, lines in self.lines.items()}

    @cached_property
    def parting(self) -> float | None:
        """When the two lives part, years since the index; None if they are the same to the end."""
        first, second = self.lines.values()
        return _parting(first, second)

    @cached_property
    def story(self) -> str:
        """The page in plain words, Markdown."""
        return tell(self.record, self.lives, self.parting)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Both lives side by side: outcome, unit, and a value for each window and strategy."""
        return side_by_side(self.record)


def make_twin(
    scenario: Scenario,
    ledger: Ledger,
    strategies: Sequence[str] | None = None,
    patient: int | None = None,
    pick: Rule | str = DEFAULT_RULE,
    patients: int | None = None,
    workers: int = 1,
    progress: Progress = no_progress,
) -> Twin:
    """The same child under two strategies: exactly that patient of a run of the same scenario and seed.

    Parameters
    ----------
    scenario
        As resolved, with all its strategies.
    ledger
        What is known.
    strategies
        Names of the first and the second; the first one that is not the comparator, and the comparator, if not given.
    patient
        Number of the child; picked by the rule if not given.
    pick
        The rule.
    patients
        Patients looked at; all of the scenario, at most 5,000, if not given.
    workers
        Threads; the result does not depend on it.
    progress
        Told how far the work is.

    Raises
    ------
    ScenarioError
        If there are not two such strategies, no such patient, or none whom the rule could choose.
    """
    compared = _compared(scenario, strategies)
    looked_at = patients or min(scenario.patients, DEFAULT_PATIENTS)
    _check_number(patient, max(scenario.patients, looked_at))
    values = compared.parameter_values(ledger)
    compared = compared.at(values)
    inputs = translate(compared, values)
    warm_up(lambda: both_lives(inputs, 0), progress)
    rule = Rule(pick)
    look = look_at(inputs, looked_at, workers, progress)
    blocks = both_lives(inputs, choose(look, rule) if patient is None else patient)
    places = [list(scenario.strategies).index(name) for name in compared.strategies]
    record = record_of(compared, inputs, blocks, places, look, rule if patient is None else None)
    events = pd.concat([event_table(block, list(compared.strategies)).to_pandas() for block in blocks], ignore_index=True)
    return Twin(record, events)


def both_lives(inputs: Inputs, number: int) -> list[BlockResult]:
    """One patient's life under each strategy, with its events.

    Parameters
    ----------
    inputs
        The translated scenario.
    number
        Of the patient.
    """
    attributes = draw_population(inputs, 0, number, 1)
    return [simulate_block(inputs, place, attributes, keep_events=True) for place in range(len(inputs.strategies))]


def _parting(first: Sequence[Line], second: Sequence[Line]) -> float | None:
    """Time of the first line in which two logs differ; None if they do not."""
    for one, other in zip(first, second, strict=False):
        if one != other:
            return min(one.time, other.time)
    if len(first) == len(second):
        return None
    return max(first, second, key=len)[min(len(first), len(second))].time


def _compared(scenario: Scenario, names: Sequence[str] | None) -> Scenario:
    """The scenario with the two strategies, the first one first."""
    known = ", ".join(scenario.strategies)
    if names is None:
        others = [name for name in scenario.strategies if name != scenario.comparator]
        if not others:
            raise ScenarioError(
                f"expected a scenario of two strategies or more, found only {known}; name another scenario", file=scenario.name
            )
        names = (others[0], scenario.comparator)
    if len(names) != 2 or names[0] == names[1]:
        found = ", ".join(names)
        raise ScenarioError(f"expected two different strategies, found {found}; name two of {known}", file=OPTION)
    for name in names:
        if name not in scenario.strategies:
            raise ScenarioError(f"expected strategies of the scenario ({known}), found {name!r}; correct it", file=OPTION)
    chosen = {name: scenario.strategies[name] for name in names}
    return scenario.model_copy(update={"strategies": chosen, "comparator": names[1]})


def _check_number(patient: int | None, patients: int) -> None:
    if patient is not None and patient >= patients:
        message = f"expected the number of a patient of the scenario, 0 to {patients - 1:,}, found {patient:,}; correct it"
        raise ScenarioError(message, file="--patient")
