"""The comparison: a row a published figure, with what simulated cohorts of its size would have published instead."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from alps_sim.validation.parameters import ParameterSource
from alps_sim.validation.replicate import Effort, Progress, Replicated, replicate
from alps_sim.validation.studies import Figure, Study
from alps_sim.validation.verdict import NONE, place, power_if_doubled, predictive_interval, relative_width, strength

COLUMNS: Final = (
    "figure",
    "description",
    "cohort",
    "class",
    "source",
    "unit",
    "n",
    "published",
    "published_text",
    "published_low",
    "published_high",
    "bound",
    "simulated",
    "chance_low",
    "chance_high",
    "predicted",
    "drawn_low",
    "drawn_high",
    "distance_sd",
    "width_ratio",
    "verdict_chance",
    "verdict",
    "relative_width",
    "power_if_doubled",
    "test",
    "cohorts",
    "definition",
    "note",
)
"""Columns of `validation.csv`."""


def compare(studies: Sequence[Study], source: ParameterSource, effort: Effort, progress: Progress) -> pd.DataFrame:
    """Simulate the cohorts of studies and set each published figure beside its predictive interval.

    Parameters
    ----------
    studies
        With their figures.
    source
        Where the parameter values come from.
    effort
        How much is simulated.
    progress
        Told how far the work is.

    Returns
    -------
    pandas.DataFrame
        Columns COLUMNS, a row a figure in the order of the studies. `chance_*` is the 95% predictive interval by chance alone,
        `drawn_*` that with the parameters drawn too (NaN without draws), on which the verdict rests if it is there, and `predicted`
        the mean of the latter. `distance_sd` is from the published figure to `predicted`, in standard deviations of chance alone;
        `width_ratio` how many times wider than by chance alone the interval is.
    """
    return table(studies, replicate(studies, source, effort, progress))


def table(studies: Sequence[Study], replicated: Mapping[str, Replicated]) -> pd.DataFrame:
    """The comparison of cohorts that are simulated already.

    Parameters
    ----------
    studies
        With their figures.
    replicated
        By identifier of the study.
    """
    rows = [_row(study, figure, replicated[study.identifier]) for study in studies for figure in study.figures]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(study: Study, figure: Figure, replicated: Replicated) -> dict[str, Any]:
    statistic = figure.statistic
    values = replicated.chance[statistic.identifier]
    return {
        "figure": figure.identifier,
        "description": figure.description,
        "cohort": study.identifier,
        "class": figure.target_class,
        "source": figure.source,
        "unit": statistic.unit,
        "n": study.size,
        **_published(figure),
        "bound": figure.bound,
        "simulated": values.mean(),
        **_judged(figure, values, replicated.drawn),
        "cohorts": int(values.count()),
        "definition": statistic.definition,
        "note": figure.note,
    }


def _published(figure: Figure) -> dict[str, Any]:
    low, high = figure.observed.interval() or NONE
    return {"published": figure.observed.value, "published_text": str(figure.observed), "published_low": low, "published_high": high}


def _judged(figure: Figure, values: "pd.Series[float]", drawn: pd.DataFrame | None) -> dict[str, Any]:
    """Intervals, verdicts, and the strength of the test."""
    statistic, published = figure.statistic, figure.observed.value
    chance = predictive_interval(values)
    predicted = drawn[statistic.identifier] if drawn is not None else pd.Series(dtype="f8")
    widened = predictive_interval(predicted)
    judge = chance if math.isnan(widened[0]) else widened
    power = power_if_doubled(values, statistic.unit, judge, figure.bound)
    return {
        "chance_low": chance[0],
        "chance_high": chance[1],
        "predicted": predicted.mean(),
        "drawn_low": widened[0],
        "drawn_high": widened[1],
        "distance_sd": _ratio(predicted.mean() - published, float(values.std())),
        "width_ratio": _ratio(widened[1] - widened[0], chance[1] - chance[0]),
        "verdict_chance": place(published, *chance, figure.bound),
        "verdict": place(published, *judge, figure.bound),
        "relative_width": relative_width(judge, values.mean(), statistic.unit),
        "power_if_doubled": power,
        "test": strength(power, figure.bound),
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else math.nan
