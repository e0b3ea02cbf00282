"""Commands that tell what results mean and what they hang on."""

import time
from pathlib import Path
from typing import Annotated

import typer

from alps_sim.cli.options import ScenarioPath, Seed, Settings, Strategies, Workers, names_of, place_of, settings_of
from alps_sim.commands.mistakes import mistakes_told


def sweep(
    scenario: ScenarioPath,
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="PARAMETER=LOW:HIGH:N",
            help="Parameter of the evidence ledger and its N values, :log behind N to space the logarithms; once or twice.",
            show_default=False,
        ),
    ],
    outcome: Annotated[list[str], typer.Option(metavar="NAME", help="Outcome, as in summary.csv; may be repeated.", show_default=False)],
    window: Annotated[str | None, typer.Option(metavar="YEARS", help="Window of the scenario, or lifetime; 20 by default.")] = None,
    patients: Annotated[int | None, typer.Option(min=1, help="Patients under each strategy; 5,000 by default.")] = None,
    seed: Seed = None,
    strategies: Strategies = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help="Results folder; results/<scenario>/sweep_<parameters>_<run> by default.")] = None,
    settings: Settings = None,
    draws: Annotated[int, typer.Option(min=0, help="Joint draws of all other parameters at each value; 0 for none.")] = 0,
) -> None:
    """Follow outcomes along one parameter or over two, on the same patients, and see where the order of the strategies flips."""
    chosen, given, place = names_of(strategies), settings_of(settings or []), place_of(out, "sweep", "sweep.csv")
    interrupted = "Interrupted: nothing was written, earlier results are as they were."
    with mistakes_told(scenario, *([place] if place else []), Path("results"), on_interrupt=interrupted):
        from alps_sim.commands.progress import Bars
        from alps_sim.commands.sweep import print_sweep, write_sweep
        from alps_sim.studies import sweep as run_sweep

        begin = time.perf_counter()
        with Bars() as bars:
            swept = run_sweep(
                scenario,
                vary,
                outcome,
                window=window or "",
                patients=patients,
                seed=seed,
                strategies=chosen,
                workers=workers,
                settings=given,
                draws=draws,
                progress=bars,
            )
        seconds = time.perf_counter() - begin
        print_sweep(swept, seconds)
        typer.echo(f"Results: {write_sweep(swept, seconds, place)}")
