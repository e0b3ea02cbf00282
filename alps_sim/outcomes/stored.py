"""A results folder read back: the tables as they were written, the scenario and every parameter value as they were run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandas.api.types import is_string_dtype
from pydantic import ValidationError

from alps_sim.outcomes.store import FORMAT, MANIFEST, ResultsError
from alps_sim.scenario.schema import Scenario

TEXTS: Final = ("comparator", "window_years", "drivers", "kind", "better_below", "better_above", "preferred")
"""Columns of text that may hold nothing but numbers, or nothing at all."""


def read_table(path: Path) -> pd.DataFrame:
    """A table of a results folder, as it was before it was written but for digits beyond the twelfth; an empty cell of text is empty text.

    Parameters
    ----------
    path
        The CSV file.
    """
    table = pd.read_csv(path, dtype=dict.fromkeys(TEXTS, str))
    texts = [str(name) for name in table if is_string_dtype(table[name])]
    return table.assign(**{name: table[name].fillna("") for name in texts})


@dataclass(frozen=True)
class StoredResults:
    """What a run left.

    Attributes
    ----------
    folder
        Where.
    manifest
        Scenario as run, parameters, seed, versions, checks.
    tables
        Every CSV file by its name without ending.
    """

    folder: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run.

        Raises
        ------
        ResultsError
            If this version cannot read it.
        """
        try:
            return Scenario.model_validate_json(json.dumps(self.manifest["scenario"]))
        except (KeyError, ValidationError) as error:
            raise self.of_another_version("its scenario") from error

    @cached_property
    def values(self) -> dict[str, float]:
        """Value of every parameter as it was run.

        Raises
        ------
        ResultsError
            If the manifest does not tell them.
        """
        try:
            return {name: float(entry["value"]) for name, entry in self.manifest["parameters"].items()}
        except (KeyError, TypeError, ValueError) as error:
            raise self.of_another_version("its parameters") from error

    def table(self, name: str) -> pd.DataFrame:
        """A table that every run leaves.

        Parameters
        ----------
        name
            Of the file, without its ending.

        Raises
        ------
        ResultsError
            If it is not there.
        """
        if name not in self.tables:
            raise self.of_another_version(f"{name}.csv")
        return self.tables[name]

    def of_another_version(self, what: str) -> ResultsError:
        """What to raise if something is not there that this version needs."""
        made_by = self.manifest.get("versions", {}).get("alps-sim", "an unknown version")
        return ResultsError(
            f"{self.folder}: expected results of a run of this version, found none that it can read ({what}; made by {made_by}); "
            "run the scenario again"
        )


def read_results(folder: str | Path, manifest: Mapping[str, Any] | None = None) -> StoredResults:
    """Read a results folder.

    Parameters
    ----------
    folder
        Of a run.
    manifest
        What will be its manifest, for a folder that is being written; read from it if not given.

    Raises
    ------
    ResultsError
        If it is no results folder.
    """
    folder = Path(folder)
    if manifest is None:
        manifest = read_manifest(folder)
    tables = {path.stem: read_table(path) for path in sorted(folder.glob("*.csv"))}
    results = StoredResults(folder, manifest, tables)
    if manifest.get("format") != FORMAT:
        raise results.of_another_version(f"format {manifest.get('format', 'unknown')}")
    return results


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of a results folder.

    Parameters
    ----------
    folder
        Of a run, a sweep or another study.

    Raises
    ------
    ResultsError
        If there is none that can be read.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        told = f"found no such file; {folder} is no results folder, name one such as results/<scenario>/<run>"
        raise ResultsError(f"{path}: expected the manifest of a run, {told}") from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ResultsError(f"{path}: expected the manifest of a run, found something else ({error})") from error
    if not isinstance(found, dict):
        raise ResultsError(f"{path}: expected the manifest of a run, found something else ({type(found).__name__}); run the scenario again")
    return found
