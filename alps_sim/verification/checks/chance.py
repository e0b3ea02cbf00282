"""Is chance what it says it is: events against the hazard lived through, by the rules' own books and by a second account."""

from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Final

from scipy.stats import norm

from alps_sim.outcomes.block import BlockResult
from alps_sim.scenario.inputs import Inputs, StrategyInputs
from alps_sim.verification.assumptions import Assumptions
from alps_sim.verification.bench import Bench
from alps_sim.verification.check import Tally, histories, judge
from alps_sim.verification.finding import Check, Finding, concluded
from alps_sim.verification.words import Vocabularies, events_in_words, patients_in_words

GROUP: Final = "Hazards"
FAMILY_ERROR: Final = 0.001
"""Share of runs in which a right program fails anywhere in a check."""


def assumptions_of(inputs: Inputs, strategy: StrategyInputs) -> Assumptions:
    """What the patients of a strategy live under, for the second account of their hazards and decisions.

    Parameters
    ----------
    inputs
        The translated scenario.
    strategy
        One of its strategies.
    """
    return Assumptions(
        values=inputs.values,
        prevention_uptake=float(strategy.strategy["prevention_uptake"][0]),
        prevention_adherence=float(strategy.strategy["prevention_adherence"][0]),
        splenectomy_for_splenomegaly_per_year=float(strategy.strategy["splenectomy_for_splenomegaly_per_year"][0]),
        death_per_year=inputs.death_per_year,
        lymphoma_per_year=inputs.lymphoma_per_year,
        body=inputs.body,
    )


def _bookkeeping(bench: Bench) -> Finding:
    table = bench.collected.bookkeeping().table
    limit = float(norm.isf(FAMILY_ERROR / (2.0 * max(len(table), 1))))
    rows = zip(table["process"], table["strategy"], table["z"], strict=True)
    failures = [f"{process} under {strategy}: z = {z:.1f}" for process, strategy, z in rows if abs(z) > limit]
    worst = float(table["z"].abs().max()) if len(table) else 0.0
    return concluded(failures, f"{len(table)} processes and decisions by strategy, largest z = {worst:.1f}, limit {limit:.1f}")


def _read(tally_and_lives: tuple[Tally, BlockResult], words: Vocabularies) -> None:
    """Add the lives of a block under one strategy to its tally."""
    tally, lives = tally_and_lives
    events, patients = events_in_words(lives.events, words), patients_in_words(lives.rows, words)
    tally.add(histories(events, patients, tally.assumptions))


def _intensity(bench: Bench) -> Finding:
    inputs = bench.inputs(patients=bench.patients)
    tallies = [Tally(assumptions_of(inputs, strategy)) for strategy in inputs.strategies]
    with ThreadPoolExecutor(bench.workers) as pool:  # a strategy a thread: this is the longest of all checks
        for block in bench.engine(inputs, bench.workers, True):
            list(pool.map(_read, zip(tallies, block, strict=True), repeat(bench.words)))
    tables = [tally.table().assign(strategy=name) for name, tally in zip(bench.strategies, tallies, strict=True)]
    verdict = judge(tables, FAMILY_ERROR)
    failed = verdict.table[verdict.table["verdict"] == "FAIL"].sort_values("p")
    failures = [
        f"{row.process} under {row.strategy}, {row.by} {row.stratum}: {row.events:g} events, {row.expected:.1f} expected (z = {row.z:.1f})"
        for row in failed.itertuples()
    ]
    return concluded(
        failures, f"{len(verdict.table)} comparisons, {bench.patients} patients; largest |z| = {verdict.table['z'].abs().max():.1f}"
    )


CHECKS: Final = (
    Check(
        "bookkeeping",
        GROUP,
        "Events match the hazard that was lived through",
        "Compared events of each process with its used credit, and outcomes of each decision with their probabilities.",
        f"No mean difference from 0 beyond chance; a right program fails in {FAMILY_ERROR:.1%} of runs (Bonferroni).",
        _bookkeeping,
        0.2,
    ),
    Check(
        "intensity",
        GROUP,
        "Events and outcomes match a second account of every hazard and decision",
        "Computed all hazards and probabilities anew from the event log, by a program that does not know the rules, in strata of age, "
        "spleen, treatment, ...",
        f"Events and outcomes as many as expected in every stratum; a right program fails in {FAMILY_ERROR:.1%} of runs (Holm).",
        _intensity,
        12.0,
    ),
)
"""Checks of chance."""
