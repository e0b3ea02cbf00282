"""A sweep in words: what was varied, a sentence for each flip and for each order that holds."""

import math
from collections.abc import Mapping
from typing import Any, Final

from alps_sim.analysis.flip_table import BESIDE_THE_COMPARATOR
from alps_sim.analysis.sweep import Sweep, Varied
from alps_sim.outcomes.adjust import MINIMUM_EVENTS
from alps_sim.outcomes.definitions import MORE_IS_BETTER, OUTCOMES
from alps_sim.plots.parameters import names_its_unit, value_text
from alps_sim.report.answer import span
from alps_sim.report.tradeoff import ENOUGH_DRAWS, NOUNS
from alps_sim.scenario.phrases import listed

UNDECIDED: Final = "~"
"""Stands beside a preference within simulation error."""

Row = Mapping[Any, Any]

_NAMED: Final = {
    "qalys": "QALYs",
    "qalys_discounted": "discounted QALYs",
    "life_years_discounted": "discounted life-years",
    "cost_discounted": "discounted cost",
    "prednisone_mg_per_kg": "steroid",
    "iv_pulse_mg_per_kg": "steroid by pulse",
    "splenectomised": "splenectomies",
}
"""Outcomes whose label does not fit into a sentence."""
_UNCOUNTED: Final = ("mg/kg", "mg/kg per year alive")


def noun(outcome: str) -> str:
    """An outcome in a sentence.

    Parameters
    ----------
    outcome
        Identifier in the registry.
    """
    if outcome in NOUNS:
        return NOUNS[outcome][0]
    if outcome in _NAMED:
        return _NAMED[outcome]
    label = OUTCOMES[outcome].label.replace("Deaths, ", "Deaths from ")
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def amount(outcome: str, more: bool) -> str:
    """More or less of an outcome: `more flares`, `fewer flares`, `a lower cost`.

    Parameters
    ----------
    outcome
        Identifier in the registry.
    more
        Which of the two.
    """
    if OUTCOMES[outcome].unit == "currency":
        return f"a {'higher' if more else 'lower'} {noun(outcome)}"
    less = NOUNS[outcome][1] if outcome in NOUNS else "less" if OUTCOMES[outcome].unit in _UNCOUNTED else "fewer"
    return f"{'more' if more else less} {noun(outcome)}"


def heading(sweep: Sweep) -> list[str]:
    """What was varied beside what is known of it, and what the intervals are.

    Parameters
    ----------
    sweep
        As run.
    """
    lines = [_varied_words(one) for one in sweep.varied]
    lines.append(f"{sweep.scenario.patients:,} patients under each strategy, the same at every value. Outcomes {span(sweep.window)}.")
    simulation = "95% simulation error, which more patients narrow"
    lines.append(f"Estimates are adjusted by what at least {MINIMUM_EVENTS} events at a value allow; a curve may step where that changes.")
    if not sweep.draws:
        return [*lines, f"Intervals: {simulation}. Parameter uncertainty was not run (--draws)."]
    few = f" {sweep.draws} draws are few; {ENOUGH_DRAWS} are enough." if sweep.draws < ENOUGH_DRAWS else ""
    return [*lines, f"Intervals: 95% parameter uncertainty ({sweep.draws} draws of all other parameters), then {simulation}.{few}"]


def _varied_words(varied: Varied) -> str:
    variation, unit = varied.variation, _unit(varied)
    spaced = ", evenly spaced logarithms" if variation.logarithmic else ""
    text = f"{variation.parameter}: {variation.count} values from {value_text(variation.low)} to {value_text(variation.high)}{unit}{spaced}"
    known = f"; {varied.known_as.lower()} {_range(varied)}" if varied.low < varied.high else ""
    return f"{text}. The scenario has {value_text(varied.base)}{known}."


def _unit(varied: Varied) -> str:
    """The unit behind a number; nothing for a ratio or a probability that is named so."""
    return "" if names_its_unit(varied.variation.parameter, varied.unit) else f" {varied.unit}"


def _range(varied: Varied) -> str:
    return f"{value_text(varied.low)} to {value_text(varied.high)}"


def flip_sentences(sweep: Sweep) -> list[str]:
    """For each outcome, where each strategy changes places with the comparator, and where the preferred strategy changes.

    Parameters
    ----------
    sweep
        Along one parameter.
    """
    found = []
    for row in sweep.flips.to_dict("records"):
        if row["kind"] == BESIDE_THE_COMPARATOR:
            found.append(_flip(row, sweep) if row["flips"] else _no_flip(row))
        elif _says_more(sweep, row):
            found.append(_change(row, sweep) if row["flips"] else _no_change(row))
    return [sentence.strip() for sentence in found]


