"""Sepsis with and without a spleen, infection under neutropenia, and other admissions for infection (sections 3, 5 and 7)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import (
    INFECTION_FATALITY,
    NEUTROPENIC_INFECTION_FATALITY,
    SEPSIS_FATALITY,
    SEPSIS_PNEUMOCOCCAL,
    SEPSIS_SEQUELAE,
)
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules.accrual import book_inpatient_days, book_resource
from alps_sim.rules.death import die
from alps_sim.rules.decisions import decide
from alps_sim.rules.factors import EPISODE, SEPSIS_HISTORY, is_neutropenic, mark
from alps_sim.rules.journal import note


@compiled
def _count_opsi(patient: Any, world: Any) -> None:
    """Count an episode without a spleen, and whether it is pneumococcal."""
    patient.counters[a.C_OPSI_EPISODES] += 1.0
    if patient.first_opsi_time == c.NEVER:
        patient.first_opsi_time = patient.time
    elif patient.second_opsi_time == c.NEVER:
        patient.second_opsi_time = patient.time
    if decide(patient, world, SEPSIS_PNEUMOCOCCAL, world.parameters.opsi_pneumococcal_share):
        patient.counters[a.C_OPSI_PNEUMOCOCCAL_EPISODES] += 1.0


@compiled
def _survive(patient: Any, world: Any) -> None:
    """Sequelae in some; and whoever has come through an OPSI takes up prevention."""
    p = world.parameters
    if decide(patient, world, SEPSIS_SEQUELAE, p.sepsis_sequelae_probability):
        patient.sepsis_aftermath = 1
        patient.next_time[e.SEPSIS_AFTERMATH_END] = patient.time + p.sepsis_aftermath_years
    if patient.spleen == c.SPLEEN_REMOVED and patient.takes_prevention == 0:
        patient.takes_prevention = 1
        book_resource(patient, world, a.VACCINATION_COURSES, a.CAUSE_PREVENTION, 1.0)


@compiled
def have_sepsis(patient: Any, world: Any) -> None:
    """An episode of invasive bacterial sepsis: OPSI if there is no spleen."""
    p = world.parameters
    asplenic = patient.spleen == c.SPLEEN_REMOVED
    patient.sepsis_episodes += 1
    patient.counters[a.C_SEPSIS_EPISODES] += 1.0
    if asplenic:
        _count_opsi(patient, world)
    book_resource(patient, world, a.SEPSIS_ADMISSIONS, a.CAUSE_SEPSIS, 1.0)
    book_inpatient_days(patient, world, a.INPATIENT_DAYS_WITHIN_PACKAGES, a.CAUSE_SEPSIS, p.sepsis_inpatient_days)
    book_resource(patient, world, a.INTENSIVE_CARE_DAYS, a.CAUSE_SEPSIS, p.sepsis_intensive_care_days)
    fatality = p.opsi_fatality_probability if asplenic else p.sepsis_fatality_probability
    if patient.adrenal_suppression == 1:
        fatality *= p.adrenal_suppression_fatality_ratio
    if decide(patient, world, SEPSIS_FATALITY, fatality):
        die(patient, world, c.DEATH_OPSI if asplenic else c.DEATH_OTHER_SEPSIS)
    else:
        _survive(patient, world)
    mark(patient, SEPSIS_HISTORY)


@compiled
def _admit(patient: Any, world: Any) -> None:
    """Book an admission for infection."""
    book_resource(patient, world, a.INFECTION_ADMISSIONS, a.CAUSE_INFECTION, 1.0)
    book_inpatient_days(patient, world, a.INPATIENT_DAYS_WITHIN_PACKAGES, a.CAUSE_INFECTION, world.parameters.infection_inpatient_days)


@compiled
def be_admitted_for_infection(patient: Any, world: Any) -> None:
    """An admission for infection other than sepsis; a death from it counts as a toxicity of treatment."""
    patient.counters[a.C_INFECTION_ADMISSIONS] += 1.0
    _admit(patient, world)
    if decide(patient, world, INFECTION_FATALITY, world.parameters.infection_admission_fatality_probability):
        die(patient, world, c.DEATH_TOXICITY)


@compiled
def _suits_gcsf(patient: Any, world: Any) -> bool:
    """G-CSF is for isolated neutropenia with infection, without an enlarged spleen that it might rupture."""
    isolated = patient.flare_lineages == c.NEUTROPENIA_BIT and is_neutropenic(patient)
    enlarged = patient.spleen == c.SPLEEN_MODERATE or patient.spleen == c.SPLEEN_MASSIVE
    return world.strategy.gcsf_allowed == 1 and isolated and not enlarged


@compiled
def have_neutropenic_infection(patient: Any, world: Any) -> None:
    """Infection under neutropenia; a death from it is a cytopenia death, or one of toxicity if rituximab alone left the neutropenia."""
    p = world.parameters
    patient.counters[a.C_NEUTROPENIC_INFECTIONS] += 1.0
    _admit(patient, world)
    if decide(patient, world, NEUTROPENIC_INFECTION_FATALITY, p.neutropenic_infection_fatality_probability):
        die(patient, world, c.DEATH_CYTOPENIA if is_neutropenic(patient) else c.DEATH_TOXICITY)
    elif patient.gcsf == 0 and _suits_gcsf(patient, world):
        patient.gcsf = 1
        note(patient, world, e.LOG_GCSF, 1, p.gcsf_mcg_per_kg)
        mark(patient, EPISODE)
