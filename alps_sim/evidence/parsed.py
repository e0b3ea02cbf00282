"""Trees of the package's own evidence, kept as parsed: to parse the YAML anew took a third of the time to a run's first answer.

They lie beside the compiled rules, one file for each text, named by a hash of the text and of what makes a tree of it; the first eight
bytes of the hash of what follows stand before it, so that a damaged file is parsed anew. A text that changed has another name.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

CHECKED: Final = 16
"""Hexadecimal digits of the hash before the tree."""

Parse = Callable[[], Any]


def parsed(folder: Path, identity: str, parse: Parse) -> Any:
    """A tree of JSON values, from its file or parsed and left there.

    Parameters
    ----------
    folder
        Of such files; made if it does not exist. One that cannot be written to is done without.
    identity
        Of the text and of what makes a tree of it.
    parse
        Makes the tree.
    """
    path = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.json"
    kept = _kept(path)
    if kept is not None:
        return json.loads(kept)
    tree = parse()
    with contextlib.suppress(OSError):
        _keep(path, json.dumps(tree))
    return tree


def _kept(path: Path) -> str | None:
    """What a file holds; None if there is none, or it is damaged."""
    try:
        check, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return text if check == _check(text) else None


def _keep(path: Path, text: str) -> None:
    """Write a file at once, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{_check(text)}\n{text}")
    Path(name).replace(path)


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:CHECKED]
