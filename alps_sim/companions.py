"""What stands in the report beside the run itself: the sweeps that the scenario asks for, and one child's two lives."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from alps_sim.analysis.sweep import run_sweep
from alps_sim.draws import Progress
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.store import ResultsFolder
from alps_sim.report.comparable import comparing
from alps_sim.report.lives import FOLDER
from alps_sim.report.sweeps import requested
from alps_sim.scenario import Scenario
from alps_sim.teaching.stored import write_twin
from alps_sim.teaching.twin import Twin, make_twin


def write_sweeps(folder: ResultsFolder, scenario: Scenario, ledger: Ledger, workers: int, progress: Progress) -> dict[str, pd.DataFrame]:
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

    Returns
    -------
    dict
        The tables by the name of their file without ending; none for a replica.
    """
    tables: dict[str, pd.DataFrame] = {}
    for request in scenario.sweeps if scenario.replica is None else ():
        found = run_sweep(
            scenario.replaced(patients=request.patients),
            ledger,
            [requested(request)],
            request.outcomes,
            workers=workers,
            progress=_named(progress, f"sweep of {request.parameter}"),
            comparable=comparing(scenario.strategies),
        )
        tables |= {f"sweep_{request.parameter}": found.table, f"flips_{request.parameter}": found.flips}
    folder.write_tables(tables)
    return tables


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
    if scenario.replica is None and len(scenario.strategies) > 1:
        draw_twin(make_twin(scenario, ledger, workers=workers, progress=_named(progress, "one child, two lives")), folder / FOLDER)


def draw_twin(twin: Twin, folder: Path) -> None:
    """Leave two lives as figure, story, table and events.

    Parameters
    ----------
    twin
        Both lives.
    folder
        Made if it does not exist.
    """
    # drawing libraries take a second to load, which a run's first number must not wait for
    from alps_sim.plots.images import save
    from alps_sim.plots.twin import twin_figure

    png, _ = save(twin_figure(twin.lives, twin.record), folder, "twin")
    write_twin(twin, folder, png.name)


def _named(progress: Progress, what: str) -> Callable[[str, int, int], None]:
    """Progress under a name of its own."""
    return lambda _, done, of: progress(what, done, of)
