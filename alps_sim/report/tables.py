"""What the report puts into tables: outcomes by strategy, assumptions, readings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

import pandas as pd

from alps_sim.evidence.ledger import UNCERTAIN_GRADES, Ledger
from alps_sim.evidence.posterior import LABELS
from alps_sim.evidence.readings import Reading, load_readings
from alps_sim.evidence.targets import load_targets
from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.plots.points import PublishedPoint
from alps_sim.plots.units import shown
from alps_sim.report.answer import ANSWER_OUTCOMES, MAIN_DIFFERENCE
from alps_sim.report.cells import Cell, cells
from alps_sim.report.comparable import NOTHING_UNLIKE, Unlike, footnote
from alps_sim.scenario.phrases import heading
from alps_sim.scenario.schema import Override

TABLE_OUTCOMES: Final = (
    *ANSWER_OUTCOMES,
    "opsi_episodes",
    "prednisone_mg_per_kg",
    "steroid_days",
    "splenectomised",
    "life_years",
    "qalys",
    "cost",
)
"""What the report's table shows, in its order."""

BY_THE_SCENARIO: Final = "set by the scenario"
NOTHING_GIVEN: Final[Mapping[str, Override]] = MappingProxyType({})
_RELAPSE_TARGETS: Final = {"relapse_4_years": False, "relapse_20_years": True}
"""Published relapse after splenectomy, and whether the publication says more than the figure."""


@dataclass(frozen=True)
class AnswerColumn:
    """One column of the answer.

    Attributes
    ----------
    label, unit
        In words.
    cells
        Estimates by strategy; a difference has none for the comparator.
    """

    label: str
    unit: str
    cells: Mapping[str, Cell]


def answer_columns(
    summary: pd.DataFrame, differences: pd.DataFrame, uncertainty: pd.DataFrame | None, window: str, unlike: Unlike = NOTHING_UNLIKE
) -> list[AnswerColumn]:
    """The outcomes that the answer names, and last the main difference from the comparator if there is one.

    Parameters
    ----------
    summary, differences, uncertainty
        Columns of the files of the same names; `uncertainty` is None if no draws were run.
    window
        Years as in `window_years`.
    unlike
        Of `comparable.unlike`: what does not compare and is marked.
    """
    columns = []
    for outcome in ANSWER_OUTCOMES:
        how = shown(outcome)
        columns.append(AnswerColumn(how.label, how.unit, cells(summary, uncertainty, outcome, window, unlike=unlike)))
    if len(differences):
        how, comparator = shown(MAIN_DIFFERENCE), heading(differences["comparator"].iloc[0])
        found = cells(differences, uncertainty, MAIN_DIFFERENCE, window, unlike=unlike)
        columns.append(AnswerColumn(f"{how.label} less those under {comparator}", how.unit, found))
    return columns


def described(text: str, strategies: Iterable[str]) -> str:
    """A description in which strategies are called as everywhere in the report.

    Parameters
    ----------
    text
        As the scenario has it.
    strategies
        Names to be put into words.
    """
    names = "|".join(map(re.escape, strategies))
    return re.sub(rf"\b(?:{names})\b", lambda found: f"\u201c{heading(found[0])}\u201d" if "_" in found[0] else found[0], text)


@dataclass(frozen=True)
class OutcomeRows:
    """One outcome of the table.

    Attributes
    ----------
    label, unit, definition, footnote
        In words; an empty footnote if the numbers compare.
    rows
        Strategy, its estimate, and its difference from the comparator (None for the comparator itself).
    """

    label: str
    unit: str
    definition: str
    footnote: str
    rows: tuple[tuple[str, Cell, Cell | None], ...]


def outcome_rows(
    summary: pd.DataFrame,
    differences: pd.DataFrame,
    uncertainty: pd.DataFrame | None,
    window: str,
    currency: str,
    unlike: Unlike = NOTHING_UNLIKE,
) -> list[OutcomeRows]:
    """The table of outcomes by strategy with the differences from the comparator.

    Parameters
    ----------
    summary, differences, uncertainty
        Columns of the files of the same names; `uncertainty` is None if no draws were run.
    window
        Years as in `window_years`.
    currency
        Currency and price year.
    unlike
        Of `comparable.unlike`: what does not compare and is marked.
    """
    table = []
    for outcome in TABLE_OUTCOMES:
        own = cells(summary, uncertainty, outcome, window, currency, unlike)
        compared = cells(differences, uncertainty, outcome, window, currency, unlike)
        how = shown(outcome, currency)
        rows = tuple((name, cell, compared.get(name)) for name, cell in own.items())
        table.append(OutcomeRows(how.label, how.unit, OUTCOMES[outcome].definition, footnote(outcome, unlike, heading), rows))
    return table


@dataclass(frozen=True)
class Assumption:
    """A parameter as the report lists it.

    Attributes
    ----------
    name, value, range, unit, grade, note, source
        Text; `value` is the one used.
    part
        Part of the ledger.
    basis
        What the value rests on, in a word or two: the grade, the fit, or the scenario.
    """

    name: str
    value: str
    range: str
    unit: str
    grade: str
    note: str
    source: str
    part: str
    basis: str


