"""Answers to steroids, agents and courses, and the spleen that shrinks, from docs/model.md sections 1, 4 and 5."""

from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import norm

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.forms import of_agent
from alps_sim.verification.history import LONG_AGO, History
from alps_sim.verification.journal import DAYS_PER_YEAR, BoolArray, Lines
from alps_sim.verification.occasions import Decision, Occasions, end_of_life, following, occasions, sequestration, told_later
from alps_sim.verification.words import crossed, first_that_holds

LINEAGE_BITS: Final = {"aiha": 1, "itp": 2, "neutropenia": 4}
"""In the code of a flare line."""
RESUMED: Final = 1.0
"""Value of an `agent_start` line at which nothing is decided."""


def _given_refractoriness(marginal: Any, history: History, assumptions: Assumptions) -> FloatArray:
    """Probability at each line that a treatment with a marginal probability answers, given the patient's z."""
    correlation = assumptions.values["refractoriness_correlation"]
    z = history.states["refractoriness"].to_numpy(np.float64)
    probit = norm.ppf(np.clip(marginal, 0.0, 1.0))
    return np.asarray(norm.cdf((probit - np.sqrt(correlation) * z) / np.sqrt(1.0 - correlation)), dtype=np.float64)


def _answer_to_steroids(history: History, assumptions: Assumptions) -> Occasions:
    """Answer to a steroid step, at its end.

    Left out is a pulse without a line for immunoglobulin so soon after a course of it that none would be repeated: only the
    strategy's ladder tells whether that course counts for the pulse.
    """
    lines, values = history.lines, assumptions.values
    dosed, infused = lines.among("steroid_dose"), lines.among("ivig")
    begun, helped = lines.last(dosed, lines.time, LONG_AGO), lines.last(infused, lines.time, LONG_AGO)
    pulse = lines.last(dosed, lines.code, 0) == 1
    with_ivig = pulse & (helped == begun)
    doubtful = pulse & ~with_ivig & (begun - helped < values["ivig_interval_days"] / DAYS_PER_YEAR)
    without = values["iv_methylprednisolone_response_probability"]
    added = without + (1.0 - without) * values["ivig_added_response_probability"]
    marginal = np.where(with_ivig, added, np.where(pulse, without, values["oral_prednisone_response_probability"]))
    by_spleen = sequestration(lines)
    marginal = marginal * np.where(by_spleen, values["sequestration_steroid_response_ratio"], 1.0)
    route = first_that_holds({"intravenous with immunoglobulin": with_ivig, "intravenous": pulse}, "oral")
    answered = np.append(lines.among("flare_end")[1:], False)
    return occasions(
        lines.among("acute_step_end") & ~doubtful,
        answered,
        _given_refractoriness(marginal, history, assumptions),
        crossed(route, by_spleen, "sequestration"),
    )


def _hypersplenism(history: History) -> BoolArray:
    """Whether the spleen is massive, or enlarged with the last flare by sequestration."""
    spleen = history.states["spleen"]
    enlarged = (spleen == "moderate").to_numpy() & sequestration(history.lines)
    return np.asarray((spleen == "massive").to_numpy() | enlarged, dtype=bool)


def _own(begun: BoolArray, field: str, lines: Lines, assumptions: Assumptions) -> FloatArray:
    """A parameter of the agent that is begun at some lines; not a number at the others."""
    found = np.full(lines.time.size, np.nan)
    found[begun] = of_agent(pd.Series(lines.word[begun].remove_unused_categories()), field, np.nan, assumptions)
    return found


def _least_likely(begun: BoolArray, lines: Lines, assumptions: Assumptions) -> FloatArray:
    """The smallest marginal probability among the lineages of the last flare."""
    involved = lines.last(lines.among("flare"), lines.code, 0)
    least = np.ones(lines.time.size)
    for lineage, bit in LINEAGE_BITS.items():
        own = _own(begun, f"response_probability_{lineage}", lines, assumptions)
        least = np.where(involved & bit > 0, np.minimum(least, own), least)
    return least


