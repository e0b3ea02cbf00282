"""`alps-sim sweep`: outcomes against one or two parameters, as tables, sentences, and files."""

import os
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from alps_sim.analysis.sweep import Sweep, asked_of, run_sweep
from alps_sim.analysis.variation import OPTION, Variation, check_variations, variation_of
from alps_sim.commands.progress import console_of
from alps_sim.draws import Progress, no_progress
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.store import ResultsFolder, run_name
from alps_sim.plots.images import save
from alps_sim.plots.sweep import sweep_figure
from alps_sim.plots.sweep_map import sweep_map
from alps_sim.provenance import manifest, program_version, stale_posterior
from alps_sim.report.comparable import comparing, footnote, unlike
from alps_sim.report.robustness import OutcomeTable
from alps_sim.report.sweep import flip_sentences, heading
from alps_sim.report.sweep_tables import UNDECIDED, letters, map_tables, outcome_tables, step
from alps_sim.scenario import Scenario, ScenarioError
from alps_sim.scenario.overrides import why_unread
from alps_sim.scenario.translate import translate
from alps_sim.simulation import RESULTS, resolve, warm_up

PATIENTS: Final = 5000
"""Patients under each strategy, unless the user says otherwise: 21 values of two strategies take some ten seconds."""
WIDTH: Final = 190
"""Columns of the tables where there is no terminal to ask."""


@dataclass(frozen=True)
class Swept:
    """A sweep, and how long it took.

    Attributes
    ----------
    sweep
        What it gave.
    seconds
        Wall seconds.
    """

    sweep: Sweep
    seconds: float


def sweep(
    path: Path,
    vary: Sequence[str],
    outcomes: Sequence[str],
    *,
    window: str = "",
    patients: int | None = None,
    seed: int | None = None,
    strategies: Sequence[str] | None = None,
    workers: int | None = None,
    settings: Mapping[str, Any] | None = None,
    draws: int = 0,
    progress: Progress = no_progress,
) -> Swept:
    """Sweep one or two parameters of a scenario.

    Parameters
    ----------
    path
        Scenario file.
    vary
        `PARAMETER=LOW:HIGH:N`, or with `:log`; one or two.
    outcomes
        Identifiers in the registry of outcomes.
    window
        Years as in `window_years`; the headline window if empty.
    patients
        Patients under each strategy; 5,000 if not given.
    seed, strategies
        In place of the scenario's.
    workers
        Threads; all processors if not given.
    settings
        Parameter values by ledger name, over those of the scenario.
    draws
        Joint draws of all other parameters at each value; 0 for none.
    progress
        Told how far the work is.

    Raises
    ------
    ScenarioError
        If anything is wrong with the scenario, the settings or what is varied; before anything is simulated.
    """
    variations = [variation_of(text) for text in vary]
    ledger = load_ledger()
    check_variations(variations, ledger, settings)
    scenario = _resolved(path, patients, seed, strategies, settings or {}, variations)
    asked_of(scenario, outcomes, window, draws)
    warm_up(translate(scenario, scenario.parameter_values(ledger)), progress)
    begin = time.perf_counter()
    found = run_sweep(
        scenario, ledger, variations, outcomes, window, workers or os.cpu_count() or 1, progress, draws, comparing(scenario.strategies)
    )
    return Swept(found, time.perf_counter() - begin)


def _resolved(
    path: Path,
    patients: int | None,
    seed: int | None,
    strategies: Sequence[str] | None,
    settings: Mapping[str, Any],
    vary: Sequence[Variation],
) -> Scenario:
    """The scenario with its own values, after it was resolved at both ends of what is varied."""
    scenario = resolve(path, patients, seed, strategies, settings)
    for one in vary:
        unread = why_unread(one.parameter, scenario)
        if unread:
            message = f"expected a parameter that these strategies read, found `{one.parameter}`, but {unread}; vary another"
            raise ScenarioError(message, file=f"{OPTION} {one.parameter}")
    for end in ("low", "high"):
        values = {one.parameter: getattr(one, end) for one in vary}
        try:
            resolve(path, patients, seed, strategies, {**settings, **values})
        except ScenarioError as error:
            name = error.file.removeprefix("--set ")
            raise (ScenarioError(error.message, file=f"{OPTION} {name}") if name in values else error) from None
    return scenario if patients is not None else scenario.replaced(patients=PATIENTS, replica=None)


