"""What can be said of each observed patient: whether something came about, when, and how often.

Rows are those of `outcomes.observation.observe`, so nothing here looks beyond the end of observation.
"""

from typing import Any, Final

import numpy as np

from alps_sim.rules.accounts import (
    C_INFECTION_ADMISSIONS,
    C_IV_PULSE_MG_PER_KG,
    C_NEUTROPENIC_INFECTIONS,
    C_OPSI_EPISODES,
    C_OTHER_MALIGNANCIES,
    C_SEPSIS_EPISODES,
)
from alps_sim.rules.codes import (
    AIHA,
    ALPS_FAS,
    DEATH_CYTOPENIA,
    DEATH_LYMPHOMA,
    DEATH_OPSI,
    DEATH_OTHER_MALIGNANCY,
    DEATH_OTHER_SEPSIS,
    DEATH_TOXICITY,
    ITP,
    LINEAGES,
    MALE,
    NEVER,
    NO_AGENT,
    SIROLIMUS,
)

Rows = np.ndarray[Any, Any]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.float64]]

HALF_YEAR: Final = 0.5
INFECTIOUS: Final = (DEATH_OPSI, DEATH_OTHER_SEPSIS, DEATH_TOXICITY)
"""Causes of death by infection; those of toxicity are nearly all admissions for infection, a few thromboses."""


def came(rows: Rows, milestone: str) -> Flags:
    """Whether a milestone, or death by `death_time`, came while observed."""
    flags: Flags = rows[milestone] < NEVER
    return flags


def last_seen(rows: Rows) -> Numbers:
    """(n,) years since the index at death or the end of observation."""
    end: Numbers = np.minimum(rows["death_time"], rows["observation_years"])
    return end


# Who the patients are


def everyone(rows: Rows) -> Flags:
    """All patients of the cohort."""
    return np.ones(rows.shape[0], dtype=np.bool_)


def male(rows: Rows) -> Flags:
    """Boys and men."""
    flags: Flags = rows["sex"] == MALE
    return flags


def alps_fas(rows: Rows) -> Flags:
    """A mutation of FAS is known."""
    flags: Flags = rows["genotype"] == ALPS_FAS
    return flags


def first_lineage_aiha(rows: Rows) -> Flags:
    """Autoimmune haemolytic anaemia is what every flare brings, and so what was treated."""
    flags: Flags = rows["first_lineage"] == AIHA
    return flags


def first_lineage_itp(rows: Rows) -> Flags:
    """Immune thrombocytopenia is what every flare brings, and so what was treated."""
    flags: Flags = rows["first_lineage"] == ITP
    return flags


def lineage_count(rows: Rows) -> np.ndarray[Any, np.dtype[np.int64]]:
    """(n,) lineages that flares have shown until the last observation: what a study can tell, at most those the patient has."""
    numbers: np.ndarray[Any, np.dtype[np.int64]] = np.zeros(rows.shape[0], dtype=np.int64)
    for place in range(len(LINEAGES)):
        numbers += (rows["seen_lineages"] >> place) & 1
    return numbers


def age_at_index(rows: Rows) -> Numbers:
    """Years of age at the index."""
    ages: Numbers = rows["age_at_index"]
    return ages


def follow_up_years(rows: Rows) -> Numbers:
    """Years from enrolment to the last observation."""
    years: Numbers = last_seen(rows) - rows["entry_years"]
    return years


def observed_years(rows: Rows) -> Numbers:
    """Years from the index to the last observation."""
    return last_seen(rows)


# Flares and treatment


def recurrent_cytopenia(rows: Rows) -> Flags:
    """Two or more flares."""
    return came(rows, "second_flare_time")


def treated_long_term(rows: Rows) -> Flags:
    """A long-term agent or a course of rituximab or vincristine begun."""
    return came(rows, "first_agent_time") | came(rows, "first_course_time")


def pulsed(rows: Rows) -> Flags:
    """Intravenous methylprednisolone given."""
    flags: Flags = rows["counters"][:, C_IV_PULSE_MG_PER_KG] > 0.0
    return flags


def in_continuous_remission(rows: Rows) -> Flags:
    """Alive, without a second flare and without long-term treatment so far."""
    return ~came(rows, "death_time") & ~recurrent_cytopenia(rows) & ~treated_long_term(rows)