def _answered_before(lines: Lines, start: BoolArray, answer: BoolArray) -> BoolArray:
    """Whether the agent that starts at a line has answered in this patient before."""
    before = np.zeros(lines.time.size, dtype=bool)
    words = lines.words()
    for agent in np.unique(words[start]):
        before |= (words == agent) & lines.switched(answer & (words == agent), np.zeros_like(before))
    return before


def _shown_by(begun: BoolArray, years: FloatArray, lines: Lines, assumptions: Assumptions) -> FloatArray:
    """Share of answers that show within some years: log-logistic, among those that come before no answer is declared."""
    days = np.maximum(years, 0.0) * DAYS_PER_YEAR
    median, shape, last = (_own(begun, f, lines, assumptions) for f in ("effect_median_days", "effect_shape", "assessment_days"))
    with np.errstate(divide="ignore"):
        return np.asarray((1.0 + (median / last) ** shape) / (1.0 + (median / np.minimum(days, last)) ** shape), dtype=np.float64)


def _answer(kind: str, history: History, assumptions: Assumptions) -> Occasions:
    """Answer to an agent or a course that is begun.

    Whoever stops it before it has shown is counted with the chance of an answer that is left then: the share of answers that
    would have come later, against those and no answer. To leave them out would count early answers alone. Left out are agents
    that have answered before: they answer again unless they failed, and in the same time.
    """
    lines = history.lines
    start, effect, answer, stop = (lines.among(f"{kind}_{what}") for what in ("start", "effect", "answer", "stop"))
    begun = start & ~((lines.value == RESUMED) & (kind == "agent")) & ~_answered_before(lines, start, answer)
    begun &= lines.last(lines.among("flare"), True, False)
    hypersplenism = _hypersplenism(history)
    ratio = np.where(hypersplenism, _own(begun, "hypersplenism_response_ratio", lines, assumptions), 1.0)
    probability = _given_refractoriness(_least_likely(begun, lines, assumptions) * ratio, history, assumptions)
    end = following(lines, effect | stop)
    shown = (end >= 0) & effect[end]
    answered = np.append(answer[1:], False)[end]
    share = _shown_by(begun, np.where(end >= 0, lines.time[end], end_of_life(lines)) - lines.time, lines, assumptions)
    left = probability * (1.0 - share) / np.maximum(1.0 - probability * share, np.finfo(np.float64).tiny)
    return occasions(begun, np.where(shown, answered, left), probability, crossed(lines.word, hypersplenism, "hypersplenism"))


def _spleen_shrinkage(history: History, assumptions: Assumptions) -> Occasions:
    """The spleen falling one size under an agent that answers.

    Left out are spleens that have shrunk under an agent before, since what is growing back stays as it is without a line that says
    so, and agents that answer no longer when it would show.
    """
    lines = history.lines
    answer, resized = lines.among("agent_answer"), lines.among("spleen_size") & (lines.value == 0.0)
    enlarged = history.states["spleen"].isin(["moderate", "massive"]).to_numpy()
    made = answer & enlarged & ~lines.switched(resized, np.zeros(lines.time.size, dtype=bool))
    spoiling = lines.among("agent_answer", "agent_stop", "loss_of_response", "splenectomy")
    told, falls = told_later(lines, "spleen_shrinkage", assumptions.values["spleen_shrinkage_months"] / 12.0, spoiling)
    probability = _own(made, "spleen_shrinkage_probability", lines, assumptions)
    return occasions(made & told, falls, probability, lines.word)


ANSWERS: Final[dict[str, Decision]] = {
    "answer_to_steroids": _answer_to_steroids,
    "answer_to_agent": partial(_answer, "agent"),
    "answer_to_course": partial(_answer, "course"),
    "spleen_shrinkage": _spleen_shrinkage,
}
"""Answers, by name."""
