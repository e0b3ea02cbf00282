"""`alps-sim twin`: the same child under two strategies, as a folder with story, figure, table and events."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alps_sim.draws import Progress, no_progress
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.store import MANIFEST, ResultsError, ResultsFolder
from alps_sim.plots.images import save
from alps_sim.plots.twin import twin_figure
from alps_sim.provenance import manifest
from alps_sim.simulation import RESULTS, resolve
from alps_sim.teaching.choices import DEFAULT_RULE, Rule
from alps_sim.teaching.stored import RECORD, write_twin
from alps_sim.teaching.twin import Twin, make_twin


@dataclass(frozen=True)
class Asked:
    """What was asked for.

    Attributes
    ----------
    scenario
        Its file.
    patient
        Number of the child; picked by the rule if None.
    pick
        The rule.
    strategies
        Names of the first and the second; those of `make_twin` if None.
    patients
        Patients looked at.
    seed
        In place of the scenario's.
    settings
        Parameter values by ledger name, over those of the scenario.
    """

    scenario: Path
    patient: int | None = None
    pick: Rule = DEFAULT_RULE
    strategies: Sequence[str] | None = None
    patients: int | None = None
    seed: int | None = None
    settings: Mapping[str, str] | None = None


def twin(asked: Asked, workers: int | None = None, out: Path | None = None, progress: Progress = no_progress) -> tuple[Twin, Path]:
    """Live both lives and leave them as files.

    Parameters
    ----------
    asked
        Which child, which strategies.
    workers
        Threads; all processors if not given. Results do not depend on it.
    out
        Folder; `results/<scenario>/twin_<patient>_<first>_<second>` if not given.
    progress
        Told how far the work is.

    Returns
    -------
    tuple
        The pair of lives, and the folder.

    Raises
    ------
    ScenarioError
        If the scenario is wrong, or there is no such child.
    ResultsError
        If the folder cannot be written, or holds other results.
    """
    begin = time.perf_counter()
    scenario, ledger = resolve(asked.scenario, seed=asked.seed, settings=asked.settings), load_ledger()
    if out is not None:
        _refuse_other_results(out)
    found = make_twin(
        scenario, ledger, asked.strategies, asked.patient, asked.pick, asked.patients, workers or os.cpu_count() or 1, progress
    )
    first, second = found.record.arms
    place = out or RESULTS / scenario.name / f"twin_{found.record.child.patient}_{first.strategy}_{second.strategy}"
    progress("drawing both lives", 0, 1)
    with ResultsFolder(place) as folder:
        png, _ = save(twin_figure(found.lives, found.record), folder.path, "twin")
        write_twin(found, folder.path, png.name)
        progress("drawing both lives", 1, 1)
        return found, folder.commit(manifest(scenario, ledger) | {"seconds": {"twin": round(time.perf_counter() - begin, 2)}})


def _refuse_other_results(place: Path) -> None:
    if (place / MANIFEST).is_file() and not (place / RECORD).is_file():
        raise ResultsError(f"{place}: expected a new folder or an earlier twin, found other results; choose another with --out")
