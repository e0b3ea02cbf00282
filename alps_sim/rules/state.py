"""The state of one patient, a single structured record: what the population gave, what has happened, what comes next.

Times are years since the index and absolute; NEVER is a time that does not come. Flags are 0 or 1.
"""

from typing import Final

import numpy as np

from alps_sim.randomness import DECISIONS
from alps_sim.rules.accounts import CAUSE_COUNT, COUNTER_COUNT
from alps_sim.rules.codes import AGENT_COUNT
from alps_sim.rules.events import ENTRY_COUNT, PROCESS_COUNT

ATTRIBUTES: Final = (
    ("patient", "i8"),  # number in the population; the generator's counter
    ("genotype", "i8"),
    ("sex", "i8"),
    ("age_at_index", "f8"),  # years
    ("has_cytopenia", "i8"),
    ("lineages", "i8"),  # bit mask over LINEAGES
    ("first_lineage", "i8"),  # takes part in every flare
    ("spleen_at_index", "i8"),
    ("flare_frailty", "f8"),  # mean 1
    ("infection_frailty", "f8"),  # mean 1
    ("refractoriness", "f8"),  # standard normal
    ("weight_z", "f8"),  # standard normal
    ("prevention_luck", "f8"),  # uniform; takes up prevention if below the strategy's uptake
    ("years_since_prior_splenectomy", "f8"),  # at the index; negative if the spleen is in place
    ("entry_years", "f8"),  # enrolment into an observed cohort; 0 if from the index
    ("observation_years", "f8"),  # end of observation; NEVER if followed for life
)
"""What the population draws, one field an attribute."""

ATTRIBUTE_DTYPE: Final = np.dtype(list(ATTRIBUTES), align=True)

CLOCK_DTYPE: Final = np.dtype(
    [
        ("form", "i8"),  # 0 constant, 1 Weibull, 2 Gompertz
        ("rate", "f8"),
        ("exponent", "f8"),
        ("origin", "f8"),
        ("used", "f8"),  # credit used up to `since`: the integrated hazard lived through
        ("target", "f8"),  # credit at which the next event comes
        ("since", "f8"),
        ("count", "i8"),  # events so far
    ],
    align=True,
)

MILESTONES: Final = (
    "splenectomy_time",
    "relapse_time",  # after splenectomy
    "first_opsi_time",
    "second_opsi_time",
    "first_agent_time",
    "first_agent_answer_time",
    "first_agent_loss_time",  # no answer, loss, intolerance or toxicity of the first agent
    "first_agent_wean_time",
    "second_treatment_time",  # the next agent or splenectomy after the first agent
    "first_course_time",
    "first_course_answer_time",
    "first_course_end_time",
    "treatment_failure_time",
    "second_flare_time",
    "first_lymphoma_time",
    "hodgkin_time",
    "splenomegaly_referral_time",  # for splenectomy of a massive spleen, without cytopenia
    "first_agent_ineffective_time",  # no answer, or loss of it, of the first agent
    "first_agent_hypersplenism_time",  # the same with hypersplenism
    "first_organ_toxicity_time",  # that ended an agent
)
"""Times of first happenings, NEVER if they did not come."""

