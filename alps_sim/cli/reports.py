"""Commands that tell again what a run stored."""

from pathlib import Path
from typing import Annotated

import typer

from alps_sim.commands.mistakes import mistakes_told


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of a run.", show_default=False)],
    posterior: Annotated[Path | None, typer.Option(help="Folder of the fit that the run was made with, if not the shipped one.")] = None,
) -> None:
    """Draw figures and report again from stored results, without simulating."""
    with mistakes_told(results, on_interrupt="Interrupted: the results are as they were."):
        from alps_sim.commands.report import report_again

        typer.echo(f"Report:  {report_again(results, posterior)}")
