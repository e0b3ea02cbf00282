"""Where the parameter values of a comparison come from: central values, and joint draws of what is not known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from alps_sim.evidence.ledger import Ledger

DRAW_SEED: Final = 20150065
"""Key of the draws, the same for all cohorts: a draw is one state of the world for all of them."""


@dataclass(frozen=True)
class ParameterSource:
    """What is believed of the parameters.

    Attributes
    ----------
    name
        In words, for tables and figures.
    central
        Value of every parameter of the ledger by name, in the ledger's order.
    draw
        From the number of a draw to values of all parameters, drawn together.
    """

    name: str
    central: Mapping[str, float]
    draw: Callable[[int], Mapping[str, float]]


PRIOR: Final = "priors of the evidence ledger"
POSTERIOR: Final = "posterior of the calibration, priors elsewhere"


def beliefs(ledger: Ledger, seed: int = DRAW_SEED) -> ParameterSource:
    """The ledger's values and distributions, those that were fitted drawn jointly.

    Parameters
    ----------
    ledger
        The evidence.
    seed
        Key of the draws.
    """
    return ParameterSource(POSTERIOR if ledger.fitted else PRIOR, ledger.values(), lambda draw: ledger.draw(draw, seed))


def multiplied(source: ParameterSource, factors: Mapping[str, float]) -> ParameterSource:
    """The same with some parameters multiplied, at the centre and in every draw: a planted defect.

    Parameters
    ----------
    source
        Of `beliefs`.
    factors
        By parameter.
    """

    def changed(values: Mapping[str, float]) -> Mapping[str, float]:
        return {**values, **{name: factor * values[name] for name, factor in factors.items()}}

    return ParameterSource(source.name, changed(source.central), lambda draw: changed(source.draw(draw)))
