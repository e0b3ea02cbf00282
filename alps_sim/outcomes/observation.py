"""What a cohort study would have seen of the simulated lives, and what its published figures would then have been.

A study sees only those alive when it enrols them, follows each until its own end, and has few patients. So nothing simulated is
compared with a publication before (1) patients who died before their entry are left out, (2) what happened after a patient's end
of observation is forgotten, (3) the large simulated population is cut, in patient order, into cohorts of the study's size. The
spread of a figure over these cohorts is what the study could have found by chance: its predictive interval.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import CensoredData, ecdf

from alps_sim.outcomes.block import ROW_DTYPE
from alps_sim.rules.codes import ALIVE, CAUSES_OF_DEATH, NEVER
from alps_sim.rules.state import MILESTONES

Rows = np.ndarray[Any, Any]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

HALF_YEAR: Final = 0.5
INTERVAL_PERCENTILES: Final = (2.5, 97.5)
_OPSI: Final = CAUSES_OF_DEATH.index("opsi")


def observe(rows: Rows) -> Rows:
    """What a study sees: those alive at entry, each until the end of observation.

    Parameters
    ----------
    rows
        (n,) of ROW_DTYPE, whole lives.

    Returns
    -------
    numpy.ndarray
        (m,) of ROW_DTYPE, m <= n; milestones and death after the end of observation are NEVER and ALIVE.
    """
    if rows.dtype != ROW_DTYPE:
        raise ValueError(f"rows must be of outcomes.block.ROW_DTYPE, found {rows.dtype}")
    seen = rows[(rows["death_time"] >= rows["entry_years"]) & (rows["observation_years"] >= rows["entry_years"])].copy()
    end = seen["observation_years"]
    for name in (*MILESTONES, "death_time"):
        seen[name] = np.where(seen[name] > end, NEVER, seen[name])
    seen["death_cause"] = np.where(seen["death_time"] < NEVER, seen["death_cause"], ALIVE)
    return seen


def cohorts(rows: Rows, size: int) -> Iterator[Rows]:
    """Cut observed patients into cohorts of a study's size, in patient order; an incomplete last one is left out.

    Parameters
    ----------
    rows
        Of `observe`.
    size
        Patients in the study, at least 1.
    """
    if size < 1:
        raise ValueError(f"a cohort needs at least one patient, found size {size}")
    for start in range(0, rows.shape[0] - size + 1, size):
        yield rows[start : start + size]


def last_seen(rows: Rows) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(n,) years since the index at death or the end of observation."""
    end: np.ndarray[Any, np.dtype[np.float64]] = np.minimum(rows["death_time"], rows["observation_years"])
    return end


def _came(rows: Rows, milestone: str) -> Flags:
    came: Flags = rows[milestone] < NEVER
    return came


def everyone(rows: Rows) -> Flags:
    """All patients of the cohort."""
    return np.ones(rows.shape[0], dtype=np.bool_)


def splenectomised(rows: Rows) -> Flags:
    """Spleen removed, before the index or since."""
    return _came(rows, "splenectomy_time") | (rows["years_since_prior_splenectomy"] >= 0.0)


def recurrent_cytopenia(rows: Rows) -> Flags:
    """Two or more flares."""
    return _came(rows, "second_flare_time")


def treated_long_term(rows: Rows) -> Flags:
    """A long-term agent or a course of rituximab or vincristine begun."""
    return _came(rows, "first_agent_time") | _came(rows, "first_course_time")


def one_opsi(rows: Rows) -> Flags:
    """At least one OPSI."""
    return _came(rows, "first_opsi_time")


def two_opsi(rows: Rows) -> Flags:
    """At least two OPSI."""
    return _came(rows, "second_opsi_time")


def died_of_opsi(rows: Rows) -> Flags:
    """Death of OPSI."""
    died: Flags = rows["death_cause"] == _OPSI
    return died


def died_after_opsi(rows: Rows) -> Flags:
    """Death of any cause of a patient who had an OPSI."""
    return one_opsi(rows) & _came(rows, "death_time")


def took_agent(rows: Rows) -> Flags:
    """A first long-term agent begun."""
    return _came(rows, "first_agent_time")


def initial_responder(rows: Rows) -> Flags:
    """First agent answered, and neither it nor the sparing of other immunosuppression ended within a year of the answer.

    A pulse for a breakthrough while the agent goes on is no failure. Of a patient seen for less than a year after the answer
    the study knows the time seen.
    """
    lost = np.minimum(rows["first_agent_loss_time"], rows["second_treatment_time"])
    responder: Flags = _came(rows, "first_agent_answer_time") & (lost >= rows["first_agent_answer_time"] + 1.0)
    return responder


def long_term_responder(rows: Rows) -> Flags:
    """At last observation on the first agent or weaned, 6 months or more after its start, no other agent or splenectomy since."""
    kept = ~_came(rows, "first_agent_loss_time") & ~_came(rows, "second_treatment_time")
    long_enough = last_seen(rows) - rows["first_agent_time"] >= HALF_YEAR
    responder: Flags = took_agent(rows) & _came(rows, "first_agent_answer_time") & kept & long_enough
    return responder


