"""Benches with a defect in them: a program that does one thing wrong, for the checks of a scenario to find.

An engine may live under other inputs than it was given, give its patients other luck, or tell their lives wrongly.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import BASE_INDEX
from alps_sim.population import draw_population
from alps_sim.scenario.inputs import Inputs
from alps_sim.verification.bench import Bench, cohort_engine
from tests.worlds import with_parameters

Defect = Callable[[Bench], Bench]
"""From a right bench to one with a defect."""


def living(change: Callable[[Bench, Inputs], Inputs]) -> Defect:
    """Patients live under other inputs than the check asks for."""

    def plant(bench: Bench) -> Bench:
        return bench.with_engine(lambda inputs, workers, keep: cohort_engine(change(bench, inputs), workers, keep))

    return plant


def deaf(*names: str) -> Defect:
    """Parameters keep the value of the scenario, whatever the check sets."""
    return living(lambda bench, inputs: with_parameters(inputs, {name: bench.values[name] for name in names}))


def backwards(name: str) -> Defect:
    """A parameter works the wrong way round: as much lower as it is set higher."""
    return living(
        lambda bench, inputs: with_parameters(inputs, {name: 2.0 * bench.values[name] - float(np.asarray(inputs.parameters[name])[0])})
    )


def always(**values: float) -> Defect:
    """Parameters have a value of their own, whatever the scenario says."""
    return living(lambda bench, inputs: with_parameters(inputs, values))


def scaled(name: str, factor: float) -> Defect:
    """A parameter works with a factor that the model does not have."""
    return living(lambda bench, inputs: with_parameters(inputs, {name: factor * float(np.asarray(inputs.parameters[name])[0])}))


def stuck(field: str) -> Defect:
    """A table keeps what the scenario gives it, whatever the check sets."""
    return living(lambda bench, inputs: replace(inputs, **{field: getattr(bench.inputs(), field)}))


def lucky(added: Callable[[Inputs], int]) -> Defect:
    """The luck of all patients hangs on something else too."""
    return living(lambda bench, inputs: replace(inputs, seed=inputs.seed + added(inputs)))


def unequal(added: Callable[[Inputs, int], int]) -> Defect:
    """Patients have another luck under each strategy."""

    def engine(inputs: Inputs, workers: int, keep: bool) -> Iterator[Sequence[BlockResult]]:
        for block in cohort_engine(inputs, workers, keep):
            yield [_relived(inputs, place, result, inputs.seed + added(inputs, place), keep) for place, result in enumerate(block)]

    return lambda bench: bench.with_engine(engine)


def _relived(inputs: Inputs, strategy: int, result: BlockResult, seed: int, keep: bool) -> BlockResult:
    """The block again, with another seed."""
    other = replace(inputs, seed=seed)
    patients = draw_population(other, 0, int(result.rows["patient"][0]), result.rows.size)
    return simulate_block(other, strategy, patients, keep_events=keep)


def telling(change: Callable[[Bench, BlockResult], BlockResult]) -> Defect:
    """Lives are right, but what is told of them is not."""

    def plant(bench: Bench) -> Bench:
        def engine(inputs: Inputs, workers: int, keep: bool) -> Iterator[Sequence[BlockResult]]:
            return ([change(bench, result) for result in block] for block in cohort_engine(inputs, workers, keep))

        return bench.with_engine(engine)

    return plant


def miscounted(outcome: str, factor: float = 1.0, added: float = 0.0, window: Any = slice(None)) -> Defect:
    """A counter is told wrongly."""

    def change(bench: Bench, result: BlockResult) -> BlockResult:
        counters = result.counters.copy()
        counters[:, window, BASE_INDEX[outcome]] = factor * counters[:, window, BASE_INDEX[outcome]] + added
        return replace(result, counters=counters)

    return telling(change)


def misnoted(field: str, added: float) -> Defect:
    """A field of the patients' rows is told wrongly."""

    def change(bench: Bench, result: BlockResult) -> BlockResult:
        rows = result.rows.copy()
        rows[field] += np.asarray(added).astype(rows.dtype[field])
        return replace(result, rows=rows)

    return telling(change)


def logged(change: Callable[[Bench, Any], Any]) -> Defect:
    """The event log is told wrongly; other numbers stay."""
    return telling(lambda bench, result: replace(result, events=change(bench, result.events.copy())))


def twice(kind: str) -> Defect:
    """Each line of a kind is logged twice."""

    def change(bench: Bench, lines: Any) -> Any:
        return np.repeat(lines, 1 + (lines["kind"] == list(bench.words.kinds).index(kind)))

    return logged(change)


def collecting(bench: Bench, **tables: Any) -> Bench:
    """Tables of a run that are not what its lives give."""

    class Told:
        """The right collector behind the wrong tables."""

        def __getattr__(self, name: str) -> Any:
            return tables.get(name) or getattr(bench.collected, name)

    wrong = replace(bench)
    wrong.__dict__["collected"] = Told()
    return wrong


class Misdrawn(Ledger):
    """A ledger whose draws hold a value that is not of its distribution."""

    wrong: dict[str, float]

    def draw(self, draw: int, seed: int, overrides: Any = None) -> dict[str, float]:
        return {**super().draw(draw, seed, overrides), **self.wrong}


def misdrawn(**wrong: float) -> Defect:
    """Draws of the ledger with one value wrong."""

    def plant(bench: Bench) -> Bench:
        ledger = Misdrawn(bench.ledger.parameters, bench.ledger.fitted)
        object.__setattr__(ledger, "wrong", wrong)
        return replace(bench, ledger=ledger)

    return plant
