"""Words into codes and units into the rules' units."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

from alps_sim.evidence.ledger import load_ledger, rule_parameter_names
from alps_sim.rules import codes
from alps_sim.rules.accounts import RESOURCES
from alps_sim.rules.world import AGENT_DTYPE, LINE_DTYPE, STEP_DTYPE, STRATEGY_DTYPE
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.strategy import Line, Strategy
from alps_sim.scenario.translate import mask, steroid_probits, translate, translate_strategy

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
MAIN = SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml"


def inputs_of(path: Path, **settings: float) -> Inputs:
    """Inputs of a scenario with settings."""
    scenario = load_scenario(path, settings)
    return translate(scenario, scenario.parameter_values(load_ledger()))


@pytest.fixture(scope="module")
def values() -> dict[str, float]:
    return load_ledger().values()


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return inputs_of(MAIN)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_scenario_becomes_arrays_of_the_rules(file: Path) -> None:
    found = inputs_of(file)
    assert found.agents.dtype.fields == AGENT_DTYPE.fields
    assert found.agents.shape == (codes.AGENT_COUNT,)
    assert found.parameters.dtype.names == rule_parameter_names(load_ledger())
    assert found.unit_cost.shape == (len(RESOURCES),)
    assert found.death_per_year.shape == (2, 120)
    assert found.lymphoma_per_year.shape == (2, 2, 120)
    assert found.body.shape == (2, 120, 4)
    assert found.utility_norm.shape == (120,)
    for strategy in found.strategies:
        assert strategy.strategy.dtype.fields == STRATEGY_DTYPE.fields
        assert strategy.steps.dtype.fields == STEP_DTYPE.fields
        assert strategy.lines.dtype.fields == LINE_DTYPE.fields
        assert strategy.strategy.shape == (1,)
    arrays = (found.steroid_probit, found.death_per_year, found.lymphoma_per_year, found.body, found.utility_norm, found.unit_cost)
    assert all(np.isfinite(array).all() for array in arrays)


def test_windows_end_with_the_lifetime(inputs: Inputs) -> None:
    assert inputs.censuses.tolist() == [5.0, 10.0, 20.0, codes.NEVER]
    assert inputs.windows == ("5", "10", "20", "lifetime")


def test_discount_rates_are_continuous(inputs: Inputs) -> None:
    assert inputs.cost_discount_per_year == pytest.approx(math.log(1.03), rel=1e-15)
    assert inputs.effect_discount_per_year == pytest.approx(math.log(1.03), rel=1e-15)


def test_parameters_are_read_by_name_with_overrides(values: dict[str, float]) -> None:
    changed = inputs_of(MAIN, opsi_shape=0.9)
    assert changed.parameters.opsi_shape[0] == 0.9
    assert changed.parameters.opsi_fatality_probability[0] == values["opsi_fatality_probability"]


def test_agents_are_in_the_order_of_their_codes(inputs: Inputs, values: dict[str, float]) -> None:
    for code, agent in enumerate(codes.AGENTS):
        record = inputs.agents[code]
        assert record.effect_median_years * codes.DAYS_PER_YEAR == pytest.approx(values[f"drug.{agent}.effect_median_days"])
        assert record.assessment_years * codes.DAYS_PER_YEAR == pytest.approx(values[f"drug.{agent}.assessment_days"])
        visit_interval_days = values[f"drug.{agent}.visit_interval_days"] if record.course_infusions == 0.0 else 0.0
        assert record.visit_interval_years * codes.DAYS_PER_YEAR == pytest.approx(visit_interval_days)
        assert record.dose_mg == values[f"drug.{agent}.dose_mg"]
        for lineage, word in enumerate(codes.LINEAGES):
            published = values[f"drug.{agent}.response_probability_{word}"]
            ratio = values[f"drug.{agent}.hypersplenism_response_ratio"]
            assert ndtr(record.response_probit[lineage, 0]) == pytest.approx(published, abs=1e-12)
            assert ndtr(record.response_probit[lineage, 1]) == pytest.approx(published * ratio, abs=1e-12)


def test_unit_costs_are_in_the_order_of_the_resources(inputs: Inputs, values: dict[str, float]) -> None:
    assert inputs.unit_cost.tolist() == [values[f"unit_cost.{resource}"] for resource, _ in RESOURCES]


def test_steroid_responses_by_route_and_mechanism() -> None:
    published = {
        "oral_prednisone_response_probability": 0.7,
        "iv_methylprednisolone_response_probability": 0.8,
        "ivig_added_response_probability": 0.25,
        "sequestration_steroid_response_ratio": 0.5,
    }
    assert ndtr(steroid_probits(published)) == pytest.approx(np.array([[0.7, 0.35], [0.8, 0.4], [0.85, 0.425]]))
    certain = steroid_probits({**published, "oral_prednisone_response_probability": 1.0, "sequestration_steroid_response_ratio": 0.0})
    assert certain[codes.ROUTE_ORAL].tolist() == [8.2, -8.2]


def test_a_strategy_in_codes() -> None:
    strategy = Strategy.model_validate(
        {
            "description": "all features",
            "acute_ladder": [
                {"treatment": "oral_prednisone", "dose_mg_per_kg_per_day": 2, "days": 7},
                {
                    "treatment": "iv_methylprednisolone",
                    "dose_mg_per_kg_per_day": 10,
                    "days": 5,
                    "severe_dose_mg_per_kg_per_day": 30,
                    "severe_days": 3,
                    "taper_dose_mg_per_kg_per_day": 1.5,
                    "ivig": "severe",
                    "if": {"severity": "severe", "mechanism": "sequestration", "hypersplenism": True, "answering_agent": False},
                },
                {"treatment": "splenectomy_assessment", "if": {"minimum_age_years": 5, "maximum_age_years": 75}},
            ],
            "taper_weeks": 10,
            "begin_long_term_treatment": {"at": ["breakthrough", "flare_number"], "flare_number": 3, "delay_weeks": 2},
            "lines": [
                {
                    "treatment": "sirolimus",
                    "if": {
                        "minimum_age_years": 1,
                        "maximum_age_years": 40,
                        "spleen": ["moderate", "massive"],
                        "mechanism": "immune",
                        "hypersplenism": False,
                        "lineages_include": ["itp", "neutropenia"],
                        "flare_lineages_include": ["neutropenia"],
                        "lineages_only": ["itp"],
                        "after": ["no_answer", "organ_toxicity"],
                        "tried": ["mmf", "splenectomy"],
                        "minimum_flares": 2,
                        "occasions": ["refractory", "breakthrough"],
                    },
                    "bridge": True,
                    "uptake": 0.5,
                }
            ],
            "weaning": "none",
            "severe_flare_on_agent": "ladder",
            "gcsf_for_isolated_neutropenia": False,
            "prevention": {"uptake": 0.7, "adherence": 0.6},
            "monitoring": {"visit_interval_months": 3, "drug_levels": False},
            "splenectomy_for_splenomegaly_per_year": 0.1,
            "intended_treatments": 2,
        }
    )
    found = translate_strategy("all", strategy)
    scalars = found.strategy[0]
    assert scalars.triggers == codes.TRIGGER_BREAKTHROUGH | codes.TRIGGER_FLARE_NUMBER | mask(codes.ALWAYS, codes.TRIGGERS)
    assert (scalars.flare_number, scalars.taper_weeks, scalars.wean_allowed, scalars.gcsf_allowed) == (3, 10.0, 0, 0)
    assert scalars.severe_flare_on_agent == codes.ON_AGENT_LADDER
    assert scalars.start_delay_years == pytest.approx(14 / codes.DAYS_PER_YEAR)
    assert (scalars.prevention_uptake, scalars.prevention_adherence) == (0.7, 0.6)
    assert (scalars.visit_interval_years, scalars.drug_levels) == (0.25, 0)
    assert (scalars.splenectomy_for_splenomegaly_per_year, scalars.intended_treatments) == (0.1, 2)
    assert found.steps[0].tolist() == (codes.STEP_ORAL_PREDNISONE, 2, 7, 2, 7, 2, codes.IVIG_NEVER, -1, -1, -1, -1, 0, codes.NEVER)
    assert found.steps[1].tolist() == (
        *(codes.STEP_IV_METHYLPREDNISOLONE, 10, 5, 30, 3, 1.5, codes.IVIG_SEVERE),
        *(codes.SEVERE, codes.SEQUESTRATION, 0, 1, 0, codes.NEVER),
    )
    assert found.steps[2].kind == codes.STEP_SPLENECTOMY_ASSESSMENT
    assert (found.steps[2].minimum_age_years, found.steps[2].maximum_age_years) == (5.0, 75.0)
    line = found.lines[0]
    assert (line.treatment, line.minimum_age_years, line.maximum_age_years) == (codes.SIROLIMUS, 1.0, 40.0)
    assert line.spleens == 1 << codes.SPLEEN_MODERATE | 1 << codes.SPLEEN_MASSIVE
    assert (line.if_mechanism, line.if_hypersplenism) == (codes.IMMUNE, 0)
    assert (line.lineages_any, line.lineages_only) == (codes.ITP_BIT | codes.NEUTROPENIA_BIT, codes.ITP_BIT)
    assert line.flare_lineages_any == codes.NEUTROPENIA_BIT
    assert line.after == codes.AFTER_NO_ANSWER | codes.AFTER_ORGAN_TOXICITY
    assert line.tried == 1 << codes.MMF | 1 << codes.SPLENECTOMY
    assert (line.minimum_flares, line.bridge, line.uptake) == (2, 1, 0.5)
    assert line.occasions == codes.TRIGGER_REFRACTORY | codes.TRIGGER_BREAKTHROUGH


def test_a_line_without_conditions_suits_everybody() -> None:
    scenario = load_scenario(MAIN)
    free = scenario.strategies["mmf_then_sirolimus"].model_copy(update={"lines": (Line(treatment="mmf"),)})
    (line,) = translate_strategy("free", free).lines
    assert line.tolist() == (codes.MMF, 0.0, codes.NEVER, 0b1111, codes.ANY, codes.ANY, 0, 0, 0, 0, 0, 0, 0, 0, 1.0)


def test_no_lines_at_all() -> None:
    scenario = load_scenario(MAIN)
    bare = scenario.strategies["steroids_alone"].model_copy(update={"lines": ()})
    assert translate_strategy("bare", bare).lines.shape == (0,)


def test_a_mask_has_one_bit_a_word() -> None:
    assert mask((), codes.LINEAGES) == 0
    assert mask(codes.SPLEENS, codes.SPLEENS) == 0b1111
    for code, word in enumerate(codes.TREATMENTS):
        assert mask([word, word], codes.TREATMENTS) == 1 << code
