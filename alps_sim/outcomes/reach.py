"""Which outcomes a parameter can act on at all, so that none is named as moving what it cannot touch.

A price acts on costs alone, a utility on QALYs, the length of a stay on days and costs, and what describes a published study on
nothing unless the scenario takes a number from it. Any other parameter may act on everything.
"""

from collections.abc import Collection
from pathlib import PurePath
from typing import Final

from alps_sim.evidence.ledger import Parameter
from alps_sim.outcomes.definitions import OUTCOMES

STAYS: Final = (
    "bleed_inpatient_days",
    "sepsis_inpatient_days",
    "sepsis_intensive_care_days",
    "splenectomy_stay_days_laparoscopic",
    "splenectomy_complication_added_days",
    "transfusion_units",
    "transfusion_ml_per_kg",
    "red_cell_unit_ml",
)
"""How much of a resource something takes, without any effect on the patient."""

_MONEY: Final = frozenset(name for name, outcome in OUTCOMES.items() if outcome.unit == "currency")
_QALYS: Final = frozenset(name for name, outcome in OUTCOMES.items() if outcome.unit == "QALYs")
_OF_STAYS: Final = _MONEY | {"inpatient_days"}
_BY_PART: Final = {"costs": _MONEY, "utilities": _QALYS, "study": frozenset[str]()}
"""Outcomes that a part of the ledger acts on."""


def can_move(parameter: Parameter, outcome: str, referenced: Collection[str] = ()) -> bool:
    """Whether a parameter can act on an outcome.

    Parameters
    ----------
    parameter
        Of the ledger.
    outcome
        Identifier in the registry.
    referenced
        Parameters from which the scenario takes numbers of its own.
    """
    if parameter.name in referenced:
        return True
    if parameter.name in STAYS:
        return outcome in _OF_STAYS
    part = PurePath(parameter.file).stem
    return part not in _BY_PART or outcome in _BY_PART[part]
