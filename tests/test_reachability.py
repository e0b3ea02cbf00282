"""Everything the model can do happens in the shipped scenarios, and every number of the ledger matters there; a quick version.

The long version (`tests/long/test_reachability.py`) counts how often in a million lives; here a thing must be seen at all.
"""

from collections import Counter
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Final

import numpy as np
import pytest

from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.population import draw_population
from alps_sim.rules.accounts import COUNTERS
from alps_sim.rules.codes import AGENTS, LINEAGES
from alps_sim.rules.state import ATTRIBUTES
from alps_sim.rules.world import LINE_DTYPE, STEP_DTYPE
from tests import reach

PATIENTS: Final = 512
BLOCKS: Final = 2
HEALTH: Final = ("life_years", "qalys", "flares", "sepsis_episodes")
"""Counters that are not money."""

TOXICITIES: Final = {
    "hypertension": ("hypertension_per_year", "hypertension_per_year_on_steroid"),
    "diabetes": ("diabetes_per_year",),
    "thrombosis": ("thrombosis_per_year", "thrombosis_after_splenectomy_per_year"),
    "osteonecrosis": ("osteonecrosis_per_year",),
    "fracture": ("fracture_per_year",),
    "low_bone_density": ("low_bone_density_probability",),
    "growth_retardation": ("growth_retardation_probability",),
    "cushingoid": ("cushingoid_probability",),
    "cataract": ("cataract_probability",),
    "adrenal_suppression": ("adrenal_suppression_probability",),
    "hypogammaglobulinaemia": ("rituximab_hypogammaglobulinaemia_probability",),
    "neutropenia after rituximab": ("rituximab_neutropenia_probability",),
    "infection": ("infection_admission_per_year", "infection_admission_on_immunosuppression_per_year"),
    "malignancy": ("other_malignancy_on_drugs_per_year",),
}
"""What brings each harm of treatment about."""

READ_AFTER_THE_LIFE: Final = {"entry_years": "who was alive at enrolment is asked when an observed cohort is counted"}
DAILY_AGENTS: Final = [agent for agent in AGENTS if load_ledger()[f"drug.{agent}.course_infusions"].value == 0.0]
COURSES: Final = [agent for agent in AGENTS if agent not in DAILY_AGENTS]


def is_fixed(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in reach.FIXED)


# Happenings


def test_everything_occurs(ledger: Ledger) -> None:
    seen: Counter[str] = Counter()
    for lives in reach.shipped_lives():
        seen += reach.tally(lives.live(keep_events=True))
    expected = reach.expected(ledger)
    assert [name for name in expected if not seen[name] and name not in reach.RARE] == []
    assert set(seen) <= set(expected)
    assert set(reach.RARE) <= set(expected)


# Strategies


def test_every_part_of_every_strategy_matters() -> None:
    """A ladder step, line, condition, occasion or feature that can be left out without changing any life is dead text."""
    assert sorted(reach.unused_parts(40, 256, 1)) == sorted(reach.IMPLIED_PARTS)


def test_every_condition_is_tried_out() -> None:
    assert set(LINE_DTYPE.names or ()) == {"treatment", *reach.NEUTRAL_LINE}
    conditions = {name for name in STEP_DTYPE.names or () if name.startswith("if_")}
    assert conditions | {"ivig"} == set(reach.NEUTRAL_STEP)


# Parameters


def test_every_parameter_at_the_end_of_its_range_changes_some_outcome(ledger: Ledger) -> None:
    ranged = [parameter for parameter in ledger.parameters.values() if parameter.low < parameter.high]
    assert len(ranged) > 300
    assert [one.name for one in ranged if reach.reached_by({one.name: reach.moved(one)}, BLOCKS, PATIENTS) is None] == []


def test_parameters_without_a_range_are_listed(ledger: Ledger) -> None:
    fixed = [name for name, parameter in ledger.parameters.items() if parameter.low == parameter.high]
    assert [name for name in fixed if not is_fixed(name)] == []
    for pattern in reach.FIXED:
        assert any(fnmatchcase(name, pattern) for name in fixed), pattern


def test_a_parameter_without_a_range_still_matters(ledger: Ledger) -> None:
    fixed = [parameter for parameter in ledger.parameters.values() if parameter.low == parameter.high]
    assert [one.name for one in fixed if reach.reached_by({one.name: reach.moved(one)}, BLOCKS, PATIENTS) is None] == []


def test_unmoved_parameters_change_nothing() -> None:
    """The comparison itself: the same values give the same lives."""
    assert reach.reached_by({}, 1, PATIENTS) is None


# Patients


@pytest.mark.parametrize("attribute", [name for name, _ in ATTRIBUTES if name not in ("patient", *READ_AFTER_THE_LIFE)])
def test_every_attribute_of_a_patient_is_lived_with(attribute: str) -> None:
    def exchanged(attributes: Any) -> Any:
        attributes[attribute] = np.roll(attributes[attribute], 1)
        return attributes

    assert any(differs_with(position, exchanged) for position in range(len(reach.shipped_lives())))


def differs_with(position: int, change: Any) -> bool:
    """Whether patients with changed attributes live other lives."""
    lives = reach.shipped_lives()[position]
    attributes = change(draw_population(lives.inputs, 0, 0, PATIENTS))
    return reach.differ(reach.baseline(position, 0, PATIENTS), simulate_block(lives.inputs, lives.strategy, attributes))


def test_each_lineage_has_a_fate_of_its_own() -> None:
    """The same patients with one lineage: those with ITP bleed, those with AIHA are transfused, those with neutropenia infected."""
    lives = reach.shipped_lives()[0]
    own = {"aiha": "transfusions", "itp": "severe_bleeds", "neutropenia": "neutropenic_infections"}
    for lineage, name in enumerate(LINEAGES):
        attributes = draw_population(lives.inputs, 0, 0, PATIENTS)
        attributes["lineages"], attributes["first_lineage"] = 1 << lineage, lineage
        counters = simulate_block(lives.inputs, lives.strategy, attributes).counters[:, -1].sum(axis=0)
        counts = {other: counters[COUNTERS.index(counter)] for other, counter in own.items()}
        assert counts[name] == max(counts.values()) > 0.0
        assert [counts[other] for other in ("aiha", "itp") if other != name] == [0.0] * (2 - (name != "neutropenia"))


# Treatments and their harms


@pytest.mark.parametrize("toxicity", TOXICITIES)
def test_no_toxicity_is_a_mere_cost(toxicity: str) -> None:
    assert reach.reached_by(dict.fromkeys(TOXICITIES[toxicity], 0.0), 4, PATIENTS, ("qalys",)) is not None


@pytest.mark.parametrize("group", [DAILY_AGENTS, COURSES], ids=["daily", "courses"])
def test_no_drug_is_an_alias_of_another(group: list[str]) -> None:
    """A drug with the data of another gives other health, whatever it costs."""
    places = [COUNTERS.index(counter) for counter in HEALTH]
    aliases = []
    for one in group:
        for other in group:
            if other != one and not any(health_differs(position, one, other, places) for position in range(len(reach.shipped_lives()))):
                aliases.append((one, other))
    assert aliases == []


def health_differs(position: int, agent: str, other: str, places: list[int]) -> bool:
    lives = reach.shipped_lives()[position]
    agents = lives.inputs.agents.copy()
    agents[AGENTS.index(agent)] = agents[AGENTS.index(other)]
    changed = replace(lives, inputs=replace(lives.inputs, agents=agents)).live(0, PATIENTS)
    return bool(np.any(changed.counters[..., places] != reach.baseline(position, 0, PATIENTS).counters[..., places]))