def print_sweep(found: Swept) -> None:
    """Print what was varied, a table for each outcome, and where the order flips.

    Parameters
    ----------
    found
        Of `sweep`.
    """
    console, one = console_of(WIDTH), found.sweep
    along_one = len(one.varied) == 1
    for line in heading(one):
        console.print(line)
    for table in outcome_tables(one) if along_one else map_tables(one):
        _print_table(console, table)
    for line in _notes(one):
        console.print(line)
    for sentence in flip_sentences(one) if along_one else ():
        console.print(textwrap.fill(sentence, WIDTH, subsequent_indent="  "))
    console.print(f"{found.seconds:.0f} s")


def _print_table(console: Console, content: OutcomeTable) -> None:
    table = Table(title=content.title, title_justify="left", title_style="bold")
    for name in content.columns:
        table.add_column(name, overflow="fold")
    for row in content.rows:
        table.add_row(*row)
    console.print(table)


def _notes(one: Sweep) -> list[str]:
    """What marks and letters mean, and what a user must know before believing the numbers."""
    notes = []
    if len(one.varied) == 1 and step(one) > 1:
        notes.append(f"One value in {step(one)} is printed; all are in sweep.csv.")
    if len(one.varied) > 1:
        notes.append(", ".join(f"{letter} {name}" for name, letter in letters(one).items()))
    if len(one.scenario.strategies) > 1 and not one.table["preferred_beyond_error"].all():
        notes.append(f"{UNDECIDED} The preferred strategy is not better than every other beyond simulation error.")
    without = unlike(one.scenario.strategies)
    notes += [footnote(outcome, without) for outcome in one.table["outcome"].unique()]
    notes.append(stale_posterior(load_ledger()))
    return [note for note in notes if note]


def default_place(one: Sweep) -> Path:
    """Results folder of a sweep: follows from what was asked, the seed and the version.

    Parameters
    ----------
    one
        As run.
    """
    question = {
        "scenario": one.scenario.model_dump(mode="json"),
        "values": one.scenario.parameter_values(load_ledger()),
        "sweep": _asked(one),
    }
    names = "_and_".join(varied.variation.parameter for varied in one.varied)
    return RESULTS / one.scenario.name / f"sweep_{names}_{run_name(question, one.scenario.seed, program_version())}"


def _asked(one: Sweep) -> dict[str, Any]:
    """What was varied and asked, for the manifest."""
    return {
        "varied": [{"parameter": varied.variation.parameter, "values": list(varied.variation.values)} for varied in one.varied],
        "outcomes": list(dict.fromkeys(one.table["outcome"])),
        "window_years": one.window,
        "draws": one.draws,
    }


def write_sweep(found: Swept, place: Path | None = None) -> Path:
    """Leave the sweep as files: both tables, a figure for each outcome, and the manifest.

    Parameters
    ----------
    found
        Of `sweep`.
    place
        Folder, `default_place` if not given; earlier results in it are replaced.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    one = found.sweep
    draw = sweep_figure if len(one.varied) == 1 else sweep_map
    with ResultsFolder(place or default_place(one)) as folder:
        folder.write_table("sweep.csv", one.table)
        folder.write_table("flips.csv", one.flips)
        for outcome in one.table["outcome"].unique():
            save(draw(one, outcome), folder.path / "figures", f"sweep_{outcome}")
        return folder.commit({**manifest(one.scenario, load_ledger(), {"sweep": found.seconds}), "sweep": _asked(one)})
