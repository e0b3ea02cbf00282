"""Options that several commands share, and what their texts mean."""

from pathlib import Path
from typing import Annotated

import typer

ScenarioPath = Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file (YAML).", show_default=False)]
Patients = Annotated[int | None, typer.Option(min=1, help="Patients under each strategy, in place of the scenario's.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Key of the random numbers, in place of the scenario's.")]
Strategies = Annotated[str | None, typer.Option(metavar="A,B", help="Only these strategies of the scenario.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Threads; all processors by default. Results do not depend on it.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PARAMETER=VALUE", help="Value of a parameter of the evidence ledger; may be repeated."),
]


def names_of(text: str | None) -> tuple[str, ...] | None:
    """Names separated by commas."""
    if text is None:
        return None
    found = tuple(name.strip() for name in text.split(","))
    if "" in found:
        raise typer.BadParameter(f"expected names separated by commas, found '{text}'", param_hint="--strategies")
    return found


def settings_of(texts: list[str]) -> dict[str, str]:
    """Settings written as NAME=VALUE, each name once."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise typer.BadParameter(f"expected PARAMETER=VALUE, found '{text}'", param_hint="--set")
        if name in settings:
            raise typer.BadParameter(f"expected each parameter once, found '{name}' again; remove one", param_hint="--set")
        settings[name] = value
    return settings


def refuse_a_file(out: Path) -> None:
    """Results go into folders: a file in their place is the user's own.

    Parameters
    ----------
    out
        As given.
    """
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"expected a folder, found the file '{out}'; choose another", param_hint="--out")


def place_of(out: Path | None, what: str = "", file: str = "") -> Path | None:
    """Where results shall be: a command replaces its own earlier results, and must never replace anything else.

    Parameters
    ----------
    out
        As given.
    what, file
        What the command leaves, and a file that only its folders hold; any results if not said.
    """
    if out is None:
        return None
    refuse_a_file(out)
    earlier = (out / "manifest.json").is_file()
    taken = out.is_dir() and any(out.iterdir()) and not (earlier and (out / file).exists())
    if taken or not out.name:
        found = f"found '{out}'" + (f", which holds other {'results' if earlier else 'files'}" if taken else "")
        expected = f"an earlier {what}" if what else "earlier results"
        raise typer.BadParameter(f"expected a new folder or {expected}, {found}; choose another", param_hint="--out")
    return out
