"""Accrual: quantities are booked as they arise, in closed form, to (component, cause, year since index, age band).

Continuous quantities (life-years, quality, daily drugs) run at constant rates between two changes; `accrue` is called before
any of them changes and integrates the piece since the last call, cut at anniversaries of the index. Birthdays are events, so
no piece crosses one. With the continuous rate r the discounted length of a piece is (exp(-r a) - exp(-r b)) / r.
"""

import math
from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules import accounts as a
from alps_sim.rules.codes import DAYS_PER_YEAR, NO_AGENT, PHASE_MAINTENANCE, SPLEEN_REMOVED
from alps_sim.rules.doses import agent_mg_per_day, methylprednisolone_mg

_ACCOUNT_OF = a.ACCOUNT_OF


@compiled
def _book(world: Any, year: int, band: int, component: int, cause: int, quantity: float, discounted: float) -> None:
    """Add a quantity and its discounted value to the books."""
    line = world.books[min(year, a.YEARS_IN_BOOKS - 1), band, _ACCOUNT_OF[component, cause]]
    line[0] += quantity
    line[1] += discounted


@compiled
def _spend(patient: Any, world: Any, year: int, component: int, cause: int, quantity: float, discounted: float) -> None:
    """Book a resource and add its cost to the patient's counters."""
    price = world.unit_cost[component]
    patient.counters[a.C_COST] += quantity * price
    patient.counters[a.C_COST_DISCOUNTED] += discounted * price
    _book(world, year, patient.age_band, component, cause, quantity, discounted)


@compiled
def book_resource(patient: Any, world: Any, component: int, cause: int, quantity: float) -> None:
    """Book a resource used at this moment.

    Parameters
    ----------
    component, cause
        Account of the books.
    quantity
        In the unit of the resource.
    """
    book_discounted(patient, world, component, cause, quantity, discount_now(patient, world))


@compiled
def discount_now(patient: Any, world: Any) -> float:
    """Discount factor of costs at this moment; that of the last accrual if it was now, which is the same exponential."""
    if patient.accrued_to == patient.time:
        return patient.cost_discount
    return math.exp(-world.cost_discount_per_year * patient.time)


@compiled
def book_discounted(patient: Any, world: Any, component: int, cause: int, quantity: float, factor: float) -> None:
    """Book a resource used at this moment, whose discount factor is at hand."""
    _spend(patient, world, int(patient.time), component, cause, quantity, quantity * factor)


@compiled
def book_inpatient_days(patient: Any, world: Any, component: int, cause: int, days: float) -> None:
    """Book days in hospital, priced by the day or within a package, and count them."""
    patient.counters[a.C_INPATIENT_DAYS] += days
    book_resource(patient, world, component, cause, days)


@compiled
def _book_quality(patient: Any, world: Any, year: int, length: float, discounted: float) -> None:
    """Book life-years, the population norm of quality, and each cause's loss from what the causes before it left."""
    band = patient.age_band
    _book(world, year, band, a.LIFE_YEARS, a.CAUSE_BACKGROUND, length, discounted)
    quality = world.utility_norm[patient.completed_age]
    _book(world, year, band, a.QALYS, a.CAUSE_BACKGROUND, quality * length, quality * discounted)
    if patient.utility_lost == 1:
        for cause in range(a.CAUSE_COUNT):
            loss = quality * patient.utility_loss[cause]
            if loss > 0.0:
                quality -= loss
                _book(world, year, band, a.QALYS, cause, -loss * length, -loss * discounted)
    patient.counters[a.C_LIFE_YEARS] += length
    patient.counters[a.C_LIFE_YEARS_DISCOUNTED] += discounted
    patient.counters[a.C_QALYS] += quality * length
    patient.counters[a.C_QALYS_DISCOUNTED] += quality * discounted


