"""The user's scenario on the bench: the same patients, simulated again and again with one thing changed.

Everything that simulates is a field of the bench, so that a test can put a defective engine in its place and see which checks
notice. The exact checks live the patients of one block at most; the statistical ones live all patients of the bench.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from alps_sim.draws import draw_inputs
from alps_sim.engines.clinic import Clinic
from alps_sim.engines.cohort import simulate, simulate_block
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.accumulate import KnownMeans, sums_in_one_order
from alps_sim.outcomes.block import BLOCK_SIZE, BlockResult
from alps_sim.outcomes.collect import Collector, Question
from alps_sim.population import draw_population
from alps_sim.scenario import Scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate
from alps_sim.verification.plain import plain_digests
from alps_sim.verification.words import Vocabularies

Engine = Callable[[Inputs, int, bool], Iterator[Sequence[BlockResult]]]
"""From inputs, threads, and whether to keep the event log, to blocks with one result a strategy."""
BlockEngine = Callable[[Inputs, int, int, int], BlockResult]
"""From inputs, position of the strategy, number of the first patient and number of patients to their lives, events kept."""

FEW: Final = 256
"""Patients where a check simulates once for each of many parameters."""


def cohort_engine(inputs: Inputs, workers: int, keep_events: bool) -> Iterator[Sequence[BlockResult]]:
    """The compiled engine.

    Parameters
    ----------
    inputs
        The translated scenario.
    workers
        Threads.
    keep_events
        Whether to keep the event log.
    """
    return (block for block, _ in simulate(inputs, workers, events_of=inputs.patients if keep_events else 0))


def compiled_block(inputs: Inputs, strategy: int, first: int, count: int) -> BlockResult:
    """Some patients under one strategy in the compiled engine, apart from all others."""
    return simulate_block(inputs, strategy, draw_population(inputs, 0, first, count), keep_events=True)


def clinic_block(inputs: Inputs, strategy: int, first: int, count: int) -> BlockResult:
    """The same patients in the clinic engine."""
    return Clinic(inputs, strategy, draw_population(inputs, 0, first, count), keep_events=True).run()


@dataclass(frozen=True)
class Bench:
    """A scenario and the means to simulate it.

    Attributes
    ----------
    scenario, ledger
        What is asked and what is known.
    values
        Value of every parameter.
    words
        The vocabularies of the event log.
    patients
        Patients under each strategy in the statistical checks.
    workers
        Threads.
    engine, compiled, clinic
        How lives are simulated: whole runs; some patients in the compiled engine; the same in the clinic engine.
    plain
        Digests of lives of some patients by uncompiled rules.
    drawn
        Inputs of a draw of the parameters.
    """

    scenario: Scenario
    ledger: Ledger
    values: Mapping[str, float]
    words: Vocabularies
    patients: int
    workers: int = 1
    engine: Engine = cohort_engine
    compiled: BlockEngine = compiled_block
    clinic: BlockEngine = clinic_block
    plain: Callable[[Inputs, int], Sequence[str]] = plain_digests
    drawn: Callable[[Scenario, Ledger, int], Inputs] = draw_inputs

    @cached_property
    def settled(self) -> Scenario:
        """The scenario with every number that the ledger gives set: what a check builds its changed sections from.

        Where a number stands is known by its place; once lines or strategies are left out or renamed, another would stand there.
        """
        return self.scenario.at(self.values).with_references(())

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies in the scenario's order."""
        return tuple(self.scenario.strategies)

    @property
    def sample(self) -> int:
        """Patients in the exact checks: one block at most."""
        return min(self.patients, BLOCK_SIZE)

    @property
    def few(self) -> int:
        """Patients in checks that simulate many times."""
        return min(self.patients, FEW)

    def inputs(self, values: Mapping[str, float] | None = None, patients: int | None = None, **sections: Any) -> Inputs:
        """The scenario in arrays, with something changed.

        Parameters
        ----------
        values
            Parameter values by ledger name, in place of the scenario's.
        patients
            Patients under each strategy; those of the exact checks by default.
        **sections
            Sections of the scenario by name, in place of its own; of the settled scenario.
        """
        changed = {**self.values, **(values or {})}
        scenario = self.scenario.at(changed).with_references(())
        return translate(scenario.model_copy(update={"replica": None, "patients": patients or self.sample, **sections}), changed)

    def live(self, inputs: Inputs, keep_events: bool = False) -> Sequence[BlockResult]:
        """Lives of one block of patients, one result a strategy.

        Parameters
        ----------
        inputs
            Of BLOCK_SIZE patients at most.
        keep_events
            Whether to keep the event log.
        """
        return next(iter(self.engine(inputs, 1, keep_events)))

    @cached_property
    def base(self) -> Sequence[BlockResult]:
        """The scenario as it is, one block with its events."""
        return self.live(self.inputs(), keep_events=True)

    @cached_property
    def collected(self) -> Collector:
        """The scenario as it is, all patients of the bench, as a run collects them."""
        return self.collect(self.inputs(patients=self.patients))

    def collect(self, inputs: Inputs) -> Collector:
        """All outcomes of a run of some inputs.

        Parameters
        ----------
        inputs
            As translated.
        """
        names = tuple(strategy.name for strategy in inputs.strategies)
        known = KnownMeans(flare_frailty=None, infection_frailty=None, refractoriness=None)
        collector = Collector(Question(names, inputs.windows, names.index(inputs.comparator), known, inputs.unit_cost))
        with sums_in_one_order():
            for block in self.engine(inputs, self.workers, False):
                collector.add(block)
        return collector

    def with_engine(self, engine: Engine) -> "Bench":
        """The same bench with another engine.

        Parameters
        ----------
        engine
            In place of the present one.
        """
        return replace(self, engine=engine)
