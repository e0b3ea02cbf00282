"""Progress with the time left, on standard error."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


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

    On a terminal the bars move; elsewhere (a file, a pipe) each kind of work is one line when it begins.
    """

    def __init__(self) -> None:
        console = Console(stderr=True)
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
            if not self._moving:
                self._console.print(f"{what} ...", highlight=False)
        self._progress.update(self._bars[what], completed=done, total=of)  # type: ignore[arg-type]
