"""Published figures against simulated cohorts: computed, written and told."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from alps_sim.engines.warm import warm_up
from alps_sim.evidence.ledger import load_ledger, load_priors
from alps_sim.evidence.targets import not_simulated
from alps_sim.plots.agreement import validation_figure
from alps_sim.plots.images import save
from alps_sim.provenance import identity_of_the_model
from alps_sim.report.published import not_simulated_text, validation_text
from alps_sim.validation.compare import compare
from alps_sim.validation.own_figures import load_own_figures
from alps_sim.validation.own_studies import own_studies
from alps_sim.validation.parameters import beliefs
from alps_sim.validation.replicate import Effort, Progress, live
from alps_sim.validation.studies import published_studies

RESULTS: Final = Path("results") / "validation"
TABLE: Final = "validation.csv"
NOT_SIMULATED: Final = "not_simulated.csv"
FIGURE: Final = "validation"
PROVENANCE: Final = "validation.json"


@dataclass(frozen=True)
class Validation:
    """What a validation left.

    Attributes
    ----------
    table
        A row a published figure, columns `validation.compare.COLUMNS`.
    text
        The table in plain text.
    files
        What was written.
    """

    table: pd.DataFrame
    text: str
    files: tuple[Path, ...]


def validate(targets: Path | None, out: Path | None, effort: Effort, progress: Progress) -> Validation:
    """Compare the package's published figures, or those of a file, with simulated cohorts, and write table and figure.

    Parameters
    ----------
    targets
        The user's file of published figures; None for those of the package.
    out
        Folder for table and figure; `results/validation`, or `results/validation/<file>`, if not given.
    effort
        How much is simulated.
    progress
        Told how far the work is.

    Raises
    ------
    ScenarioError, EvidenceError
        If the file or the evidence is not as it should be.
    """
    studies = own_studies(load_own_figures(targets)) if targets is not None else published_studies()
    source = beliefs(load_ledger())
    warm_up(lambda: live(studies[0].scenario, source.central, 1, 0), progress)
    table = compare(studies, source, effort, progress, beliefs(load_priors()))
    place = out or (RESULTS / targets.stem if targets is not None else RESULTS)
    text = validation_text(table, source.name)
    if targets is None:
        text += "\n\n" + not_simulated_text(not_simulated())
    files = (*_written(table, place, with_rest=targets is None), _provenance(place, effort))
    return Validation(table, text, files)


def _provenance(place: Path, effort: Effort) -> Path:
    """Under which rules and fit the table was made, beside it."""
    told = {**identity_of_the_model(load_ledger()), "patients": effort.patients, "draws": effort.draws, "seed": effort.seed}
    path = place / PROVENANCE
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return path


def _written(table: pd.DataFrame, place: Path, with_rest: bool) -> tuple[Path, ...]:
    place.mkdir(parents=True, exist_ok=True)
    files = [place / TABLE]
    table.to_csv(files[0], index=False, lineterminator="\n")
    if with_rest:
        files.append(place / NOT_SIMULATED)
        pd.DataFrame(not_simulated()).to_csv(files[-1], index=False, lineterminator="\n")
    return (*files, *save(validation_figure(table), place, FIGURE))
