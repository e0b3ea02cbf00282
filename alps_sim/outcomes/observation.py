"""What a cohort study would have seen of the simulated lives, and what its published figures would then have been.

A study sees only those alive when it enrols them, follows each until its own end, and has few patients. So nothing simulated is
compared with a publication before (1) patients who died before their entry are left out, (2) what happened after a patient's end
of observation is forgotten, (3) the large simulated population is cut, in patient order, into cohorts of the study's size. The
spread of a figure over these cohorts is what the study could have found by chance: its predictive interval.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.outcomes.block import ROW_DTYPE
from alps_sim.outcomes.properties import Flags, Rows, everyone
from alps_sim.outcomes.statistics import STATISTICS, Statistic
from alps_sim.rules.codes import ALIVE, NEVER
from alps_sim.rules.state import MILESTONES

INTERVAL_PERCENTILES: Final = (2.5, 97.5)


def observe(rows: Rows, years_earlier: float = 0.0) -> Rows:
    """What a study sees: those alive at entry, each until the end of observation.

    Parameters
    ----------
    rows
        (n,) of ROW_DTYPE, whole lives.
    years_earlier
        By so much the study looked before the end of observation; who was enrolled later it did not know. Times alone are those of the
        earlier look: counters and what held at the end are not, so no figure of these can be asked.

    Returns
    -------
    numpy.ndarray
        (m,) of ROW_DTYPE, m <= n; milestones and death after the end of observation are NEVER and ALIVE. Totals and what held at
        the end of the life are as they are: both engines end a life with its observation.
    """
    if rows.dtype != ROW_DTYPE:
        raise ValueError(f"rows must be of outcomes.block.ROW_DTYPE, found {rows.dtype}")
    ends = rows["observation_years"] - years_earlier
    enrolled = (rows["death_time"] >= rows["entry_years"]) & (ends >= rows["entry_years"])
    seen = rows.compress(enrolled)  # a copy of bytes; an index by flags copies field by field, in four times the time
    end = ends[enrolled]
    seen["observation_years"] = end
    for name in (*MILESTONES, "death_time"):
        np.putmask(seen[name], seen[name] > end, NEVER)
    np.putmask(seen["death_cause"], seen["death_time"] >= NEVER, ALIVE)
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


def cohort_values(
    rows: Rows, size: int, statistics: Sequence[Statistic], among: Callable[[Rows], Flags] = everyone, years_earlier: float = 0.0
) -> pd.DataFrame:
    """Published figures as each of many simulated cohorts of a study's size would have given them.

    Parameters
    ----------
    rows
        (n,) of ROW_DTYPE: the simulated population, whole lives, in patient order.
    size
        Patients in the study.
    statistics
        The figures.
    among
        Which of the observed patients the study was of.
    years_earlier
        As for `observe`.

    Returns
    -------
    pandas.DataFrame
        A row a cohort (none if too few patients were simulated), a column a statistic; NaN where a figure has no denominator.
    """
    seen = observe(rows, years_earlier)
    values = [[statistic.value(group) for statistic in statistics] for group in cohorts(seen[among(seen)], size)]
    return pd.DataFrame(values, columns=[statistic.identifier for statistic in statistics], dtype=np.float64)


def cohort_statistics(
    rows: Rows, size: int, identifiers: Sequence[str] = tuple(STATISTICS), among: Callable[[Rows], Flags] = everyone
) -> pd.DataFrame:
    """The published figures of `STATISTICS`, or some of them, by simulated cohort.

    Parameters
    ----------
    rows, size, among
        As for `cohort_values`.
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
    values = cohort_values(rows, size, [STATISTICS[identifier] for identifier in identifiers], among)
    if values.empty:
        raise ValueError(f"{observe(rows).shape[0]} observed patients make no cohort of {size}; simulate more patients")
    return values


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
