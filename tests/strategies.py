"""Hypothesis strategies shared by all tests: scenarios, clinical strategies and parameters as a user could write them.

Everything is generated in the words of scenario files and goes through the schema, so what the tests run could have been a file.
Named after what they give; `clinical_` tells a treatment strategy from a Hypothesis strategy.
"""

from typing import Any, Final

from hypothesis import strategies as st

from alps_sim.evidence.ledger import WORDS, load_ledger
from alps_sim.rules import codes
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.strategy import INTRAVENOUS, NO_BRIDGES, ORAL
from alps_sim.scenario.translate import translate

Words = dict[str, Any]

ALL_LINES: Final = [{"treatment": treatment} for treatment in codes.TREATMENTS]

HARSH: Final = {
    "flare_rate_young_per_year": 3.0,
    "flare_rate_adult_per_year": 2.0,
    "opsi_mean_rate_per_year": 0.3,
    "sepsis_with_spleen_per_year": 0.05,
    "hodgkin_incidence_ratio": 5000.0,
    "non_hodgkin_incidence_ratio": 2000.0,
    "other_malignancy_per_year": 0.01,
    "splenectomy_operative_death_probability": 0.1,
}
"""Overrides under which rescue drugs, splenectomy, sepsis, malignancy and death come within a few dozen lives."""


def seeds() -> st.SearchStrategy[int]:
    """Keys of the random numbers."""
    return st.integers(0, 2**64 - 1)


def counters() -> st.SearchStrategy[int]:
    """Numbers of replications, patients, streams and draws: 32 bits, small ones often."""
    return st.one_of(st.integers(0, 100), st.integers(0, 2**32 - 1))


def shares() -> st.SearchStrategy[float]:
    """Shares from 0 to 1, both ends included."""
    return st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0).map(lambda share: round(share, 3)))


def _numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda number: round(number, 3))


def _some(optional: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Words]:
    """A mapping with any of the optional keys."""
    return st.fixed_dictionaries({}, optional=optional)


def _set_of(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=len(words), unique=True)


def acute_steps() -> st.SearchStrategy[Words]:
    """One step of an acute ladder."""
    conditions = _some(
        {
            "severity": st.sampled_from(codes.SEVERITIES),
            "mechanism": st.sampled_from(codes.MECHANISMS),
            "hypersplenism": st.booleans(),
            "answering_agent": st.booleans(),
            "minimum_age_years": _numbers(0.0, 20.0),
            "maximum_age_years": _numbers(21.0, 90.0),
        }
    )
    dose, days = _numbers(0.5, 30.0), _numbers(1.0, 28.0)
    steroid = {"dose_mg_per_kg_per_day": dose, "days": days}
    severe = {"severe_dose_mg_per_kg_per_day": dose, "severe_days": days, "if": conditions}
    others = tuple(step for step in codes.ACUTE_STEPS if step not in (ORAL, INTRAVENOUS))
    return st.one_of(
        st.fixed_dictionaries({"treatment": st.just(ORAL), **steroid}, optional=severe),
        st.fixed_dictionaries(
            {"treatment": st.just(INTRAVENOUS), **steroid, "taper_dose_mg_per_kg_per_day": _numbers(0.5, 3.0)},
            optional={**severe, "ivig": st.sampled_from(codes.IVIG_USES)},
        ),
        st.fixed_dictionaries({"treatment": st.sampled_from(others)}, optional={"if": conditions}),
    )


def _of_a_spleen(conditions: Words) -> bool:
    """Whether the size of the spleen allows what is asked of hypersplenism."""
    sizes, asked = set(conditions.get("spleen", codes.SPLEENS)), conditions.get("hypersplenism")
    impossible = asked is True and not sizes & {"moderate", "massive"}
    return not (impossible or (asked is False and sizes == {"massive"}))


def lines() -> st.SearchStrategy[Words]:
    """One line of long-term treatment with conditions."""
    conditions = _some(
        {
            "minimum_age_years": _numbers(0.0, 20.0),
            "maximum_age_years": _numbers(20.5, 90.0),
            "spleen": _set_of(codes.SPLEENS),
            "mechanism": st.sampled_from(codes.MECHANISMS),
            "hypersplenism": st.booleans(),
            "lineages_include": _set_of(codes.LINEAGES),
            "flare_lineages_include": _set_of(codes.LINEAGES),
            "lineages_only": _set_of(codes.LINEAGES),
            "after": _set_of(codes.AFTER),
            "tried": _set_of(codes.TREATMENTS[:2]),
            "minimum_flares": st.integers(1, 4),
            "occasions": _set_of(codes.OCCASIONS),
        }
    )
    daily = [treatment for treatment in codes.TREATMENTS if treatment not in NO_BRIDGES]
    options = {"if": conditions.filter(_of_a_spleen), "uptake": _numbers(0.05, 1.0)}
    return st.one_of(
        st.fixed_dictionaries({"treatment": st.sampled_from(codes.TREATMENTS)}, optional=options),
        st.fixed_dictionaries({"treatment": st.sampled_from(daily)}, optional={**options, "bridge": st.booleans()}),
    )


@st.composite
def _beginnings(draw: st.DrawFn) -> Words:
    at = draw(_set_of(codes.OCCASIONS))
    number = {"flare_number": draw(st.integers(1, 4))} if "flare_number" in at else {}
    return {"at": at, "delay_weeks": draw(_numbers(0.0, 8.0)), **number}


