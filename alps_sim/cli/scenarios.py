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


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and underscores.", show_default=False)],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The file; NAME.yaml in this folder by default.")] = None,
    base: Annotated[
        Path | None, typer.Option("--from", metavar="SCENARIO", help="Extend this scenario, in place of one that stands alone.")
    ] = None,
) -> None:
    """Write a scenario to start from, explained key by key and ready to run."""
    path = out or Path(f"{name}.yaml")
    with mistakes_told(path, *([base] if base else [])):
        from alps_sim.commands.scenario_files import write_scenario

        write_scenario(name, path, base)
    typer.echo(f"Written: {path}\nNext: open it in an editor, then `alps-sim check {path}` and `alps-sim run {path}`.")


def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there, such as alps-sim.schema.json.")] = None,
) -> None:
    """Print the JSON Schema of scenario files, by which editors complete keys and parameters and mark mistakes."""
    if out is None:
        from alps_sim.scenario.json_schema import schema_text

        typer.echo(schema_text(), nl=False)
        return
    with mistakes_told(out):
        from alps_sim.commands.scenario_files import editor_line, write_schema

        write_schema(out)
    told = "An editor with YAML support follows it where a scenario beside it begins with this line:"
    typer.echo(f"Written: {out}\n{told}\n{editor_line(out.name)}")


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
