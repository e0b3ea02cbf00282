"""A parameter that is varied: which values it takes, and the scenario at one of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from alps_sim.evidence.ledger import Ledger
from alps_sim.scenario import Scenario, ScenarioError
from alps_sim.scenario.errors import suggestion
from alps_sim.scenario.schema import Override

OPTION: Final = "--vary"
FORM: Final = "PARAMETER=LOW:HIGH:N or PARAMETER=LOW:HIGH:N:log"
MOST_PARAMETERS: Final = 2
SIGNIFICANT_DIGITS: Final = 12
"""Of a value, as many as tables have: a value read in a table is the one that was simulated."""


@dataclass(frozen=True)
class Variation:
    """Values of one parameter, evenly spaced.

    Attributes
    ----------
    parameter
        Name in the evidence ledger.
    low, high
        Lowest and highest value, both taken.
    count
        How many values.
    logarithmic
        Whether the logarithms are evenly spaced.

    Raises
    ------
    ScenarioError
        If the values do not rise, are fewer than two, or have no logarithm.
    """

    parameter: str
    low: float
    high: float
    count: int
    logarithmic: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise self._error(f"LOW below HIGH, found {self.low:g} and {self.high:g}; correct one")
        if self.count < 2:
            raise self._error(f"at least 2 values, found {self.count}; use `--set {self.parameter}=VALUE` with `run` for one")
        if self.logarithmic and self.low <= 0.0:
            raise self._error(f"LOW above 0 on a logarithmic scale, found {self.low:g}; correct it or leave out `:log`")
        if len(set(self.values)) < self.count:
            raise self._error(f"{self.count} different values, found LOW and HIGH too close together; take fewer")

    def _error(self, message: str) -> ScenarioError:
        return ScenarioError(f"expected {message}", file=f"{OPTION} {self.parameter}")

    @property
    def values(self) -> tuple[float, ...]:
        """All values, rising."""
        spaced = np.geomspace if self.logarithmic else np.linspace
        return tuple(float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in spaced(self.low, self.high, self.count))


def variation_of(text: str) -> Variation:
    """A variation from its text, `NAME=LOW:HIGH:N` or `NAME=LOW:HIGH:N:log`.

    Parameters
    ----------
    text
        As on a command line.

    Raises
    ------
    ScenarioError
        If it is written otherwise, or the values cannot be taken.
    """
    name, _, numbers = (part.strip() for part in text.partition("="))
    parts = [part.strip() for part in numbers.split(":")]
    try:
        if not name or len(parts) not in (3, 4) or parts[3:] not in ([], ["log"]):
            raise ValueError
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError:
        raise ScenarioError(f"expected {FORM}, found '{text}'", file=OPTION) from None
    return Variation(name, low, high, count, len(parts) == 4)


def check_variations(vary: Sequence[Variation], ledger: Ledger, settings: Mapping[str, object] | None = None) -> None:
    """Refuse what cannot be varied together; whether the values can be is for the scenario to tell.

    Parameters
    ----------
    vary
        One or two.
    ledger
        What is known.
    settings
        Values that the user gives to other parameters.

    Raises
    ------
    ScenarioError
        At an unknown parameter, one that is named twice, or too many or none.
    """
    if not 1 <= len(vary) <= MOST_PARAMETERS:
        raise ScenarioError(f"expected one or two parameters to vary, found {len(vary)}; leave some out", file=OPTION)
    taken = dict.fromkeys(settings or {}, "--set")
    for one in vary:
        place = f"{OPTION} {one.parameter}"
        if one.parameter not in ledger.parameters:
            hint = suggestion(one.parameter, ledger.parameters)
            raise ScenarioError(f"expected a parameter of the evidence ledger, found `{one.parameter}`; {hint}", file=place)
        if one.parameter in taken:
            raise ScenarioError(f"expected each parameter once, found it in {taken[one.parameter]} too; remove one", file=place)
        taken[one.parameter] = f"another {OPTION}"


def with_value(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """A scenario with other values of some parameters, as `--set` gives them: without a distribution, whatever it had.

    Parameters
    ----------
    scenario
        As resolved.
    values
        By name of the ledger.
    """
    given = {name: Override(value=value) for name, value in values.items()}
    return scenario.model_copy(update={"parameters": {**scenario.parameters, **given}})
