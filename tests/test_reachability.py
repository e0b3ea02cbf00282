"""Everything the model can do happens in the shipped scenarios, and every number of the ledger matters there; a quick version.

The long version (`tests/long/test_reachability.py`) counts how often in a million lives; here a thing must be seen at all.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Final

import numpy as np
import pytest

from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import Ledger, Parameter, load_ledger
from alps_sim.population import draw_population
from alps_sim.rules.accounts import COUNTERS
from alps_sim.rules.codes import AGENTS, LINEAGES
from alps_sim.rules.state import ATTRIBUTES
from alps_sim.rules.world import LINE_DTYPE, STEP_DTYPE
from tests import reach

PATIENTS: Final = 256
BLOCKS: Final = 32
"""A parameter is given up after so many blocks of patients; nearly all are found in the first."""
DAILY_AGENTS: Final = [agent for agent in AGENTS if load_ledger()[f"drug.{agent}.course_infusions"].value == 0.0]
COURSES: Final = [agent for agent in AGENTS if agent not in DAILY_AGENTS]
HEALTH: Final = ("life_years", "qalys", "flares", "sepsis_episodes")
"""Counters that are not money."""

RARE: Final[dict[str, str]] = {
    f"course_stop: {agent}, operation_or_transplant": "a transplantation while the remission after a course lasts"
    for agent in ("rituximab", "vincristine")
}
"""Things that occur less than 100 times in 10^6 lives, with the reason."""

RITUXIMAB_FIRST: Final = "rituximab_before_splenectomy/rituximab_before_splenectomy"

_IMPLIED = "the lines above it are always taken first: said for the reader"
IMPLIED_PARTS: Final = {
    "figure_1_algorithm/figure_1_algorithm: lines 3 thiopurine: tried": _IMPLIED,
    "figure_1_algorithm/figure_1_algorithm: lines 4 ciclosporin: tried": _IMPLIED,
    "figure_1_algorithm/figure_1_algorithm: lines 5 hydroxychloroquine: tried": _IMPLIED,
    "figure_1_algorithm/figure_1_algorithm: lines 6 vincristine: tried": _IMPLIED,
    "figure_1_algorithm/figure_1_algorithm: lines 7 sirolimus: tried": _IMPLIED,
    "paper_text_algorithm/paper_text_algorithm: lines 10 rituximab: tried": _IMPLIED,
    "paper_text_algorithm/paper_text_algorithm: lines 11 splenectomy: tried": _IMPLIED,
    "nih_sirolimus/sirolimus: feature gcsf_allowed": "spleens of normal size are too few for an infection in isolated neutropenia",
    "nih_cohort/as_treated: lines 2 splenectomy: spleens": "whoever is operated on by this smaller uptake has been by the line above it",
    f"{RITUXIMAB_FIRST}: lines 13 rituximab: flare_lineages_any": "who has not had rituximab before surgery has neutropenia alone",
    f"{RITUXIMAB_FIRST}: lines 13 rituximab: flare_lineages_any itp": "who has not had rituximab before surgery has neutropenia alone",
    "childhood_itp/splenectomy: feature intended_treatments": "surgery is the only long-term treatment there",
    "childhood_itp/immunoglobulin: feature intended_treatments": "no long-term treatment there, so none beyond the intended",
    "childhood_itp/immunoglobulin: occasion first_pulse": "no long-term treatment there that could begin; a strategy must name an occasion",
    "early_splenectomy_vs_mmf_sirolimus/steroids_alone: feature wean_allowed": "shared by all strategies; this one has no agent to wean",
    "early_splenectomy_vs_mmf_sirolimus/steroids_alone: feature drug_levels": "shared by all strategies; this one has no agent to measure",
    "limited_monitoring/steroids_alone: feature wean_allowed": "shared by all strategies; this one has no agent to wean",
}
"""Parts of shipped strategies whose removal changes nobody's life, with the reason."""