def had_course(rows: Rows) -> Flags:
    """A first course of rituximab or vincristine begun."""
    return _came(rows, "first_course_time")


def course_remission(rows: Rows) -> Flags:
    """Remission after the first course for 6 months or more while observed."""
    end = np.minimum(rows["first_course_end_time"], last_seen(rows))
    remission: Flags = _came(rows, "first_course_answer_time") & (end - rows["first_course_answer_time"] >= HALF_YEAR)
    return remission


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
    operated = _came(rows, "splenectomy_time") & (rows["has_cytopenia"] == 1) & (rows["years_since_prior_splenectomy"] < 0.0)
    patients = rows[operated]
    if patients.shape[0] == 0:
        return float("nan")
    relapsed = _came(patients, "relapse_time")
    times = np.minimum(patients["relapse_time"], last_seen(patients)) - patients["splenectomy_time"]
    sample = CensoredData(uncensored=times[relapsed], right=times[~relapsed])
    return float(1.0 - ecdf(sample).sf.evaluate(years))


@dataclass(frozen=True)
class Statistic:
    """A figure as a study publishes it.

    Attributes
    ----------
    identifier, definition
        Name and words.
    value
        From the observed rows of one cohort to the figure, a share; NaN where it has no denominator.
    """

    identifier: str
    definition: str
    value: Callable[[Rows], float]


def _share(counted: Callable[[Rows], Flags], among: Callable[[Rows], Flags]) -> Callable[[Rows], float]:
    """The share of some patients with a property."""

    def value(rows: Rows) -> float:
        chosen = among(rows)
        return float((counted(rows) & chosen).sum() / chosen.sum()) if chosen.any() else float("nan")

    return value


_ALL: Final = (
    Statistic("recurrent_cytopenia", "patients with two or more flares / all", _share(recurrent_cytopenia, everyone)),
    Statistic("treated_long_term", "patients given a long-term agent or course / all", _share(treated_long_term, everyone)),
    Statistic("splenectomised", "patients without a spleen / all", _share(splenectomised, everyone)),
    Statistic("one_opsi", "patients with at least one OPSI / splenectomised", _share(one_opsi, splenectomised)),
    Statistic("two_opsi", "patients with at least two OPSI / splenectomised", _share(two_opsi, splenectomised)),
    Statistic("opsi_deaths", "deaths of OPSI / splenectomised", _share(died_of_opsi, splenectomised)),
    Statistic("deaths_after_opsi", "deaths of any cause after OPSI / splenectomised", _share(died_after_opsi, splenectomised)),
    Statistic("relapse_4_years", "relapse 4 years after splenectomy, Kaplan-Meier", lambda rows: relapse_by(rows, 4.0)),
    Statistic("relapse_20_years", "relapse 20 years after splenectomy, Kaplan-Meier", lambda rows: relapse_by(rows, 20.0)),
    Statistic("initial_responders", "initial responders / patients given a first agent", _share(initial_responder, took_agent)),
    Statistic("long_term_responders", "long-term responders / patients given a first agent", _share(long_term_responder, took_agent)),
    Statistic("course_remissions", "remission of 6 months or more / patients given a course", _share(course_remission, had_course)),
)

STATISTICS: Final = {statistic.identifier: statistic for statistic in _ALL}
"""The published figures that a simulated cohort can be asked for."""


def cohort_statistics(rows: Rows, size: int, identifiers: Sequence[str] = tuple(STATISTICS)) -> pd.DataFrame:
    """Published figures as each of many simulated cohorts of a study's size would have given them.

    Parameters
    ----------
    rows
        (n,) of ROW_DTYPE: the simulated population, whole lives, in patient order.
    size
        Patients in the study.
    identifiers
        Of `STATISTICS`.

    Returns
    -------
    pandas.DataFrame
        A row a cohort, a column a statistic; NaN where a figure has no denominator.

    Raises
    ------
    ValueError
        If not even one cohort of the size can be made.
    """
    seen = observe(rows)
    values = [[STATISTICS[identifier].value(group) for identifier in identifiers] for group in cohorts(seen, size)]
    if not values:
        raise ValueError(f"{seen.shape[0]} observed patients make no cohort of {size}; simulate more patients")
    return pd.DataFrame(values, columns=list(identifiers))


def predict(statistics: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95% predictive interval of published figures over simulated cohorts.

    Parameters
    ----------
    statistics
        Of `cohort_statistics`, for one set of parameter values or for many.

    Returns
    -------
    pandas.DataFrame
        statistic, definition, mean, low, high, cohorts (those with a denominator).
    """
    table = []
    for identifier in statistics.columns:
        values = statistics[identifier].dropna().to_numpy()
        low, high = np.percentile(values, INTERVAL_PERCENTILES) if values.size else (np.nan, np.nan)
        mean = values.mean() if values.size else np.nan
        table.append((identifier, STATISTICS[identifier].definition, mean, low, high, values.size))
    return pd.DataFrame(table, columns=["statistic", "definition", "mean", "low", "high", "cohorts"])
