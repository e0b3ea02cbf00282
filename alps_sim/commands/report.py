"""`alps-sim report`: figures and page again, from the tables that a run stored."""

import os
import shutil
from pathlib import Path
from typing import Any

from alps_sim.companions import draw_twin
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.store import MANIFEST, ResultsError, ResultsFolder, check_results
from alps_sim.outcomes.stored import read_results
from alps_sim.report.content import stored_content
from alps_sim.report.html import FIGURES, REPORT, write_report
from alps_sim.report.lives import FOLDER as LIVES
from alps_sim.teaching.stored import EVENTS, RECORD, read_twin


def report_again(folder: Path, posterior: Path | None = None) -> Path:
    """Draw figures and page of stored results anew; tables and manifest stay as they are.

    Parameters
    ----------
    folder
        Results of a run.
    posterior
        Folder of `alps-sim calibrate` that the run was made with, if it was another than the shipped one.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    ResultsError
        If these are not results of a run of this version, or a table is missing or was changed since.
    """
    _refuse_changed(folder)
    ledger, results = load_ledger(posterior), read_results(folder)
    stored_content(results, ledger)  # refuses what is no run of this version, before anything is drawn
    about: dict[str, Any] = {key: value for key, value in results.manifest.items() if key != "files"}
    with ResultsFolder(folder) as again:
        for path in _kept(folder):
            _same_file(path, again.path / path.relative_to(folder))
        if (folder / LIVES / RECORD).is_file():
            draw_twin(read_twin(folder / LIVES), again.path / LIVES)
        page = write_report(stored_content(read_results(again.path, about), ledger), again.path)
        return again.commit(about) / page.name


def _is_drawn(name: str) -> bool:
    """Whether a file of a results folder is made by the report."""
    return name == REPORT or name.startswith((f"{FIGURES}/", f"{LIVES}/"))


def _refuse_changed(folder: Path) -> None:
    """The report tells what the run stored, so the tables must be those of the run."""
    sources = {f"{LIVES}/{name}" for name in (RECORD, EVENTS)}
    about = [(problem, _named(problem, folder)) for problem in check_results(folder)]
    problems = [problem for problem, name in about if name in sources or not _is_drawn(name)]
    if problems:
        raise ResultsError(f"{problems[0]}; the report is made from what a run left: run the scenario again")


def _named(problem: str, folder: Path) -> str:
    """The file that a problem of `check_results` is about, within the folder."""
    return Path(problem.partition(": ")[0]).relative_to(folder).as_posix()


def _kept(folder: Path) -> list[Path]:
    """Files that the report does not make."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path for path in files if path.name != MANIFEST and not _is_drawn(path.relative_to(folder).as_posix())]


def _same_file(source: Path, target: Path) -> None:
    """The same content under another name: a link where the file system has them, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
