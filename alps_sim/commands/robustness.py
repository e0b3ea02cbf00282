"""`alps-sim robustness`: the alternatives of a scenario run one at a time, as a table and as files."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from rich.console import Console
from rich.table import Table

from alps_sim.commands.progress import console_of
from alps_sim.draws import Progress, no_progress
from alps_sim.evidence.ledger import load_ledger
from alps_sim.gathering import warm_up
from alps_sim.outcomes.store import ResultsFolder
from alps_sim.plots.forest import robustness_figure
from alps_sim.plots.images import save
from alps_sim.provenance import manifest
from alps_sim.report.comparable import comparing, footnote, unlike
from alps_sim.report.robustness import EXPLAINED, comparator_sentences, conclusion_sentences, notes, outcome_tables
from alps_sim.report.robustness_page import robustness_page
from alps_sim.robustness.alternatives import base_case
from alps_sim.robustness.order import conclusions
from alps_sim.robustness.study import Study, case_inputs, run_study
from alps_sim.scenario import Scenario, ScenarioError
from alps_sim.simulation import resolve

PATIENTS: Final = 8192
"""Patients under each strategy, unless the user says otherwise: all alternatives of the main scenario take two or three minutes."""
WIDTH: Final = 190
"""Columns of the table where there is no terminal to ask."""


@dataclass(frozen=True)
class Robustness:
    """What the alternatives of a scenario gave.

    Attributes
    ----------
    scenario
        As run.
    study
        Both tables.
    conclusions
        Of `robustness.order.conclusions`.
    seconds
        How long it took.
    """

    scenario: Scenario
    study: Study
    conclusions: pd.DataFrame
    seconds: float


def robustness(
    path: Path,
    patients: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> Robustness:
    """Run a scenario with each alternative reading and structural choice, one at a time.

    Parameters
    ----------
    path
        Scenario file.
    patients
        Patients under each strategy; 8,192 if not given.
    seed
        Key of the random numbers, in place of the scenario's.
    workers
        Threads; all processors if not given.
    settings
        Parameter values by ledger name, over those of the scenario.
    progress
        Told how far the work is.

    Raises
    ------
    ScenarioError
        If anything is wrong with the scenario or the settings, or it has one strategy alone.
    """
    scenario = _ranked(resolve(path, patients, seed, settings=settings, draws=0), path, patients)
    ledger = load_ledger()
    warm_up(case_inputs(scenario, base_case(scenario, ledger)), progress)
    begin = time.perf_counter()
    study = run_study(scenario, ledger, workers or os.cpu_count() or 1, comparing(scenario.strategies), progress)
    return Robustness(scenario, study, conclusions(study.table), time.perf_counter() - begin)


def _ranked(scenario: Scenario, path: Path, patients: int | None) -> Scenario:
    """The scenario with the number of patients of this study; it needs strategies to rank."""
    if len(scenario.strategies) < 2:
        message = "expected at least two strategies to rank, found one; name a scenario that compares strategies"
        raise ScenarioError(message, file=str(path))
    return scenario if patients is not None else scenario.replaced(patients=PATIENTS, replica=None)


def print_robustness(found: Robustness) -> None:
    """Print a table for each outcome, what was not run, and the conclusions.

    Parameters
    ----------
    found
        Of `robustness`.
    """
    console = console_of(WIDTH)
    for outcome in outcome_tables(found.study.table):
        table = Table(title=outcome.title, title_justify="left", title_style="bold")
        for name in outcome.columns:
            table.add_column(name.replace("_", " "), overflow="fold")
        for row in outcome.rows:
            table.add_row(*(text.replace("_", " ") for text in row), style="bold" if row[-1] == "" else "")
        console.print(table)
    _print_notes(console, found)
    beside = comparator_sentences(found.study.pairs, found.scenario.comparator)
    for sentence in (*beside, "", *conclusion_sentences(found.conclusions)):
        console.print(sentence.replace("_", " "))


def _print_notes(console: Console, found: Robustness) -> None:
    """What the numbers mean, and which alternatives were not run as they are."""
    console.print(EXPLAINED)
    mark = footnote("treatment_failure", unlike(found.scenario.strategies))
    if mark:
        console.print(mark.replace("_", " "))
    console.print("\nAlternatives of which more is to be said:")
    for name, note in notes(found.study.table):
        console.print(f"  {name.replace('_', ' ')}: {note}")
    console.print(f"\n{found.scenario.patients:,} patients under each strategy, {found.seconds:.0f} s\n")


def write_robustness(found: Robustness, place: Path) -> Path:
    """Leave the study as files: three tables, the page, the figure, and the manifest of the scenario.

    Parameters
    ----------
    found
        Of `robustness`.
    place
        Folder; earlier results in it are replaced.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    with ResultsFolder(place) as folder:
        folder.write_table("robustness.csv", found.study.table)
        folder.write_table("robustness_pairs.csv", found.study.pairs)
        folder.write_table("conclusions.csv", found.conclusions)
        page = robustness_page(found.study.table, found.study.pairs, found.conclusions)
        (folder.path / "robustness.md").write_text(page, encoding="utf-8")
        save(robustness_figure(found.study.table), folder.path / "figures", "robustness")
        return folder.commit(manifest(found.scenario, load_ledger()) | {"seconds": {"robustness": round(found.seconds, 2)}})