def assumption(ledger: Ledger, name: str, values: Mapping[str, float], given: Mapping[str, Override] = NOTHING_GIVEN) -> Assumption:
    """A parameter with the value used; what a scenario has set is told as the scenario has it.

    Parameters
    ----------
    ledger
        The evidence.
    name
        Of the parameter.
    values
        Values used in the run.
    given
        Overrides of the scenario, by name.
    """
    parameter, part = ledger[name], heading(PurePath(ledger[name].file).stem)
    if name in given:
        override = given[name]
        low, high = override.interval
        spread = "held" if low == high else f"{low:.4g} to {high:.4g}"
        texts = override.note or "not told", override.source or "not told"
        return Assumption(name, f"{values[name]:.4g}", spread, parameter.unit, BY_THE_SCENARIO, *texts, part, BY_THE_SCENARIO)
    value, (low, high) = values[name], ledger.intervals[name]
    shown_value = parameter.word if parameter.word is not None and value == parameter.value else f"{value:.4g}"
    spread = "fixed" if low == high else f"{low:.4g} to {high:.4g}"
    contraction = ledger.contraction(name)
    basis = parameter.grade if contraction is None else f"fitted: {contraction.label}"
    return Assumption(parameter.name, shown_value, spread, parameter.unit, parameter.grade, parameter.note, parameter.source, part, basis)


def assumptions(ledger: Ledger, values: Mapping[str, float], given: Mapping[str, Override] = NOTHING_GIVEN) -> dict[str, list[Assumption]]:
    """Parameters that rest on an assumption or on what is recalled but not verified, by part of the ledger.

    Parameters
    ----------
    ledger
        The evidence.
    values
        Values used in the run.
    given
        Overrides of the scenario, which are left out: they rest on the scenario.
    """
    found: dict[str, list[Assumption]] = {}
    for parameter in ledger.parameters.values():
        if parameter.grade in UNCERTAIN_GRADES and parameter.name not in given:
            entry = assumption(ledger, parameter.name, values)
            found.setdefault(entry.part, []).append(entry)
    return found


@dataclass(frozen=True)
class FittedParameter:
    """A parameter that was fitted, as the report lists it.

    Attributes
    ----------
    parameter
        With the value used and its 95% posterior interval as range.
    prior
        Range before the fit.
    contraction
        Text; one minus the posterior variance of the normal score.
    label
        Whether the figures narrowed it.
    """

    parameter: Assumption
    prior: str
    contraction: str
    label: str

    @property
    def calibrated(self) -> bool:
        """Whether the figures narrowed it."""
        return self.label == LABELS[-1]


def fitted_parameters(
    ledger: Ledger, values: Mapping[str, float], given: Mapping[str, Override] = NOTHING_GIVEN
) -> dict[str, list[FittedParameter]]:
    """What was fitted, by the cohort it was fitted to; empty for priors.

    Parameters
    ----------
    ledger
        The evidence.
    values
        Values used in the run.
    given
        Overrides of the scenario, which are left out: the fit is not used for them.
    """
    found = {}
    for block in ledger.fitted:
        found[block.cohort] = [
            FittedParameter(
                assumption(ledger, name, values),
                f"{ledger[name].low:g} to {ledger[name].high:g}",
                str(contraction),
                contraction.label,
            )
            for name, contraction in zip(block.names, block.contractions, strict=True)
            if name not in given
        ]
    return found


@dataclass(frozen=True)
class ReadingTaken:
    """How an ambiguity of the source was read.

    Attributes
    ----------
    question, taken, others
        In words.
    chosen
        Whether the scenario chose it, against the usual reading.
    """

    question: str
    taken: str
    others: tuple[str, ...]
    chosen: bool


AS_WRITTEN: Final = "As the strategies of the scenario are written."


def readings_taken(selected: Mapping[str, str]) -> list[ReadingTaken]:
    """Every ambiguity with the reading taken.

    Parameters
    ----------
    selected
        The scenario's alternatives by identifier of the reading.
    """
    return [_taken(reading, selected.get(identifier)) for identifier, reading in load_readings().items()]


def _taken(reading: Reading, selected: str | None) -> ReadingTaken:
    """How one ambiguity is read by a scenario that selects an alternative, or none."""
    if selected is None and reading.left_to_strategies:
        every = tuple(one.meaning for one in reading.alternatives.values())
        return ReadingTaken(reading.question, AS_WRITTEN, every, chosen=False)
    name = selected or reading.taken
    others = tuple(other.meaning for key, other in reading.alternatives.items() if key != name)
    return ReadingTaken(reading.question, reading.alternative(name).meaning, others, name != reading.taken)


def relapse_points() -> Sequence[PublishedPoint]:
    """Published relapse after splenectomy, to draw beside the curves."""
    points = []
    for target in load_targets():
        if target.identifier in _RELAPSE_TARGETS and target.window.years is not None:
            more = _RELAPSE_TARGETS[target.identifier]
            percent = 100 * target.observed.value
            label = f"Published: {'exceeded ' if more else ''}{percent:.0f}% by {target.window.years:.0f} years"
            points.append(PublishedPoint(target.window.years, percent, more, label))
    return points