def treatment_dependent(rows: Rows) -> Flags:
    """Alive and on a daily long-term agent at last observation."""
    flags: Flags = ~came(rows, "death_time") & (rows["agent"] != NO_AGENT)
    return flags


def took_agent(rows: Rows) -> Flags:
    """A first long-term agent begun."""
    return came(rows, "first_agent_time")


def initial_responder(rows: Rows) -> Flags:
    """First agent answered, and neither it nor the sparing of other immunosuppression ended within a year of the answer.

    A pulse for a breakthrough while the agent goes on is no failure. Of a patient seen for less than a year after the answer
    the study knows the time seen.
    """
    lost = np.minimum(rows["first_agent_loss_time"], rows["second_treatment_time"])
    responder: Flags = came(rows, "first_agent_answer_time") & (lost >= rows["first_agent_answer_time"] + 1.0)
    return responder


def long_term_responder(rows: Rows) -> Flags:
    """At last observation on the first agent or weaned, 6 months or more after its start, no other agent or splenectomy since."""
    kept = ~came(rows, "first_agent_loss_time") & ~came(rows, "second_treatment_time")
    long_enough = last_seen(rows) - rows["first_agent_time"] >= HALF_YEAR
    responder: Flags = took_agent(rows) & came(rows, "first_agent_answer_time") & kept & long_enough
    return responder


def years_on_first_agent(rows: Rows) -> Numbers:
    """Years from the start of the first agent until it failed or was weaned, other treatment began, or the last observation."""
    ends = ("first_agent_loss_time", "first_agent_wean_time", "second_treatment_time")
    end = np.minimum.reduce([*(rows[name] for name in ends), last_seen(rows)])
    years: Numbers = end - rows["first_agent_time"]
    return years


def first_agent_ineffective(rows: Rows) -> Flags:
    """First agent stopped since it did not answer or no longer did."""
    return came(rows, "first_agent_ineffective_time")


def moved_to_sirolimus(rows: Rows) -> Flags:
    """First agent, another than sirolimus, failed with hypersplenism, and sirolimus has been given."""
    given: Flags = rows["agent_courses"][:, SIROLIMUS] > 0
    return came(rows, "first_agent_hypersplenism_time") & given


def weaned_off(rows: Rows) -> Flags:
    """At last observation weaned off a long-term agent that was not resumed."""
    flags: Flags = came(rows, "first_agent_wean_time") & (rows["weaned_agent"] != NO_AGENT)
    return flags


def organ_toxicity(rows: Rows) -> Flags:
    """Organ toxicity that ended the first agent."""
    flags: Flags = came(rows, "first_organ_toxicity_time") & (rows["first_organ_toxicity_time"] == rows["first_agent_loss_time"])
    return flags


def had_course(rows: Rows) -> Flags:
    """A first course of rituximab or vincristine begun."""
    return came(rows, "first_course_time")


def course_remission_years(rows: Rows) -> Numbers:
    """Years of the remission after the first course, as far as observed; 0 without one."""
    end = np.minimum(rows["first_course_end_time"], last_seen(rows))
    years: Numbers = np.where(came(rows, "first_course_answer_time"), end - rows["first_course_answer_time"], 0.0)
    return years


def course_remission(rows: Rows) -> Flags:
    """Remission after the first course for 6 months or more while observed."""
    flags: Flags = course_remission_years(rows) >= HALF_YEAR
    return flags


def course_remission_itp_1_to_4_years(rows: Rows) -> Flags:
    """Remission of ITP after the first course that lasted from 1 to 4 years while observed."""
    years = course_remission_years(rows)
    return first_lineage_itp(rows) & (years >= 1.0) & (years <= 4.0)


# Spleen


def splenectomised(rows: Rows) -> Flags:
    """Spleen removed, before the index or since."""
    return came(rows, "splenectomy_time") | prior_splenectomy(rows)


def prior_splenectomy(rows: Rows) -> Flags:
    """Spleen removed before the index."""
    flags: Flags = rows["years_since_prior_splenectomy"] >= 0.0
    return flags


def splenectomised_for_splenomegaly(rows: Rows) -> Flags:
    """Spleen removed for its size alone."""
    flags: Flags = came(rows, "splenectomy_time") & (rows["splenomegaly_referral_time"] <= rows["splenectomy_time"])
    return flags


def _splenectomy_time(rows: Rows) -> Numbers:
    """Years since the index at splenectomy; negative before it, NEVER without."""
    prior = rows["years_since_prior_splenectomy"]
    times: Numbers = np.where(prior >= 0.0, -prior, rows["splenectomy_time"])
    return times


