"""What infections, operations, malignancy, rituximab and long steroids leave behind, from docs/model.md sections 5 to 9."""

from functools import partial
from typing import Final

import numpy as np

from alps_sim.verification.assumptions import Assumptions
from alps_sim.verification.history import LONG_AGO, History
from alps_sim.verification.journal import DAYS_PER_YEAR, BoolArray, Lines
from alps_sim.verification.occasions import (
    CLOSE_YEARS,
    Decision,
    Occasions,
    age,
    in_moment_of,
    occasions,
    told_at_once,
    told_later,
)
from alps_sim.verification.words import crossed, first_that_holds

AGENT_WITH_AFTERMATH: Final = "rituximab"
EYES: Final = 2


def _death_of(kind: str, parameter: str, history: History, assumptions: Assumptions) -> Occasions:
    """Death at once, of each event of a kind."""
    lines = history.lines
    return occasions(lines.among(kind), in_moment_of(lines, lines.among("death")), assumptions.values[parameter])


def _sepsis_death(history: History, assumptions: Assumptions) -> Occasions:
    """Death of a sepsis, by whether there is a spleen and whether the adrenals are suppressed."""
    lines, values = history.lines, assumptions.values
    removed = (history.states["spleen"] == "removed").to_numpy()
    suppressed = _lasting("adrenal_suppression", lines, assumptions)
    fatality = np.where(removed, values["opsi_fatality_probability"], values["sepsis_fatality_probability"])
    probability = np.minimum(1.0, fatality * np.where(suppressed, values["adrenal_suppression_fatality_ratio"], 1.0))
    circumstance = crossed(first_that_holds({"without a spleen": removed}, "with a spleen"), suppressed, "suppressed")
    return occasions(lines.among("sepsis"), in_moment_of(lines, lines.among("death")), probability, circumstance)


def _sepsis_sequelae(history: History, assumptions: Assumptions) -> Occasions:
    """Sequelae of a sepsis that was survived, told by their end."""
    lines, values = history.lines, assumptions.values
    made = lines.among("sepsis") & ~in_moment_of(lines, lines.among("death"))
    told, had = told_later(lines, "sepsis_aftermath_end", values["sepsis_aftermath_years"], lines.among("sepsis"))
    return occasions(made & told, had, values["sepsis_sequelae_probability"])


def _transplant(history: History, assumptions: Assumptions) -> Occasions:
    """Whether an acute leukaemia is transplanted, told some months later of those who live to see it."""
    lines, values = history.lines, assumptions.values
    nothing = np.zeros(lines.time.size, dtype=bool)
    told, done = told_later(lines, "transplantation", values["transplant_delay_days"] / DAYS_PER_YEAR, nothing)
    return occasions(lines.among("other_malignancy") & told, done, values["transplant_probability"])


def _after_rituximab(kind: str, probability: object, history: History) -> Occasions:
    """What a course of rituximab leaves behind, by genotype."""
    lines = history.lines
    made = lines.among("course_start") & (lines.words() == lines.place(AGENT_WITH_AFTERMATH))
    return told_at_once(lines, made, lines.among(kind), probability, history.states["genotype"].array)


def _hypogammaglobulinaemia(history: History, assumptions: Assumptions) -> Occasions:
    """Hypogammaglobulinaemia after rituximab, likelier in ALPS-U."""
    values = assumptions.values
    unknown_gene = (history.states["genotype"] == "ALPS-U").to_numpy()
    ratio = np.where(unknown_gene, values["rituximab_hypogammaglobulinaemia_alps_u_ratio"], 1.0)
    probability = np.minimum(1.0, values["rituximab_hypogammaglobulinaemia_probability"] * ratio)
    return _after_rituximab("hypogammaglobulinaemia", probability, history)


def _rituximab_neutropenia(history: History, assumptions: Assumptions) -> Occasions:
    """Neutropenia after rituximab."""
    return _after_rituximab("rituximab_neutropenia", assumptions.values["rituximab_neutropenia_probability"], history)


