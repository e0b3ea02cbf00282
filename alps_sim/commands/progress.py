"""Progress with the time left, on standard error."""

import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

QUIET_SECONDS: Final = 60.0
"""Where bars do not move, work that takes long says so often how far it is."""


def console_of(width: int) -> Console:
    """Standard output for tables, as wide as the terminal.

    Parameters
    ----------
    width
        Columns where there is no terminal to ask.
    """
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=width)


class Bars:
    """One bar for each kind of work, shown while it lasts.

    On a terminal the bars move; elsewhere (a file, a pipe) each kind of work is one line when it begins, and one a minute.

    Parameters
    ----------
    quiet_seconds
        Between two such lines.
    """

    def __init__(self, quiet_seconds: float = QUIET_SECONDS) -> None:
        console = Console(stderr=True)
        self._quiet_seconds, self._told_at = quiet_seconds, 0.0
        self._moving = console.is_terminal
        self._console = console
        self._bars: dict[str, int] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=console,
            disable=not self._moving,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """Print on standard output, the bars out of the way.

        Parameters
        ----------
        text
            Lines, without a line break at the end.
        """
        self._progress.stop()
        print(text, flush=True)
        self._progress.start()

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show how far a piece of work is.

        Parameters
        ----------
        what
            What is being done.
        done, of
            How much is done, of how much.
        """
        if what not in self._bars:
            self._bars[what] = self._progress.add_task(what, total=of)
            self._tell(f"{what} ...")
        elif time.monotonic() - self._told_at >= self._quiet_seconds and done < of:
            self._tell(f"{what}: {done / of:.0%}")
        self._progress.update(self._bars[what], completed=done, total=of)  # type: ignore[arg-type]

    def _tell(self, line: str) -> None:
        """A line where the bars do not move."""
        if not self._moving:
            self._console.print(line, highlight=False)
            self._told_at = time.monotonic()