def clinical_strategies() -> st.SearchStrategy[Words]:
    """A treatment strategy; half of them end in a full list of lines, so that no treatment is out of reach."""
    weaning = st.fixed_dictionaries(
        {"quiet_years": _numbers(0.5, 5.0), "minimum_age_years": _numbers(0.0, 20.0), "attempts": st.integers(1, 3)}
    )
    listed = st.lists(lines(), max_size=6)
    return st.fixed_dictionaries(
        {
            "description": st.just("a generated strategy"),
            "acute_ladder": st.lists(acute_steps(), min_size=1, max_size=4),
            "taper_weeks": _numbers(2.0, 12.0),
            "begin_long_term_treatment": _beginnings(),
            "lines": st.one_of(listed, listed.map(lambda some: [*some, *ALL_LINES])),
            "weaning": st.one_of(st.just("none"), weaning),
            "severe_flare_on_agent": st.sampled_from(codes.STEPS_ON_AGENT),
            "gcsf_for_isolated_neutropenia": st.booleans(),
            "prevention": st.fixed_dictionaries({"uptake": shares(), "adherence": shares()}),
            "monitoring": st.fixed_dictionaries({"visit_interval_months": _numbers(1.0, 12.0), "drug_levels": st.booleans()}),
            "splenectomy_for_splenomegaly_per_year": st.one_of(st.just(0.0), _numbers(0.0, 0.5)),
            "intended_treatments": st.integers(0, 3),
        }
    )


def _log_normals() -> st.SearchStrategy[Words]:
    spread = st.one_of(st.just(0.0), _numbers(0.1, 1.5))
    return st.fixed_dictionaries(
        {"median": _numbers(2.0, 20.0), "log_sd": spread, "minimum": _numbers(0.0, 2.0), "maximum": _numbers(20.0, 60.0)}
    )


@st.composite
def quantiles(draw: st.DrawFn) -> Words:
    """A distribution of years by its quantiles."""
    inner = draw(st.lists(_numbers(0.05, 0.95), max_size=3, unique=True))
    years = draw(st.lists(_numbers(0.5, 60.0), min_size=len(inner) + 2, max_size=len(inner) + 2, unique=True))
    return {"distribution": "quantiles", "shares": [0.0, *sorted(inner), 1.0], "years": sorted(years)}


@st.composite
def populations(draw: st.DrawFn) -> Words:
    """Who the patients are."""
    fas = draw(shares())
    prior = st.fixed_dictionaries({"share": shares(), "median_years_before": _numbers(0.5, 10.0), "log_sd": _numbers(0.0, 1.0)})
    lag = st.fixed_dictionaries({"median": _numbers(0.5, 10.0), "log_sd": _numbers(0.0, 1.0)})
    observation = st.fixed_dictionaries(
        {"entry_lag_years": st.one_of(st.just("none"), lag), "follow_up_years": _log_normals(), "alive_at_entry": st.booleans()}
    )
    return {
        "genotype_shares": {"ALPS-FAS": fas, "ALPS-U": 1.0 - fas},
        "male_share": draw(shares()),
        "cytopenia_share": draw(st.one_of(st.just(1.0), shares())),
        "age_at_index_years": draw(st.one_of(st.just("from_ledger"), _log_normals(), quantiles())),
        "prior_splenectomy": draw(st.one_of(st.just("none"), prior)),
        "observation": draw(st.one_of(st.just("lifetime"), observation)),
    }


def ledger_values() -> st.SearchStrategy[dict[str, float]]:
    """Overrides of some parameters, anywhere in their plausible ranges."""
    free = [parameter for parameter in load_ledger().parameters.values() if parameter.low < parameter.high and parameter.unit not in WORDS]
    ranges = {parameter.name: st.floats(parameter.low, parameter.high) for parameter in free}
    return st.lists(st.sampled_from(sorted(ranges)), max_size=12, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: ranges[name] for name in names})
    )


@st.composite
def scenario_documents(draw: st.DrawFn) -> Words:
    """A whole scenario as its file would say it, without `extends`; overrides are left to `ledger_values`."""
    strategies = draw(st.lists(clinical_strategies(), min_size=1, max_size=2))
    return {
        "name": "generated",
        "title": "A generated scenario",
        "description": "Made by the tests.",
        "seed": draw(seeds()),
        "patients": draw(st.integers(1, 40)),
        "windows_years": draw(st.sampled_from([[20], [5, 10, 20], [1, 5.5]])),
        "comparator": "strategy_0",
        "discounting": {"cost_per_year": draw(_numbers(0.0, 0.1)), "effect_per_year": draw(_numbers(0.0, 0.1))},
        "currency": "US dollars",
        "price_year": 2019,
        "life_table_period": draw(st.sampled_from([2000, 2010, 2017])),
        "population": draw(populations()),
        "parameter_draws": {"draws": 0, "patients_per_draw": 10},
        "strategies": {f"strategy_{number}": strategy for number, strategy in enumerate(strategies)},
    }


def scenarios() -> st.SearchStrategy[Scenario]:
    """A checked scenario."""
    return scenario_documents().map(Scenario.model_validate)


@st.composite
def inputs(draw: st.DrawFn, harsh: bool | None = None) -> Inputs:
    """A translated scenario, with the ledger's values or others from their ranges.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    harsh
        Whether `HARSH` is laid over the values; either if not given.
    """
    scenario = draw(scenarios())
    severe = draw(st.booleans()) if harsh is None else harsh
    overrides = {**draw(ledger_values()), **(HARSH if severe else {})}
    return translate(scenario, load_ledger().values(overrides))
