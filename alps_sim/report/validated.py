"""The validation that the package ships, for the report: every published figure beside what simulated cohorts of its size give."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any, Final

import pandas as pd

from alps_sim.evidence.ledger import Ledger
from alps_sim.evidence.targets import NotSimulated, not_simulated
from alps_sim.outcomes.stored import read_table
from alps_sim.provenance import identity_of_the_model
from alps_sim.report.published import validation_cells, verdicts
from alps_sim.validation.verdict import sections

_FOLDER: Final = ("evidence", "validation")


@dataclass(frozen=True)
class Validated:
    """The shipped validation as text.

    Attributes
    ----------
    classes
        Words of a class, and its rows in the order of `published.HEADINGS`.
    counts
        How many figures of each class agree.
    sources
        Publications in the order of their numbers.
    not_simulated
        What was published and the model cannot produce, with the reason.
    stale
        Whether rules or fit are others than those it was made with.
    """

    classes: dict[str, list[tuple[str, ...]]]
    counts: Sequence[str]
    sources: Sequence[str]
    not_simulated: Sequence[NotSimulated]
    stale: bool


def shipped_table() -> pd.DataFrame:
    """Columns of `validation.csv`."""
    with as_file(files("alps_sim").joinpath(*_FOLDER, "validation.csv")) as path:
        return read_table(path)


def shipped_provenance() -> dict[str, Any]:
    """Rules and fit that the shipped table was made with."""
    found: dict[str, Any] = json.loads(_text("validation.json"))
    return found


def validated(ledger: Ledger) -> Validated:
    """The shipped validation.

    Parameters
    ----------
    ledger
        The evidence of the run, to tell whether the validation is of the same fit.
    """
    table, about = shipped_table(), shipped_provenance()
    sources = list(dict.fromkeys(table["source"]))
    classes = {
        words: [tuple(cell.strip() for cell in validation_cells(row, sources)) for row in rows.to_dict("records")]
        for words, rows in sections(table)
    }
    stale = any(about[key] != value for key, value in identity_of_the_model(ledger).items())
    return Validated(classes, verdicts(table).split("\n"), sources, not_simulated(), stale)


def _text(name: str) -> str:
    return files("alps_sim").joinpath(*_FOLDER, name).read_text(encoding="utf-8")
