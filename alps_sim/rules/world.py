"""What stays fixed during a life: parameters, agents, the strategy, tables, and the books and the log that are written to.

The field names of the parameter record are the ledger's names, so a rule reads `world.parameters.opsi_shape` and a parameter
that is not in the ledger cannot be read.

The world is a single record, passed on as one pointer. As a tuple of arrays it cost 11 times more for each event, since
compiled code counts references to every array at every call.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from alps_sim.rules.accounts import ACCOUNT_COUNT, RESOURCE_COUNT, YEARS_IN_BOOKS
from alps_sim.rules.codes import AGE_BANDS, AGENT_COUNT, SERVICES, STEROID_ROUTES
from alps_sim.rules.state import LOG_DTYPE

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

AGENT_DTYPE: Final = np.dtype(
    [
        ("response_probit", "f8", (3, 2)),  # by lineage; column 1 with hypersplenism
        ("effect_median_years", "f8"),
        ("effect_shape", "f8"),
        ("assessment_years", "f8"),
        ("flare_rate_ratio", "f8"),
        ("loss_of_response_per_year", "f8"),
        ("intolerance_per_year", "f8"),
        ("organ_toxicity_per_year", "f8"),
        ("spleen_shrinkage_probability", "f8"),
        ("dose_basis", "i8"),  # 0 per m2, 1 per kg, 2 fixed
        ("dose_mg", "f8"),  # a day (a visit for course agents), per m2, per kg or fixed
        ("dose_maximum_mg", "f8"),
        ("loading_dose_mg", "f8"),  # same basis, once, in place of the first day's dose
        ("course_infusions", "f8"),  # 0 for an agent taken daily
        ("infusion_hours", "f8"),
        ("visit_interval_years", "f8"),
        ("drug_levels_per_visit", "f8"),
        ("is_immunosuppressive", "i8"),
        ("is_oral", "i8"),
    ],
    align=True,
)
"""One long-term agent; the ledger holds these as `drug.<agent>.<field>` with days and probabilities as published."""

STEP_DTYPE: Final = np.dtype(
    [
        ("kind", "i8"),
        ("dose_mg_per_kg_per_day", "f8"),
        ("days", "f8"),
        ("severe_dose_mg_per_kg_per_day", "f8"),
        ("severe_days", "f8"),
        ("taper_dose_mg_per_kg_per_day", "f8"),
        ("ivig", "i8"),
        ("if_severity", "i8"),
        ("if_mechanism", "i8"),
        ("if_answering_agent", "i8"),  # ANY, 0 none answering, 1 one answering
        ("if_hypersplenism", "i8"),  # ANY, 0, 1: massive spleen or sequestration
        ("minimum_age_years", "f8"),
        ("maximum_age_years", "f8"),
    ],
    align=True,
)
"""One step of an acute ladder."""

LINE_DTYPE: Final = np.dtype(
    [
        ("treatment", "i8"),
        ("minimum_age_years", "f8"),
        ("maximum_age_years", "f8"),
        ("spleens", "i8"),  # bit mask over SPLEENS
        ("if_mechanism", "i8"),
        ("if_hypersplenism", "i8"),
        ("lineages_any", "i8"),  # at least one of these bits; 0 asks nothing
        ("flare_lineages_any", "i8"),  # at least one of these bits in the last flare; 0 asks nothing
        ("lineages_only", "i8"),  # no bit outside these; 0 asks nothing
        ("after", "i8"),  # bit mask over AFTER: how the last treatment ended, or each of those in `tried`; 0 asks nothing
        ("tried", "i8"),  # bit mask over TREATMENTS that must have been tried
        ("minimum_flares", "i8"),
        ("occasions", "i8"),  # bit mask over TRIGGERS; 0 asks nothing
        ("bridge", "i8"),  # 1: given until a line that is no bridge becomes possible
        ("uptake", "f8"),  # share of patients for whom it is an option
    ],
    align=True,
)
"""One line of long-term treatment with the conditions under which it is taken."""

STRATEGY_DTYPE: Final = np.dtype(
    [
        ("triggers", "i8"),  # bit mask over TRIGGERS
        ("flare_number", "i8"),
        ("flare_window_years", "f8"),  # longest time between flares that count together; NEVER if all do
        ("start_delay_years", "f8"),
        ("taper_weeks", "f8"),
        ("wean_allowed", "i8"),
        ("wean_quiet_years", "f8"),
        ("wean_minimum_age_years", "f8"),
        ("wean_attempts", "i8"),
        ("gcsf_allowed", "i8"),
        ("severe_flare_on_agent", "i8"),  # over STEPS_ON_AGENT
        ("prevention_uptake", "f8"),
        ("prevention_adherence", "f8"),
        ("visit_interval_years", "f8"),  # of a patient without a long-term agent
        ("drug_levels", "i8"),
        ("splenectomy_for_splenomegaly_per_year", "f8"),
        ("intended_treatments", "i8"),  # treatment failure is the next treatment begun after so many
    ],
    align=True,
)
"""A strategy's scalars; its ladder and lines are arrays of STEP_DTYPE and LINE_DTYPE."""