FIXED: Final = {
    "drug.*.dose_basis": "a word: what a dose is measured by",
    "drug.*.is_immunosuppressive": "a word: the kind of drug",
    "drug.*.is_oral": "a word: the kind of drug",
    "drug.*.course_infusions": "none: taken day by day",
    "drug.*.infusion_hours": "none: taken day by day",
    "drug.*.loading_dose_mg": "as in the drug's label, or none",
    "drug.*.drug_levels_per_visit": "whether levels are measured at a visit",
    "drug.tpo_mimetic.spleen_shrinkage_probability": "acts on the making of platelets",
    "drug.rituximab.dose_mg": "the one dose in use, 375 mg/m2",
    "drug.vincristine.dose_maximum_mg": "the one cap in use, 2 mg",
    "methylprednisolone_prednisone_equivalence": "a convention: 4 mg for 5 mg",
    "opsi_reference_years": "says over which years the mean rate is meant",
    "unit_cost.inpatient_days_within_packages": "paid for by the package",
    "unit_cost.intensive_care_days": "paid for by the package",
}
"""Parameters without a range, with the reason."""

UNREAD: Final = {f"drug.{agent}.infusion_hours": "nothing to infuse: taken by mouth day by day" for agent in DAILY_AGENTS}
"""Parameters that change nothing wherever they are moved, with the reason."""

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


def is_fixed(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in FIXED)


# Happenings


def test_everything_occurs(ledger: Ledger) -> None:
    seen: Counter[str] = Counter()
    for lives in reach.shipped_lives():
        seen += reach.tally(lives.live(keep_events=True))
    expected = reach.expected(ledger)
    assert [name for name in expected if not seen[name] and name not in RARE] == []
    assert set(RARE) <= set(expected)
    assert set(seen) <= set(expected)


# Strategies


def test_every_part_of_every_strategy_matters() -> None:
    """A ladder step, line, condition, occasion or feature that can be left out without changing any life is dead text."""
    assert reach.unused_parts(40, PATIENTS, 1, IMPLIED_PARTS) == []


def test_every_condition_is_tried_out() -> None:
    assert set(LINE_DTYPE.names or ()) == {"treatment", *reach.NEUTRAL_LINE}
    conditions = {name for name in STEP_DTYPE.names or () if name.startswith("if_") or name.endswith("_age_years")}
    assert conditions | {"ivig"} == set(reach.NEUTRAL_STEP)


# Parameters


def unreached(parameters: Iterable[Parameter]) -> list[str]:
    """Those that, moved, change no outcome of any life."""
    return [one.name for one in parameters if reach.reached_by({one.name: reach.moved(one)}, BLOCKS, PATIENTS) is None]


def test_every_parameter_at_the_end_of_its_range_changes_some_outcome(ledger: Ledger) -> None:
    ranged = [parameter for parameter in ledger.parameters.values() if parameter.low < parameter.high]
    assert len(ranged) > 300
    assert unreached(ranged) == []


def test_parameters_without_a_range_are_listed(ledger: Ledger) -> None:
    fixed = [name for name, parameter in ledger.parameters.items() if parameter.low == parameter.high]
    assert [name for name in fixed if not is_fixed(name)] == []
    for pattern in FIXED:
        assert any(fnmatchcase(name, pattern) for name in fixed), pattern


def test_a_parameter_without_a_range_still_matters(ledger: Ledger) -> None:
    fixed = [parameter for name, parameter in ledger.parameters.items() if parameter.low == parameter.high and name not in UNREAD]
    assert unreached(fixed) == []


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
    assert reach.reached_by(dict.fromkeys(TOXICITIES[toxicity], 0.0), BLOCKS, PATIENTS, ("qalys",)) is not None


@pytest.mark.parametrize("group", [DAILY_AGENTS, COURSES], ids=["daily", "courses"])
def test_no_drug_is_an_alias_of_another(group: list[str]) -> None:
    """A drug with the data of another gives other health, whatever it costs."""
    places = [COUNTERS.index(counter) for counter in HEALTH]
    everyone = range(len(reach.shipped_lives()))
    pairs = [(one, other) for one in group for other in group if other != one]
    assert [pair for pair in pairs if not any(health_differs(position, *pair, places) for position in everyone)] == []


def health_differs(position: int, agent: str, other: str, places: list[int]) -> bool:
    lives = reach.shipped_lives()[position]
    agents = lives.inputs.agents.copy()
    agents[AGENTS.index(agent)] = agents[AGENTS.index(other)]
    changed = replace(lives, inputs=replace(lives.inputs, agents=agents)).live(0, PATIENTS)
    return bool(np.any(changed.counters[..., places] != reach.baseline(position, 0, PATIENTS).counters[..., places]))
