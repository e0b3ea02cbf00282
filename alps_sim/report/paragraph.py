"""The answer in one paragraph, for a reader with five minutes: what differs, by how much, and what each interval means."""

from typing import Final

from alps_sim.plots.units import shown
from alps_sim.report.answer import MAIN_DIFFERENCE, span
from alps_sim.report.cells import Cell, cells
from alps_sim.report.comparable import compares
from alps_sim.report.content import ReportContent
from alps_sim.report.driven import ASSUMED_MARK
from alps_sim.scenario.phrases import heading

_AFTER_THE_MAIN: Final = ("deaths", "treatment_failure", "flares_per_year", "prednisone_mg_per_kg_per_year")
_SAID: Final = {
    "deaths": ("deaths from any cause, OPSI among them", " per 1,000"),
    "treatment_failure": ("treatment failure", "% of patients"),
    "flares_per_year": ("flares", " per year alive"),
    "prednisone_mg_per_kg_per_year": ("steroid", " mg/kg per year alive"),
}


def answer_paragraph(content: ReportContent) -> str:
    """The answer: the first strategy that is not the comparator, set against it in the headline window.

    Parameters
    ----------
    content
        What the report tells.

    Returns
    -------
    str
        Plain text; a scenario of one strategy gives its numbers alone.
    """
    others = [name for name in content.scenario.strategies if name != content.scenario.comparator]
    if not others:
        return _alone(content)
    name, comparator = others[0], content.scenario.comparator
    own = cells(content.summary, content.parameter_uncertainty, MAIN_DIFFERENCE, content.window)
    apart = cells(content.differences, content.parameter_uncertainty, MAIN_DIFFERENCE, content.window)[name]
    first = (
        f"{_beginning(content)}, {own[name].mean} of 1,000 patients die of overwhelming post-splenectomy infection (OPSI) under "
        f"\u201c{heading(name)}\u201d and {own[comparator].mean} under \u201c{heading(comparator)}\u201d: a difference of {apart.mean} per "
        f"1,000 ({_both(content, apart)})."
    )
    rest = [told for outcome in _AFTER_THE_MAIN if (told := _pair(content, outcome, name, comparator))]
    beside = f"Beside this: {'; '.join(rest)}; their intervals stand in the table." if rest else ""
    return " ".join(filter(None, (first, beside, _what_the_intervals_mean(content))))


def _beginning(content: ReportContent) -> str:
    said = span(content.window)
    return f"{said[:1].upper()}{said[1:]} after the first significant cytopenia"


def _alone(content: ReportContent) -> str:
    (name,) = content.scenario.strategies
    own = cells(content.summary, content.parameter_uncertainty, MAIN_DIFFERENCE, content.window)[name]
    how = shown(MAIN_DIFFERENCE)
    return f"{_beginning(content)}, {how.label} are {own.mean} {how.unit} ({_both(content, own)}). {_what_the_intervals_mean(content)}"


def _both(content: ReportContent, cell: Cell) -> str:
    """Both intervals of a number, each by its name."""
    simulation = f"95% simulation error {cell.simulation}"
    return (
        f"95% parameter uncertainty {cell.parameters}; {simulation}"
        if cell.parameters
        else f"{simulation}; parameter uncertainty was not run"
    )


def _pair(content: ReportContent, outcome: str, name: str, comparator: str) -> str:
    """One outcome under both strategies; nothing if it does not compare."""
    if not compares(outcome, name, comparator, content.unlike):
        return ""
    own = cells(content.summary, content.parameter_uncertainty, outcome, content.window)
    noun, unit = _SAID[outcome]
    return f"{noun}, {own[name].mean} against {own[comparator].mean}{unit}"


def _what_the_intervals_mean(content: ReportContent) -> str:
    if content.parameter_uncertainty is None:
        return "Parameter uncertainty, how far the answer could move because the evidence is uncertain, was not run."
    told = (
        "Parameter uncertainty is how far the answer could move because the evidence is uncertain, and more patients do not narrow it; "
        "simulation error is the luck of the patients simulated."
    )
    marked = bool(
        (content.parameter_uncertainty["driven_by_assumption"] & (content.parameter_uncertainty["window_years"] == content.window)).any()
    )
    return told + (f" An interval marked {ASSUMED_MARK} is driven mostly by assumptions." if marked else "")
