"""The answer in plain text, as a run prints it at its end: the numbers, then the trade-off in words."""

import textwrap
from typing import Final

import pandas as pd

from alps_sim.outcomes.definitions import HEADLINE_WINDOW, LIFETIME, OUTCOMES
from alps_sim.plots.units import shown
from alps_sim.report.cells import Cell, cells, chosen_window
from alps_sim.report.comparable import NOTHING_UNLIKE, Unlike, footnote
from alps_sim.report.driven import driven_note
from alps_sim.report.tradeoff import NOUNS, caveat, trade_offs

ANSWER_OUTCOMES: Final = tuple(NOUNS)
"""What a run answers first, in figures and in words."""
MAIN_DIFFERENCE: Final = "opsi_deaths"
LINE_CHARACTERS: Final = 80


def span(window: str) -> str:
    """A window in words."""
    return "over the whole life" if window == LIFETIME else f"in the first {window} years"


def headline(
    summary: pd.DataFrame,
    differences: pd.DataFrame,
    parameter_uncertainty: pd.DataFrame | None,
    window: str = HEADLINE_WINDOW,
    unlike: Unlike = NOTHING_UNLIKE,
) -> str:
    """Deaths, treatment failure, flares and steroid under each strategy with both kinds of uncertainty, and the trade-off in words.

    Parameters
    ----------
    summary
        Columns of `summary.csv`.
    differences
        Columns of `differences.csv`; may be empty.
    parameter_uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    window
        Preferred window, years as in `window_years`; the longest if the run does not have it.
    unlike
        Of `comparable.unlike`: what does not compare and is marked.

    Returns
    -------
    str
        Lines of at most about 80 characters, without a line break at the end.
    """
    window = chosen_window(summary, window)
    width = max(len(str(name)) for name in summary["strategy"].unique()) + 2
    lines = [f"Outcomes {span(window)} after the first significant cytopenia", *_legend(summary, parameter_uncertainty), ""]
    lines.append(_line("", Cell("estimate", "parameters", "simulation"), width))
    for outcome in ANSWER_OUTCOMES:
        how = shown(outcome)
        lines.append(f"{how.label}, {how.unit}")
        found = cells(summary, parameter_uncertainty, outcome, window, unlike=unlike)
        lines += [_line(name, cell, width) for name, cell in found.items()]
    if len(differences):
        lines += _main_differences(differences, parameter_uncertainty, window, width)
    driven = driven_note(parameter_uncertainty, ANSWER_OUTCOMES, window, [MAIN_DIFFERENCE])
    for note in (*(footnote(outcome, unlike) for outcome in ANSWER_OUTCOMES), driven):
        lines += _wrapped(note, "")
    if len(differences):
        lines += ["", *_trade_offs(differences, parameter_uncertainty, window, unlike)]
    return "\n".join(line.rstrip() for line in lines)


def _main_differences(differences: pd.DataFrame, uncertainty: pd.DataFrame | None, window: str, width: int) -> list[str]:
    comparator, how = differences["comparator"].iloc[0], shown(MAIN_DIFFERENCE)
    found = cells(differences, uncertainty, MAIN_DIFFERENCE, window)
    title = f"{OUTCOMES[MAIN_DIFFERENCE].label}, {how.unit}, less those under {comparator}"
    return [title, *(_line(name, cell, width) for name, cell in found.items())]


def _trade_offs(differences: pd.DataFrame, uncertainty: pd.DataFrame | None, window: str, unlike: Unlike) -> list[str]:
    lines = [f"Compared with {differences['comparator'].iloc[0]}, {span(window)}:"]
    for sentences in trade_offs(differences, uncertainty, window, unlike).values():
        lines += _wrapped(sentences, "  ")
    return [*lines, *_wrapped(caveat(uncertainty), "")]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, LINE_CHARACTERS, initial_indent=indent, subsequent_indent=2 * indent or "  ")


def _legend(summary: pd.DataFrame, uncertainty: pd.DataFrame | None) -> list[str]:
    patients = f"simulation error with {int(summary['n'].iloc[0]):,} patients under each strategy"
    if uncertainty is None:
        return [f"95% interval: {patients}.", "Parameter uncertainty was not run: what is not known is not shown."]
    return [f"95% intervals: parameter uncertainty ({int(uncertainty['draws'].iloc[0])} draws of the evidence),", f"then {patients}."]


def _line(name: str, cell: Cell, width: int) -> str:
    return f"  {name:<{width}}{cell.mean:>9}{cell.mark:<2}{cell.parameters or 'not run':>18}  {cell.simulation:>18}"
