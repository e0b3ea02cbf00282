"""Scenario files, and the schema for editors of them, written for a user: whole, and never over anything else of the user's."""

import json
import os
from pathlib import Path
from typing import Final

from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.json_schema import TITLE, schema_text
from alps_sim.scenario.new import new_layer, new_scenario

SCHEMA_FILE: Final = "alps-sim.schema.json"
"""Usual name of the schema. A new scenario beside it says that it follows it; elsewhere an editor would look for it in vain."""


def editor_line(schema: str) -> str:
    """The first line of a scenario by which editors with the YAML language server find the schema.

    Parameters
    ----------
    schema
        Path of the schema as seen from the scenario.
    """
    return f"# yaml-language-server: $schema={schema}"


def write_scenario(name: str, path: Path, base: Path | None) -> None:
    """Write a scenario to start from, where no file was.

    Parameters
    ----------
    name
        Of the scenario.
    path
        The YAML file.
    base
        Scenario to be extended; none for a scenario that stands alone.

    Raises
    ------
    ScenarioError
        If the name or the scenario to be extended is not as it should be, or there is something at that path.
    """
    text = new_scenario(name, path) if base is None else new_layer(name, path, base)
    if _is_schema(path.parent / SCHEMA_FILE):
        text = f"{editor_line(SCHEMA_FILE)}\n{text}"
    try:
        file = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise ScenarioError("expected no file of that name, found one; choose another with --out", str(path)) from None
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def write_schema(path: Path) -> None:
    """Write the schema of scenario files; an earlier one is replaced.

    Parameters
    ----------
    path
        The JSON file.

    Raises
    ------
    ScenarioError
        If there is something else at that path, or it cannot be written.
    """
    if path.exists() and not _is_schema(path):
        raise ScenarioError("expected no file or an earlier schema, found something else; choose another with --out", str(path))
    partial = path.with_name(f".{path.name}.partial.{os.getpid()}")
    try:
        partial.write_text(schema_text(), encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> ScenarioError:
    return ScenarioError(
        f"expected a place for a file, found that it cannot be written ({error.strerror}); choose another with --out", str(path)
    )


def _is_schema(path: Path) -> bool:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("title") == TITLE
