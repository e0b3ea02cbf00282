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


def prior(ledger: Ledger, seed: int = DRAW_SEED) -> ParameterSource:
    """The ledger's own values and distributions, each parameter by itself.

    Parameters
    ----------
    ledger
        The evidence.
    seed
        Key of the draws.
    """
    return ParameterSource("prior of the evidence ledger", ledger.values(), lambda draw: ledger.draw(draw, seed))