def _long_exposures(lines: Lines, assumptions: Assumptions) -> BoolArray:
    """Lines at which a long exposure to steroids is judged: a course that ends after it, or has lasted for as long as one."""
    values = assumptions.values
    spoken = lines.among("steroid_dose")
    dose = lines.steroid_dose
    dose_before = np.append(0.0, dose[:-1])
    begun = lines.last(spoken & (dose > 0.0) & (dose_before == 0.0), lines.time, np.nan)
    exposures, rest = np.divmod(lines.time - begun + CLOSE_YEARS, values["long_exposure_years"])
    ends = spoken & (dose == 0.0) & (dose_before > 0.0) & (rest >= values["long_course_days"] / DAYS_PER_YEAR)
    goes_on = lines.among("long_exposure_end") & (exposures >= 1.0) & (rest < 2.0 * CLOSE_YEARS)
    return np.asarray(ends | goes_on, dtype=bool)


def _after_exposure(kind: str, still: BoolArray | bool, history: History, assumptions: Assumptions) -> Occasions:
    """A toxicity of a long exposure, of those who can still get it."""
    lines = history.lines
    made = _long_exposures(lines, assumptions) & still
    return told_at_once(lines, made, lines.among(kind), assumptions.values[f"{kind}_probability"])


def _lasting(kind: str, lines: Lines, assumptions: Assumptions) -> BoolArray:
    """Whether a toxicity has come and not passed, which takes so many months without steroids; told by the doses alone."""
    years = assumptions.values[f"{kind}_months"] / 12.0
    spoken = lines.among("steroid_dose")
    dose = lines.steroid_dose
    free = lines.time - lines.last(spoken & (lines.value == 0.0), lines.time, LONG_AGO) >= years
    begins = spoken & (dose > 0.0) & (np.append(0.0, dose[:-1]) == 0.0)
    come = lines.switched(lines.among(kind), begins & free)
    return np.asarray(come & ((dose > 0.0) | ~free), dtype=bool)


def _passing(kind: str, history: History, assumptions: Assumptions) -> Occasions:
    """A toxicity that passes, after a long exposure, of those who do not have it."""
    lasting = _lasting(kind, history.lines, assumptions)[history.lines.before_moment]
    return _after_exposure(kind, ~lasting, history, assumptions)


def _not_yet(kind: str, lines: Lines) -> BoolArray:
    """Whether the patient had not had something before the moment of each line."""
    had = lines.switched(lines.among(kind), np.zeros(lines.time.size, dtype=bool))
    return np.asarray(~had[lines.before_moment], dtype=bool)


def _low_bone_density(history: History, assumptions: Assumptions) -> Occasions:
    """Low bone density after a long exposure, once."""
    return _after_exposure("low_bone_density", _not_yet("low_bone_density", history.lines), history, assumptions)


def _growth_retardation(history: History, assumptions: Assumptions) -> Occasions:
    """Growth retardation after a long exposure, once, in those who still grow by their completed age."""
    growing = np.floor(age(history) + CLOSE_YEARS) < assumptions.values["growing_until_years"]
    return _after_exposure("growth_retardation", growing & _not_yet("growth_retardation", history.lines), history, assumptions)


def _cataract(history: History, assumptions: Assumptions) -> Occasions:
    """A cataract after a long exposure, unless one waits to be operated on or both eyes have been."""
    lines = history.lines
    had = lines.last(lines.among("cataract"), lines.time, LONG_AGO)[lines.before_moment]
    operation = lines.among("cataract_operation")
    waits = (had != LONG_AGO) & (lines.last(operation, lines.time, LONG_AGO) <= had)
    return _after_exposure("cataract", np.asarray(~waits & (lines.count(operation) < EYES), dtype=bool), history, assumptions)


HARMS: Final[dict[str, Decision]] = {
    "operative_death": partial(_death_of, "splenectomy", "splenectomy_operative_death_probability"),
    "sepsis_death": _sepsis_death,
    "sepsis_sequelae": _sepsis_sequelae,
    "infection_death": partial(_death_of, "infection_admission", "infection_admission_fatality_probability"),
    "neutropenic_infection_death": partial(_death_of, "neutropenic_infection", "neutropenic_infection_fatality_probability"),
    "thrombosis_death": partial(_death_of, "thrombosis", "thrombosis_fatality_probability"),
    "transplant": _transplant,
    "transplant_death": partial(_death_of, "transplantation", "transplant_mortality_probability"),
    "hypogammaglobulinaemia": _hypogammaglobulinaemia,
    "rituximab_neutropenia": _rituximab_neutropenia,
    "low_bone_density": _low_bone_density,
    "growth_retardation": _growth_retardation,
    "cushingoid": partial(_passing, "cushingoid"),
    "cataract": _cataract,
    "adrenal_suppression": partial(_passing, "adrenal_suppression"),
}
"""Harms, by name."""