def _says_more(sweep: Sweep, row: Row) -> bool:
    """Whether the preferred strategy is another matter than the one strategy beside the comparator."""
    same = sweep.flips[(sweep.flips["outcome"] == row["outcome"]) & (sweep.flips["kind"] == BESIDE_THE_COMPARATOR)]
    return int(same["strategy"].nunique()) > 1


def _flip(row: Row, sweep: Sweep) -> str:
    """Below a value one has less than the other, above it more."""
    strategy, comparator, outcome = row["strategy"], row["comparator"], row["outcome"]
    more_below = (row["better_below"] == strategy) == (outcome in MORE_IS_BETTER)
    text = f"Below {_value(row, sweep)} {strategy} has {amount(outcome, more_below)} than {comparator}{_only_within(row, 'ci_low')}; "
    return f"{text}above it, {amount(outcome, not more_below)}{_only_within(row, 'ci_high')}. {_beside_evidence(row, sweep)}{_drawn(row)}"


def _only_within(row: Row, end: str) -> str:
    return ", though nowhere beyond simulation error" if math.isnan(row[end]) else ""


def _value(row: Row, sweep: Sweep) -> str:
    """The flip with its unit and its intervals."""
    return f"{value_text(row['value'])}{_unit(sweep.varied[0])} ({flip_intervals(row)})"


def flip_intervals(row: Row) -> str:
    """Intervals of a flip, each with its kind, that of the parameters first.

    Parameters
    ----------
    row
        Of `flips.csv`.
    """
    kinds = [("parameters", "parameter_ci"), ("simulation", "ci")] if "parameter_ci_low" in row else [("simulation", "ci")]
    return "; ".join(f"{name} {_bounds(row[f'{kind}_low'], row[f'{kind}_high'])}" for name, kind in kinds)


def _bounds(low: float, high: float) -> str:
    """An interval with open ends: what is below or above the values is not known."""
    if math.isnan(low) and math.isnan(high):
        return "open at both ends"
    if math.isnan(low):
        return f"up to {value_text(high)}"
    return f"from {value_text(low)} up" if math.isnan(high) else f"{value_text(low)}-{value_text(high)}"


def _beside_evidence(row: Row, sweep: Sweep) -> str:
    """Where the flip lies beside what is known of the parameter."""
    varied = sweep.varied[0]
    if not varied.low < varied.high:
        return ""
    where = "below" if row["value"] < varied.low else "above" if row["value"] > varied.high else "within"
    return f"That is {where} the {varied.known_as[0].lower() + varied.known_as[1:]} ({_range(varied)})."


def _drawn(row: Row) -> str:
    return f" {row['draws_that_flip']:.0%} of the draws flip within the values." if "draws_that_flip" in row else ""


def _no_flip(row: Row) -> str:
    strategy, comparator, outcome = row["strategy"], row["comparator"], row["outcome"]
    if not row["better_below"]:
        return f"At no value do {strategy} and {comparator} differ in {noun(outcome)} beyond simulation error.{_drawn(row)}"
    more = (row["better_below"] == strategy) == (outcome in MORE_IS_BETTER)
    return f"{strategy} has {amount(outcome, more)} than {comparator} {_how_often(row)}: no flip within the values.{_drawn(row)}"


def _how_often(row: Row) -> str:
    beyond, values = row["values_beyond_error"], row["values"]
    return f"beyond simulation error at {'all' if beyond == values else f'{beyond} of'} {values} values"


def _change(row: Row, sweep: Sweep) -> str:
    best = amount(row["outcome"], row["outcome"] in MORE_IS_BETTER)
    return (
        f"Preferred, for {best}: {row['better_below']} below {_value(row, sweep)}, {row['better_above']} above it. "
        f"{_undecided(row, sweep)}{_beside_evidence(row, sweep)}{_drawn(row)}"
    )


def _undecided(row: Row, sweep: Sweep) -> str:
    """Strategies that the table has as preferred too, though within simulation error."""
    values = sweep.table[(sweep.table["outcome"] == row["outcome"]) & (sweep.table["strategy"] == sweep.scenario.comparator)]
    within = values[~values["preferred_beyond_error"]]["preferred"]
    others = within[~within.isin([row["better_below"], row["better_above"]])]
    if others.empty:
        return ""
    return f"At {len(others)} of {len(values)} values {listed(list(others.unique()), 'or')}, within simulation error ({UNDECIDED}). "


def _no_change(row: Row) -> str:
    best = amount(row["outcome"], row["outcome"] in MORE_IS_BETTER)
    if not row["values_beyond_error"]:
        return f"Preferred, for {best}: {row['strategy']} at most values, but nowhere beyond simulation error.{_drawn(row)}"
    return f"Preferred, for {best}: {row['strategy']} {_how_often(row)}.{_drawn(row)}"
