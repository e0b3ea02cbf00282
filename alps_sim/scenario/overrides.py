"""A scenario against the evidence: parameters, readings, prices, life table and cohort are known, possible, and read by something.

Outside the ledger's low-high a value is accepted with a warning; outside what the quantity can be at all it is refused.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Final

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import WORDS, Ledger, Parameter, load_ledger
from alps_sim.evidence.readings import find_reading, reading_parameters
from alps_sim.evidence.tables import life_table_periods
from alps_sim.evidence.targets import target_cohorts
from alps_sim.rules.codes import ACUTE_STEPS, AGENTS, RITUXIMAB, SPLENECTOMY, STEP_RITUXIMAB, STEP_SPLENECTOMY_ASSESSMENT, TREATMENTS
from alps_sim.scenario.errors import suggestion
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.settings import RUN_KEYS
from alps_sim.scenario.source import Node, Place

_SHARE_UNITS: Final = ("probability", "share", "yes or no", "utility")
_LEAST: Final = {"_shape": 1e-6, "_scale_years": 1e-6, "median_days": 1e-6, "median_years": 1e-6, "long_exposure_years": 1.0 / 12.0}
"""Least value by the end of the name: what is divided by is above 0, and what comes again and again comes after some time."""
_PRICE: Final = re.compile(r"(?P<currency>.+) of (?P<price_year>[0-9]{4}) per ")
_LARGEST: Final = 1.0e9
_RAREST: Final = 0.0005
"""Beyond these quantiles an override's distribution is not looked at."""
_STUDY: Final = "study"
"""File of the ledger with what is told of published studies."""
_OF_TREATMENT: Final = {AGENTS[RITUXIMAB]: "rituximab_", TREATMENTS[SPLENECTOMY]: "splenectomy_"}
"""Beginnings of the names of parameters that only one treatment reads."""


def check_overrides(scenario: Scenario, tree: Node) -> None:
    """Refuse what the evidence does not know, what cannot be, and what nothing would read.

    Parameters
    ----------
    scenario
        The scenario.
    tree
        The tree it was read from, for the places of errors.

    Raises
    ------
    ScenarioError
        At the first such mistake.
    """
    ledger = load_ledger()
    for name in scenario.parameters:
        _check_override(name, scenario, ledger, tree.value["parameters"].value[name].at)
    _check_sweeps(scenario, ledger, tree)
    _check_readings(scenario, tree)
    _check_prices(scenario, ledger, tree)
    _check_life_table(scenario, tree)
    _check_cohort(scenario, tree)


def _check_override(name: str, scenario: Scenario, ledger: Ledger, place: Place) -> None:
    _check_name(name, ledger, place)
    _check_possible(name, scenario.parameters[name].value, ledger, place)
    _check_spread(name, scenario, possible_range(ledger.parameters[name]), place)
    unread = why_unread(name, scenario)
    if unread:
        raise place.error(f"expected an override that this scenario reads, found `{name}`, but {unread}; remove it")


def _check_sweeps(scenario: Scenario, ledger: Ledger, tree: Node) -> None:
    """Each swept parameter exists, can take the ends of its range, and changes something."""
    for number, request in enumerate(scenario.sweeps):
        entries = tree.value["sweeps"].value[number].value
        place = entries["parameter"].place
        _check_name(request.parameter, ledger, place)
        _check_possible(request.parameter, request.low, ledger, entries["low"].place)
        _check_possible(request.parameter, request.high, ledger, entries["high"].place)
        unread = why_unread(request.parameter, scenario)
        if unread:
            raise place.error(f"expected a parameter that this scenario reads, found `{request.parameter}`, but {unread}; remove the sweep")


def _check_name(name: str, ledger: Ledger, place: Place) -> None:
    if name not in ledger.parameters:
        known = [*ledger.parameters, *(RUN_KEYS if not place.line else ())]
        raise place.error(f"expected a parameter of the evidence ledger, found `{name}`; {suggestion(name, known)}")
    if ledger.parameters[name].unit in WORDS:
        raise place.error(f"expected a parameter that is a number, found `{name}`, which is a word of the ledger; change it there")