@compiled
def _book_steroids(patient: Any, world: Any, year: int, length: float, discounted: float) -> None:
    """Book prednisone or methylprednisolone, and the exposure in prednisone equivalent."""
    days = length * DAYS_PER_YEAR
    mg_per_kg = patient.steroid_mg_per_day * days / patient.weight_kg
    patient.counters[a.C_STEROID_DAYS] += days
    patient.counters[a.C_PREDNISONE_MG_PER_KG] += mg_per_kg
    patient.course_mg_per_kg += mg_per_kg
    mg_per_year = patient.steroid_mg_per_day * DAYS_PER_YEAR
    if patient.steroid_is_iv == 1:
        patient.counters[a.C_IV_PULSE_MG_PER_KG] += mg_per_kg
        mg_per_year = methylprednisolone_mg(world, mg_per_year)
        _spend(patient, world, year, a.METHYLPREDNISOLONE, a.CAUSE_FLARE, mg_per_year * length, mg_per_year * discounted)
    elif patient.phase == PHASE_MAINTENANCE:
        _spend(patient, world, year, a.PREDNISONE, a.CAUSE_MAINTENANCE_STEROID, mg_per_year * length, mg_per_year * discounted)
    else:
        _spend(patient, world, year, a.PREDNISONE, a.CAUSE_FLARE, mg_per_year * length, mg_per_year * discounted)


@compiled
def _book_gcsf(patient: Any, world: Any, year: int, length: float, discounted: float) -> None:
    """Book G-CSF by weight and doses a week."""
    mcg_per_dose = world.parameters.gcsf_mcg_per_kg * patient.weight_kg
    mcg_per_year = mcg_per_dose * world.parameters.gcsf_doses_per_week * DAYS_PER_YEAR / 7.0
    _spend(patient, world, year, a.GCSF, a.CAUSE_FLARE, mcg_per_year * length, mcg_per_year * discounted)


@compiled
def _book_daily_treatment(patient: Any, world: Any, year: int, length: float, discounted: float) -> None:
    """Book the drugs and conditions that cost by the day."""
    if patient.steroid_mg_per_day > 0.0:
        _book_steroids(patient, world, year, length, discounted)
    if patient.agent != NO_AGENT:
        mg_per_year = agent_mg_per_day(patient, world, patient.agent) * patient.adherence * DAYS_PER_YEAR
        resource = a.FIRST_AGENT_RESOURCE + patient.agent
        _spend(patient, world, year, resource, a.CAUSE_LONG_TERM_TREATMENT, mg_per_year * length, mg_per_year * discounted)
    if patient.spleen == SPLEEN_REMOVED and patient.takes_prevention == 1:
        _spend(patient, world, year, a.PROPHYLAXIS_YEARS, a.CAUSE_PREVENTION, length, discounted)
    if patient.hypertension == 1:
        _spend(patient, world, year, a.HYPERTENSION_YEARS, a.CAUSE_TOXICITY, length, discounted)
    if patient.diabetes == 1:
        _spend(patient, world, year, a.DIABETES_YEARS, a.CAUSE_TOXICITY, length, discounted)
    if patient.gcsf == 1:
        _book_gcsf(patient, world, year, length, discounted)


@compiled
def discounted_length(rate: float, factor_start: float, factor_end: float, length: float) -> float:
    """Discounted length of a piece from the discount factors at its ends; its plain length at rate zero."""
    if rate == 0.0:
        return length
    return (factor_start - factor_end) / rate


@compiled
def accrue(patient: Any, world: Any) -> None:
    """Book everything that ran at a constant rate since the last call, up to the patient's present time."""
    while patient.accrued_to < patient.time:
        year = int(patient.accrued_to)
        end = min(patient.time, year + 1.0)
        length = end - patient.accrued_to
        cost_factor = math.exp(-world.cost_discount_per_year * end)
        effect_factor = cost_factor
        if world.effect_discount_per_year != world.cost_discount_per_year:
            effect_factor = math.exp(-world.effect_discount_per_year * end)
        effect_length = discounted_length(world.effect_discount_per_year, patient.effect_discount, effect_factor, length)
        cost_length = discounted_length(world.cost_discount_per_year, patient.cost_discount, cost_factor, length)
        _book_quality(patient, world, year, length, effect_length)
        _book_daily_treatment(patient, world, year, length, cost_length)
        patient.accrued_to = end
        patient.cost_discount = cost_factor
        patient.effect_discount = effect_factor
