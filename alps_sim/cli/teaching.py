"""Commands for teaching."""

import time
from pathlib import Path
from typing import Annotated

import typer

from alps_sim.cli.options import ScenarioPath, Seed, Settings, Workers, names_of, place_of, settings_of
from alps_sim.commands.mistakes import mistakes_told
from alps_sim.teaching.choices import DEFAULT_PATIENTS, DEFAULT_RULE, Rule, stated

_RULES_TOLD = "How to choose the child. " + " ".join(f"{rule}: {stated(rule, '20')}." for rule in Rule) + f" {DEFAULT_RULE} by default."


def twin(
    scenario: ScenarioPath,
    patient: Annotated[int | None, typer.Option(min=0, metavar="K", help="Number of the child, in place of a rule.")] = None,
    strategies: Annotated[
        str | None,
        typer.Option(
            metavar="A,B", help="First and second strategy; the scenario's first but the comparator, and the comparator, by default."
        ),
    ] = None,
    pick: Annotated[Rule | None, typer.Option(help=_RULES_TOLD, show_default=False)] = None,
    patients: Annotated[
        int | None, typer.Option(min=1, help=f"Patients to look at; those of the scenario, at most {DEFAULT_PATIENTS:,}, by default.")
    ] = None,
    seed: Seed = None,
    settings: Settings = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help="Folder; results/<scenario>/twin_<patient>_<a>_<b> by default.")] = None,
) -> None:
    """Show the same child under two strategies: a story in plain words, a figure, and both event logs."""
    if patient is not None and pick is not None:
        raise typer.BadParameter("expected --patient or --pick, found both; leave out one", param_hint="--pick")
    chosen, given, place = names_of(strategies), settings_of(settings or []), place_of(out, "twin", "twin.json")
    with mistakes_told(scenario, *([place] if place else []), Path("results"), on_interrupt="Interrupted: nothing was written."):
        from alps_sim.commands.progress import Bars
        from alps_sim.commands.twin import write_twin_results
        from alps_sim.simulation import resolve
        from alps_sim.studies import twin as live_twice

        begin = time.perf_counter()
        whole = resolve(scenario, seed=seed, settings=given)
        with Bars() as bars:
            found = live_twice(whole, chosen, patient=patient, pick=pick or DEFAULT_RULE, patients=patients, workers=workers, progress=bars)
            folder = write_twin_results(found, whole, time.perf_counter() - begin, place)
    typer.echo(f"{found.story}\nStory, figure and events: {folder}")
