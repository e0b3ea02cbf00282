"""AdViSHE: the validation report of a health-economic model, with what a program can answer filled in from the checks.

Thirteen items after Vemer P and others, PharmacoEconomics 2016;34:349-361 (doi:10.1007/s40273-015-0327-2), in our own words. What
asks for experts, other models or data is the author's to answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from alps_sim.verification.checks import chance, extremes, fairness, given, log, sameness, survival, uncertainty, worth
from alps_sim.verification.finding import FAIL, PASS

FOR_THE_AUTHOR: Final = "for the author"
COLUMNS: Final = ("item", "part", "question", "answer")


@dataclass(frozen=True)
class Item:
    """One item.

    Attributes
    ----------
    identifier
        As published.
    part
        Of the model that it is about.
    question
        What it asks, in short.
    groups
        Groups of checks that answer it; none if the author must.
    hint
        What there is to build the author's answer on, or what the answer leaves out.
    """

    identifier: str
    part: str
    question: str
    groups: tuple[str, ...] = ()
    hint: str = ""


CONCEPT: Final = "Conceptual model"
DATA: Final = "Input data"
PROGRAM: Final = "Computer program"
OUTCOMES: Final = "Outcomes"

ITEMS: Final = (
    Item("A1", CONCEPT, "Did experts judge whether the concept of the model is right?", hint="docs/model.md tells it rule by rule"),
    Item("A2", CONCEPT, "Was the concept compared with other models?"),
    Item("B1", DATA, "Did experts judge whether the input data are right?", hint="alps-sim evidence lists them with source and grade"),
    Item(
        "B2",
        DATA,
        "Where inputs come from fitted distributions, was the fit tested?",
        (given.GROUP,),
        "whether values can be, not how well distributions fit: that is in the ledger's sources",
    ),
    Item("C1", PROGRAM, "Did someone from outside examine the program?"),
    Item("C2", PROGRAM, "Were extreme values tried?", (extremes.GROUP, survival.GROUP)),
    Item("C3", PROGRAM, "Were single patients traced through the model?", (log.GROUP,)),
    Item("C4", PROGRAM, "Were parts of the program tested by themselves?", (worth.GROUP, fairness.GROUP, sameness.GROUP)),
    Item("D1", OUTCOMES, "Did experts judge whether the outcomes are right?"),
    Item("D2", OUTCOMES, "Were outcomes compared with those of other models?"),
    Item(
        "D3",
        OUTCOMES,
        "Were outcomes computed from other input data?",
        (uncertainty.GROUP,),
        "draws of the same evidence; other sources are for the author",
    ),
    Item("D4", OUTCOMES, "Were outcomes compared with data, those used to build the model and those not?", hint="alps-sim validate"),
    Item(
        "E1",
        "Other",
        "What else was done to validate the model?",
        (chance.GROUP,),
        "every hazard, and every decision that the log tells, is computed a second time by another program",
    ),
)
"""The items in their published order; D4 asks of both kinds of data."""


def advishe(table: pd.DataFrame, items: Sequence[Item] = ITEMS) -> pd.DataFrame:
    """The report, filled from the table of the checks.

    Parameters
    ----------
    table
        Of `run_checks`.
    items
        Which.

    Returns
    -------
    pandas.DataFrame
        COLUMNS, one row an item.
    """
    rows = [(item.identifier, item.part, item.question, _answer(item, table)) for item in items]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _answer(item: Item, table: pd.DataFrame) -> str:
    """Number of checks and what became of them, or that the author must answer."""
    results = table.loc[table["group"].isin(item.groups), "result"]
    if results.empty:
        return FOR_THE_AUTHOR + (f" (see: {item.hint})" if item.hint else "")
    failed = table.loc[table["group"].isin(item.groups) & (table["result"] == FAIL), "check"]
    text = f"{(results == PASS).sum()} of {len(results)} checks passed"
    text += f", failed: {', '.join(failed)}" if len(failed) else ""
    left = len(results) - (results == PASS).sum() - len(failed)
    text += f", {left} did not apply" if left else ""
    return text + f" ({', '.join(item.groups)})" + (f"; {item.hint}" if item.hint else "")
