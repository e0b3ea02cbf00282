"""Words into codes, published units into the rules' units: a scenario and parameter values become arrays.

The code of a word is its place in the vocabulary of `rules.codes`; a set of words is a bit mask, bit = code. Days and months
become years here and nowhere else.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.special import ndtri

from alps_sim.evidence.tables import background_death_per_year, body_size, lymphoma_incidence_per_year, utility_norm
from alps_sim.rules import codes
from alps_sim.rules.accounts import RESOURCES
from alps_sim.rules.world import AGENT_DTYPE, LINE_DTYPE, STEP_DTYPE, STEROID_PROBIT_SHAPE, STRATEGY_DTYPE, FloatArray, parameter_dtype
from alps_sim.scenario.inputs import Inputs, Records, StrategyInputs
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.strategy import INTRAVENOUS, ORAL, AcuteStep, Line, Strategy

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
        unit_cost=np.array([values[f"unit_cost.{resource}"] for resource, _ in RESOURCES]),
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
        "prevention_uptake": strategy.prevention.uptake,
        "prevention_adherence": strategy.prevention.adherence,
        "visit_interval_years": strategy.monitoring.visit_interval_months / MONTHS_PER_YEAR,
        "drug_levels": int(strategy.monitoring.drug_levels),
        "splenectomy_for_splenomegaly_per_year": strategy.splenectomy_for_splenomegaly_per_year,
        "intended_treatments": strategy.intended_treatments,
    }
    return StrategyInputs(
        name=name,
        strategy=_records(STRATEGY_DTYPE, [scalars]),
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
    probit = np.empty(STEROID_PROBIT_SHAPE)
    for route, probability in ((codes.ROUTE_ORAL, oral), (codes.ROUTE_IV, pulse), (codes.ROUTE_IV_WITH_IVIG, with_ivig)):
        probit[route, codes.IMMUNE] = _probit(probability)
        probit[route, codes.SEQUESTRATION] = _probit(probability * ratio)
    return probit


def _probit(probability: float) -> float:
    return min(max(float(ndtri(min(max(probability, 0.0), 1.0))), -PROBIT_LIMIT), PROBIT_LIMIT)


def _parameters(values: Mapping[str, float]) -> Records:
    scalars = {name: value for name, value in values.items() if "." not in name}
    return _records(parameter_dtype(tuple(scalars)), [scalars])


def _agents(values: Mapping[str, float]) -> Records:
    return _records(AGENT_DTYPE, [_agent(agent, values) for agent in codes.AGENTS])


def _agent(agent: str, values: Mapping[str, float]) -> dict[str, Any]:
    prefix = f"drug.{agent}."
    fields: dict[str, Any] = {}
    for field in AGENT_DTYPE.names or ():
        if field in _OF_DAILY_AGENTS and values[prefix + "course_infusions"] > 0.0:
            fields[field] = 0.0
        elif field == "response_probit":
            fields[field] = _agent_probits(prefix, values)
        elif field in _DAYS:
            fields[field] = values[prefix + _DAYS[field]] / codes.DAYS_PER_YEAR
        else:
            fields[field] = values[prefix + field]
    return fields


def _agent_probits(prefix: str, values: Mapping[str, float]) -> list[list[float]]:
    ratio = values[prefix + "hypersplenism_response_ratio"]
    by_lineage = [values[f"{prefix}response_probability_{lineage}"] for lineage in codes.LINEAGES]
    return [[_probit(probability), _probit(probability * ratio)] for probability in by_lineage]


def _step(step: AcuteStep) -> dict[str, Any]:
    dose, days = step.dose_mg_per_kg_per_day or 0.0, step.days or 0.0
    conditions = step.conditions
    return {
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
        "if_minimum_age_years": conditions.minimum_age_years or 0.0,
    }


def _line(line: Line) -> dict[str, Any]:
    conditions = line.conditions
    return {
        "treatment": codes.TREATMENTS.index(line.treatment),
        "minimum_age_years": conditions.minimum_age_years or 0.0,
        "maximum_age_years": conditions.maximum_age_years or codes.NEVER,
        "spleens": mask(conditions.spleen or codes.SPLEENS, codes.SPLEENS),
        "if_mechanism": _code(conditions.mechanism, codes.MECHANISMS),
        "if_hypersplenism": _flag(conditions.hypersplenism),
        "lineages_any": mask(conditions.lineages_include or (), codes.LINEAGES),
        "lineages_only": mask(conditions.lineages_only or (), codes.LINEAGES),
        "after": mask(conditions.after or (), codes.AFTER),
        "tried": mask(conditions.tried or (), codes.TREATMENTS),
        "minimum_flares": conditions.minimum_flares or 0,
        "occasions": mask(conditions.occasions or (), codes.TRIGGERS),
        "bridge": int(line.bridge),
        "uptake": line.uptake,
    }


def _code(word: str | None, vocabulary: Sequence[str]) -> int:
    return codes.ANY if word is None else vocabulary.index(word)


def _flag(value: bool | None) -> int:
    return codes.ANY if value is None else int(value)


def _records(dtype: np.dtype[Any], rows: Sequence[Mapping[str, Any]]) -> Records:
    """Record array of rows given by field name; every field of the type must be in each row."""
    table = np.zeros(len(rows), dtype=dtype)
    for name in dtype.names or ():
        table[name] = [row[name] for row in rows]
    return table.view(np.recarray)
