"""Words into codes, published units into the rules' units: a scenario and parameter values become arrays.

The code of a word is its place in the vocabulary of `rules.codes`; a set of words is a bit mask, bit = code. Days and months
become years here and nowhere else.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from scipy.special import ndtri

from alps_sim.evidence.tables import background_death_per_year, body_size, lymphoma_incidence_per_year, utility_norm
from alps_sim.rules import codes
from alps_sim.rules.accounts import RESOURCES
from alps_sim.rules.world import AGENT_DTYPE, LINE_DTYPE, STEP_DTYPE, STEROID_PROBIT_SHAPE, STRATEGY_DTYPE, FloatArray, parameter_dtype
from alps_sim.scenario.inputs import Inputs, Records, StrategyInputs, record_type
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.strategy import INTRAVENOUS, ORAL, AcuteStep, Line, LineConditions, Strategy

Row = tuple[Any, ...]
"""What a record holds, in the order of its type."""

PROBIT_LIMIT: Final = 8.2
"""Probits are clipped to this size: probabilities of 0 and 1 to the last bit, without infinities."""
MONTHS_PER_YEAR: Final = 12.0
WEEKS_PER_YEAR: Final = codes.DAYS_PER_YEAR / 7.0
LIFETIME: Final = "lifetime"
_DAYS: Final = {
    "effect_median_years": "effect_median_days",
    "assessment_years": "assessment_days",
    "visit_interval_years": "visit_interval_days",
}
"""Fields of an agent that the ledger holds in days."""
_OF_DAILY_AGENTS: Final = (
    "intolerance_per_year",
    "organ_toxicity_per_year",
    "spleen_shrinkage_probability",
    "loading_dose_mg",
    "visit_interval_years",
    "drug_levels_per_visit",
    "is_oral",
)
"""Fields that mean something for an agent taken day by day only; the ledger has none of them for a course of infusions."""
_AGENT_NAMES: Final = {
    agent: {field: f"drug.{agent}.{_DAYS.get(field, field)}" for field in AGENT_DTYPE.names or () if field != "response_probit"}
    for agent in codes.AGENTS
}
"""Ledger name of each number of an agent, by field."""
_RESPONSE_NAMES: Final = [[f"drug.{agent}.response_probability_{lineage}" for lineage in codes.LINEAGES] for agent in codes.AGENTS]
"""By agent and lineage."""
_UNIT_COST_NAMES: Final = tuple(f"unit_cost.{resource}" for resource, _ in RESOURCES)
_KEPT: Final = 512
"""Steps, and conditions of lines, that are kept in codes; a scenario has some dozens."""


def translate(scenario: Scenario, values: Mapping[str, float]) -> Inputs:
    """Translate a scenario with parameter values into arrays.

    Parameters
    ----------
    scenario
        As loaded.
    values
        Value of every ledger parameter by name, in the ledger's order: `scenario.parameter_values(ledger)`, or one draw of it.

    Returns
    -------
    Inputs
        What population and engines read.

    Raises
    ------
    KeyError
        If `values` lacks a parameter.
    """
    scenario = scenario.at(values)
    return Inputs(
        name=scenario.name,
        parameters=_parameters(values),
        agents=_agents(values),
        steroid_probit=steroid_probits(values),
        death_per_year=background_death_per_year(scenario.life_table_period),
        lymphoma_per_year=lymphoma_incidence_per_year(),
        body=body_size(values["adult_weight_male_kg"], values["adult_weight_female_kg"]),
        utility_norm=utility_norm(values),
        unit_cost=np.array([values[name] for name in _UNIT_COST_NAMES]),
        strategies=tuple(translate_strategy(name, strategy) for name, strategy in scenario.strategies.items()),
        censuses=np.array([*scenario.windows_years, codes.NEVER]),
        windows=(*(f"{years:g}" for years in scenario.windows_years), LIFETIME),
        seed=scenario.seed,
        cost_discount_per_year=math.log1p(scenario.discounting.cost_per_year),
        effect_discount_per_year=math.log1p(scenario.discounting.effect_per_year),
        patients=scenario.patients,
        comparator=scenario.comparator,
        population=scenario.population,
        values=dict(values),
    )


def translate_strategy(name: str, strategy: Strategy) -> StrategyInputs:
    """One strategy in codes.

    Parameters
    ----------
    name
        Its name in the scenario.
    strategy
        As written.
    """
    weaning = strategy.weaning
    begin = strategy.begin_long_term_treatment
    scalars = {
        "triggers": mask([*begin.at, *codes.ALWAYS], codes.TRIGGERS),
        "flare_number": begin.flare_number or 0,
        "flare_window_years": begin.flare_window_years or codes.NEVER,
        "start_delay_years": begin.delay_weeks / WEEKS_PER_YEAR,
        "taper_weeks": strategy.taper_weeks,
        "wean_allowed": int(weaning is not None),
        "wean_quiet_years": weaning.quiet_years if weaning else codes.NEVER,
        "wean_minimum_age_years": weaning.minimum_age_years if weaning else codes.NEVER,
        "wean_attempts": weaning.attempts if weaning else 0,
        "gcsf_allowed": int(strategy.gcsf_for_isolated_neutropenia),
        "severe_flare_on_agent": codes.STEPS_ON_AGENT.index(strategy.severe_flare_on_agent),
        "prevention_uptake": strategy.prevention.uptake,
        "prevention_adherence": strategy.prevention.adherence,
        "visit_interval_years": strategy.monitoring.visit_interval_months / MONTHS_PER_YEAR,
        "drug_levels": int(strategy.monitoring.drug_levels),
        "splenectomy_for_splenomegaly_per_year": strategy.splenectomy_for_splenomegaly_per_year,
        "intended_treatments": strategy.intended_treatments,
    }
    return StrategyInputs(
        name=name,
        strategy=_records(STRATEGY_DTYPE, [_row(STRATEGY_DTYPE, scalars)]),
        steps=_records(STEP_DTYPE, [_step(step) for step in strategy.acute_ladder]),
        lines=_records(LINE_DTYPE, [_line(line) for line in strategy.lines]),
    )


def mask(words: Iterable[str], vocabulary: Sequence[str]) -> int:
    """Bit mask of a set of words; bit = place in the vocabulary.

    Parameters
    ----------
    words
        The set.
    vocabulary
        A tuple of `rules.codes`.
    """
    return sum(1 << vocabulary.index(word) for word in set(words))


def steroid_probits(values: Mapping[str, float]) -> FloatArray:
    """Probit of the response to steroids by route (oral, iv, iv with IVIG) and mechanism (immune, sequestration).

    Parameters
    ----------
    values
        Parameter values by ledger name.

    Returns
    -------
    numpy.ndarray
        (3, 2) normal quantiles of the marginal response probabilities.
    """
    oral, pulse = values["oral_prednisone_response_probability"], values["iv_methylprednisolone_response_probability"]
    with_ivig = pulse + (1.0 - pulse) * values["ivig_added_response_probability"]
    ratio = values["sequestration_steroid_response_ratio"]
    probabilities = np.empty(STEROID_PROBIT_SHAPE)
    for route, probability in ((codes.ROUTE_ORAL, oral), (codes.ROUTE_IV, pulse), (codes.ROUTE_IV_WITH_IVIG, with_ivig)):
        probabilities[route, codes.IMMUNE] = probability
        probabilities[route, codes.SEQUESTRATION] = probability * ratio
    return _probits(probabilities)


def _probits(probabilities: FloatArray) -> FloatArray:
    limited: FloatArray = np.clip(ndtri(np.clip(probabilities, 0.0, 1.0)), -PROBIT_LIMIT, PROBIT_LIMIT)
    return limited


def _parameters(values: Mapping[str, float]) -> Records:
    names, dtype = _scalars(tuple(values))
    return np.array([values[name] for name in names], dtype=np.float64).view(dtype).view(np.recarray)


@lru_cache(maxsize=8)
def _scalars(names: tuple[str, ...]) -> tuple[tuple[str, ...], np.dtype[Any]]:
    """Parameters that rules read by name, and the type of their record: made anew it took a twentieth of the time of a small cohort."""
    scalars = tuple(name for name in names if "." not in name)
    return scalars, record_type(parameter_dtype(scalars))


def _agents(values: Mapping[str, float]) -> Records:
    probits = _agent_probits(values)
    return _records(AGENT_DTYPE, [_agent(agent, probit, values) for agent, probit in zip(codes.AGENTS, probits, strict=True)])


def _agent(agent: str, probit: FloatArray, values: Mapping[str, float]) -> Row:
    fields: dict[str, Any] = {"response_probit": probit}
    is_course = values[_AGENT_NAMES[agent]["course_infusions"]] > 0.0
    for field, name in _AGENT_NAMES[agent].items():
        if is_course and field in _OF_DAILY_AGENTS:
            fields[field] = 0.0
        else:
            fields[field] = values[name] / codes.DAYS_PER_YEAR if field in _DAYS else values[name]
    return _row(AGENT_DTYPE, fields)


def _agent_probits(values: Mapping[str, float]) -> FloatArray:
    """(agents, lineages, 2) without and with hypersplenism."""
    probabilities = np.array([[values[name] for name in names] for names in _RESPONSE_NAMES])
    ratios = np.array([values[f"drug.{agent}.hypersplenism_response_ratio"] for agent in codes.AGENTS])
    return _probits(np.stack([probabilities, probabilities * ratios[:, None]], axis=-1))


@lru_cache(maxsize=_KEPT)
def _step(step: AcuteStep) -> Row:
    """Kept, since a draw of the parameters leaves most steps as they are."""
    dose, days = step.dose_mg_per_kg_per_day or 0.0, step.days or 0.0
    conditions = step.conditions
    fields = {
        "kind": codes.ACUTE_STEPS.index(step.treatment),
        "dose_mg_per_kg_per_day": dose,
        "days": days,
        "severe_dose_mg_per_kg_per_day": step.severe_dose_mg_per_kg_per_day or dose,
        "severe_days": step.severe_days or days,
        "taper_dose_mg_per_kg_per_day": step.taper_dose_mg_per_kg_per_day or (dose if step.treatment == ORAL else 0.0),
        "ivig": codes.IVIG_USES.index(step.ivig) if step.treatment == INTRAVENOUS and step.ivig else codes.IVIG_NEVER,
        "if_severity": _code(conditions.severity, codes.SEVERITIES),
        "if_mechanism": _code(conditions.mechanism, codes.MECHANISMS),
        "if_answering_agent": _flag(conditions.answering_agent),
        "if_hypersplenism": _flag(conditions.hypersplenism),
        "minimum_age_years": conditions.minimum_age_years or 0.0,
        "maximum_age_years": conditions.maximum_age_years or codes.NEVER,
    }
    return _row(STEP_DTYPE, fields)


def _line(line: Line) -> Row:
    fields = {
        "treatment": codes.TREATMENTS.index(line.treatment),
        "bridge": int(line.bridge),
        "uptake": line.uptake,
        **_line_conditions(line.conditions),
    }
    return _row(LINE_DTYPE, fields)


@lru_cache(maxsize=_KEPT)
def _line_conditions(conditions: LineConditions) -> Mapping[str, float]:
    """Kept, since a draw of the parameters changes the uptake of lines, not their conditions."""
    return {
        "minimum_age_years": conditions.minimum_age_years or 0.0,
        "maximum_age_years": conditions.maximum_age_years or codes.NEVER,
        "spleens": mask(conditions.spleen or codes.SPLEENS, codes.SPLEENS),
        "if_mechanism": _code(conditions.mechanism, codes.MECHANISMS),
        "if_hypersplenism": _flag(conditions.hypersplenism),
        "lineages_any": mask(conditions.lineages_include or (), codes.LINEAGES),
        "flare_lineages_any": mask(conditions.flare_lineages_include or (), codes.LINEAGES),
        "lineages_only": mask(conditions.lineages_only or (), codes.LINEAGES),
        "after": mask(conditions.after or (), codes.AFTER),
        "tried": mask(conditions.tried or (), codes.TREATMENTS),
        "minimum_flares": conditions.minimum_flares or 0,
        "occasions": mask(conditions.occasions or (), codes.TRIGGERS),
    }


def _code(word: str | None, vocabulary: Sequence[str]) -> int:
    return codes.ANY if word is None else vocabulary.index(word)


def _flag(value: bool | None) -> int:
    return codes.ANY if value is None else int(value)


def _row(dtype: np.dtype[Any], fields: Mapping[str, Any]) -> Row:
    """Fields in the order of the type; every field of it must be there."""
    return tuple([fields[name] for name in dtype.names or ()])


def _records(dtype: np.dtype[Any], rows: Sequence[Row]) -> Records:
    """Record array; row by row it takes a third of the time that field by field does."""
    return np.array(rows, dtype=record_type(dtype)).view(np.recarray)
