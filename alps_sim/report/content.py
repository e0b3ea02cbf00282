"""What the report tells: read from a results folder, so that its numbers are those stored, now and when it is made again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from alps_sim.analysis.sweep import Sweep
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.store import ResultsError
from alps_sim.outcomes.stored import StoredResults
from alps_sim.report.cells import chosen_window
from alps_sim.report.comparable import Unlike, unlike
from alps_sim.report.lives import TwoLives, stored_lives
from alps_sim.report.sweeps import stored_sweeps
from alps_sim.scenario.schema import Scenario

OTHER_EVIDENCE = "The evidence of this program is no longer that of the run: ranges, grades and fits listed below are those of today."


@dataclass(frozen=True)
class Check:
    """A check that every run makes.

    Attributes
    ----------
    passed
        Whether it passed.
    statement
        What was checked and found, in a sentence.
    """

    passed: bool
    statement: str


@dataclass(frozen=True)
class ReportContent:
    """Everything the report tells.

    Attributes
    ----------
    scenario
        As resolved and run.
    ledger
        The evidence.
    values
        Value used of every parameter, by name.
    summary, differences, survival, resources, spread, fates, fate_shares, treatments
        Columns of the files of the same names.
    parameter_uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    predictions
        Columns of `predictions.csv` for a replica; else None.
    bookkeeping, accounts
        The checks made in every run.
    versions
        Of the program and its libraries, by name.
    warnings
        What a reader must know before believing a number.
    sweeps
        Of the scenario.
    lives
        One child under two strategies; None if the run has none.
    """

    scenario: Scenario
    ledger: Ledger
    values: Mapping[str, float]
    summary: pd.DataFrame
    differences: pd.DataFrame
    survival: pd.DataFrame
    resources: pd.DataFrame
    spread: pd.DataFrame
    fates: pd.DataFrame
    fate_shares: pd.DataFrame
    treatments: pd.DataFrame
    parameter_uncertainty: pd.DataFrame | None
    predictions: pd.DataFrame | None
    bookkeeping: Check
    accounts: Check
    versions: Mapping[str, str]
    warnings: tuple[str, ...] = field(default=())
    sweeps: tuple[Sweep, ...] = ()
    lives: TwoLives | None = None

    @property
    def window(self) -> str:
        """The headline window, or the longest of the run."""
        return chosen_window(self.summary)

    @property
    def unlike(self) -> Unlike:
        """What does not compare from strategy to strategy."""
        return unlike(self.scenario.strategies)

    @property
    def currency(self) -> str:
        """Currency with its price year."""
        return f"{self.scenario.currency} of {self.scenario.price_year}"

    @property
    def passed(self) -> bool:
        """Whether the checks made in every run passed."""
        return self.bookkeeping.passed and self.accounts.passed


def stored_content(results: StoredResults, ledger: Ledger) -> ReportContent:
    """The content of the report on stored results.

    Parameters
    ----------
    results
        As read from their folder.
    ledger
        The evidence; ranges, grades and notes are taken from it, values from the results.

    Raises
    ------
    ResultsError
        If the results are not those of a run of this version.
    """
    manifest = results.manifest
    if "checks" not in manifest:
        raise ResultsError(
            f"{results.folder}: expected the results of a run, found those of another command; name results/<scenario>/<run>"
        )
    if set(results.values) != set(ledger.parameters):
        raise results.of_another_version("its parameters")
    checks = manifest["checks"]
    given: dict[str, Any] = {
        name: results.table(name)
        for name in ("summary", "differences", "survival", "resources", "spread", "fates", "fate_shares", "treatments")
    }
    return ReportContent(
        scenario=results.scenario,
        ledger=ledger,
        values=results.values,
        **given,
        parameter_uncertainty=results.tables.get("parameter_uncertainty"),
        predictions=results.tables.get("predictions"),
        bookkeeping=Check(**checks["bookkeeping"]),
        accounts=Check(**checks["accounts"]),
        versions=manifest["versions"],
        warnings=(*manifest["warnings"], *_of_other_evidence(manifest, ledger)),
        sweeps=tuple(stored_sweeps(results.tables, results.scenario, ledger)),
        lives=stored_lives(results.folder),
    )


def _of_other_evidence(manifest: Mapping[str, Any], ledger: Ledger) -> tuple[str, ...]:
    same = manifest["posterior"] == {block.cohort: block.identity for block in ledger.fitted}
    return () if same else (OTHER_EVIDENCE,)
