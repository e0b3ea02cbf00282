"""Splenectomy: the operation, its own dangers, and the remission after it (section 6)."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.randomness import OPEN_OPERATION, OPERATIVE_COMPLICATION, OPERATIVE_DEATH
from alps_sim.rules import accounts as a
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules.accrual import book_inpatient_days, book_resource
from alps_sim.rules.agents import count_treatment, stop_agent
from alps_sim.rules.death import die, fail_treatment
from alps_sim.rules.decisions import decide
from alps_sim.rules.episode import answer_by_other_means, relieve_maintenance
from alps_sim.rules.factors import SPLEEN, TREATMENT, mark


@compiled
def _book_operation(patient: Any, world: Any) -> None:
    """Book the operation and the stay, which a complication makes longer."""
    p = world.parameters
    share = p.open_splenectomy_share_massive if patient.spleen == c.SPLEEN_MASSIVE else p.open_splenectomy_share_other
    is_open = decide(patient, world, OPEN_OPERATION, share)
    days = p.splenectomy_stay_days_open if is_open else p.splenectomy_stay_days_laparoscopic
    if decide(patient, world, OPERATIVE_COMPLICATION, p.splenectomy_complication_probability):
        days += p.splenectomy_complication_added_days
    book_resource(patient, world, a.SPLENECTOMIES, a.CAUSE_SPLENECTOMY, 1.0)
    book_inpatient_days(patient, world, a.INPATIENT_DAYS_WITHIN_PACKAGES, a.CAUSE_SPLENECTOMY, days)


@compiled
def remove_spleen(patient: Any, world: Any, time: float) -> None:
    """The spleen is gone for good from `time` on (before the index for a patient who enters without one)."""
    patient.spleen = c.SPLEEN_REMOVED
    patient.spleen_shrunk = 0
    patient.spleen_regrows = 0
    patient.next_time[e.SPLEEN_SHRINKAGE] = c.NEVER
    patient.splenectomy_time = time
    patient.age_at_splenectomy = patient.age_at_index + time
    patient.splenectomy_pending = 0
    patient.flare_mechanism = c.IMMUNE
    patient.tried |= 1 << c.SPLENECTOMY
    patient.tried &= ~patient.failed_with_hypersplenism  # what failed for the spleen's sake may be tried again
    patient.failed_with_hypersplenism = 0
    early_end = time + world.parameters.thrombosis_early_days / c.DAYS_PER_YEAR
    patient.next_time[e.EARLY_THROMBOSIS_END] = early_end if early_end > patient.time else c.NEVER
    mark(patient, SPLEEN)


@compiled
def _stop_long_term_treatment(patient: Any, world: Any) -> None:
    """Agents stop with the operation; nothing pending is begun after it."""
    stop_agent(patient, world, 0)
    patient.weaned_agent = c.NO_AGENT
    patient.pending_treatment = c.NO_AGENT
    patient.next_time[e.TREATMENT_START] = c.NEVER
    mark(patient, TREATMENT)


@compiled
def operate(patient: Any, world: Any) -> None:
    """Splenectomy: the patient may die of it; otherwise counts recover and flares stay away until the relapse clock."""
    patient.counters[a.C_SPLENECTOMISED] = 1.0
    _book_operation(patient, world)
    count_treatment(patient, world, c.SPLENECTOMY)
    if patient.referral == c.REFERRAL_LADDER:  # a rescue, whatever the strategy intends
        fail_treatment(patient, world)
    remove_spleen(patient, world, patient.time)
    _stop_long_term_treatment(patient, world)
    if decide(patient, world, OPERATIVE_DEATH, world.parameters.splenectomy_operative_death_probability):
        die(patient, world, c.DEATH_OPERATIVE)
        return
    patient.remission_after_splenectomy = patient.has_cytopenia
    patient.steroid_dependent = 0
    answer_by_other_means(patient, world)
    relieve_maintenance(patient, world)
