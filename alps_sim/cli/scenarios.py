"""Commands on scenario files and results folders that simulate nothing."""

from pathlib import Path
from typing import Annotated

import typer

from alps_sim.cli.options import Settings, settings_of
from alps_sim.commands.mistakes import FAILED_CHECKS, mistakes_told


def check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Scenario file, or results folder.", show_default=False)],
    settings: Settings = None,
) -> None:
    """Check a scenario and tell what it would run, or check that a results folder is complete and unchanged."""
    given = settings_of(settings or [])
    with mistakes_told(path):
        if path.is_dir():
            _check_results(path)
        else:
            from alps_sim.scenario.check import check_scenario

            typer.echo(check_scenario(path, given))


def diff(
    one: Annotated[Path, typer.Argument(metavar="A", help="Scenario file, or results folder.", show_default=False)],
    other: Annotated[Path, typer.Argument(metavar="B", help="Scenario file, or results folder.", show_default=False)],
) -> None:
    """Tell in words how two scenarios differ, with all they extend; of results also versions, rules and fit."""
    with mistakes_told(one, other):
        from alps_sim.commands.difference import difference_told

        typer.echo(difference_told(one, other))


def _check_results(folder: Path) -> None:
    from alps_sim.outcomes.store import check_results

    problems = check_results(folder)
    if problems:
        typer.echo("\n".join(problems), err=True)
        raise typer.Exit(FAILED_CHECKS)
    typer.echo(f"{folder}: complete, every file as the run left it")
