"""One run from the scenario file to the results folder: everything in its order, nothing computed here.

scenario + evidence -> inputs -> population and engine -> outcomes -> results folder with its report
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from alps_sim.companions import write_sweeps, write_twin_of_run
from alps_sim.draws import Progress, no_progress, parameter_uncertainty
from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.gathering import Gathered, gather, predictions, warm_up
from alps_sim.outcomes.accumulate import sums_in_one_order
from alps_sim.outcomes.bookkeeping import Bookkeeping
from alps_sim.outcomes.store import ResultsFolder, run_name
from alps_sim.outcomes.stored import read_results, read_table
from alps_sim.provenance import manifest, program_version, stale_posterior
from alps_sim.report.answer import headline
from alps_sim.report.comparable import unlike
from alps_sim.report.content import stored_content
from alps_sim.report.html import write_report
from alps_sim.scenario import Scenario, ScenarioError, changed, load_scenario
from alps_sim.scenario.overrides import override_warnings
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
    tables
        Every table by the name of its file without ending (results/README.md tells them).
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
    tables: Mapping[str, pd.DataFrame]
    bookkeeping: Bookkeeping
    books: pd.DataFrame
    headline: str

    @property
    def summary(self) -> pd.DataFrame:
        """Estimates by strategy, outcome and window, with simulation error."""
        return self.tables["summary"]

    @property
    def differences(self) -> pd.DataFrame:
        """Differences from the comparator, patient by patient, with simulation error."""
        return self.tables["differences"]

    @property
    def parameter_uncertainty(self) -> pd.DataFrame | None:
        """What is not known; None if no draws were run."""
        return self.tables.get("parameter_uncertainty")

    @property
    def predictions(self) -> pd.DataFrame | None:
        """For a replica, the published figures as its simulated cohorts give them; else None."""
        return self.tables.get("predictions")

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


def resolve(
    scenario: str | Path | Scenario,
    patients: int | None = None,
    seed: int | None = None,
    strategies: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    draws: int | None = None,
) -> Scenario:
    """A scenario as it will be run, with what the command line changes.

    Parameters
    ----------
    scenario
        Scenario file, or a scenario as loaded.
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
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario, given)
    whole = changed(loaded, given) if loaded is scenario and given else loaded
    chosen = choose_strategies(whole, strategies)
    if draws is None:
        return chosen
    return chosen.model_copy(update={"parameter_draws": chosen.parameter_draws.model_copy(update={"draws": draws})})


def run(
    scenario: str | Path | Scenario,
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
    scenario
        Scenario file, or a scenario as loaded.
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
    asked = resolve(scenario, patients, seed, strategies, settings, draws)
    ledger = load_ledger(posterior)
    place = Path(out) if out is not None else RESULTS / asked.name / _run_name(asked, ledger)
    with sums_in_one_order(), ResultsFolder(place) as folder:
        return _run_into(folder, asked, ledger, workers or os.cpu_count() or 1, events, progress, answered)


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
    seconds = _Seconds()
    with seconds.of("simulation"):
        gathered = gather(inputs, scenario, folder.path, workers, events, progress)
    with seconds.of("parameter_uncertainty"):
        uncertainty, drawn = parameter_uncertainty(scenario, ledger, gathered.collector.means, workers, progress)
    with seconds.of("tables"):
        bookkeeping, books = gathered.collector.bookkeeping(), gathered.collector.books_check()
        tables = _tables(gathered, bookkeeping, uncertainty, predictions(scenario, gathered, drawn))
        folder.write_tables(tables)
        warnings = [*filter(None, [stale_posterior(ledger)]), *override_warnings(scenario, ledger)]
        about = manifest(scenario, ledger) | {"checks": _checks(bookkeeping, books), "warnings": warnings}
        answer = "\n".join((_answer(folder.path, scenario), *(f"warning: {text}" for text in warnings)))
        answered(answer)
    with seconds.of("sweeps_and_lives"):
        tables |= write_sweeps(folder, scenario, ledger, workers, progress)
        write_twin_of_run(folder.path, scenario, ledger, workers, progress)
    with seconds.of("report"):
        progress("drawing the report", 0, 1)
        report = write_report(stored_content(read_results(folder.path, about), ledger), folder.path)
        progress("drawing the report", 1, 1)
    place = folder.commit(about | {"seconds": seconds.rounded})
    return RunResult(
        scenario=scenario,
        folder=place,
        report=place / report.name,
        tables=tables,
        bookkeeping=bookkeeping,
        books=books,
        headline=answer,
    )


def _answer(folder: Path, scenario: Scenario) -> str:
    """The answer in plain text, from the tables as they are stored: the last digit printed is that of the report."""
    drawn = folder / "parameter_uncertainty.csv"
    uncertainty = read_table(drawn) if drawn.is_file() else None
    tables = read_table(folder / "summary.csv"), read_table(folder / "differences.csv")
    return headline(*tables, uncertainty, unlike=unlike(scenario.strategies))


class _Seconds:
    """Wall seconds of each part of a run."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Context of a part."""
        begin = time.perf_counter()
        yield
        self._seconds[part] = time.perf_counter() - begin

    @property
    def rounded(self) -> dict[str, float]:
        """To hundredths, by part."""
        return {part: round(seconds, 2) for part, seconds in self._seconds.items()}


def _tables(
    gathered: Gathered, bookkeeping: Bookkeeping, uncertainty: pd.DataFrame | None, predictions: pd.DataFrame | None
) -> dict[str, pd.DataFrame]:
    """Every table of a run by the name of its file without ending."""
    collector = gathered.collector
    tables = {
        "summary": collector.summary(),
        "differences": collector.differences(),
        "survival": collector.survival(),
        "resources": collector.resources(),
        "bookkeeping": bookkeeping.table,
        **gathered.portrait.tables(),
        "parameter_uncertainty": uncertainty,
        "predictions": predictions,
    }
    return {name: table for name, table in tables.items() if table is not None}


def _checks(bookkeeping: Bookkeeping, books: pd.DataFrame) -> dict[str, Any]:
    """The checks made in every run, for the manifest."""
    agree = bool((books["result"] == "PASS").all())
    told = f"The books of resources and the patients' own totals of life-years, QALYs and cost {'agree' if agree else 'do not agree'}."
    return {
        "bookkeeping": {"passed": bookkeeping.passed, "statement": bookkeeping.statement},
        "accounts": {"passed": agree, "statement": told},
    }
