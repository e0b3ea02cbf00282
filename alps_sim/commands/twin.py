"""`alps-sim twin`: the same child under two strategies, as a folder with story, figure, table and events."""

from pathlib import Path

from alps_sim.companions import draw_twin
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.store import ResultsFolder
from alps_sim.provenance import manifest
from alps_sim.scenario import Scenario
from alps_sim.simulation import RESULTS
from alps_sim.teaching.twin import Twin


def write_twin_results(twin: Twin, scenario: Scenario, seconds: float, out: Path | None = None) -> Path:
    """Leave both lives as files.

    Parameters
    ----------
    twin
        Both lives.
    scenario
        In which they were lived.
    seconds
        How long it took.
    out
        Folder; `results/<scenario>/twin_<patient>_<first>_<second>` if not given.

    Raises
    ------
    ResultsError
        If the folder cannot be written.
    """
    first, second = twin.record.arms
    place = out or RESULTS / scenario.name / f"twin_{twin.record.child.patient}_{first.strategy}_{second.strategy}"
    with ResultsFolder(place) as folder:
        draw_twin(twin, folder.path)
        return folder.commit(manifest(scenario, load_ledger()) | {"seconds": {"twin": round(seconds, 2)}})