def _check_possible(name: str, value: float, ledger: Ledger, place: Place) -> None:
    low, high = possible_range(ledger.parameters[name])
    if not low <= value <= high:
        unit = ledger.parameters[name].unit
        raise place.error(f"expected {low:g} to {high:g} ({unit}) for `{name}`, found {value:g}; correct the value or its unit")


def _check_spread(name: str, scenario: Scenario, possible: tuple[float, float], place: Place) -> None:
    """The distribution of an override gives nothing that cannot be, and holds its value."""
    given = scenario.parameters[name]
    if given.distribution is None:
        return
    drawn = given.distribution.ppf(_RAREST), given.distribution.ppf(1.0 - _RAREST)
    if drawn[0] < possible[0] or drawn[1] > possible[1]:
        message = f"expected a distribution of `{name}` within {possible[0]:g} to {possible[1]:g}, found {given.distribution}"
        raise place.error(f"{message}, which reaches {drawn[0]:g} to {drawn[1]:g}; cut it with `minimum` or `maximum`")
    if not drawn[0] <= given.value <= drawn[1]:
        found = f"{given.value:g} far outside {given.distribution}"
        raise place.error(f"expected a value of `{name}` within its distribution, found {found}; correct one of them")


def _check_readings(scenario: Scenario, tree: Node) -> None:
    """Each reading and its alternative exist and change something that this scenario reads; together they do not contradict."""
    for identifier, name in scenario.readings.items():
        place = tree.value["readings"].value[identifier].at
        try:
            changed = find_reading(identifier).alternative(name).parameters
        except EvidenceError as error:
            raise place.error(error.message) from None
        unread = [why_unread(parameter, scenario) for parameter in changed]
        if unread and all(unread):
            raise place.error(f"expected a reading that changes this scenario, found `{identifier}`, but {unread[0]}; remove it")
    try:
        reading_parameters(scenario.readings)
    except EvidenceError as error:
        raise tree.value["readings"].at.error(error.message) from None


def _check_life_table(scenario: Scenario, tree: Node) -> None:
    periods = life_table_periods()
    if scenario.life_table_period not in periods:
        known = ", ".join(str(period) for period in periods)
        found = scenario.life_table_period
        raise tree.value["life_table_period"].at.error(f"expected the year of a life table, found {found}; choose from {known}")


def _check_cohort(scenario: Scenario, tree: Node) -> None:
    """A replica is of a cohort that published figures are told of."""
    if scenario.replica is None:
        return
    known, found = target_cohorts(), scenario.replica.cohort
    if found not in known:
        place = tree.value["replica"].value["cohort"].at
        raise place.error(f"expected a cohort with published figures, found '{found}'; {suggestion(found, known)}")


def _check_prices(scenario: Scenario, ledger: Ledger, tree: Node) -> None:
    """Currency and price year are those of the ledger's unit costs, unless the scenario replaces them all."""
    for name, parameter in ledger.parameters.items():
        priced = _PRICE.match(parameter.unit)
        if not name.startswith("unit_cost.") or name in scenario.parameters or priced is None:
            continue
        for key, found in (("currency", scenario.currency), ("price_year", str(scenario.price_year))):
            if found != priced[key]:
                message = (
                    f"expected {priced[key]}, as in the unit costs of the ledger, found {found}; correct it or override every unit cost"
                )
                raise tree.value[key].at.error(message)


def override_warnings(scenario: Scenario, ledger: Ledger) -> tuple[str, ...]:
    """What is accepted but should be known: values outside the plausible range, readings that act through nothing here.

    Parameters
    ----------
    scenario
        The scenario.
    ledger
        The evidence ledger.

    Returns
    -------
    tuple
        One sentence each.
    """
    values = [_value_warning(ledger.parameters[name], given.value) for name, given in scenario.parameters.items()]
    readings = [_reading_warning(identifier, scenario) for identifier in scenario.readings]
    return tuple(warning for warning in (*values, *readings) if warning)


