"""What stands in the report beside the run itself: the sweeps that the scenario asks for, and one child's two lives."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alps_sim.analysis.sweep import run_sweep
from alps_sim.draws import Progress
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.store import ResultsFolder
from alps_sim.report.comparable import comparing
from alps_sim.report.lives import FOLDER
from alps_sim.report.sweeps import requested
from alps_sim.scenario import Scenario
from alps_sim.teaching.stored import write_twin
from alps_sim.teaching.twin import make_twin

TWIN: Final = FOLDER
"""Name of the figure of the two lives, as of their folder."""


def write_sweeps(folder: ResultsFolder, scenario: Scenario, ledger: Ledger, workers: int, progress: Progress) -> None:
    """Run the sweeps of a scenario: `sweep_<parameter>.csv` and `flips_<parameter>.csv`.

    Parameters
    ----------
    folder
        Being written.
    scenario, ledger
        What is asked and what is known.
    workers
        Threads. Results do not depend on it.
    progress
        Told how far each sweep is.
    """
    if scenario.replica is not None:
        return
    for request in scenario.sweeps:
        found = run_sweep(
            scenario.replaced(patients=request.patients),
            ledger,
            [requested(request)],
            request.outcomes,
            workers=workers,
            progress=_named(progress, f"sweep of {request.parameter}"),
            comparable=comparing(scenario.strategies),
        )
        folder.write_table(f"sweep_{request.parameter}.csv", found.table)
        folder.write_table(f"flips_{request.parameter}.csv", found.flips)


def write_twin_of_run(folder: Path, scenario: Scenario, ledger: Ledger, workers: int, progress: Progress) -> None:
    """Live a typical child's two lives, under the first strategy that is not the comparator and the comparator: folder `twin`.

    Parameters
    ----------
    folder
        Of the results, being written.
    scenario, ledger
        What is asked and what is known.
    workers
        Threads. The result does not depend on it.
    progress
        Told how far the work is.
    """
    if scenario.replica is not None or len(scenario.strategies) < 2:
        return
    # drawing libraries take a second to load, which a run's first number must not wait for
    from alps_sim.plots.images import save
    from alps_sim.plots.twin import twin_figure

    twin = make_twin(scenario, ledger, workers=workers, progress=_named(progress, "one child, two lives"))
    place = folder / TWIN
    place.mkdir()
    png, _ = save(twin_figure(twin.lives, twin.record), place, TWIN)
    write_twin(twin, place, png.name)


def _named(progress: Progress, what: str) -> Callable[[str, int, int], None]:
    """Progress under a name of its own."""
    return lambda _, done, of: progress(what, done, of)