DYNAMICS: Final = (
    ("time", "f8"),
    ("age", "f8"),
    ("stale", "i8"),  # bit mask of processes whose hazard must be set anew
    ("death_cause", "i8"),
    ("death_time", "f8"),
    ("finished", "i8"),
    ("census", "i8"),  # next window to be copied
    # body and age
    ("weight_kg", "f8"),
    ("surface_m2", "f8"),
    ("completed_age", "i8"),
    ("age_band", "i8"),
    ("care", "i8"),
    ("adherence", "f8"),
    ("decline_phase", "i8"),  # 0 before the flare rate declines with age, 1 while it does, 2 after
    # spleen
    ("spleen", "i8"),
    ("spleen_shrunk", "i8"),  # sizes lost to an agent
    ("spleen_regrows", "i8"),  # the spleen will grow back to what it was before the agent
    ("age_at_splenectomy", "f8"),
    ("remission_after_splenectomy", "i8"),
    ("relapsed_after_splenectomy", "i8"),
    ("splenectomy_pending", "i8"),
    ("referral", "i8"),  # what led to the last one
    # cytopenia episode
    ("phase", "i8"),
    ("flare_lineages", "i8"),
    ("seen_lineages", "i8"),  # of all flares so far
    ("flare_severity", "i8"),
    ("flare_mechanism", "i8"),
    ("step", "i8"),
    ("taper_step", "i8"),
    ("taper_steps", "i8"),  # of the present taper
    ("taper_dose_mg_per_kg", "f8"),
    ("pulse", "i8"),  # the running steroid course is a pulse on an answering agent
    ("breakthrough_chain", "i8"),
    ("last_breakthrough_time", "f8"),
    ("steroid_dependent", "i8"),
    ("last_flare_time", "f8"),  # or breakthrough
    ("flare_chain", "i8"),  # flares in a row, none longer after the one before than the strategy's window
    ("gcsf", "i8"),
    ("last_ivig_time", "f8"),
    ("transplanted", "i8"),
    ("lymphoma_excluded_time", "f8"),  # when the work-up of the present flare has its result
    # steroids
    ("steroid_mg_per_day", "f8"),  # prednisone equivalent
    ("steroid_is_iv", "i8"),
    ("steroid_burst", "i8"),
    ("exposure_started", "f8"),  # the steroid course, or the present one of its long exposures
    ("course_mg_per_kg", "f8"),
    # long-term treatment
    ("agent", "i8"),
    ("agent_will_answer", "i8"),
    ("agent_answering", "i8"),
    ("agent_failed_unseen", "i8"),  # how it failed (a bit over AFTER), which the next flares will show; 0 if it has not
    ("agent_suspected", "i8"),  # a flare or breakthrough has come since it started, or since it failed unseen
    ("agent_started", "f8"),
    ("agent_is_bridge", "i8"),
    ("weaned_agent", "i8"),  # or laid aside for chemotherapy: resumed with the next flare
    ("weaned_agent_will_answer", "i8"),
    ("weanings", "i8"),
    ("course_agent", "i8"),
    ("course_will_answer", "i8"),
    ("course_answering", "i8"),
    ("pending_treatment", "i8"),
    ("pending_is_bridge", "i8"),
    ("line_due", "i8"),  # a spent course; the next line comes with the next flare
    ("tried", "i8"),
    ("answered", "i8"),  # bit mask of agents that answered and have not failed since
    ("failed_with_hypersplenism", "i8"),  # bit mask of agents
    ("last_end", "i8"),  # bit over AFTER
    ("ends", "i8"),  # bits over AFTER of the last end of each agent, four an agent
    ("treatments_begun", "i8"),
    ("hypogammaglobulinaemia", "i8"),
    ("rituximab_neutropenia", "i8"),
    ("takes_prevention", "i8"),
    # complications
    ("sepsis_episodes", "i8"),
    ("sepsis_aftermath", "i8"),
    ("bleed", "i8"),
    ("intracranial_sequelae", "i8"),
    ("lymphoma", "i8"),
    ("lymphoma_phase", "i8"),  # 0 none, 1 treatment, 2 remission
    ("lymphoma_excess_death_per_year", "f8"),
    ("leukaemia_phase", "i8"),  # 0 none, 1 treatment, 2 cured or past
    ("hypertension", "i8"),
    ("diabetes", "i8"),
    ("osteonecrosis", "i8"),
    ("fracture", "i8"),
    ("thrombosis", "i8"),
    ("low_bone_density", "i8"),
    ("growth_retardation", "i8"),
    ("cushingoid", "i8"),
    ("cataract", "i8"),  # waiting for the operation
    ("lenses_replaced", "i8"),
    ("adrenal_suppression", "i8"),
    ("utility_lost", "i8"),  # whether any share of the norm is lost
    # accrual
    ("accrued_to", "f8"),
    ("effect_discount", "f8"),  # factor at accrued_to
    ("cost_discount", "f8"),
    ("log_count", "i8"),
)

STATE_DTYPE: Final = np.dtype(
    [
        *ATTRIBUTES,
        *DYNAMICS,
        *((name, "f8") for name in MILESTONES),
        ("next_time", "f8", (ENTRY_COUNT,)),
        ("clocks", CLOCK_DTYPE, (PROCESS_COUNT,)),
        ("ordinals", "i8", (len(DECISIONS),)),
        ("decision_residuals", "f8", (len(DECISIONS),)),
        ("decision_positives", "i8", (len(DECISIONS),)),
        ("decision_negatives", "i8", (len(DECISIONS),)),
        ("agent_courses", "i8", (AGENT_COUNT,)),
        ("utility_loss", "f8", (CAUSE_COUNT,)),  # share of the norm lost, by cause
        ("counters", "f8", (COUNTER_COUNT,)),
    ],
    align=True,
)

LOG_DTYPE: Final = np.dtype([("time", "f8"), ("value", "f8"), ("patient", "i4"), ("code", "i2"), ("kind", "i2")], align=True)
"""One line of the event log, without padding. Lines of one patient are in the order in which they happened."""
