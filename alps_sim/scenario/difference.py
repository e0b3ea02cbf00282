"""How two scenarios differ, in words: the same words in which `alps-sim check` tells a scenario.

What means the same is no difference: the order in which a set is named, or what is said although it holds anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from alps_sim.evidence.readings import load_readings
from alps_sim.scenario.facts import (
    given_line,
    given_step,
    name_facts,
    override_phrase,
    patients_facts,
    reading_phrase,
    run_facts,
    strategy_facts,
)
from alps_sim.scenario.phrases import number
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.side_by_side import facts_apart, told_apart, treatments_apart
from alps_sim.scenario.strategy import Strategy

NAME: Final = "name"
"""Group of what is said of a scenario but does not act."""


@dataclass(frozen=True)
class Asked:
    """One of two scenarios to be compared.

    Attributes
    ----------
    scenario
        Complete, with what it extends; its numbers may tell where they come from (`facts.with_names`).
    parameters
        Value, unit and source of every parameter in it by name, as `provenance.parameter_provenance` gives them.
    """

    scenario: Scenario
    parameters: Mapping[str, Mapping[str, Any]]


def differences(one: Asked, other: Asked) -> dict[str, list[str]]:
    """How two scenarios differ.

    Parameters
    ----------
    one, other
        A and B.

    Returns
    -------
    dict
        Sentences by group, in the order of a scenario file; groups without a difference are left out.
    """
    first, second = one.scenario, other.scenario
    groups = {
        NAME: facts_apart("", name_facts(first), name_facts(second)),
        "run": facts_apart("", run_facts(first), run_facts(second)),
        "patients": facts_apart("", patients_facts(first.population), patients_facts(second.population)),
        "parameters": _parameters(one, other),
        "readings of the published source": _readings(first, second),
        "strategies": _names(first, second),
    }
    for name in first.strategies:
        if name in second.strategies:
            groups[f"strategy {name}"] = strategy_differences(first.strategies[name], second.strategies[name])
    return {title: sentences for title, sentences in groups.items() if sentences}


def strategy_differences(one: Strategy, other: Strategy) -> list[str]:
    """How two strategies differ: one sentence for each part, step of the acute ladder and line.

    Parameters
    ----------
    one, other
        As in A and as in B.
    """
    ladders = [[given_step(step) for step in strategy.acute_ladder] for strategy in (one, other)]
    lines = [[given_line(line) for line in strategy.lines] for strategy in (one, other)]
    return [
        *facts_apart("", strategy_facts(one), strategy_facts(other)),
        *treatments_apart("acute step", *ladders),
        *treatments_apart("line", *lines),
    ]


def _parameters(one: Asked, other: Asked) -> list[str]:
    """Parameters that are overridden otherwise or have another value, whatever gave it to them."""
    told = []
    for name in dict.fromkeys([*one.parameters, *other.parameters]):
        values = [asked.parameters.get(name, {}).get("value") for asked in (one, other)]
        given = [asked.scenario.parameters.get(name) for asked in (one, other)]
        if values[0] == values[1] and given[0] == given[1]:
            continue
        unit = (one.parameters.get(name) or other.parameters[name])["unit"]
        short = [_parameter(asked, name, "g") for asked in (one, other)]
        in_full = [_parameter(asked, name, "r") for asked in (one, other)]
        told.append(told_apart(f"{name} ({unit})", *(short if short[0] != short[1] else in_full)))
    return told


def _parameter(asked: Asked, name: str, form: str) -> str:
    """Value of a parameter and what gave it: an override, a reading, or the ledger; `form` is `g` for six digits, `r` for all."""
    if name in asked.scenario.parameters:
        return override_phrase(asked.scenario.parameters[name])
    if name not in asked.parameters:
        return "no such parameter"
    found = asked.parameters[name]
    value = f"{found['value']:g}" if form == "g" else number(found["value"])
    return f"{value} by a reading" if found["source"] == "scenario" else f"ledger {value}"


def _readings(one: Scenario, other: Scenario) -> list[str]:
    known = load_readings()
    told = []
    for identifier in dict.fromkeys([*one.readings, *other.readings]):
        if one.readings.get(identifier) != other.readings.get(identifier):
            taken = known[identifier].taken if identifier in known else "none"
            phrases = [_reading(identifier, scenario.readings.get(identifier), taken) for scenario in (one, other)]
            told.append(told_apart(identifier, *phrases))
    return told


def _reading(identifier: str, alternative: str | None, taken: str) -> str:
    if alternative is None:
        return f"as in the evidence ledger: {taken}"
    known = load_readings().get(identifier)
    return reading_phrase(identifier, alternative) if known and alternative in known.alternatives else alternative


def _names(one: Scenario, other: Scenario) -> list[str]:
    """Strategies that only one has, and another order of those that both have."""
    told = []
    for label, scenario, rest in (("A", one, other), ("B", other, one)):
        own = [name for name in scenario.strategies if name not in rest.strategies]
        told += [f"only in {label}: {name} ({scenario.strategies[name].description})" for name in own]
    shared = [[name for name in scenario.strategies if name in one.strategies and name in other.strategies] for scenario in (one, other)]
    if shared[0] != shared[1]:
        told.append(told_apart("order", ", ".join(shared[0]), ", ".join(shared[1])))
    return told
