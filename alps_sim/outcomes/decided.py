"""Outcomes that a decision deals out: the luck of the decision is taken off with the known coefficient 1.

Such an outcome is the sum, over its occasions, of what was decided; the residual of the decision is that sum less the sum of the
probabilities. The outcome less the residual is therefore the sum of the probabilities, with the same expectation whatever the
strategy: OPSI deaths less the luck of their fatality are OPSI episodes, each weighted by its risk. No coefficient is estimated, and
what is left is as frequent as the occasions, so that the rest of the luck can be taken off by regression as from the occasions
themselves, also where the outcome is rare. It is left plain where its occasions are.

Kept are only outcomes of which this holds exactly: every one of them comes from one decision, taken in the same moment. Not so

- deaths of toxicity (infection and thrombosis: two decisions, each with occasions of its own), of cytopenia (some come days after
  the decision), of malignancy (from processes too);
- deaths of other sepsis: the fatality of sepsis with and without a spleen is one decision. The residual of a patient without any
  sepsis with a spleen is all of OPSI. Whether there was any is settled before the first OPSI, since no spleen comes back, so this
  part of the residual has mean zero by itself. That of the patients with both kinds cannot be split; their OPSI deaths keep their
  luck, and so do deaths of sepsis with a spleen: whether OPSI will follow is not settled before them;
- all deaths, which are adjusted as themselves. With few patients they may be plain where OPSI deaths are not, and the causes need
  not add up to them.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from alps_sim.outcomes.block import CONTROLS
from alps_sim.outcomes.definitions import BASE, BASE_INDEX

OPSI_FATALITY: Final = "sepsis_fatality_of_opsi"
PARTS: Final = (OPSI_FATALITY,)
"""Parts of residuals that have mean zero by themselves."""


@dataclass(frozen=True)
class Decided:
    """An outcome and where it comes from.

    Attributes
    ----------
    outcome
        Identifier in the registry of outcomes.
    luck
        The decision of `CONTROLS`, or the part of one, whose residual is the outcome less its probabilities.
    occasions
        The outcome that counts the occasions on which it is decided.
    """

    outcome: str
    luck: str
    occasions: str


DECIDED: Final = (
    Decided("opsi_deaths", OPSI_FATALITY, "opsi_episodes"),
    Decided("opsi_pneumococcal_episodes", "sepsis_pneumococcal", "opsi_episodes"),
    Decided("deaths_operative", "operative_death", "splenectomised"),
)
"""The registry of outcomes whose luck is known."""

_WITH_SPLEEN: Final = BASE_INDEX["sepsis_with_spleen_episodes"]
_FATALITY: Final = CONTROLS.index("sepsis_fatality")
_OUTCOMES: Final = [BASE_INDEX[decided.outcome] for decided in DECIDED]
_OCCASIONS: Final = [BASE_INDEX[decided.occasions] for decided in DECIDED]
_ONCE: Final = np.array([BASE[position].kind == "indicator" for position in _OCCASIONS])


def parts(values: np.ndarray[Any, Any], residuals: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """(n, parts) parts of the residuals of each patient.

    Parameters
    ----------
    values
        (n, base outcomes) at the end of a window.
    residuals
        (n, controls) at the same moment.
    """
    never_with_spleen = values[:, _WITH_SPLEEN] == 0.0
    return np.where(never_with_spleen, residuals[:, _FATALITY], 0.0)[:, None]


def known_coefficients(regressors: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(regressors, base outcomes) 1 for the luck of a decided outcome, 0 elsewhere.

    Parameters
    ----------
    regressors
        Names of the columns with mean zero.
    """
    coefficients = np.zeros((len(regressors), len(BASE)))
    coefficients[[regressors.index(decided.luck) for decided in DECIDED], _OUTCOMES] = 1.0
    return coefficients


def judge_by_occasions(rare: np.ndarray[Any, np.dtype[np.bool_]], expected: np.ndarray[Any, Any], n: int, minimum: int) -> None:
    """Call a decided outcome rare where few of its occasions, or few patients without the occasion, are to be expected.

    Parameters
    ----------
    rare
        (base outcomes,) is changed.
    expected
        (base outcomes,) expected events.
    n, minimum
        Patients, and how many events are not few.
    """
    occasions = expected[_OCCASIONS]
    rare[_OUTCOMES] = (occasions < minimum) | (_ONCE & (n - occasions < minimum))
