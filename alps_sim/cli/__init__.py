"""The command line: thin commands over the public API.

Heavy libraries are imported inside the commands, so that `--help` answers at once. Exit codes: 0 done, 1 failed checks, 2 bad
input, 130 interrupted.
"""

from typing import Annotated, Final

import typer

from alps_sim.cli import analyses, reports, scenarios, simulations, teaching, trust

app = typer.Typer(
    name="alps-sim",
    help="Simulate treatment strategies for autoimmune lymphoproliferative syndrome (ALPS).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS: Final = (
    simulations.run,
    analyses.sweep,
    teaching.twin,
    reports.report,
    scenarios.check,
    scenarios.new,
    scenarios.diff,
    scenarios.schema,
    trust.evidence,
    trust.validate,
    trust.verify,
    trust.calibrate,
    trust.robustness,
)
"""In the order of `--help`."""

for _command in COMMANDS:
    app.command()(_command)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"alps-sim {version('alps-sim')}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Simulate treatment strategies for autoimmune lymphoproliferative syndrome (ALPS)."""


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="alps-sim")
