"""Commands that simulate a scenario and tell what came out."""

from pathlib import Path
from typing import Annotated

import typer

from alps_sim.cli.options import Patients, ScenarioPath, Seed, Settings, Strategies, Workers, names_of, place_of, settings_of
from alps_sim.commands.mistakes import FAILED_CHECKS, mistakes_told


def run(
    scenario: ScenarioPath,
    patients: Patients = None,
    seed: Seed = None,
    strategies: Strategies = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help="Results folder; results/<scenario>/<run> by default.")] = None,
    settings: Settings = None,
    events: Annotated[bool, typer.Option("--events", help="Also write every event of every life: events.parquet.")] = False,
    draws: Annotated[
        int | None, typer.Option(min=0, help="Draws for parameter uncertainty, in place of the scenario's; 0 for none.")
    ] = None,
    posterior: Annotated[
        Path | None, typer.Option(help="Folder of `alps-sim calibrate`; its fits take the place of the shipped ones.")
    ] = None,
) -> None:
    """Simulate a scenario; leave a results folder with its report, and print the answer."""
    chosen, given, place = names_of(strategies), settings_of(settings or []), place_of(out)
    interrupted = "Interrupted: nothing was written, earlier results are as they were."
    with mistakes_told(scenario, *([place] if place else []), Path("results"), on_interrupt=interrupted):
        from alps_sim.commands.progress import Bars
        from alps_sim.simulation import run as simulate

        with Bars() as bars:
            result = simulate(
                scenario,
                patients=patients,
                seed=seed,
                strategies=chosen,
                workers=workers,
                out=place,
                settings=given,
                events=events,
                draws=draws,
                posterior=posterior,
                progress=bars,
                answered=bars.say,
            )
    if result.predictions is not None:
        from alps_sim.report.published import comparison_text

        typer.echo("\n" + comparison_text(result.scenario, result.predictions))
    typer.echo(f"\nReport:  {result.report}\nResults: {result.folder}")
    if not result.passed:
        typer.echo(f"A check of this run failed; do not use its numbers.\n{result.bookkeeping.statement}", err=True)
        failed = result.books[result.books["result"] != "PASS"]
        if not failed.empty:
            typer.echo(f"Books and patients' totals differ:\n{failed.to_string(index=False)}", err=True)
        raise typer.Exit(FAILED_CHECKS)
