"""The comparison: a row a published figure, with what simulated cohorts of its size would have published instead."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from alps_sim.evidence.targets import HELD_OUT
from alps_sim.validation.noise import luck_of_draws
from alps_sim.validation.parameters import ParameterSource
from alps_sim.validation.replicate import Effort, Progress, Replicated, replicate
from alps_sim.validation.studies import Figure, Study
from alps_sim.validation.verdict import NONE, place, power_if_doubled, predictive_interval, relative_width, share_that_break, strength

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
    "distance_sd_low",
    "distance_sd_high",
    "width_ratio",
    "width_ratio_low",
    "width_ratio_high",
    "verdict_chance",
    "verdict",
    "relative_width",
    "power_if_doubled",
    "priors_that_break",
    "test",
    "overlaps",
    "informs",
    "cohorts",
    "definition",
    "note",
)
"""Columns of `validation.csv`."""


def compare(
    studies: Sequence[Study], source: ParameterSource, effort: Effort, progress: Progress, priors: ParameterSource | None = None
) -> pd.DataFrame:
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
    priors
        What was believed before any fit, to ask whether a bound could have been broken; not asked if None.

    Returns
    -------
    pandas.DataFrame
        Columns COLUMNS, a row a figure in the order of the studies. `chance_*` is the 95% predictive interval by chance alone,
        `drawn_*` that with the parameters drawn too (NaN without draws), on which the verdict rests if it is there, and `predicted`
        the mean of the latter. `distance_sd` is from the published figure to `predicted`, in standard deviations of chance alone;
        `width_ratio` how many times wider than by chance alone the interval is, each with the interval that luck of the draws gives it.
    """
    replicated = replicate(studies, source, effort, progress)
    asked = _with_bounds_alone(studies) if priors is not None and effort.draws else []
    before = replicate(asked, priors, replace(effort, patients=0), progress) if priors is not None else {}
    return table(studies, replicated, before)


def _with_bounds_alone(studies: Sequence[Study]) -> list[Study]:
    """Studies with bounds among their held-out figures, and these alone."""
    bounds = [tuple(figure for figure in study.figures if figure.bound and figure.target_class == HELD_OUT) for study in studies]
    return [replace(study, figures=figures) for study, figures in zip(studies, bounds, strict=True) if figures]


def table(
    studies: Sequence[Study], replicated: Mapping[str, Replicated], under_priors: Mapping[str, Replicated] | None = None
) -> pd.DataFrame:
    """The comparison of cohorts that are simulated already.

    Parameters
    ----------
    studies
        With their figures.
    replicated
        By identifier of the study.
    under_priors
        The same before any fit, of studies with bounds.
    """
    before = under_priors or {}
    rows = [
        _row(study, figure, replicated[study.identifier], before.get(study.identifier)) for study in studies for figure in study.figures
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(study: Study, figure: Figure, replicated: Replicated, under_priors: Replicated | None) -> dict[str, Any]:
    statistic = figure.statistic
    values = replicated.chance[statistic.identifier]
    judged = _judged(figure, values, replicated.drawn)
    breaks = _breaks(figure, under_priors)
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
        **judged,
        "priors_that_break": breaks,
        "test": strength(judged["power_if_doubled"], figure.bound, breaks),
        "overlaps": " ".join(figure.overlaps),
        "informs": " ".join(figure.informs),
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
    return {
        "chance_low": chance[0],
        "chance_high": chance[1],
        "predicted": predicted.mean(),
        "drawn_low": widened[0],
        "drawn_high": widened[1],
        "distance_sd": _ratio(predicted.mean() - published, float(values.std())),
        **luck_of_draws(values, predicted, published),
        "width_ratio": _ratio(widened[1] - widened[0], chance[1] - chance[0]),
        "verdict_chance": place(published, *chance, figure.bound),
        "verdict": place(published, *judge, figure.bound),
        "relative_width": relative_width(judge, values.mean(), statistic.unit),
        "power_if_doubled": power_if_doubled(values, statistic.unit, judge, figure.bound),
    }


def _breaks(figure: Figure, under_priors: Replicated | None) -> float:
    """Share of draws from the priors under which a bound would have been broken; NaN if that was not asked."""
    if not figure.bound or under_priors is None or under_priors.drawn is None or figure.statistic.identifier not in under_priors.drawn:
        return math.nan
    return share_that_break(under_priors.drawn[figure.statistic.identifier], figure.observed.value, figure.bound)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else math.nan
