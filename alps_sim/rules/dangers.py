"""What a flare, or a severe breakthrough, can do at once: severe bleeding, transfusion, death of haemolysis (section 3)."""

import math
from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import (
    CYTOPENIA_DEATH_DECISION,
    INTRACRANIAL_BLEED,
    INTRACRANIAL_FATALITY,
    INTRACRANIAL_SEQUELAE,
    SEVERE_BLEED,
    TRANSFUSION,
)
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules import quality
from alps_sim.rules.accrual import book_inpatient_days, book_resource
from alps_sim.rules.death import die
from alps_sim.rules.decisions import decide
from alps_sim.rules.journal import note


@compiled
def _bleed(patient: Any, world: Any) -> None:
    """A severe bleed makes the flare a severe one; an intracranial one may kill at once or leave lasting harm."""
    p = world.parameters
    patient.flare_severity = c.SEVERE
    patient.counters[a.C_SEVERE_BLEEDS] += 1.0
    book_resource(patient, world, a.BLEED_ADMISSIONS, a.CAUSE_FLARE, 1.0)
    book_inpatient_days(patient, world, a.INPATIENT_DAYS_WITHIN_PACKAGES, a.CAUSE_FLARE, p.bleed_inpatient_days)
    intracranial = decide(patient, world, INTRACRANIAL_BLEED, p.intracranial_share_of_severe_bleeds)
    patient.bleed = quality.INTRACRANIAL_BLEED if intracranial else quality.BLEED
    patient.next_time[e.BLEED_END] = patient.time + p.bleed_days / c.DAYS_PER_YEAR
    note(patient, world, e.LOG_SEVERE_BLEED, patient.bleed, 0.0)
    if intracranial:
        book_resource(patient, world, a.INTENSIVE_CARE_DAYS, a.CAUSE_FLARE, p.bleed_inpatient_days)
        if decide(patient, world, INTRACRANIAL_FATALITY, p.intracranial_fatality_probability):
            die(patient, world, c.DEATH_CYTOPENIA)
        elif decide(patient, world, INTRACRANIAL_SEQUELAE, p.intracranial_sequelae_probability):
            patient.intracranial_sequelae = 1


@compiled
def _transfuse(patient: Any, world: Any) -> None:
    """Red cells by weight, in whole units: the nearest number, at least one, at most what an adult is given."""
    p = world.parameters
    nearest = math.floor(p.transfusion_ml_per_kg * patient.weight_kg / p.red_cell_unit_ml + 0.5)
    of_adult = math.floor(p.transfusion_units + 0.5)
    units = max(float(min(nearest, of_adult)), 1.0)
    patient.counters[a.C_TRANSFUSIONS] += 1.0
    book_resource(patient, world, a.RED_CELL_UNITS, a.CAUSE_FLARE, units)
    note(patient, world, e.LOG_TRANSFUSION, 0, units)


@compiled
def meet_dangers(patient: Any, world: Any) -> None:
    """Dangers at the onset: severe bleeding, transfusion, and death of haemolysis. Neutropenia kills by infection: a rule of its own."""
    p = world.parameters
    severe = patient.flare_severity == c.SEVERE
    if patient.flare_lineages & c.ITP_BIT:
        bleeding = p.severe_bleed_probability_severe_flare if severe else p.severe_bleed_probability_mild_flare
        if decide(patient, world, SEVERE_BLEED, bleeding):
            _bleed(patient, world)
    if patient.finished == 1:
        return
    if patient.flare_lineages & c.AIHA_BIT:
        transfusion = p.transfusion_probability_severe_flare if severe else p.transfusion_probability_mild_flare
        if decide(patient, world, TRANSFUSION, transfusion):
            _transfuse(patient, world)
        if severe and decide(patient, world, CYTOPENIA_DEATH_DECISION, p.cytopenia_death_probability):
            patient.next_time[e.CYTOPENIA_DEATH] = patient.time + p.cytopenia_death_delay_days / c.DAYS_PER_YEAR
