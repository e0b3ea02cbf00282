"""The answer in plain text, as a run prints it at its end."""

from typing import Final

import pandas as pd

from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.report.numbers import HEADLINE_WINDOW, LIFETIME, Cell, cells, chosen_window, shown

ANSWER_OUTCOMES: Final = ("opsi_deaths", "treatment_failure", "flares_per_year", "prednisone_mg_per_kg_per_year")
"""What a run answers first."""
MAIN_DIFFERENCE: Final = "opsi_deaths"


def span(window: str) -> str:
    """A window in words."""
    return "over the whole life" if window == LIFETIME else f"in the first {window} years"


def headline(
    summary: pd.DataFrame, differences: pd.DataFrame, parameter_uncertainty: pd.DataFrame | None, window: str = HEADLINE_WINDOW
) -> str:
    """OPSI deaths, treatment failure, flares per year and steroid exposure of each strategy, with both kinds of uncertainty.

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
        lines += [_line(name, cell, width) for name, cell in cells(summary, parameter_uncertainty, outcome, window).items()]
    if len(differences):
        comparator = differences["comparator"].iloc[0]
        lines.append(f"{OUTCOMES[MAIN_DIFFERENCE].label}, {shown(MAIN_DIFFERENCE).unit}, less those under {comparator}")
        found = cells(differences, parameter_uncertainty, MAIN_DIFFERENCE, window)
        lines += [_line(name, cell, width) for name, cell in found.items()]
    return "\n".join(line.rstrip() for line in lines)


def _legend(summary: pd.DataFrame, uncertainty: pd.DataFrame | None) -> list[str]:
    patients = f"simulation error with {int(summary['n'].iloc[0]):,} patients under each strategy"
    if uncertainty is None:
        return [f"95% interval: {patients}.", "Parameter uncertainty was not run: what is not known is not shown."]
    return [f"95% intervals: parameter uncertainty ({int(uncertainty['draws'].iloc[0])} draws of the evidence),", f"then {patients}."]


def _line(name: str, cell: Cell, width: int) -> str:
    return f"  {name:<{width}}{cell.mean:>9}  {cell.parameters or 'not run':>18}  {cell.simulation:>18}"
