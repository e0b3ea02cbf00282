"""What is decided at the onset of a flare or at a breakthrough, from docs/model.md sections 3 and 4.

The severity of a breakthrough is in no line of its own; its dangers are those of a severe one times the chance that it is one.
"""

from typing import Final

import numpy as np
import pandas as pd

from alps_sim.verification.answers import LINEAGE_BITS
from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.history import History
from alps_sim.verification.journal import DAYS_PER_YEAR, BoolArray, Lines
from alps_sim.verification.occasions import SEQUESTRATION_BIT, Decision, Occasions, in_moment_of, occasions, told_at_once, told_later
from alps_sim.verification.words import first_that_holds, words_at

SEVERE_BIT: Final = 8
"""In the code of a flare line."""
INTRACRANIAL: Final = 2
"""Code of a `severe_bleed` line."""


def _flare_severity(history: History, assumptions: Assumptions) -> Occasions:
    """Whether a flare is severe."""
    lines = history.lines
    return occasions(lines.among("flare"), lines.code & SEVERE_BIT > 0, assumptions.values["severe_flare_probability"])


def _flare_mechanism(history: History, assumptions: Assumptions) -> Occasions:
    """Whether a flare is by sequestration; never without an enlarged spleen."""
    lines = history.lines
    spleen = history.states["spleen"]
    probability = np.zeros(lines.time.size)
    for size in ("moderate", "massive"):
        probability[(spleen == size).to_numpy()] = assumptions.values[f"sequestration_probability_{size}"]
    return occasions(lines.among("flare"), lines.code & SEQUESTRATION_BIT > 0, probability, spleen.array)


def _flare_lineages(history: History, assumptions: Assumptions) -> Occasions:
    """Whether each lineage takes part: the patient's first one always, another own one with a probability, a foreign one never."""
    lines, states = history.lines, history.states
    flare = np.flatnonzero(lines.among("flare"))
    line, place = np.repeat(flare, len(LINEAGE_BITS)), np.tile(np.arange(len(LINEAGE_BITS)), flare.size)
    bit, name = np.array(list(LINEAGE_BITS.values()))[place], words_at(place, list(LINEAGE_BITS))
    own = states["lineages"].to_numpy(np.int64)[line] & bit > 0
    first = states["first_lineage"].to_numpy(np.int64)[line] == place
    probability = np.where(first, 1.0, np.where(own, assumptions.values["lineage_involvement_probability"], 0.0))
    among = occasions(np.ones(line.size, dtype=bool), lines.code[line] & bit > 0, probability, name)
    return Occasions(line, among.outcome, among.probability, among.circumstance)


def _involved(lines: Lines, lineage: str) -> BoolArray:
    """Whether a lineage takes part in the last flare."""
    code = lines.last(lines.among("flare"), lines.code, 0)
    return np.asarray(code & LINEAGE_BITS[lineage] > 0, dtype=bool)


def _severe(lines: Lines, assumptions: Assumptions) -> FloatArray:
    """Probability that a flare or breakthrough is severe, by what its own line says."""
    told = np.asarray(lines.code & SEVERE_BIT > 0, dtype=np.float64)
    return np.where(lines.among("flare"), told, assumptions.values["severe_flare_probability"])


def _of_dangers(what: str, severe: FloatArray, lines: Lines, assumptions: Assumptions) -> FloatArray:
    """Probability of a danger: by severity at a flare; at a breakthrough a mild one has none."""
    mild = np.where(lines.among("flare"), assumptions.values[f"{what}_probability_mild_flare"], 0.0)
    return severe * assumptions.values[f"{what}_probability_severe_flare"] + (1.0 - severe) * mild


def _occasion_in_words(lines: Lines) -> pd.Categorical:
    """Which kind of occasion each line is, with the severity if that is known."""
    return first_that_holds({"breakthrough": ~lines.among("flare"), "severe flare": lines.code & SEVERE_BIT > 0}, "mild flare")


def _bleeding(lines: Lines, assumptions: Assumptions) -> FloatArray:
    """Probability of a severe bleed at each flare or breakthrough."""
    return _of_dangers("severe_bleed", _severe(lines, assumptions), lines, assumptions) * _involved(lines, "itp")


def _severe_bleed(history: History, assumptions: Assumptions) -> Occasions:
    """A severe bleed, if ITP takes part."""
    lines = history.lines
    made, told = lines.among("flare", "breakthrough"), lines.among("severe_bleed")
    return told_at_once(lines, made, told, _bleeding(lines, assumptions), _occasion_in_words(lines))


def _transfusion(history: History, assumptions: Assumptions) -> Occasions:
    """Red cells, if AIHA takes part and a bleed has not killed before; a breakthrough that bleeds is known to be severe."""
    lines = history.lines
    bled = in_moment_of(lines, lines.among("severe_bleed"))
    severe, bleeding = _severe(lines, assumptions), _bleeding(lines, assumptions)
    without_bleed = (severe - bleeding) / np.maximum(1.0 - bleeding, np.finfo(np.float64).tiny)
    severe = np.where(lines.among("flare"), severe, np.where(bled, 1.0, without_bleed))
    made = lines.among("flare", "breakthrough") & ~(bled & in_moment_of(lines, lines.among("death")))
    probability = _of_dangers("transfusion", severe, lines, assumptions) * _involved(lines, "aiha")
    return told_at_once(lines, made, lines.among("transfusion"), probability, _occasion_in_words(lines))


def _intracranial_bleed(history: History, assumptions: Assumptions) -> Occasions:
    """Whether a severe bleed is intracranial."""
    lines = history.lines
    return occasions(lines.among("severe_bleed"), lines.code == INTRACRANIAL, assumptions.values["intracranial_share_of_severe_bleeds"])


def _intracranial_death(history: History, assumptions: Assumptions) -> Occasions:
    """Death of an intracranial bleed at once."""
    lines = history.lines
    made = lines.among("severe_bleed") & (lines.code == INTRACRANIAL)
    died = in_moment_of(lines, lines.among("death"))
    return occasions(made, died, assumptions.values["intracranial_fatality_probability"])


def _cytopenia_death(history: History, assumptions: Assumptions) -> Occasions:
    """Death of haemolysis some days after a severe flare or breakthrough, if neither another one nor a transplant comes between."""
    lines, values = history.lines, assumptions.values
    made = lines.among("flare", "breakthrough")
    years = values["cytopenia_death_delay_days"] / DAYS_PER_YEAR
    told, died = told_later(lines, "cytopenia_death", years, made | lines.among("transplantation"))
    alive = ~in_moment_of(lines, lines.among("death"))
    probability = _severe(lines, assumptions) * _involved(lines, "aiha") * values["cytopenia_death_probability"]
    return occasions(made & told & alive, died, probability, _occasion_in_words(lines))


ONSET: Final[dict[str, Decision]] = {
    "flare_severity": _flare_severity,
    "flare_mechanism": _flare_mechanism,
    "flare_lineages": _flare_lineages,
    "severe_bleed": _severe_bleed,
    "intracranial_bleed": _intracranial_bleed,
    "intracranial_death": _intracranial_death,
    "transfusion": _transfusion,
    "cytopenia_death": _cytopenia_death,
}
"""Decisions at an onset, by name."""
