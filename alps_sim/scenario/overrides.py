"""A scenario's parameters and readings against the evidence ledger: known, possible, and read by something.

Outside the ledger's low-high a value is accepted with a warning; outside what the quantity can be at all it is refused.
"""

import re
from collections.abc import Iterator
from typing import Final

from alps_sim.evidence.ledger import Ledger, Parameter, load_ledger
from alps_sim.rules.codes import ACUTE_STEPS, AGENTS, RITUXIMAB, SPLENECTOMY, STEP_RITUXIMAB, STEP_SPLENECTOMY_ASSESSMENT, TREATMENTS
from alps_sim.scenario.errors import suggestion
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.settings import RUN_KEYS
from alps_sim.scenario.source import Node, Place

_SHARE_UNITS: Final = ("probability", "share", "yes or no", "utility")
_POSITIVE: Final = ("_shape", "_scale_years", "median_days", "median_years")
_PRICE: Final = re.compile(r"(?P<currency>.+) of (?P<price_year>[0-9]{4}) per ")
_LARGEST: Final = 1.0e9
_OF_TREATMENT: Final = {AGENTS[RITUXIMAB]: "rituximab_", TREATMENTS[SPLENECTOMY]: "splenectomy_"}
"""Beginnings of the names of parameters that only one treatment reads."""


def check_overrides(scenario: Scenario, tree: Node) -> None:
    """Refuse an override that the ledger does not know, that cannot be, or that nothing reads.

    Parameters
    ----------
    scenario
        The scenario.
    tree
        The tree it was read from, for the places of errors.

    Raises
    ------
    ScenarioError
        At the first such override.
    """
    ledger = load_ledger()
    for name in scenario.parameters:
        _check_override(name, scenario, ledger, tree.value["parameters"].value[name].at)
    _check_prices(scenario, ledger, tree)


def _check_override(name: str, scenario: Scenario, ledger: Ledger, place: Place) -> None:
    if name not in ledger.parameters:
        known = [*ledger.parameters, *(RUN_KEYS if not place.line else ())]
        raise place.error(f"expected a parameter of the evidence ledger, found `{name}`; {suggestion(name, known)}")
    low, high = possible_range(ledger.parameters[name])
    value, unit = scenario.parameters[name].value, ledger.parameters[name].unit
    if not low <= value <= high:
        raise place.error(f"expected {low:g} to {high:g} ({unit}) for `{name}`, found {value:g}; correct the value or its unit")
    unread = _why_unread(name, scenario)
    if unread:
        raise place.error(f"expected an override that this scenario reads, found `{name}`, but {unread}; remove it")


def _check_prices(scenario: Scenario, ledger: Ledger, tree: Node) -> None:
    """Currency and price year are those of the ledger's unit costs, unless the scenario replaces them all."""
    for name, parameter in ledger.parameters.items():
        priced = _PRICE.match(parameter.unit)
        if not name.startswith("unit_cost.") or name in scenario.parameters or priced is None:
            continue
        for key, found in (("currency", scenario.currency), ("price_year", str(scenario.price_year))):
            if found != priced[key]:
                message = f"expected {priced[key]}, as in the unit costs of the ledger, found {found}; correct it or override every unit cost"
                raise tree.value[key].at.error(message)


def override_warnings(scenario: Scenario, ledger: Ledger) -> tuple[str, ...]:
    """Overrides outside the range that the ledger holds for plausible, one sentence each.

    Parameters
    ----------
    scenario
        The scenario.
    ledger
        The evidence ledger.
    """
    found = []
    for name, given in scenario.parameters.items():
        known = ledger.parameters[name]
        if not known.low <= given.value <= known.high:
            found.append(f"{name} = {given.value:g} lies outside the ledger's plausible range {known.low:g} to {known.high:g} ({known.unit})")
    return tuple(found)


def possible_range(parameter: Parameter) -> tuple[float, float]:
    """What a parameter can be at all: a share within 0 and 1, anything else not negative.

    Parameters
    ----------
    parameter
        An entry of the ledger.

    Returns
    -------
    tuple
        Lowest and highest value, both allowed.
    """
    name = parameter.name
    if name.endswith("_correlation"):
        return 0.0, 0.999  # 1 would leave no chance to the single agent, and divides by zero
    if parameter.unit.startswith(_SHARE_UNITS):
        return 0.0, 1.0
    if name.endswith(_POSITIVE):
        return 1.0e-6, _LARGEST
    return 0.0, _LARGEST


def _treatments(scenario: Scenario) -> set[str]:
    """All long-term treatments that some strategy can give."""
    found = set()
    for strategy in scenario.strategies.values():
        found |= {line.treatment for line in strategy.lines}
        steps = {step.treatment for step in strategy.acute_ladder}
        found |= {AGENTS[RITUXIMAB]} if ACUTE_STEPS[STEP_RITUXIMAB] in steps else set()
        surgery = ACUTE_STEPS[STEP_SPLENECTOMY_ASSESSMENT] in steps or strategy.splenectomy_for_splenomegaly_per_year > 0.0
        found |= {TREATMENTS[SPLENECTOMY]} if surgery else set()
    return found


def _why_unread(name: str, scenario: Scenario) -> str:
    """Why nothing reads an override in this scenario; empty if something does."""
    if name.startswith("age_at_index_") and scenario.population.age_at_index_years is not None:
        return "`population.age_at_index_years` takes its place"
    if name.startswith("gcsf_") and not any(strategy.gcsf_for_isolated_neutropenia for strategy in scenario.strategies.values()):
        return "no strategy gives G-CSF"
    missing = [treatment for treatment in TREATMENTS if treatment not in _treatments(scenario)]
    for treatment in missing:
        if any(name.startswith(beginning) for beginning in _names_of(treatment)):
            return f"no strategy uses {treatment}"
    return ""


def _names_of(treatment: str) -> Iterator[str]:
    """Beginnings of the parameters that only this treatment reads."""
    if treatment in AGENTS:
        yield f"drug.{treatment}."
        yield f"unit_cost.{treatment}"
    if treatment in _OF_TREATMENT:
        yield _OF_TREATMENT[treatment]
