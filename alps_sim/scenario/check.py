"""What a scenario would run, in words: for the user who wants to know before running."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.scenario.facts import (
    Facts,
    Given,
    given_line,
    given_step,
    override_phrase,
    patients_facts,
    reading_phrase,
    run_facts,
    strategy_facts,
    with_names,
)
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.overrides import override_warnings
from alps_sim.scenario.phrases import NONE
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.strategy import Strategy


def check_scenario(path: str | Path, settings: Mapping[str, Any] | None = None) -> str:
    """Check a scenario and tell what will be run.

    Parameters
    ----------
    path
        The scenario file.
    settings
        As for `load_scenario`.

    Returns
    -------
    str
        Lines of text: the run, the patients, overrides and readings in force, each strategy, warnings.

    Raises
    ------
    ScenarioError
        If the scenario cannot be run.
    """
    scenario = load_scenario(path, settings)
    ledger = load_ledger()
    named = with_names(scenario, ledger)
    parts = (
        [f"{scenario.name}: {scenario.title}", scenario.description],
        ["", "run:", *_told(run_facts(named))],
        ["", "patients:", *_told(patients_facts(named.population))],
        ["", *_overrides(scenario, ledger)],
        ["", *_readings(scenario)],
        ["", f"strategies ({len(named.strategies)}):", *_strategies(named)],
        ["", *_warnings(scenario, ledger)],
    )
    return "\n".join(line for part in parts for line in part)


def _told(facts: Facts) -> list[str]:
    return [f"  {label}: {phrase}" for label, phrase in facts.items()]


def _strategies(scenario: Scenario) -> list[str]:
    """What all strategies share, once, and then what each has of its own."""
    parts = {name: _parts(strategy) for name, strategy in scenario.strategies.items()}
    first, *others = parts.values()
    shared = {label: lines for label, lines in first.items() if others and all(other[label] == lines for other in others)}
    told = ["  in each of them:", *_indented(shared)] if shared else []
    for name, own in parts.items():
        told += [f"  {name}: {scenario.strategies[name].description}"]
        told += _indented({label: lines for label, lines in own.items() if label not in shared})
    return told


def _parts(strategy: Strategy) -> dict[str, list[str]]:
    """What is told of a strategy beside its description, by label."""
    facts = {label: [phrase] for label, phrase in strategy_facts(strategy).items() if label != "description"}
    ladder = {"in a flare, until one answers": _numbered([given_step(step) for step in strategy.acute_ladder])}
    lines = {"long-term treatment, the first not yet tried whose conditions hold": _numbered([given_line(line) for line in strategy.lines])}
    return {**ladder, **facts, **lines}


def _numbered(treatments: Sequence[Given]) -> list[str]:
    return [f"{place}. {given}" for place, given in enumerate(treatments, 1)] or [NONE]


def _indented(parts: Mapping[str, list[str]]) -> list[str]:
    told = []
    for label, lines in parts.items():
        told += [f"    {label}: {lines[0]}"] if len(lines) == 1 else [f"    {label}:", *(f"      {line}" for line in lines)]
    return told


def _overrides(scenario: Scenario, ledger: Ledger) -> list[str]:
    if not scenario.parameters:
        return ["parameters: all as in the evidence ledger"]
    lines = ["parameters that differ from the evidence ledger:"]
    for name, given in scenario.parameters.items():
        known = ledger.parameters[name]
        lines.append(f"  {name} = {override_phrase(given)}; ledger {known.value:g} ({known.unit})")
    return lines


def _readings(scenario: Scenario) -> list[str]:
    if not scenario.readings:
        return ["readings of the published source: all as in the evidence ledger"]
    taken = [f"  {name}: {reading_phrase(name, alternative)}" for name, alternative in scenario.readings.items()]
    return ["readings of the published source:", *taken]


def _warnings(scenario: Scenario, ledger: Ledger) -> list[str]:
    found = override_warnings(scenario, ledger)
    return [f"warning: {text}" for text in found] or ["no warnings"]
