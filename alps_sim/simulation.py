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

from alps_sim import accelerate
from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.outcomes.accumulate import KnownMeans
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.bookkeeping import Bookkeeping
from alps_sim.outcomes.collect import Collector, Question
from alps_sim.outcomes.observation import cohort_statistics
from alps_sim.outcomes.parquet import TableStream, event_table, patient_table
from alps_sim.outcomes.store import ResultsFolder, run_name
from alps_sim.outcomes.uncertainty import Draws
from alps_sim.population import expected_attributes
from alps_sim.report.html import ReportContent, headline, write_report
from alps_sim.scenario import Scenario, ScenarioError, load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate
from alps_sim.validation.published import compare

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""

RESULTS: Final = Path("results")


@dataclass(frozen=True)
class RunResult:
    """What a run gave.

    Attributes
    ----------
    folder
        The results folder.
    report
        The report in it.
    summary, differences, parameter_uncertainty, survival, resources
        The tables of the same names; `parameter_uncertainty` is None if no draws were run.
    predictions
        For a replica, the published figures beside the simulated ones; else None.
    bookkeeping
        Whether events and used credit agree.
    books
        Whether the books and the patients' totals agree.
    headline
        The answer in plain text.
    """

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


def no_progress(what: str, done: int, of: int) -> None:
    """Show nothing."""


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


def make_question(inputs: Inputs) -> Question:
    """What the run of these inputs compares, for the collector of outcomes.

    Parameters
    ----------
    inputs
        The translated scenario.
    """
    names = tuple(strategy.name for strategy in inputs.strategies)
    expected = expected_attributes(inputs)
    known = KnownMeans(male_share=expected["male"], log_age_at_index=expected["log_age_at_index"])
    return Question(names, inputs.windows, names.index(inputs.comparator), known, inputs.unit_cost)


def draw_inputs(scenario: Scenario, ledger: Ledger, draw: int) -> Inputs:
    """Inputs under one joint draw of all parameters; readings and overrides of the scenario hold in every draw.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    draw
        Number of the draw.
    """
    values = {**ledger.draw(draw, scenario.seed), **scenario.override_values()}
    patients = scenario.parameter_draws.patients_per_draw
    return translate(scenario.model_copy(update={"patients": patients, "replica": None}), values)


class DrawnRows:
    """What a replica's cohorts would have shown under draws of the parameters: a table of statistics for each strategy."""

    def __init__(self, scenario: Scenario) -> None:
        self.size = scenario.replica.size if scenario.replica is not None else None
        self.tables: list[list[pd.DataFrame]] = [[] for _ in scenario.strategies]

    def add(self, blocks: Sequence[Sequence[BlockResult]]) -> None:
        """Add one draw; nothing to do for a scenario that replicates no cohort."""
        if self.size is None:
            return
        for strategy, tables in enumerate(self.tables):
            tables.append(cohort_statistics(np.concatenate([block[strategy].rows for block in blocks]), self.size))

    def of(self, strategy: int) -> pd.DataFrame | None:
        """Statistics of all cohorts of all draws under a strategy; None if no draws were run."""
        tables = self.tables[strategy]
        return pd.concat(tables, ignore_index=True) if tables else None


