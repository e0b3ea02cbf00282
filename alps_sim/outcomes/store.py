"""The results folder: all of it or nothing, and proof that it is unchanged.

A run writes into a hidden folder beside the place of its results and moves it there when everything is written. The place is
`results/<scenario>/<run>/`, the run named by a hash of the resolved scenario, the seed and the version: the same question has
the same place, and asking it again replaces the answer by the same one. An interrupted run leaves the earlier results as they
were. A folder cannot be replaced in one step, so the earlier one is set aside first; should the program be killed in that
instant, the next use of the place puts it back.

Data files hold no date and no host: their content depends on scenario, seed and version alone. What differs from run to run
(timings, versions) is in the manifest.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pandas as pd

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
"""Of the files of a results folder; raised when a later version could no longer read them."""
_PARTIAL: Final = "partial"
_EARLIER: Final = "earlier"


class ResultsError(Exception):
    """A results folder that cannot be written or read; the message says what to do."""


def run_name(resolved_scenario: Mapping[str, Any], seed: int, version: str) -> str:
    """Name of a run: 12 hexadecimal digits that follow from the scenario, the seed and the version alone.

    Parameters
    ----------
    resolved_scenario
        The scenario after layering and overrides, of JSON types; number of patients and strategies are part of it.
    seed
        Key of the generator.
    version
        Of the program.
    """
    text = json.dumps({"scenario": resolved_scenario, "seed": seed, "version": version}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _process_label() -> str:
    host = re.sub(r"[^A-Za-z0-9]", "", platform.node()) or "host"
    return f"{host}-{os.getpid()}"


def _is_abandoned(folder: Path) -> bool:
    """Whether a partial folder belongs to a process of this machine that no longer runs."""
    host, _, process = folder.name.rpartition(".")[2].rpartition("-")
    if host != _process_label().rpartition("-")[0] or not process.isdigit():
        return False
    if int(process) == os.getpid():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def recover(place: Path) -> None:
    """Put back results set aside by a program that was killed while replacing them, and remove abandoned partial ones.

    Parameters
    ----------
    place
        Folder of the results of a run.
    """
    earlier = place.with_name(f".{place.name}.{_EARLIER}")
    if earlier.exists():
        if place.exists():
            shutil.rmtree(earlier)
        else:
            earlier.rename(place)
    for partial in place.parent.glob(f".{place.name}.{_PARTIAL}.*"):
        if _is_abandoned(partial):
            shutil.rmtree(partial)


class ResultsFolder:
    """A results folder being written; use it as a context manager and end with `commit`.

    Parameters
    ----------
    place
        Where the results shall be, for example `results/<scenario>/<run>`.

    Attributes
    ----------
    path
        The hidden folder to write files into. Gone after the context ends.

    Examples
    --------
    >>> with ResultsFolder(Path("results/demo/abc")) as folder:  # doctest: +SKIP
    ...     folder.write_table("summary.csv", table)
    ...     folder.commit({"seed": 1})
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = place.with_name(f".{place.name}.{_PARTIAL}.{_process_label()}")
        self._committed = False

    def __enter__(self) -> Self:
        if self.place.exists() and not self.place.is_dir():
            raise ResultsError(f"{self.place}: expected a folder, found a file; choose another place with --out")
        if self.place.is_dir() and any(self.place.iterdir()) and not (self.place / MANIFEST).is_file():
            raise ResultsError(
                f"{self.place}: expected no folder, or one with earlier results, found other files; choose another place with --out"
            )
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            recover(self.place)
            self.path.mkdir()
        except OSError as error:
            raise ResultsError(f"{self.place}: cannot be written ({error.strerror}); choose another place with --out") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if not self._committed:
            shutil.rmtree(self.path)

    def write_table(self, name: str, table: pd.DataFrame) -> Path:
        """Write a table as CSV, numbers to 12 significant digits.

        More would show the last bits of linear algebra libraries, which differ between machines.

        Parameters
        ----------
        name
            File name within the folder.
        table
            Written without its index.
        """
        path = self.path / name
        table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8", float_format="%.12g")
        return path

    def write_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write tables as CSV.

        Parameters
        ----------
        tables
            By the name of their file without its ending.
        """
        for name, table in tables.items():
            self.write_table(f"{name}.csv", table)

    def commit(self, manifest: Mapping[str, Any]) -> Path:
        """Write the manifest with the checksum of every file and move the folder into its place.

        Parameters
        ----------
        manifest
            Scenario as resolved, parameter values with sources, seed, versions, timings; of JSON types. `files` is added.

        Returns
        -------
        pathlib.Path
            The place of the results.
        """
        files = {path.relative_to(self.path).as_posix(): sha256(path) for path in sorted(self.path.rglob("*")) if path.is_file()}
        text = json.dumps({**manifest, "files": files}, indent=2, ensure_ascii=False) + "\n"
        (self.path / MANIFEST).write_text(text, encoding="utf-8")
        for path in self.path.rglob("*"):
            _sync(path)
        self._move()
        return self.place

    def _move(self) -> None:
        """Set earlier results aside, move the new ones in, remove the earlier; put them back if that fails."""
        earlier = self.place.with_name(f".{self.place.name}.{_EARLIER}")
        try:
            if self.place.exists():
                self.place.rename(earlier)
            self.path.rename(self.place)
            self._committed = True
        except BaseException:
            if earlier.exists() and not self.place.exists():
                earlier.rename(self.place)
            raise
        if earlier.exists():
            shutil.rmtree(earlier)


def _sync(path: Path) -> None:
    """Make sure that a file is on disk, where the file system can tell."""
    if path.is_file():
        with path.open("rb") as file, contextlib.suppress(OSError):
            os.fsync(file.fileno())


def check_results(folder: Path) -> list[str]:
    """What is wrong with a results folder: nothing if every file is there, unchanged and listed.

    Parameters
    ----------
    folder
        `results/<scenario>/<run>`.

    Returns
    -------
    list of str
        One sentence a problem; empty if all is well.

    Raises
    ------
    ResultsError
        If the folder has no readable manifest.
    """
    path = folder / MANIFEST
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["files"]
    except FileNotFoundError as error:
        raise ResultsError(f"{path}: not found; {folder} is no results folder, name one such as results/<scenario>/<run>") from error
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ResultsError(f"{path}: expected a manifest with the checksums of the files, found something else ({error!r})") from error
    present = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} - {MANIFEST}
    problems = [f"{folder / name}: in the manifest but missing" for name in sorted(set(listed) - present)]
    problems += [f"{folder / name}: not in the manifest" for name in sorted(present - set(listed))]
    problems += [
        f"{folder / name}: changed since the run (checksum {sha256(folder / name)[:12]}, the manifest has {listed[name][:12]})"
        for name in sorted(present & set(listed))
        if sha256(folder / name) != listed[name]
    ]
    return problems
