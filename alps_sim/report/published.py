"""Published figures beside simulated ones, as text: at the end of a replica's run, and for the whole validation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from alps_sim.evidence.readings import reading_choices
from alps_sim.evidence.targets import HELD_OUT, NotSimulated, Target, load_targets, target_cohorts
from alps_sim.outcomes.statistics import STATISTICS
from alps_sim.plots.units import interval
from alps_sim.scenario.schema import Scenario
from alps_sim.validation.criteria import calibrated_text
from alps_sim.validation.verdict import AGREEING, BOUND, BOUNDS, CLASS_WORDS, NEVER_BROKEN, place, sections

_SCALES: Final = {"share": (100.0, "%"), "per year": (100.0, " per 100 y"), "years": (1.0, " y"), "episodes": (1.0, ""), "ratio": (1.0, "")}
"""By unit of the statistic: what it is multiplied by, and what stands behind it."""
_FEW_DIGITS: Final = 3
_NEAR_THE_END: Final = 4.95
"""Percent from 0 or 100 within which a share is told with a decimal."""


def _places(unit: str, value: float) -> int:
    """Decimal places under which a value of this unit is read."""
    scaled = abs(value) * _SCALES[unit][0]
    if unit == "share":
        return 1 if min(scaled, 100.0 - scaled) < _NEAR_THE_END else 0
    return 1 if scaled < 10.0 ** (_FEW_DIGITS - 1) else 0


def figure_text(value: float, unit: str) -> str:
    """A figure in its unit: `41%`, `13.5 y`, `2.2 per 100 y`; empty for NaN."""
    scale, behind = _SCALES[unit]
    if math.isnan(value):
        return ""
    places = 0 if unit == "share" and value in (0.0, 1.0) else _places(unit, value)
    return f"{scale * value:.{places}f}{behind}"


def interval_text(low: float, high: float, unit: str) -> str:
    """An interval of figures without its unit; empty for NaN."""
    if math.isnan(low) or math.isnan(high):
        return ""
    scale = _SCALES[unit][0]
    # an end at exactly 0 or 100% is read as well with decimals as without
    places = [_places(unit, end) for end in (low, high) if unit != "share" or end not in (0.0, 1.0)]
    return interval(scale * low, scale * high, min(places, default=0))


@dataclass(frozen=True)
class Comparison:
    """A published figure beside the simulated one.

    Attributes
    ----------
    description, published, published_interval, simulated, predictive, drawn, place, target_class
        Text; `predictive` is the interval by chance alone, `drawn` that with the uncertainty of the parameters in it (empty without
        draws); `place` tells where the published figure lies relative to the widest of them.
    """

    description: str
    published: str
    published_interval: str
    simulated: str
    predictive: str
    drawn: str
    place: str
    target_class: str


def comparisons(scenario: Scenario, predictions: pd.DataFrame) -> tuple[dict[str, list[Comparison]], list[str]]:
    """Published figures of the replicated cohort beside the simulated ones.

    Parameters
    ----------
    scenario
        A replica.
    predictions
        Columns of `predictions.csv`.

    Returns
    -------
    tuple
        Comparisons by strategy; descriptions of published figures of the cohort that are not simulated as such.
    """
    if scenario.replica is None:
        raise ValueError(f"expected a replica of a published cohort, found the scenario {scenario.name}, which has no `replica`")
    choices = reading_choices(scenario.readings)
    cohort = target_cohorts()[scenario.replica.cohort]
    found: dict[str, list[Comparison]] = {}
    missing: list[str] = []
    for target in (target.read_with(choices) for target in load_targets() if target.cohort == cohort.identifier):
        rows = predictions[(predictions["statistic"] == target.statistic) & predictions["strategy"].str.startswith(cohort.strategy)]
        if rows.empty:
            missing.append(target.description)
        for row in rows.to_dict("records"):
            found.setdefault(row["strategy"], []).append(_comparison(target, row))
    return found, missing


def _comparison(target: Target, row: Mapping[Any, Any]) -> Comparison:
    observed, unit = target.observed, STATISTICS[target.statistic].unit
    drawn = (row["drawn_low"], row["drawn_high"])
    low, high = (row["low"], row["high"]) if math.isnan(drawn[0]) else drawn
    bounds = observed.interval() or (math.nan, math.nan)
    return Comparison(
        target.description,
        figure_text(observed.value, unit) + (f" ({observed})" if observed.count is not None else ""),
        interval_text(*bounds, unit),
        figure_text(row["mean"], unit),
        interval_text(row["low"], row["high"], unit),
        interval_text(*drawn, unit),
        place(observed.value, low, high, target.bound),
        target.target_class.replace("_", " ").lower(),
    )


def comparison_text(scenario: Scenario, predictions: pd.DataFrame) -> str:
    """Published figures beside simulated ones in plain text, as a replica prints them at its end.

    Parameters
    ----------
    scenario
        A replica.
    predictions
        Columns of `predictions.csv`.
    """
    found, _ = comparisons(scenario, predictions)
    lines: list[str] = []
    for strategy, rows in found.items():
        width = max(len(row.description) for row in rows)
        lines.append(f"Published, and simulated under {strategy}: mean and 95% predictive intervals over cohorts of the study's size,")
        lines.append("by chance alone (parameters held where they are), then with the uncertainty of the parameters")
        for row in rows:
            drawn = row.drawn or "no draws"
            lines.append(
                f"  {row.description:<{width}}  {row.published:>13}  {row.simulated:>5}  {row.predictive:>10}  {drawn:>10}  {row.place}"
            )
    return "\n".join(lines)


HEADINGS: Final = ("", "n", "published", "exact 95%", "simulated", "by chance", "and parameters", "verdict", "test", "source")
"""Of the columns of the validation."""


def validation_text(table: pd.DataFrame, parameters: str) -> str:
    """The validation as a table in plain text, class by class, with a count of the verdicts.

    Parameters
    ----------
    table
        Columns of `validation.csv`.
    parameters
        What the parameters were drawn from, in words.
    """
    sources = list(dict.fromkeys(table["source"]))
    body = {words: [validation_cells(row, sources) for row in rows.to_dict("records")] for words, rows in sections(table)}
    every_row = [HEADINGS, *(row for rows in body.values() for row in rows)]
    widths = [max(len(row[place]) for row in every_row) for place in range(len(HEADINGS))]
    lines = [*_explained(parameters), "", _line(HEADINGS, widths)]
    for words, cells in body.items():
        lines += ["", words, *(_line(row, widths) for row in cells)]
    lines += ["", "Sources: " + "; ".join(f"[{place}] {source}" for place, source in enumerate(sources, 1)), ""]
    lines += [*_outside(table), verdicts(table), calibrated_text(table)]
    return "\n".join(lines).rstrip("\n")


def _explained(parameters: str) -> tuple[str, ...]:
    return (
        "Published figures, and what simulated cohorts of the same size and follow-up would have published.",
        "Simulated: mean over cohorts at the central parameter values. Intervals: 95% predictive, `by chance` alone at these values, then",
        f"`and parameters` with these drawn too ({parameters}); the verdict rests on the wider one. Test: its power to notice that what is",
        "counted is twice as frequent as in the model (strong from 80%, fair from 50%). A bound need only be kept; its test is the share",
        "of draws from the priors, before any fit, under which it would have been broken; if none breaks it, its being kept says little.",
        "* Outside by chance alone: only what is not known of the parameters covers the figure.",
        "= Of the patients of another figure, all or part of them, so it is no test apart from that one.",
        "° A prior or a replica was set with an eye on it, so it cannot test that.",
    )


def validation_cells(row: Mapping[Any, Any], sources: Sequence[str]) -> tuple[str, ...]:
    """One row of the validation as text, in the order of `HEADINGS`.

    Parameters
    ----------
    row
        Of `validation.csv`.
    sources
        Sources in the order of their numbers.
    """
    unit = row["unit"]
    told = "" if row["published_text"].replace(".", "").isdigit() else f" ({row['published_text'].replace('person-years', 'PY')})"
    before = {"at_least": "over ", "at_most": "bound "}.get(row["bound"], "")
    return (
        f"  {row['description']}",
        f"{row['n']}",
        before + figure_text(row["published"], unit) + told,
        interval_text(row["published_low"], row["published_high"], unit),
        figure_text(row["simulated"], unit),
        interval_text(row["chance_low"], row["chance_high"], unit),
        interval_text(row["drawn_low"], row["drawn_high"], unit),
        _verdict(row),
        _test(row),
        f"[{sources.index(row['source']) + 1}]",
    )


def _test(row: Mapping[Any, Any]) -> str:
    """The strength with the number it follows from, and signs if the figure is not independent of another or has shaped a prior."""
    number = row["priors_that_break"] if row["test"] == BOUND else row["power_if_doubled"]
    return str(row["test"]) + ("" if math.isnan(number) else f" {100 * number:.0f}%") + _signs(row)


def _signs(row: Mapping[Any, Any]) -> str:
    """Why a figure is no test apart: of the patients of another (=), or of what it helped to set (°)."""
    return (" =" if row["overlaps"] else "") + (" °" if row["informs"] else "")


def _verdict(row: Mapping[Any, Any]) -> str:
    """In capitals if outside, with a star if only the uncertainty of the parameters covers the figure."""
    verdict = str(row["verdict"])
    if verdict not in AGREEING:
        return verdict.upper()
    return verdict if row["verdict_chance"] in AGREEING else f"{verdict}*"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Text to the left, numbers to the right."""
    left = (0, 7, 8, 9)
    shown = [
        f"{cell:<{width}}" if place in left else f"{cell:>{width}}" for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(shown).rstrip()


def verdicts(table: pd.DataFrame) -> str:
    """How many figures lie where the model says, two-sided ones and bounds apart, how strong these tests are, and which overlap.

    Parameters
    ----------
    table
        Columns of `validation.csv`.
    """
    lines = []
    for name in CLASS_WORDS:
        rows = table[table["class"] == name]
        parts = (_two_sided(rows[~rows["test"].isin(BOUNDS)]), _bounds(rows[rows["test"].isin(BOUNDS)]))
        if len(rows):
            lines.append(f"{name.replace('_', ' ')}: {' '.join(part for part in parts if part)}")
    return "\n".join([*lines, *_overlapping(table)])


def _two_sided(rows: pd.DataFrame) -> str:
    strong_to_weak = ", ".join(f"{(rows['test'] == word).sum()} {word}" for word in ("strong", "fair", "weak"))
    inside = rows["verdict"].isin(AGREEING).sum()
    return f"{inside} of {len(rows)} two-sided figures inside (tests: {strong_to_weak})." if len(rows) else ""


def _bounds(rows: pd.DataFrame) -> str:
    kept, idle = rows["verdict"].isin(AGREEING).sum(), (rows["test"] == NEVER_BROKEN).sum()
    nothing = f", of which no draw of the priors breaks {idle}" if idle else ""
    return f"{kept} of {len(rows)} bounds kept{nothing}." if len(rows) else ""


def _overlapping(table: pd.DataFrame) -> list[str]:
    """What the held-out tests are worth that are independent of the fit and of the priors, and what the others hang on."""
    tests = table[(table["class"] == HELD_OUT) & ~table["test"].isin(BOUNDS)]
    shared = (tests["overlaps"] != "") | (tests["informs"] != "")
    if not shared.any():
        return []
    names = dict(zip(table["figure"], table["description"], strict=True))
    apart = _two_sided(tests[~shared]) or "none."
    lines = [f"Held out, of other patients than those of the fit, and nothing set with an eye on it: {apart} The other {shared.sum()}:"]
    return lines + [f"  {row['description']}: {_hangs_on(row, names)}" for row in tests[shared].to_dict("records")]


def _hangs_on(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    """Whose patients a figure counts, and what was set with an eye on it."""
    others = " and ".join(f"'{names.get(other, other)}'" for other in str(row["overlaps"]).split())
    informed = " and ".join(str(row["informs"]).split())
    return "; ".join(filter(None, (others and f"of the patients of {others}", informed and f"informed {informed}")))


def _outside(table: pd.DataFrame) -> list[str]:
    """Figures that lie elsewhere than the model says, with what is known of the reason."""
    rows = table[~table["verdict"].isin(AGREEING)].to_dict("records")
    return ["Outside:", *(f"  {row['description']}: {row['note'] or 'no reason known'}" for row in rows), ""] if rows else []


def not_simulated_text(entries: Sequence[NotSimulated]) -> str:
    """What was published and the model cannot produce, with the reasons.

    Parameters
    ----------
    entries
        Of `evidence.targets.not_simulated`.
    """
    lines = ["Published and not simulated:"]
    lines += [f"  {entry.description}: {entry.reason}" for entry in entries]
    return "\n".join(lines)
