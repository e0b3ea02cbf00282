"""A user's mistake ends with one message and exit code 2; a mistake of the program keeps its traceback."""

import errno
import signal
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, NoReturn

import typer

BAD_INPUT: Final = 2
FAILED_CHECKS: Final = 1
INTERRUPTED: Final = 130
"""128 + the number of the interrupt signal, as shells have it."""

_OF_THE_MACHINE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Errors that name no file and are no mistake of the program: the disk is full, the quota used up, the disk not writable."""


class mistakes_told:  # noqa: N801 - a context manager, read as a verb phrase where it is used
    """Context in which a user's mistake becomes a message and an exit code.

    Parameters
    ----------
    *paths
        Paths that the user gave: an operating system error at one of them is the user's to mend.
    on_interrupt
        What Ctrl-C has left behind.
    """

    def __init__(self, *paths: Path, on_interrupt: str = "interrupted") -> None:
        self._paths = [path.resolve() for path in paths]
        self._on_interrupt = on_interrupt

    def __enter__(self) -> None:
        """From now on a request to terminate ends the work as Ctrl-C does: tidily."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, _interrupt)

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(value, KeyboardInterrupt):
            typer.echo(f"\n{self._on_interrupt}", err=True)
            raise typer.Exit(INTERRUPTED)
        if value is not None and self._is_the_users(value):
            typer.echo(f"error: {_told(value)}", err=True)
            raise typer.Exit(BAD_INPUT)

    def _is_the_users(self, error: BaseException) -> bool:
        if isinstance(error, OSError):
            return error.errno in _OF_THE_MACHINE or self._at_a_given_path(error)
        return isinstance(error, _own_errors())

    def _at_a_given_path(self, error: OSError) -> bool:
        if not isinstance(error.filename, str | Path):
            return False
        place = Path(error.filename).resolve()
        return any(place == path or path in place.parents or place in path.parents for path in self._paths)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _own_errors() -> tuple[type[Exception], ...]:
    # imported when something has gone wrong, so that `--help` does not wait for them
    from alps_sim.evidence.errors import EvidenceError
    from alps_sim.outcomes.store import ResultsError
    from alps_sim.scenario.errors import ScenarioError

    return EvidenceError, ResultsError, ScenarioError


def _told(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