def simulate_draws(
    scenario: Scenario, ledger: Ledger, draws: int, workers: int, progress: Progress = no_progress
) -> tuple[Draws, DrawnRows]:
    """Run the same patients under many draws of the evidence.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    draws
        Number of draws.
    workers
        Threads.
    progress
        Told after each draw.

    Returns
    -------
    tuple of Draws and DrawnRows
        Estimates of each draw; for a replica what its cohorts would have shown.
    """
    names = tuple(scenario.strategies)
    windows = draw_inputs(scenario, ledger, 0).windows
    gathered, drawn = Draws(names, windows, names.index(scenario.comparator)), DrawnRows(scenario)
    for draw in range(draws):
        progress("parameter uncertainty", draw, draws)
        blocks = [block for block, _ in simulate(draw_inputs(scenario, ledger, draw), workers)]
        gathered.add(blocks)
        drawn.add(blocks)
    progress("parameter uncertainty", draws, draws)
    return gathered, drawn


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
    """For a replica, its published figures beside those of its simulated cohorts, by strategy."""
    if scenario.replica is None or writer.rows is None:
        return None
    tables = []
    for position, (name, rows) in enumerate(zip(writer.strategies, writer.rows, strict=True)):
        central = cohort_statistics(np.concatenate(rows), scenario.replica.size)
        table = compare(scenario.replica.cohort, central, drawn.of(position))
        table.insert(0, "strategy", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _version() -> str:
    from importlib.metadata import version

    return version("alps-sim")


def _manifest(scenario: Scenario, ledger: Ledger, values: Mapping[str, float], seconds: Mapping[str, float]) -> dict[str, Any]:
    """Provenance: the scenario as resolved, every parameter with its source, versions and timings."""
    overridden = scenario.override_values()
    parameters = {
        name: {
            "value": values[name],
            "unit": parameter.unit,
            "source": "scenario" if name in overridden else parameter.source,
            "grade": "SCENARIO" if name in overridden else parameter.grade,
        }
        for name, parameter in ledger.parameters.items()
    }
    return {
        "scenario": scenario.model_dump(mode="json"),
        "parameters": parameters,
        "seed": scenario.seed,
        "versions": _versions(),
        "rules_hash": accelerate.rules_hash(),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
    }


def _versions() -> dict[str, str]:
    """Versions of the program and of what its numbers hang on."""
    import platform
    from importlib.metadata import version

    libraries = ("numpy", "scipy", "numba", "pandas", "simpy", "pyarrow")
    return {"alps-sim": _version(), "python": platform.python_version(), **{name: version(name) for name in libraries}}


def _warm_up(inputs: Inputs, progress: Progress) -> None:
    """Compile the rules before threads start, with a word to the user if that takes time."""
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
    progress: Progress = no_progress,
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
    progress
        Told how far the work is.

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
    ledger = load_ledger()
    place = Path(out) if out is not None else RESULTS / scenario.name / _run_name(scenario, ledger)
    with ResultsFolder(place) as folder:
        return _run_into(folder, scenario, ledger, workers or os.cpu_count() or 1, events, progress)


def _run_name(scenario: Scenario, ledger: Ledger) -> str:
    """Name of the run: follows from the scenario as resolved, every parameter value, the seed and the version."""
    values = scenario.parameter_values(ledger)
    return run_name({"scenario": scenario.model_dump(mode="json"), "values": values}, scenario.seed, _version())


def _run_into(folder: ResultsFolder, scenario: Scenario, ledger: Ledger, workers: int, events: bool, progress: Progress) -> RunResult:
    """Simulate, gather, write and commit."""
    values = scenario.parameter_values(ledger)
    inputs = translate(scenario, values)
    _warm_up(inputs, progress)
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
    uncertainty, drawn = _parameter_uncertainty(scenario, ledger, workers, progress)
    seconds["parameter_uncertainty"] = time.perf_counter() - begin
    begin = time.perf_counter()
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
        versions=_versions(),
    )
    resources = collector.resources()
    _write_tables(folder, content, resources)
    progress("drawing the report", 0, 1)
    report = write_report(content, folder.path)
    progress("drawing the report", 1, 1)
    seconds["tables_and_report"] = time.perf_counter() - begin
    place = folder.commit(_manifest(scenario, ledger, values, seconds))
    return RunResult(
        folder=place,
        report=place / report.name,
        summary=content.summary,
        differences=content.differences,
        parameter_uncertainty=uncertainty,
        survival=content.survival,
        resources=resources,
        predictions=content.predictions,
        bookkeeping=content.bookkeeping,
        books=collector.books_check(),
        headline=headline(content.summary, content.differences, uncertainty),
    )


def _parameter_uncertainty(scenario: Scenario, ledger: Ledger, workers: int, progress: Progress) -> tuple[pd.DataFrame | None, DrawnRows]:
    """The table of parameter uncertainty, None without draws, and what a replica's cohorts showed in them."""
    draws = scenario.parameter_draws.draws
    if draws < 2:
        return None, DrawnRows(scenario)
    gathered, drawn = simulate_draws(scenario, ledger, draws, workers, progress)
    return gathered.table(), drawn


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
