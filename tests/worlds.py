"""Worlds in which almost nothing happens, so that one process can be watched alone and compared with its closed form.

Made from the main scenario's inputs by overriding values, never by other rules: what a test measures is the program as it runs.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from alps_sim.engines.cohort import simulate_block
from alps_sim.outcomes.block import BLOCK_SIZE, BlockResult
from alps_sim.population import draw_population
from alps_sim.rules.codes import GENOTYPES, TRIGGER_TREATMENT_FAILED
from alps_sim.rules.world import FloatArray
from alps_sim.scenario.inputs import Inputs, Records
from alps_sim.scenario.patients import Observation, PriorSplenectomy, TruncatedLogNormal

AN_INSTANT: Final = 1e-7
"""Length, in any unit of time, of what must take no time."""

_KEPT_RATES: Final = ("flare_rate_young_per_year", "flare_rate_adult_per_year")
"""Not set to zero: their ratio is the decline with age. Without cytopenia, or with a treatment that holds, there are no flares."""

_HARMLESS: Final = {"cytopenia_death_probability": 0.0, "splenectomy_operative_death_probability": 0.0}
_NO_VARIANCE: Final = {"flare_frailty_variance": 0.0, "infection_frailty_variance": 0.0, "refractoriness_correlation": 0.0}


def always(years: float) -> TruncatedLogNormal:
    """A time that is the same for everybody."""
    return TruncatedLogNormal.model_construct(median=years, log_sd=0.0, minimum=0.0, maximum=years)


def with_parameters(inputs: Inputs, values: Mapping[str, float]) -> Inputs:
    """Other values of scalar parameters."""
    parameters = inputs.parameters.copy()
    for name, value in values.items():
        parameters[name] = value
    return replace(inputs, parameters=parameters)


def part(records: Records, start: int, end: int) -> Records:
    """Some records of an array, in order."""
    return records[start:end].view(np.recarray)


def with_strategy(inputs: Inputs, values: Mapping[str, float], lines: Records | None = None) -> Inputs:
    """Other values, and other lines if given, in every strategy."""
    changed = []
    for one in inputs.strategies:
        strategy = one.strategy.copy()
        for name, value in values.items():
            strategy[name] = value
        changed.append(replace(one, strategy=strategy, lines=one.lines if lines is None else lines))
    return replace(inputs, strategies=tuple(changed))


def with_agents(inputs: Inputs, values: Mapping[str, float]) -> Inputs:
    """Other values of a field in every long-term agent."""
    agents = inputs.agents.copy()
    for name, value in values.items():
        agents[name] = value
    return replace(inputs, agents=agents)


def with_patients(inputs: Inputs, age_years: float, observed_years: float, cytopenia_share: float = 0.0) -> Inputs:
    """Boys with ALPS-FAS, all of one age at the index, observed for one time."""
    observation = Observation.model_construct(entry_lag_years=None, follow_up_years=always(observed_years), alive_at_entry=False)
    changes = {
        "genotype_shares": {GENOTYPES[0]: 1.0, GENOTYPES[1]: 0.0},
        "male_share": 1.0,
        "cytopenia_share": cytopenia_share,
        "age_at_index_years": always(age_years),
        "prior_splenectomy": None,
        "observation": observation,
    }
    return replace(inputs, population=inputs.population.model_copy(update=changes))


def without_spleens(inputs: Inputs, years_before_index: float) -> Inputs:
    """Everybody lost the spleen so many years before the index."""
    prior = PriorSplenectomy.model_construct(share=1.0, median_years_before=years_before_index, log_sd=0.0)
    return replace(inputs, population=inputs.population.model_copy(update={"prior_splenectomy": prior}))


def for_life(inputs: Inputs) -> Inputs:
    """Nobody's observation ends before death."""
    return replace(inputs, population=inputs.population.model_copy(update={"observation": None}))


def quiet(inputs: Inputs, age_years: float = 20.0, observed_years: float = 80.0, **values: float) -> Inputs:
    """Nothing happens but what `values` say: no cytopenia, no hazards, no death, no frailty, no discounting, no prevention.

    Parameters
    ----------
    inputs
        The inputs to begin with.
    age_years
        Everybody's age at the index.
    observed_years
        Everybody's time under observation.
    values
        Parameters by name, laid over the zeros.
    """
    names = inputs.parameters.dtype.names or ()
    zeros = {name: 0.0 for name in names if name.endswith(("_per_year", "_fatality_probability")) and name not in _KEPT_RATES}
    calm = with_parameters(inputs, {**zeros, **_HARMLESS, **_NO_VARIANCE, **values})
    calm = with_strategy(calm, {"prevention_uptake": 0.0, "splenectomy_for_splenomegaly_per_year": 0.0})
    calm = with_agents(calm, {"loss_of_response_per_year": 0.0, "intolerance_per_year": 0.0, "organ_toxicity_per_year": 0.0})
    calm = replace(
        calm,
        death_per_year=np.zeros_like(inputs.death_per_year),
        lymphoma_per_year=np.zeros_like(inputs.lymphoma_per_year),
        cost_discount_per_year=0.0,
        effect_discount_per_year=0.0,
    )
    return with_patients(calm, age_years, observed_years)


def instant_flares(inputs: Inputs) -> Inputs:
    """Everybody has cytopenia; every flare answers to its first step, and the episode takes no time; no long-term treatment."""
    brief = with_parameters(inputs, {"clearance_days": AN_INSTANT, "prednisone_taper_step_weeks": AN_INSTANT, "pulse_taper_weeks": 0.0})
    brief = replace(brief, steroid_probit=np.full_like(inputs.steroid_probit, 9.0))
    brief = with_strategy(brief, {"taper_weeks": 0.0, "triggers": TRIGGER_TREATMENT_FAILED}, part(inputs.strategies[0].lines, 0, 0))
    changed = []
    for one in brief.strategies:
        steps = one.steps.copy()
        steps["days"] = steps["severe_days"] = AN_INSTANT
        changed.append(replace(one, steps=steps))
    population = brief.population.model_copy(update={"cytopenia_share": 1.0})
    return replace(brief, strategies=tuple(changed), population=population)


def with_windows(inputs: Inputs, *years: float) -> Inputs:
    """Other windows; the last is the whole time."""
    labels = (*(f"{year:g}" for year in years), "lifetime")
    return replace(inputs, censuses=np.array([*years, inputs.censuses[-1]]), windows=labels)


def live(inputs: Inputs, patients: int = BLOCK_SIZE, strategy: int = 0, keep_events: bool = False) -> BlockResult:
    """The lives of so many patients under one strategy, in the compiled engine."""
    return simulate_block(inputs, strategy, draw_population(inputs, 0, 0, patients), keep_events=keep_events)


def first_times(result: BlockResult, kind: int) -> FloatArray:
    """(patients,) time of each patient's first event of a kind; NaN if there was none."""
    times = np.full(result.rows.size, np.nan)
    lines = result.events[result.events["kind"] == kind][::-1]  # the first one is written last
    times[lines["patient"] - result.rows["patient"][0]] = lines["time"]
    return times