def age_at_splenectomy(rows: Rows) -> Numbers:
    """Years of age at splenectomy."""
    ages: Numbers = rows["age_at_index"] + _splenectomy_time(rows)
    return ages


def splenectomised_by_21(rows: Rows) -> Flags:
    """Spleen removed at 21 years of age or before."""
    flags: Flags = age_at_splenectomy(rows) < 22.0
    return flags


def years_after_splenectomy(rows: Rows) -> Numbers:
    """Years from splenectomy to the last observation; 0 without one."""
    years: Numbers = np.maximum(last_seen(rows) - _splenectomy_time(rows), 0.0)
    return years


def years_at_risk_of_first_opsi(rows: Rows) -> Numbers:
    """Years from splenectomy to the first OPSI, or to the last observation without one; 0 without splenectomy."""
    end = np.minimum(last_seen(rows), rows["first_opsi_time"])
    years: Numbers = np.maximum(end - _splenectomy_time(rows), 0.0)
    return years


# Infections


def one_opsi(rows: Rows) -> Flags:
    """At least one OPSI."""
    return came(rows, "first_opsi_time")


def two_opsi(rows: Rows) -> Flags:
    """At least two OPSI."""
    return came(rows, "second_opsi_time")


def opsi_episodes(rows: Rows) -> Numbers:
    """Number of OPSI."""
    number: Numbers = rows["counters"][:, C_OPSI_EPISODES]
    return number


def septic_with_spleen(rows: Rows) -> Flags:
    """At least one sepsis with the spleen in place."""
    flags: Flags = rows["counters"][:, C_SEPSIS_EPISODES] > opsi_episodes(rows)
    return flags


def infection_admissions(rows: Rows) -> Numbers:
    """Number of admissions for infection other than sepsis and infection under neutropenia."""
    number: Numbers = rows["counters"][:, C_INFECTION_ADMISSIONS]
    return number


def admissions_for_any_infection(rows: Rows) -> Numbers:
    """Number of admissions for infection of any kind: sepsis, under neutropenia, and other."""
    kinds = (C_SEPSIS_EPISODES, C_NEUTROPENIC_INFECTIONS, C_INFECTION_ADMISSIONS)
    number: Numbers = rows["counters"][:, kinds].sum(axis=1)
    return number


# Malignancy


def had_lymphoma(rows: Rows) -> Flags:
    """Lymphoma of either kind."""
    return came(rows, "first_lymphoma_time")


def had_hodgkin(rows: Rows) -> Flags:
    """Hodgkin lymphoma."""
    return came(rows, "hodgkin_time")


def had_non_hodgkin(rows: Rows) -> Flags:
    """Non-Hodgkin lymphoma."""
    return had_lymphoma(rows) & ~had_hodgkin(rows)


def had_leukaemia(rows: Rows) -> Flags:
    """Acute leukaemia."""
    flags: Flags = rows["counters"][:, C_OTHER_MALIGNANCIES] > 0.0
    return flags


# Death


def died(rows: Rows) -> Flags:
    """Death of any cause."""
    return came(rows, "death_time")


def died_of_opsi(rows: Rows) -> Flags:
    """Death of OPSI."""
    flags: Flags = rows["death_cause"] == DEATH_OPSI
    return flags


def died_after_opsi(rows: Rows) -> Flags:
    """Death of any cause of a patient who had an OPSI."""
    return one_opsi(rows) & died(rows)


def other_cause_of_death(rows: Rows) -> np.ndarray[Any, np.dtype[np.int64]]:
    """(deaths other than of OPSI,) the cause of each; lymphoma and leukaemia are one, as the paper speaks of malignancies."""
    causes = rows["death_cause"][died(rows) & ~died_of_opsi(rows)]
    grouped: np.ndarray[Any, np.dtype[np.int64]] = np.where(causes == DEATH_OTHER_MALIGNANCY, DEATH_LYMPHOMA, causes)
    return grouped


def died_of_cytopenia(rows: Rows) -> Flags:
    """Death of cytopenia."""
    flags: Flags = rows["death_cause"] == DEATH_CYTOPENIA
    return flags


def died_of_infection(rows: Rows) -> Flags:
    """Death of sepsis, or of another infection (counted as toxicity, with a few thromboses)."""
    return np.isin(rows["death_cause"], INFECTIOUS)
