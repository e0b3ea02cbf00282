"""`alps-sim verify`: the checks on the user's own scenario, as a table and as files."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from rich.table import Table

from alps_sim.commands.progress import console_of
from alps_sim.draws import Progress, no_progress
from alps_sim.engines.warm import warm_up
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.store import ResultsFolder
from alps_sim.provenance import manifest
from alps_sim.rules import codes
from alps_sim.rules.events import LOG_KINDS
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.verification import Vocabularies
from alps_sim.verification.advishe import advishe
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import DOES_NOT_APPLY, FAIL, PASS
from alps_sim.verification.registry import run_checks

PATIENTS: Final = 4096
"""Patients under each strategy in the statistical checks, unless the user says otherwise."""
WIDTH: Final = 150
"""Columns of the table where there is no terminal to ask."""

WORDS: Final = Vocabularies(
    LOG_KINDS, codes.EPISODE_PHASES, codes.SPLEENS, codes.AGENTS, codes.SEXES, codes.GENOTYPES, codes.CAUSES_OF_DEATH
)
"""What the codes of the rules mean, for a verification that does not know them."""


@dataclass(frozen=True)
class Verification:
    """What the checks of a scenario found.

    Attributes
    ----------
    scenario
        As checked.
    table
        One row a check: check, group, title, done, expected, found, result.
    advishe
        One row an item of AdViSHE: item, part, question, answer.
    seconds
        How long it took.
    """

    scenario: Scenario
    table: pd.DataFrame
    advishe: pd.DataFrame
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not (self.table["result"] == FAIL).any()


def bench_of(scenario: Scenario, patients: int = PATIENTS, workers: int = 1) -> Bench:
    """A bench for a scenario with the shipped engines.

    Parameters
    ----------
    scenario
        As loaded.
    patients
        Patients under each strategy in the statistical checks.
    workers
        Threads.
    """
    ledger = load_ledger()
    return Bench(scenario, ledger, scenario.parameter_values(ledger), WORDS, patients, workers)


def verify(
    path: Path,
    patients: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> Verification:
    """Check a scenario.

    Parameters
    ----------
    path
        Scenario file.
    patients
        Patients under each strategy in the statistical checks; 4,096 if not given.
    workers
        Threads; all processors if not given.
    settings
        Parameter values by ledger name, over those of the scenario.
    progress
        Told how far the work is.

    Raises
    ------
    ScenarioError
        If anything is wrong with the scenario or the settings.
    """
    scenario = load_scenario(path, settings)
    bench = bench_of(scenario, patients or PATIENTS, workers or os.cpu_count() or 1)
    warm_up(lambda: _compile(bench), progress, "two minutes")
    begin = time.perf_counter()
    table = run_checks(bench, progress)
    return Verification(scenario, table, advishe(table), time.perf_counter() - begin)


def _compile(bench: Bench) -> None:
    """Have both engines compiled before threads ask for them; a run before may have left the clinic's uncompiled."""
    one = bench.inputs(patients=1)
    bench.live(one)
    bench.clinic(one, 0, 0, 1)


def print_verification(verification: Verification) -> None:
    """Print the checks, the items of AdViSHE and the verdict.

    Parameters
    ----------
    verification
        Of `verify`.
    """
    console = console_of(WIDTH)
    for group, part in verification.table.groupby("group", sort=False):
        table = _columns(str(group), ("Check", 2), ("Done", 3), ("Expected", 3), ("Found", 3))
        table.add_column("Result", no_wrap=False, width=7)
        for *texts, result in _texts(part, "title", "done", "expected", "found", "result"):
            table.add_row(*texts, _coloured(result))
        console.print(table)
    items = _columns("AdViSHE: validation of health-economic models", ("Item", 1), ("Question", 5), ("Answer", 6))
    for texts in _texts(verification.advishe, "item", "question", "answer"):
        items.add_row(*texts)
    console.print(items)
    console.print(verdict(verification))


def verdict(verification: Verification) -> str:
    """How many checks passed, and what those that failed found.

    Parameters
    ----------
    verification
        Of `verify`.
    """
    results = verification.table["result"]
    counts = ", ".join(f"{(results == result).sum()} {result}" for result in (PASS, FAIL, DOES_NOT_APPLY))
    failed = verification.table[results == FAIL]
    told = "".join(f"\nFAIL {name}: {found}" for name, found in _texts(failed, "check", "found"))
    return f"{verification.scenario.name}: {len(results)} checks in {verification.seconds:.0f} s: {counts}{told}"


def _columns(title: str, *columns: tuple[str, int]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 1, 0), expand=True)
    for name, share in columns:
        table.add_column(name, ratio=share, overflow="fold")
    return table


def _texts(table: pd.DataFrame, *columns: str) -> list[list[str]]:
    """Some columns of each row."""
    return [[str(cell) for cell in row] for row in table[list(columns)].itertuples(index=False, name=None)]


def _coloured(result: str) -> str:
    return {PASS: "[green]PASS[/]", FAIL: "[bold red]FAIL[/]"}.get(result, "does not apply")


def write_verification(verification: Verification, place: Path) -> Path:
    """Leave the checks as files: verification.csv, verification.json, advishe.csv, and the manifest of the scenario.

    Parameters
    ----------
    verification
        Of `verify`.
    place
        Folder; earlier results in it are replaced.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    with ResultsFolder(place) as folder:
        folder.write_table("verification.csv", verification.table)
        folder.write_table("advishe.csv", verification.advishe)
        content = {"scenario": verification.scenario.name, "passed": verification.passed}
        content |= {"checks": verification.table.to_dict("records"), "advishe": verification.advishe.to_dict("records")}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (folder.path / "verification.json").write_text(text, encoding="utf-8")
        return folder.commit(manifest(verification.scenario, load_ledger()) | {"seconds": {"verification": round(verification.seconds, 2)}})