MOST_STEPS: Final = 16
"""Longest acute ladder."""
MOST_LINES: Final = 32
"""Most lines of long-term treatment."""
MOST_WINDOWS: Final = 16
"""Most windows, the whole life included."""
LOG_CAPACITY: Final = 16384
"""Most event lines of one life; a longer one is refused."""
AGES: Final = 120
"""Completed ages in the tables."""


def parameter_dtype(names: Sequence[str]) -> np.dtype[Any]:
    """Record type of the scalar parameters, one float field a name, in the order given.

    Parameters
    ----------
    names
        Ledger names of the parameters that rules read by name.
    """
    return np.dtype([(name, "f8") for name in names])


def world_dtype(parameters: np.dtype[Any]) -> np.dtype[Any]:
    """Record type of the world, for parameters of a given type.

    Fields: `parameters`; `strategy` of STRATEGY_DTYPE; `agents`, `steps` (the first `step_count`), `lines` (the first
    `line_count`); `steroid_probit` by route and mechanism; `death_per_year` by sex and completed age; `lymphoma_per_year` by kind, sex
    and age; `body` L, M (kg), S, height (cm) by sex and age; `utility_norm` by age; `unit_cost` by resource; `waiting` years by
    service, zero in the cohort engine; `censuses` years since index, the first `window_count`, the last one NEVER; `seed`,
    `replication`; `opsi_scale`, the Weibull rate of OPSI over its mean rate (its power at every change of the hazard took a fortieth
    of the time); continuous discount rates; and the two fields that rules write: `books`, (years, age bands, accounts, 2)
    quantity and discounted quantity, and `log`, the present patient's lines if `keep_events` is 1.
    """
    return np.dtype(
        [
            ("parameters", parameters),
            ("strategy", STRATEGY_DTYPE),
            ("agents", AGENT_DTYPE, (AGENT_COUNT,)),
            ("steps", STEP_DTYPE, (MOST_STEPS,)),
            ("step_count", "i8"),
            ("lines", LINE_DTYPE, (MOST_LINES,)),
            ("line_count", "i8"),
            ("steroid_probit", "f8", STEROID_PROBIT_SHAPE),
            ("death_per_year", "f8", (2, AGES)),
            ("lymphoma_per_year", "f8", (2, 2, AGES)),
            ("body", "f8", (2, AGES, 4)),
            ("utility_norm", "f8", (AGES,)),
            ("unit_cost", "f8", (RESOURCE_COUNT,)),
            ("waiting", "f8", (len(SERVICES),)),
            ("censuses", "f8", (MOST_WINDOWS,)),
            ("window_count", "i8"),
            ("seed", "u8"),
            ("replication", "u8"),
            ("opsi_scale", "f8"),
            ("cost_discount_per_year", "f8"),
            ("effect_discount_per_year", "f8"),
            ("keep_events", "i8"),
            ("books", "f8", (YEARS_IN_BOOKS, len(AGE_BANDS), ACCOUNT_COUNT, 2)),
            ("log", LOG_DTYPE, (LOG_CAPACITY,)),
        ],
        align=True,
    )


STEROID_PROBIT_SHAPE: Final = (len(STEROID_ROUTES), 2)
