"""Commands that tell why the model can be trusted, and how far: evidence, fit, checks, comparison with what was published."""

from pathlib import Path
from typing import Annotated

import typer

from alps_sim.cli.options import ScenarioPath, Seed, Settings, Workers, place_of, refuse_a_file, settings_of
from alps_sim.commands.mistakes import FAILED_CHECKS, mistakes_told


def evidence(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A parameter, a reading of the paper, or a published figure.", show_default=False)
    ] = None,
) -> None:
    """List what is known (value, unit, range, grade), or show one entry with its source and uses."""
    with mistakes_told():
        from alps_sim.commands.evidence import evidence_described, evidence_listed

        typer.echo(evidence_listed() if name is None else evidence_described(name))


def validate(
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own published figures (YAML, see docs/validation.md), not those of the package."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for table and figure; results/validation by default.")] = None,
    patients: Annotated[int | None, typer.Option(min=1, help="Patients simulated for each cohort, in place of the scenario's.")] = None,
    draws: Annotated[int, typer.Option(min=0, help="Draws of the parameters; 0 for chance alone.")] = 100,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Key of the random numbers, in place of the scenarios'.")] = None,
    workers: Workers = None,
) -> None:
    """Compare published figures with what simulated cohorts of the same size and follow-up would have published."""
    if out is not None:
        refuse_a_file(out)
    with mistakes_told(*([targets] if targets else []), *([out] if out else []), Path("results")):
        import os

        from alps_sim.commands.progress import Bars
        from alps_sim.commands.validate import validate as compare
        from alps_sim.validation.replicate import Effort

        with Bars() as bars:
            found = compare(targets, out, Effort(patients, draws, seed, workers or os.cpu_count() or 1), bars)
    typer.echo(found.text + "\n\nWritten: " + ", ".join(map(str, found.files)))


def verify(
    scenario: ScenarioPath,
    patients: Annotated[
        int | None, typer.Option(min=1, help="Patients under each strategy in the statistical checks; 4,096 by default.")
    ] = None,
    workers: Workers = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the checks as CSV and JSON; none by default.")] = None,
) -> None:
    """Check by simulating it whether a scenario comes out as a right program must have it (TECH-VER, AdViSHE)."""
    given, place = settings_of(settings or []), place_of(out, "verification", "verification.csv")
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


def calibrate(
    scenarios: Annotated[Path, typer.Option(help="Folder of the replicas of the published cohorts.")] = Path("scenarios"),
    out: Annotated[Path, typer.Option(help="Folder for the posterior.")] = Path("results/calibration"),
    cohorts: Annotated[int, typer.Option(min=2_000, help="Simulated cohorts in the largest bank.")] = 300_000,
    reading: Annotated[
        str | None, typer.Option(metavar="ALTERNATIVE", help="Fit the cohort under another structure or reading of its figures.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Key of the random numbers.")] = 20150331,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all processors by default. Results do not depend on it.")] = None,
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="Fit nothing: show that changed rules live the lives that the fit in `--out` was made under."),
    ] = False,
) -> None:
    """Fit what no publication gives to the published figures; leave joint posterior draws."""
    interrupted = "Interrupted: nothing was written, an earlier posterior is as it was."
    with mistakes_told(scenarios, out, on_interrupt=interrupted):
        import os

        from alps_sim.commands.calibrate import calibrated, confirmed
        from alps_sim.commands.progress import Bars

        if confirm:
            typer.echo(confirmed(out, scenarios))
            return
        with Bars() as bars:
            text = calibrated(scenarios, place_of(out) or out, cohorts, seed, workers or os.cpu_count() or 1, bars, reading)
    typer.echo(f"{text}\n\nPosterior: {out}")


def robustness(
    scenario: ScenarioPath,
    patients: Annotated[int | None, typer.Option(min=1, help="Patients under each strategy; 8,192 by default.")] = None,
    seed: Seed = None,
    workers: Workers = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and figure; none by default.")] = None,
) -> None:
    """See whether the order of the strategies holds with each reading of the paper and structural choice the other way."""
    given, place = settings_of(settings or []), place_of(out, "study of robustness", "robustness.csv")
    with mistakes_told(scenario, *([place] if place else []), on_interrupt="Interrupted: nothing was written."):
        from alps_sim.commands.progress import Bars
        from alps_sim.commands.robustness import print_robustness, write_robustness
        from alps_sim.commands.robustness import robustness as study

        with Bars() as bars:
            told = study(scenario, patients, seed, workers, given, bars)
        print_robustness(told)
        if place is not None:
            typer.echo(f"Results: {write_robustness(told, place)}")
