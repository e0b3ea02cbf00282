"""A scenario that says every field of the schema, and the way to each of its values."""

from typing import Any, Final

from alps_sim.rules import codes
from alps_sim.scenario.words import OUTCOMES

EVERY_FIELD: Final[dict[str, Any]] = {
    "name": "full",
    "title": "Every field said",
    "description": "One of each.",
    "seed": 1,
    "patients": 40,
    "windows_years": [5, 10, 20],
    "comparator": "one",
    "discounting": {"cost_per_year": 0.03, "effect_per_year": 0.02},
    "currency": "US dollars",
    "price_year": 2019,
    "life_table_period": 2017,
    "readings": {"repeated_sepsis": "recurrence"},
    "parameters": {"opsi_shape": {"value": 0.9, "distribution": "uniform(low=0.8, high=1)", "note": "why", "source": "where"}},
    "population": {
        "genotype_shares": {"ALPS-FAS": 0.75, "ALPS-U": 0.25},
        "male_share": 0.5,
        "cytopenia_share": 0.9,
        "age_at_index_years": {"distribution": "quantiles", "shares": [0, 0.5, 1], "years": [1, 5, 50]},
        "prior_splenectomy": {"share": 0.2, "median_years_before": 4, "log_sd": 0.8},
        "observation": {
            "entry_lag_years": {"median": 5, "log_sd": 0.8},
            "follow_up_years": {"median": 13, "log_sd": 0.5, "minimum": 0.5, "maximum": 38},
            "alive_at_entry": True,
        },
    },
    "parameter_draws": {"draws": 10, "patients_per_draw": 100},
    "shows": "What it is for.",
    "sweeps": [
        {
            "parameter": "opsi_mean_rate_per_year",
            "low": 0.01,
            "high": 0.1,
            "values": 4,
            "logarithmic": True,
            "outcomes": ["opsi_deaths"],
            "patients": 50,
        }
    ],
    "strategies": {
        "one": {
            "description": "All of it.",
            "acute_ladder": [
                {
                    "treatment": "iv_methylprednisolone",
                    "dose_mg_per_kg_per_day": 7.5,
                    "days": 7,
                    "severe_dose_mg_per_kg_per_day": 30,
                    "severe_days": 3,
                    "taper_dose_mg_per_kg_per_day": 2,
                    "ivig": "severe",
                    "if": {
                        "severity": "severe",
                        "mechanism": "immune",
                        "hypersplenism": True,
                        "answering_agent": True,
                        "minimum_age_years": 5,
                        "maximum_age_years": 75,
                    },
                }
            ],
            "taper_weeks": 10,
            "begin_long_term_treatment": {"at": ["flare_number"], "flare_number": 2, "flare_window_years": 3, "delay_weeks": 3},
            "lines": [
                {
                    "treatment": "mmf",
                    "if": {
                        "minimum_age_years": 5,
                        "maximum_age_years": 75,
                        "spleen": ["moderate", "massive"],
                        "mechanism": "immune",
                        "hypersplenism": True,
                        "lineages_include": ["itp"],
                        "flare_lineages_include": ["itp"],
                        "lineages_only": ["itp"],
                        "after": ["no_answer"],
                        "tried": ["sirolimus"],
                        "minimum_flares": 2,
                        "occasions": ["refractory"],
                    },
                    "uptake": 0.5,
                    "bridge": True,
                }
            ],
            "weaning": {"quiet_years": 3, "minimum_age_years": 18, "attempts": 2},
            "severe_flare_on_agent": "ladder",
            "gcsf_for_isolated_neutropenia": True,
            "prevention": {"uptake": 0.75, "adherence": 0.8},
            "monitoring": {"visit_interval_months": 6, "drug_levels": True},
            "splenectomy_for_splenomegaly_per_year": 0.1,
            "intended_treatments": 1,
        }
    },
    "replica": {"cohort": "nih_cohort", "size": 20, "cohorts": 2},
}


def single_values(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to all single values of a document."""
    if not isinstance(value, dict | list):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [inner for key, item in items for inner in single_values(item, (*path, key))]


def with_value(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    """A copy of a document with another value at a path."""
    if not path:
        return leaf
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = leaf if len(path) == 1 else with_value(value[path[0]], path[1:], leaf)
    return copy


VOCABULARIES: Final[tuple[tuple[str, ...], ...]] = (
    codes.ACUTE_STEPS,
    codes.TREATMENTS,
    codes.SEVERITIES,
    codes.MECHANISMS,
    codes.LINEAGES,
    codes.SPLEENS,
    codes.IVIG_USES,
    codes.STEPS_ON_AGENT,
    codes.AFTER,
    codes.LINE_OCCASIONS,
    OUTCOMES,
)


def other_values(value: Any) -> list[Any]:
    """Values that may stand in another's place, not all of them everywhere."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value * 1.000001, type(value)(value * 0.9), value * 10, value + 1, value - 1]
    words = [word for vocabulary in VOCABULARIES if value in vocabulary for word in vocabulary if word != value]
    return [*words, "frailty", "uniform(low=0.7, high=1)", f"{value}_too"]
