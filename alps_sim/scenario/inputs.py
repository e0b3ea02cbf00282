"""What a run needs, in arrays and codes: the last place where anything is known of files and words."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from alps_sim.rules.world import FloatArray
from alps_sim.scenario.patients import Population

Records = np.recarray[Any, Any]


@lru_cache(maxsize=32)
def record_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type of record arrays of a structured type. Without it numpy makes one, some 10 microseconds, at each view as such an array.

    Parameters
    ----------
    dtype
        A constant, or kept: types are compared field by field, the same one is not.
    """
    return np.dtype((np.record, dtype))


@dataclass(frozen=True)
class StrategyInputs:
    """One strategy in codes.

    Attributes
    ----------
    name
        As in the scenario.
    strategy
        (1,) of STRATEGY_DTYPE.
    steps
        (number of steps,) of STEP_DTYPE.
    lines
        (number of lines,) of LINE_DTYPE.
    """

    name: str
    strategy: Records
    steps: Records
    lines: Records


@dataclass(frozen=True)
class Inputs:
    """A scenario with one set of parameter values, translated for population and rules.

    Attributes
    ----------
    name
        The scenario's name.
    parameters
        (1,) record array of the scalar parameters by ledger name.
    agents
        (8,) of AGENT_DTYPE.
    steroid_probit
        (3, 2) probit of the response to steroids by route and mechanism.
    death_per_year
        (2, 120) background hazard by sex and completed age.
    lymphoma_per_year
        (2, 2, 120) population incidence hazard by kind, sex and completed age.
    body
        (2, 120, 4) L, M (kg), S and height (cm) by sex and completed age.
    utility_norm
        (120,) population utility by completed age.
    unit_cost
        (number of resources,) in the scenario's currency and price year.
    strategies
        The strategies in the scenario's order.
    censuses
        (number of windows,) years since index, ascending, the last NEVER.
    windows
        Labels of the windows: numbers of years, and `lifetime`.
    seed
        Key of the random numbers.
    cost_discount_per_year, effect_discount_per_year
        Continuous rates, ln(1 + annual rate).
    patients
        Patients under each strategy.
    comparator
        Name of the strategy with which the others are compared.
    population
        The scenario's population section.
    values
        All parameter values by ledger name, for what is not read by the rules.
    """

    name: str
    parameters: Records
    agents: Records
    steroid_probit: FloatArray
    death_per_year: FloatArray
    lymphoma_per_year: FloatArray
    body: FloatArray
    utility_norm: FloatArray
    unit_cost: FloatArray
    strategies: tuple[StrategyInputs, ...]
    censuses: FloatArray
    windows: tuple[str, ...]
    seed: int
    cost_discount_per_year: float
    effect_discount_per_year: float
    patients: int
    comparator: str
    population: Population
    values: dict[str, float]
