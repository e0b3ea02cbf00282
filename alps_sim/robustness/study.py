"""The study: the same patients under the base case and under each alternative, one at a time."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alps_sim.draws import Progress, no_progress
from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.definitions import OUTCOMES, Comparable, all_comparable
from alps_sim.robustness.alternatives import Case, alternatives, base_case
from alps_sim.robustness.measures import Array, Difference, Measure, Sample, difference, joined, measured, measures_of
from alps_sim.robustness.order import HOLDS, NOT_RUN, UNCHANGED, Pair, order_verdict, order_words
from alps_sim.robustness.strategy_changes import changed_strategies
from alps_sim.scenario import Scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate

NO_LIFE_CHANGES = "no patient's life changes"


@dataclass(frozen=True)
class Study:
    """What the alternatives gave.

    Attributes
    ----------
    table
        `robustness.csv`: a row a case, measure and strategy.
    pairs
        `robustness_pairs.csv`: a row an alternative, measure and pair of strategies.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame


def case_inputs(scenario: Scenario, case: Case) -> Inputs:
    """A scenario under an alternative, translated.

    Parameters
    ----------
    scenario
        As it is run.
    case
        The base case or an alternative.
    """
    settled = scenario.at(case.values)  # numbers that the ledger gives to strategies would be lost with the section
    strategies = changed_strategies(settled.strategies, case.in_strategies)
    return translate(settled.replaced(replica=None, strategies=strategies), case.values)


def run_study(
    scenario: Scenario, ledger: Ledger, workers: int = 1, comparable: Comparable = all_comparable, progress: Progress = no_progress
) -> Study:
    """Run a scenario with each alternative.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    workers
        Threads.
    comparable
        Which strategies an outcome compares.
    progress
        Told after each alternative.
    """
    cases = [base_case(scenario, ledger), *alternatives(scenario, ledger)]
    names = tuple(scenario.strategies)
    measures = measures_of(case_inputs(scenario, cases[0]).windows)
    comparison = _Comparison(names, names.index(scenario.comparator), measures, comparable)
    todo = sum(case.runs for case in cases)
    done = 0
    for case in cases:
        comparison.add(case, _live(case_inputs(scenario, case), measures, workers) if case.runs else None)
        done += case.runs
        progress("simulating the alternatives", done, todo)
    return Study(pd.DataFrame(comparison.rows), pd.DataFrame(comparison.pair_rows))


def _live(inputs: Inputs, measures: Sequence[Measure], workers: int) -> Sample:
    """All lives of some inputs, reduced to the measures."""
    blocks = simulate(inputs, workers, and_then=lambda block: measured(block, measures))
    return joined(sample for _, sample in blocks if sample is not None)


class _Comparison:
    """Gathers the rows of both tables; the base case comes first."""

    def __init__(self, names: tuple[str, ...], comparator: int, measures: Sequence[Measure], comparable: Comparable) -> None:
        self.names, self.comparator, self.measures, self.comparable = names, comparator, measures, comparable
        self.base: Sample | None = None
        self.rows: list[dict[str, object]] = []
        self.pair_rows: list[dict[str, object]] = []

    def add(self, case: Case, sample: Sample | None) -> None:
        """Add a case; no sample for one that is not run."""
        if self.base is None:
            self.base = sample
        for place, measure in enumerate(self.measures):
            if sample is None:
                self.rows.append({**_naming(case, measure), "order": NOT_RUN, "order_words": case.note, "note": case.note})
            else:
                self._add_measure(case, sample, place)

    def _add_measure(self, case: Case, sample: Sample, place: int) -> None:
        assert self.base is not None
        measure = self.measures[place]
        pairs = [
            Pair(measure, self.names[i], self.names[j], self._difference(self.base, place, i, j), self._difference(sample, place, i, j))
            for i, j in itertools.combinations(range(len(self.names)), 2)
            if self.comparable(measure.outcome, self.names[i], self.names[j])
        ]
        same = bool((sample.amounts[place] == self.base.amounts[place]).all() and (sample.sizes[place] == self.base.sizes[place]).all())
        told = {"order": UNCHANGED if same else order_verdict(pairs), "order_words": UNCHANGED if same else order_words(pairs)}
        if not case.reading:
            told = {"order": HOLDS, "order_words": ""}
        else:
            self.pair_rows += [{**_naming(case, measure), **_pair_row(pair)} for pair in pairs]
        note = NO_LIFE_CHANGES if case.reading and sample.digest == self.base.digest else case.note
        self.rows += [{**_naming(case, measure), **row, **told, "note": note} for row in self._strategies(sample, place)]

    def _strategies(self, sample: Sample, place: int) -> Iterator[Mapping[str, object]]:
        """Value, difference from the comparator and rank of each strategy."""
        measure, values = self.measures[place], sample.values[place]
        theirs = self.names[self.comparator]
        for position, name in enumerate(self.names):
            compared = self.comparable(measure.outcome, name, theirs)
            apart = self._difference(sample, place, position, self.comparator)
            yield {
                "strategy": name,
                "comparator": theirs,
                "compares": compared,
                "value": float(values[position]),
                "difference": apart.mean,
                "ci_low": apart.low,
                "ci_high": apart.high,
                "rank": self._rank(values, place, position),
            }

    def _rank(self, values: Array, place: int, position: int) -> int:
        """How many strategies that compare are better, and one."""
        measure, mine = self.measures[place], values[position]
        others = [values[j] for j, name in enumerate(self.names) if self.comparable(measure.outcome, name, self.names[position])]
        return 1 + int(np.sum(np.array(others) < mine if measure.less_is_better else np.array(others) > mine))

    def _difference(self, sample: Sample, place: int, first: int, second: int) -> Difference:
        return difference(sample, self.measures, place, first, second)


def _naming(case: Case, measure: Measure) -> dict[str, object]:
    return {
        "reading": case.reading,
        "alternative": case.alternative,
        "outcome": measure.outcome,
        "unit": OUTCOMES[measure.outcome].unit,
        "window_years": measure.window,
    }


def _pair_row(pair: Pair) -> dict[str, object]:
    return {
        "first": pair.first,
        "second": pair.second,
        "base_difference": pair.before.mean,
        "base_ci_low": pair.before.low,
        "base_ci_high": pair.before.high,
        "difference": pair.after.mean,
        "ci_low": pair.after.low,
        "ci_high": pair.after.high,
        "verdict": pair.verdict,
        "swapped": pair.swapped,
    }
