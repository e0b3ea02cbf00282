"""One run from the scenario file to the results folder: everything in its order, nothing computed here.

scenario + evidence -> inputs -> population and engine -> outcomes -> results folder with its report
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from alps_sim import accelerate
from alps_sim.draws import DrawnRows, Progress, no_progress, parameter_uncertainty, replica_statistics
from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.bookkeeping import Bookkeeping
from alps_sim.outcomes.collect import Collector, make_question
from alps_sim.outcomes.observation import predict
from alps_sim.outcomes.parquet import TableStream, event_table, patient_table
from alps_sim.outcomes.store import ResultsFolder, run_name
from alps_sim.provenance import manifest, program_version, stale_posterior, versions
from alps_sim.report.html import ReportContent, headline, write_report
from alps_sim.scenario import Scenario, ScenarioError, load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate

RESULTS: Final = Path("results")

Answered = Callable[[str], None]
"""Called with the answer in plain text."""


def not_told(answer: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class RunResult:
    """What a run gave.

    Attributes
    ----------
    scenario
        As it was run.
    folder
        The results folder.
    report
        The report in it.
    summary, differences, parameter_uncertainty, survival, resources
        The tables of the same names; `parameter_uncertainty` is None if no draws were run.
    predictions
        For a replica, the published figures as its simulated cohorts give them; else None.
    bookkeeping
        Whether events and used credit agree.
    books
        Whether the books and the patients' totals agree.
    headline
        The answer in plain text.
    """

    scenario: Scenario
    folder: Path
    report: Path
    summary: pd.DataFrame
    differences: pd.DataFrame
    parameter_uncertainty: pd.DataFrame | None
    survival: pd.DataFrame
    resources: pd.DataFrame
    predictions: pd.DataFrame | None
    bookkeeping: Bookkeeping
    books: pd.DataFrame
    headline: str

    @property
    def passed(self) -> bool:
        """Whether the checks made in every run hold."""
        return self.bookkeeping.passed and bool((self.books["result"] == "PASS").all())


def choose_strategies(scenario: Scenario, names: Sequence[str] | None) -> Scenario:
    """The scenario with some of its strategies, in the scenario's order; the comparator stays if it is among them.

    Parameters
    ----------
    scenario
        As loaded.
    names
        Names of strategies; None for all.

    Raises
    ------
    ScenarioError
        If a name is not a strategy of the scenario.
    """
    if names is None:
        return scenario
    for name in names:
        if name not in scenario.strategies:
            known = ", ".join(scenario.strategies)
            raise ScenarioError(f"expected strategies of the scenario ({known}), found {name!r}; correct it", file="--strategies")
    chosen = {name: strategy for name, strategy in scenario.strategies.items() if name in names}
    comparator = scenario.comparator if scenario.comparator in chosen else next(iter(chosen))
    return scenario.model_copy(update={"strategies": chosen, "comparator": comparator})


class _Writer:
    """Takes the blocks of a run in order: into the collector, into the Parquet files, and the rows of a replica."""

    def __init__(self, collector: Collector, folder: Path, events: bool, keep_rows: bool) -> None:
        self.collector = collector
        self.strategies = collector.question.strategies
        self.patients = TableStream(folder / "patients.parquet")
        self.events = TableStream(folder / "events.parquet") if events else None
        self.rows: list[list[np.ndarray[Any, Any]]] | None = [[] for _ in self.strategies] if keep_rows else None

    def add(self, blocks: Iterator[tuple[list[BlockResult], Any]]) -> Iterator[int]:
        """Take all blocks; yields the number of patients taken so far."""
        done = 0
        for block, moments in blocks:
            self.collector.add(block, moments)
            self.patients.add([patient_table(result, self.strategies) for result in block])
            if self.events is not None:
                self.events.add([event_table(result, self.strategies) for result in block])
            if self.rows is not None:
                for kept, result in zip(self.rows, block, strict=True):
                    kept.append(result.rows)
            done += block[0].rows.size
            yield done

    def close(self) -> None:
        """Finish the files."""
        self.patients.close()
        if self.events is not None:
            self.events.close()


def _predictions(scenario: Scenario, writer: _Writer, drawn: DrawnRows) -> pd.DataFrame | None:
    """For a replica, published figures as its cohorts give them: by chance alone, and with the parameters drawn (`drawn_*`)."""
    if scenario.replica is None or writer.rows is None:
        return None
    tables = []
    for position, (name, rows) in enumerate(zip(writer.strategies, writer.rows, strict=True)):
        central = replica_statistics(np.concatenate(rows), scenario.replica)
        table = predict(central)
        widened = drawn.of(position)
        bounds = predict(widened)[["low", "high"]] if widened is not None else np.nan
        table[["drawn_low", "drawn_high"]] = bounds
        table.insert(0, "strategy", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def warm_up(inputs: Inputs, progress: Progress) -> None:
    """Compile the rules before threads start, with a word to the user if that takes time.

    Parameters
    ----------
    inputs
        The translated scenario.
    progress
        Told if the rules have to be compiled.
    """
    if not accelerate.is_warm():
        progress("compiling the rules, once for this version, about a minute", 0, 1)
    for _ in simulate(replace(inputs, patients=1)):
        pass


def resolve(
    path: str | Path,
    patients: int | None = None,
    seed: int | None = None,
    strategies: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    draws: int | None = None,
) -> Scenario:
    """A scenario as it will be run, with what the command line changes.

    Parameters
    ----------
    path
        Scenario file.
    patients, seed, draws
        In place of the scenario's.
    strategies
        Some of the scenario's strategies.
    settings
        Values by parameter name.

    Raises
    ------
    ScenarioError
        If anything is wrong with the file or the settings.
    """
    given = dict(settings or {})
    given |= {name: value for name, value in (("patients", patients), ("seed", seed)) if value is not None}
    scenario = choose_strategies(load_scenario(path, given), strategies)
    if draws is None:
        return scenario
    return scenario.model_copy(update={"parameter_draws": scenario.parameter_draws.model_copy(update={"draws": draws})})


def run(
    scenario_path: str | Path,
    *,
    patients: int | None = None,
    seed: int | None = None,
    strategies: Sequence[str] | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    events: bool = False,
    draws: int | None = None,
    posterior: Path | None = None,
    progress: Progress = no_progress,
    answered: Answered = not_told,
) -> RunResult:
    """Run a scenario and leave its results folder.

    Parameters
    ----------
    scenario_path
        Scenario file.
    patients, seed, strategies, draws
        In place of the scenario's.
    workers
        Threads; all processors if not given. Results do not depend on it.
    out
        Results folder; `results/<scenario>/<run>` if not given.
    settings
        Parameter values by ledger name, over those of the scenario.
    events
        Whether to write `events.parquet`.
    posterior
        Folder of `alps-sim calibrate` whose fits take the place of the shipped ones.
    progress
        Told how far the work is.
    answered
        Told the answer in plain text as soon as it is known, some seconds before the report is drawn.

    Returns
    -------
    RunResult
        Tables and places.

    Raises
    ------
    ScenarioError
        If anything is wrong with the scenario or the settings.
    ResultsError
        If the results cannot be written.
    """
    scenario = resolve(scenario_path, patients, seed, strategies, settings, draws)
    ledger = load_ledger(posterior)
    place = Path(out) if out is not None else RESULTS / scenario.name / _run_name(scenario, ledger)
    with threadpool_limits(1), ResultsFolder(place) as folder:  # sums in one order, whatever the machine
        return _run_into(folder, scenario, ledger, workers or os.cpu_count() or 1, events, progress, answered)


def _run_name(scenario: Scenario, ledger: Ledger) -> str:
    """Name of the run: follows from the scenario as resolved, every parameter value, the seed and the version."""
    values = scenario.parameter_values(ledger)
    return run_name({"scenario": scenario.model_dump(mode="json"), "values": values}, scenario.seed, program_version())


def _run_into(
    folder: ResultsFolder, scenario: Scenario, ledger: Ledger, workers: int, events: bool, progress: Progress, answered: Answered
) -> RunResult:
    """Simulate, gather, write and commit."""
    values = scenario.parameter_values(ledger)
    scenario = scenario.at(values)
    inputs = translate(scenario, values)
    warm_up(inputs, progress)
    seconds: dict[str, float] = {}
    begin = time.perf_counter()
    collector = Collector(make_question(inputs))
    writer = _Writer(collector, folder.path, events, scenario.replica is not None)
    blocks = simulate(inputs, workers, keep_events=events, and_then=collector.reduce)
    for done in writer.add(blocks):
        progress("simulating patients", done, inputs.patients)
    writer.close()
    seconds["simulation"] = time.perf_counter() - begin
    begin = time.perf_counter()
    uncertainty, drawn = parameter_uncertainty(scenario, ledger, workers, progress)
    seconds["parameter_uncertainty"] = time.perf_counter() - begin
    begin = time.perf_counter()
    books = collector.books_check()
    content = ReportContent(
        scenario=scenario,
        ledger=ledger,
        values=values,
        summary=collector.summary(),
        differences=collector.differences(),
        survival=collector.survival(),
        steroid_exposure=collector.steroid_exposure(),
        parameter_uncertainty=uncertainty,
        predictions=_predictions(scenario, writer, drawn),
        bookkeeping=collector.bookkeeping(),
        books=books,
        versions=versions(),
        stale_posterior=stale_posterior(ledger),
    )
    answer = _answer(content)
    answered(answer)
    resources = collector.resources()
    _write_tables(folder, content, resources)
    progress("drawing the report", 0, 1)
    report = write_report(content, folder.path)
    progress("drawing the report", 1, 1)
    seconds["tables_and_report"] = time.perf_counter() - begin
    place = folder.commit(manifest(scenario, ledger, seconds))
    return RunResult(
        scenario=scenario,
        folder=place,
        report=place / report.name,
        summary=content.summary,
        differences=content.differences,
        parameter_uncertainty=uncertainty,
        survival=content.survival,
        resources=resources,
        predictions=content.predictions,
        bookkeeping=content.bookkeeping,
        books=books,
        headline=answer,
    )


def _answer(content: ReportContent) -> str:
    """The answer in plain text, and what a user must know before believing it."""
    answer = headline(content.summary, content.differences, content.parameter_uncertainty, unlike=content.unlike)
    return "\n".join(filter(None, (answer, content.stale_posterior)))


def _write_tables(folder: ResultsFolder, content: ReportContent, resources: pd.DataFrame) -> None:
    """Write the tables of a run."""
    folder.write_table("summary.csv", content.summary)
    folder.write_table("differences.csv", content.differences)
    folder.write_table("survival.csv", content.survival)
    folder.write_table("resources.csv", resources)
    folder.write_table("bookkeeping.csv", content.bookkeeping.table)
    if content.parameter_uncertainty is not None:
        folder.write_table("parameter_uncertainty.csv", content.parameter_uncertainty)
    if content.predictions is not None:
        folder.write_table("predictions.csv", content.predictions)
