"""`alps-sim sweep`: outcomes against one or two parameters, as tables, sentences, and files."""

import textwrap
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from alps_sim.analysis.sweep import Sweep
from alps_sim.commands.progress import console_of
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.store import ResultsFolder, run_name
from alps_sim.plots.images import save
from alps_sim.plots.sweep import sweep_figure
from alps_sim.plots.sweep_maps import sweep_map
from alps_sim.provenance import manifest, program_version, stale_posterior
from alps_sim.report.comparable import footnote, unlike
from alps_sim.report.robustness import OutcomeTable
from alps_sim.report.sweep import UNDECIDED, flip_sentences, heading
from alps_sim.report.sweep_tables import letters, map_tables, outcome_tables, step
from alps_sim.simulation import RESULTS

WIDTH: Final = 190
"""Columns of the tables where there is no terminal to ask."""


def print_sweep(one: Sweep, seconds: float) -> None:
    """Print what was varied, a table for each outcome, and where the order flips.

    Parameters
    ----------
    one
        As run.
    seconds
        How long it took.
    """
    console = console_of(WIDTH)
    along_one = len(one.varied) == 1
    for line in heading(one):
        console.print(line)
    for table in outcome_tables(one) if along_one else map_tables(one):
        _print_table(console, table)
    for line in _notes(one):
        console.print(line)
    for sentence in flip_sentences(one) if along_one else ():
        console.print(textwrap.fill(sentence, WIDTH, subsequent_indent="  "))
    console.print(f"{seconds:.0f} s")


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


def write_sweep(one: Sweep, seconds: float, place: Path | None = None) -> Path:
    """Leave the sweep as files: both tables, a figure for each outcome, and the manifest.

    Parameters
    ----------
    one
        As run.
    seconds
        How long it took.
    place
        Folder, `default_place` if not given; earlier results in it are replaced.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    draw = sweep_figure if len(one.varied) == 1 else sweep_map
    with ResultsFolder(place or default_place(one)) as folder:
        folder.write_table("sweep.csv", one.table)
        folder.write_table("flips.csv", one.flips)
        for outcome in one.table["outcome"].unique():
            save(draw(one, outcome), folder.path / "figures", f"sweep_{outcome}")
        return folder.commit(manifest(one.scenario, load_ledger()) | {"sweep": _asked(one), "seconds": {"sweep": round(seconds, 2)}})
