"""Two scenarios, or what two runs were asked and ran with, side by side as text."""

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.store import MANIFEST, ResultsError
from alps_sim.outcomes.stored import read_manifest
from alps_sim.provenance import manifest
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.difference import NAME, Asked, differences
from alps_sim.scenario.facts import Facts, with_names
from alps_sim.scenario.side_by_side import facts_apart

_NOT_THERE = "none"


@dataclass(frozen=True)
class Side:
    """One of the two.

    Attributes
    ----------
    asked
        Its scenario and parameter values.
    program
        Versions, rules and fit that it ran with, or would run with now.
    """

    asked: Asked
    program: Facts


def difference_told(one: Path, other: Path) -> str:
    """How two scenarios differ; versions, rules and fit too if one of them is of a results folder.

    Parameters
    ----------
    one, other
        A and B: scenario files or results folders.

    Raises
    ------
    ScenarioError
        If a file is no scenario.
    ResultsError
        If a folder holds no results of a run.
    """
    ran = one.is_dir() or other.is_dir()
    sides = [_of_results(path) if path.is_dir() else _of_file(path, ran) for path in (one, other)]
    groups = differences(sides[0].asked, sides[1].asked)
    program = facts_apart("", sides[0].program, sides[1].program, _NOT_THERE)
    told = groups | ({"program and fit": program} if program else {})
    return "\n".join([f"A: {one}", f"B: {other}", *_grouped(told), "", _conclusion(told)]).rstrip()


def _grouped(groups: Mapping[str, list[str]]) -> list[str]:
    told = []
    for title, sentences in groups.items():
        told += ["", f"{title}:", *(textwrap.indent(sentence, "  ") for sentence in sentences)]
    return told


def _conclusion(groups: Mapping[str, list[str]]) -> str:
    """What is said if nothing, or nothing that acts, differs."""
    if not groups:
        return "No difference."
    return "No difference beside the name and the words: both give the same numbers." if set(groups) == {NAME} else ""


def _of_file(path: Path, ran: bool) -> Side:
    """A scenario file, with its numbers as a run now would take them, or as the file tells where they come from."""
    scenario, ledger = load_scenario(path), load_ledger()
    would_leave = manifest(scenario, ledger)
    told = scenario.at(scenario.parameter_values(ledger)) if ran else with_names(scenario, ledger)
    return Side(Asked(told, would_leave["parameters"]), _program(would_leave))


def _of_results(folder: Path) -> Side:
    """What the manifest of a run tells."""
    path, left = folder / MANIFEST, read_manifest(folder)
    try:
        scenario = Scenario.model_validate_json(json.dumps(left["scenario"]))
        return Side(Asked(scenario, left["parameters"]), _program(left))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        found = f"found {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ResultsError(f"{path}: expected a scenario as this version reads it, {found}; compare with the version that ran it") from None
    except (KeyError, TypeError) as error:
        raise ResultsError(f"{path}: expected the manifest of a run, found something else ({error!r})") from None


def _program(left: Mapping[str, Any]) -> Facts:
    """Versions, rules and fit of a manifest."""
    versions = {f"version of {name}": version for name, version in left["versions"].items()}
    fit = {f"posterior of {cohort}": identity for cohort, identity in left["posterior"].items()}
    rules = {"rules": left["rules"], "compiled sources": left["rules_hash"], "rules of the fit": left["rules_of_the_fit"]}
    return {**versions, **rules, **fit}
