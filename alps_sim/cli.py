"""The command line: thin commands over the public API.

Heavy libraries are imported inside the commands, so that `--help` answers at once. Exit codes: 0 done, 1 failed checks, 2 bad
input, 130 interrupted.
"""

from pathlib import Path
from typing import Annotated

import typer

from alps_sim.commands.mistakes import FAILED_CHECKS, mistakes_told

app = typer.Typer(
    name="alps-sim",
    help="Simulate treatment strategies for autoimmune lymphoproliferative syndrome (ALPS).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioPath = Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file (YAML).", show_default=False)]


def _names(text: str | None) -> tuple[str, ...] | None:
    """Names separated by commas."""
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(","))
    if "" in names:
        raise typer.BadParameter(f"expected names separated by commas, found '{text}'", param_hint="--strategies")
    return names


def _settings(texts: list[str]) -> dict[str, str]:
    """Settings written as NAME=VALUE, each name once."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise typer.BadParameter(f"expected PARAMETER=VALUE, found '{text}'", param_hint="--set")
        if name in settings:
            raise typer.BadParameter(f"expected each parameter once, found '{name}' again; remove one", param_hint="--set")
        settings[name] = value
    return settings


def _place(out: Path | None) -> Path | None:
    """Where results shall be: a run replaces earlier results, and must never replace anything else."""
    if out is None:
        return None
    taken = out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").is_file()
    if taken or not out.name:
        found = f"found '{out}', which holds other files" if taken else f"found '{out}'"
        raise typer.BadParameter(f"expected a new folder or earlier results, {found}; choose another", param_hint="--out")
    return out


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


@app.command()
def run(
    scenario: ScenarioPath,
    patients: Annotated[int | None, typer.Option(min=1, help="Patients under each strategy, in place of the scenario's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Key of the random numbers, in place of the scenario's.")] = None,
    strategies: Annotated[str | None, typer.Option(metavar="A,B", help="Only these strategies of the scenario.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; all processors by default. Results do not depend on it.")] = None,
    out: Annotated[Path | None, typer.Option(help="Results folder; results/<scenario>/<run> by default.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PARAMETER=VALUE", help="Value of a parameter of the evidence ledger; may be repeated."),
    ] = None,
    events: Annotated[bool, typer.Option("--events", help="Also write every event of every life: events.parquet.")] = False,
    draws: Annotated[
        int | None, typer.Option(min=0, help="Draws for parameter uncertainty, in place of the scenario's; 0 for none.")
    ] = None,
    posterior: Annotated[
        Path | None, typer.Option(help="Folder of `alps-sim calibrate`; its fits take the place of the shipped ones.")
    ] = None,
) -> None:
    """Simulate a scenario; leave a results folder with its report, and print the answer."""
    chosen, given, place = _names(strategies), _settings(settings or []), _place(out)
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


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Scenario file, or results folder.", show_default=False)],
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="PARAMETER=VALUE", help="As for `run`; may be repeated.")] = None,
) -> None:
    """Check a scenario and tell what it would run, or check that a results folder is complete and unchanged."""
    given = _settings(settings or [])
    with mistakes_told(path):
        if path.is_dir():
            _check_results(path)
        else:
            from alps_sim.scenario.check import check_scenario

            typer.echo(check_scenario(path, given))


def _check_results(folder: Path) -> None:
    from alps_sim.outcomes.store import check_results

    problems = check_results(folder)
    if problems:
        typer.echo("\n".join(problems), err=True)
        raise typer.Exit(FAILED_CHECKS)
    typer.echo(f"{folder}: complete, every file as the run left it")


@app.command()
def calibrate(
    scenarios: Annotated[Path, typer.Option(help="Folder of the replicas of the published cohorts.")] = Path("scenarios"),
    out: Annotated[Path, typer.Option(help="Folder for the posterior.")] = Path("results/calibration"),
    cohorts: Annotated[int, typer.Option(min=2_000, help="Simulated cohorts in the largest bank.")] = 300_000,
    reading: Annotated[
        str | None, typer.Option(metavar="ALTERNATIVE", help="Fit the cohort under another structure or reading of its figures.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Key of the random numbers.")] = 20150331,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all processors by default. Results do not depend on it.")] = None,
) -> None:
    """Fit what no publication gives to the published figures; leave joint posterior draws."""
    interrupted = "Interrupted: nothing was written, an earlier posterior is as it was."
    with mistakes_told(scenarios, out, on_interrupt=interrupted):
        import os

        from alps_sim.commands.calibrate import calibrated
        from alps_sim.commands.progress import Bars

        with Bars() as bars:
            text = calibrated(scenarios, _place(out) or out, cohorts, seed, workers or os.cpu_count() or 1, bars, reading)
    typer.echo(f"{text}\n\nPosterior: {out}")


@app.command()
def verify(
    scenario: ScenarioPath,
    patients: Annotated[
        int | None, typer.Option(min=1, help="Patients under each strategy in the statistical checks; 4,096 by default.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; all processors by default. Results do not depend on it.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="PARAMETER=VALUE", help="As for `run`; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the checks as CSV and JSON; none by default.")] = None,
) -> None:
    """Check by simulating it whether a scenario comes out as a right program must have it (TECH-VER, AdViSHE)."""
    given, place = _settings(settings or []), _place(out)
    if place and (place / "manifest.json").is_file() and not (place / "verification.csv").is_file():
        found = f"expected a new folder or an earlier verification, found '{out}', which holds other results; choose another"
        raise typer.BadParameter(found, param_hint="--out")
    with mistakes_told(scenario, *([place] if place else []), on_interrupt="Interrupted: nothing was written."):
        from alps_sim.commands.progress import Bars
        from alps_sim.commands.verify import print_verification, write_verification
        from alps_sim.commands.verify import verify as verify_scenario

        with Bars() as bars:
            verification = verify_scenario(scenario, patients, workers, given, bars)
        print_verification(verification)
        if place is not None:
            typer.echo(f"Results: {write_verification(verification, place)}")
    if not verification.passed:
        raise typer.Exit(FAILED_CHECKS)


@app.command()
def robustness(
    scenario: ScenarioPath,
    patients: Annotated[int | None, typer.Option(min=1, help="Patients under each strategy; 8,192 by default.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Key of the random numbers, in place of the scenario's.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; all processors by default. Results do not depend on it.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="PARAMETER=VALUE", help="As for `run`; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and figure; none by default.")] = None,
) -> None:
    """See whether the order of the strategies holds with each reading of the paper and structural choice the other way."""
    given, place = _settings(settings or []), _place(out)
    if place and (place / "manifest.json").is_file() and not (place / "robustness.csv").is_file():
        found = f"expected a new folder or an earlier study of robustness, found '{out}', which holds other results; choose another"
        raise typer.BadParameter(found, param_hint="--out")
    with mistakes_told(scenario, *([place] if place else []), on_interrupt="Interrupted: nothing was written."):
        from alps_sim.commands.progress import Bars
        from alps_sim.commands.robustness import print_robustness, write_robustness
        from alps_sim.commands.robustness import robustness as study

        with Bars() as bars:
            told = study(scenario, patients, seed, workers, given, bars)
        print_robustness(told)
        if place is not None:
            typer.echo(f"Results: {write_robustness(told, place)}")


@app.command()
def evidence(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A parameter, a reading of the paper, or a published figure.", show_default=False)
    ] = None,
) -> None:
    """List what is known (value, unit, range, grade), or show one entry with its source and uses."""
    with mistakes_told():
        from alps_sim.commands.evidence import evidence_described, evidence_listed

        typer.echo(evidence_listed() if name is None else evidence_described(name))


@app.command()
def validate(
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own published figures (YAML, see docs/validation.md), not those of the package."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for table and figure; results/validation by default.")] = None,
    patients: Annotated[int | None, typer.Option(min=1, help="Patients simulated for each cohort, in place of the scenario's.")] = None,
    draws: Annotated[int, typer.Option(min=0, help="Draws of the parameters; 0 for chance alone.")] = 100,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Key of the random numbers, in place of the scenarios'.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; all processors by default. Results do not depend on it.")] = None,
) -> None:
    """Compare published figures with what simulated cohorts of the same size and follow-up would have published."""
    with mistakes_told(*([targets] if targets else []), *([out] if out else []), Path("results")):
        import os

        from alps_sim.commands.progress import Bars
        from alps_sim.commands.validate import validate as compare
        from alps_sim.validation.replicate import Effort

        with Bars() as bars:
            found = compare(targets, out, Effort(patients, draws, seed, workers or os.cpu_count() or 1), bars)
    typer.echo(found.text + "\n\nWritten: " + ", ".join(map(str, found.files)))


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="alps-sim")


if __name__ == "__main__":
    main()
