"""Figures over time of an observed cohort: relapse, survival, lymphoma by age, and lymphoma against the general population."""

from functools import lru_cache
from typing import Any

import numpy as np

from alps_sim.evidence.tables import lymphoma_incidence_per_year
from alps_sim.outcomes.properties import Flags, Numbers, Rows, age_at_index, came, had_lymphoma, last_seen

NAN = float("nan")


def kaplan_meier(times: Numbers, happened: Flags, at: float) -> float:
    """Share still free of an event at a time; NaN of nobody.

    Parameters
    ----------
    times
        (n,) years to the event or to the last observation without it.
    happened
        (n,) whether the event came.
    at
        Years.
    """
    return product_limit(np.full(times.shape, -np.inf), times, happened, at)


def product_limit(entered: Numbers, left: Numbers, happened: Flags, at: float) -> float:
    """Share still free of an event at a time, of patients who come under observation at times of their own; NaN of nobody.

    scipy's `ecdf` gives the same where all come at once, in six times the time (360 against 60 microseconds for 66 patients), which was a
    tenth of that of a cohort in the calibration's bank.

    Parameters
    ----------
    entered, left
        (n,) when each patient came under observation, and when the event or the last observation was.
    happened
        (n,) whether the event came.
    at
        The time, on the same scale.
    """
    if left.size == 0:
        return NAN
    moments, events = np.unique(left[happened & (left <= at)], return_counts=True)
    come = np.searchsorted(np.sort(entered), moments, side="left")
    gone = np.searchsorted(np.sort(left), moments, side="left")
    return float(np.prod(1.0 - events / (come - gone)))


def relapse_by(rows: Rows, years: float) -> float:
    """Share relapsed within some years of splenectomy: one minus Kaplan-Meier, among those with cytopenia before.

    Parameters
    ----------
    rows
        Of `observe`; patients whose spleen was removed before the index are left out.
    years
        Since surgery.

    Returns
    -------
    float
        NaN if nobody was operated on.
    """
    operated = came(rows, "splenectomy_time") & (rows["has_cytopenia"] == 1) & (rows["years_since_prior_splenectomy"] < 0.0)
    times = np.minimum(rows["relapse_time"], last_seen(rows)) - rows["splenectomy_time"]
    return 1.0 - kaplan_meier(times[operated], came(rows, "relapse_time")[operated], years)


def relapse_free_by(rows: Rows, years: float) -> float:
    """Share without a second flare within some years of the first: Kaplan-Meier, among patients with cytopenia."""
    ill = rows["has_cytopenia"] == 1
    times = np.minimum(rows["second_flare_time"], last_seen(rows))
    return kaplan_meier(times[ill], came(rows, "second_flare_time")[ill], years)


def survival_by(rows: Rows, years: float) -> float:
    """Share alive some years after the index, Kaplan-Meier."""
    return kaplan_meier(last_seen(rows), came(rows, "death_time"), years)


def lymphoma_by(rows: Rows, age: float) -> float:
    """Share with lymphoma by an age: one minus the product-limit estimate on the scale of age, patients at risk from the index on."""
    entered = age_at_index(rows)
    left = entered + np.minimum(rows["first_lymphoma_time"], last_seen(rows))
    return 1.0 - product_limit(entered, left, had_lymphoma(rows), age)


def incidence_ratio(rows: Rows, happened: Flags, kind: int) -> float:
    """Standardised incidence ratio: lymphomas of a kind over those expected at the general population's incidence by age and sex.

    Years at risk run from the index to the first lymphoma or the last observation.

    Parameters
    ----------
    rows
        Of `observe`.
    happened
        (n,) whether the patient had a lymphoma of this kind.
    kind
        HODGKIN or NON_HODGKIN of `rules.codes`.
    """
    begin = age_at_index(rows)
    end = begin + np.minimum(rows["first_lymphoma_time"], last_seen(rows))
    cumulative = _cumulative_incidence()[kind]
    ages = np.arange(cumulative.shape[1])
    expected = sum(
        float((np.interp(end[chosen], ages, cumulative[sex]) - np.interp(begin[chosen], ages, cumulative[sex])).sum())
        for sex, chosen in ((sex, rows["sex"] == sex) for sex in range(cumulative.shape[0]))
    )
    return float(happened.sum() / expected) if expected > 0.0 else NAN


@lru_cache(maxsize=1)
def _cumulative_incidence() -> np.ndarray[Any, np.dtype[np.float64]]:
    """(kinds, sexes, ages + 1) expected lymphomas of a person from birth to each birthday."""
    incidence = lymphoma_incidence_per_year()
    return np.pad(np.cumsum(incidence, axis=2), ((0, 0), (0, 0), (1, 0)))