def _value_warning(known: Parameter, value: float) -> str:
    if known.low == known.high:
        return (
            f"{known.name} = {value:g} replaces what the ledger holds fixed at {known.value:g} ({known.unit})"
            if value != known.value
            else ""
        )
    if known.low <= value <= known.high:
        return ""
    return f"{known.name} = {value:g} lies outside the ledger's plausible range {known.low:g} to {known.high:g} ({known.unit})"


def _reading_warning(identifier: str, scenario: Scenario) -> str:
    taken = find_reading(identifier).alternative(scenario.readings[identifier])
    replaced = [name for name in taken.parameters if name in scenario.parameters]
    if replaced:
        return f"the reading {identifier} sets {', '.join(replaced)}, which `parameters` replaces"
    if taken.choices and not taken.parameters:
        return f"the reading {identifier} sets no parameter; it says how to compare or to write the scenario: {taken.meaning}"
    return ""


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
    return next((least for ending, least in _LEAST.items() if name.endswith(ending)), 0.0), _LARGEST


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


def why_unread(name: str, scenario: Scenario) -> str:
    """Why nothing reads a parameter in this scenario; empty if something does.

    Parameters
    ----------
    name
        Of the evidence ledger.
    scenario
        With the strategies that are run.
    """
    for concerns, acts, why in _ACT_ONLY_IF:
        if concerns(name) and not acts(name, scenario):
            return why(name)
    missing = [treatment for treatment in TREATMENTS if treatment not in _treatments(scenario)]
    for treatment in missing:
        if any(name.startswith(beginning) for beginning in _names_of(treatment)):
            return f"no strategy uses {treatment}"
    return ""


def _has_infusions(name: str, scenario: Scenario) -> bool:
    """Whether the drug of a parameter is given as a course of infusions, by the scenario or else the ledger."""
    infusions = f"{name.rpartition('.')[0]}.course_infusions"
    given = scenario.parameters.get(infusions)
    return (load_ledger()[infusions].value if given is None else given.value) > 0.0


def _describes_a_study(name: str) -> bool:
    """Whether a parameter acts only where a scenario names it in place of a number."""
    return name in load_ledger().parameters and PurePath(load_ledger()[name].file).stem == _STUDY


_ACT_ONLY_IF: Final[tuple[tuple[Callable[[str], bool], Callable[[str, Scenario], bool], Callable[[str], str]], ...]] = (
    (
        lambda name: name.startswith("age_at_index_"),
        lambda _, scenario: scenario.population.age_at_index_years is None,
        lambda _: "`population.age_at_index_years` takes its place",
    ),
    (
        lambda name: name.startswith("prior_splenectomy_"),
        lambda _, scenario: scenario.population.prior_splenectomy is not None,
        lambda _: "`population.prior_splenectomy` is `none`",
    ),
    (
        lambda name: name.startswith("gcsf_"),
        lambda _, scenario: any(strategy.gcsf_for_isolated_neutropenia for strategy in scenario.strategies.values()),
        lambda _: "no strategy gives G-CSF",
    ),
    (
        lambda name: name.endswith(".infusion_hours") and name in load_ledger().parameters,
        _has_infusions,
        lambda name: f"{name.split('.')[1]} is taken by mouth day by day",
    ),
    (
        _describes_a_study,
        lambda name, scenario: name in {taken for _, taken in scenario.references},
        lambda name: f"no number of it is `from_ledger {name}`",
    ),
)
"""Of which parameters it must hold that something in a scenario reads them, whether it does, and what to say if not."""


def _names_of(treatment: str) -> Iterator[str]:
    """Beginnings of the parameters that only this treatment reads."""
    if treatment in AGENTS:
        yield f"drug.{treatment}."
        yield f"unit_cost.{treatment}"
    if treatment in _OF_TREATMENT:
        yield _OF_TREATMENT[treatment]
