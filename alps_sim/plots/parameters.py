"""Parameters of the evidence ledger as a reader wants them: words with their unit."""

from typing import Final

from alps_sim.outcomes.definitions import LIFETIME
from alps_sim.plots.units import Shown
from alps_sim.scenario.phrases import heading

_TIMES: Final = ("years", "months", "weeks", "days")
_PREFIX: Final = "drug"


def parameter_label(name: str, unit: str) -> str:
    """A parameter in words with its unit, none of it said twice: `opsi_mean_rate_per_year` becomes `OPSI mean rate (per year)`.

    Parameters
    ----------
    name, unit
        As in the ledger.
    """
    *groups, own = name.split(".")
    if names_its_unit(name, unit):
        return _joined(groups, own)
    for ending in (f"_{unit.replace(' ', '_')}", *(f"_{time}" for time in _TIMES if unit.startswith(time))):
        own = own.removesuffix(ending)
    return f"{_joined(groups, own)} ({unit})"


def names_its_unit(name: str, unit: str) -> bool:
    """Whether the name of a parameter says its unit: a ratio, a probability, without dimension.

    Parameters
    ----------
    name, unit
        As in the ledger.
    """
    return unit not in _TIMES and unit in name.split("_")


def _joined(groups: list[str], own: str) -> str:
    """Groups of a name and its last part as words: `drug.mmf.loss_of_response` becomes `MMF, loss of response`."""
    texts = [heading(part) for part in (*groups, own) if part != _PREFIX]
    return ", ".join([texts[0], *(_small(text) for text in texts[1:])])


def _small(text: str) -> str:
    """Words within a line: a small letter first, but for an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def value_text(value: float) -> str:
    """A value of a parameter to three significant digits."""
    return f"{value:.3g}"


def titled(how: Shown, window: str) -> str:
    """An outcome and its window as the title of a panel.

    Parameters
    ----------
    how
        How the outcome is shown.
    window
        Years as in `window_years`.
    """
    label = how.label.partition(" (")[0].replace("Quality-adjusted life-years", "QALYs")
    return f"{label}, {'lifetime (extrapolation)' if window == LIFETIME else f'{window} years'}"
