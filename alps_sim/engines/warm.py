"""The first call of the compiled rules, before threads start: it compiles them, which a user should not take for a halt."""

from collections.abc import Callable

from alps_sim import accelerate


def warm_up(first: Callable[[], object], progress: Callable[[str, int, int], None], about: str = "a minute") -> None:
    """Make the first call, with a word to the user if the rules have to be compiled.

    Parameters
    ----------
    first
        Runs everything that will be compiled, on as little as possible.
    progress
        Told if it takes time.
    about
        How long that is.
    """
    if not accelerate.is_warm():
        progress(f"compiling the rules, once for this version, about {about}", 0, 1)
    first()
