"""The registry of figures that a simulated cohort can be asked for, each as a study publishes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from alps_sim.outcomes import properties as p
from alps_sim.outcomes.incidence import NAN, incidence_ratio, relapse_by, relapse_free_by, survival_by
from alps_sim.outcomes.properties import Flags, Numbers, Rows
from alps_sim.rules.codes import HODGKIN, NON_HODGKIN

UNITS: Final = ("share", "years", "per year", "episodes", "ratio")
"""What a figure is counted in."""


@dataclass(frozen=True)
class Statistic:
    """A figure as a study publishes it.

    Attributes
    ----------
    identifier, definition
        Name and words.
    value
        From the observed rows of one cohort to the figure; NaN where it has no denominator.
    unit
        One of UNITS.
    """

    identifier: str
    definition: str
    value: Callable[[Rows], float]
    unit: str = "share"


def share(counted: Callable[[Rows], Flags], among: Callable[[Rows], Flags]) -> Callable[[Rows], float]:
    """The share of some patients with a property."""

    def value(rows: Rows) -> float:
        chosen = among(rows)
        return float((counted(rows) & chosen).sum() / chosen.sum()) if chosen.any() else NAN

    return value


def middle(measure: Callable[[Rows], Numbers], among: Callable[[Rows], Flags]) -> Callable[[Rows], float]:
    """The median of a measure over some patients: the middle one, or the mean of the two middle ones."""

    def value(rows: Rows) -> float:
        values = sorted(measure(rows)[among(rows)])
        return float(values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2.0 if values else NAN

    return value


def mean(measure: Callable[[Rows], Numbers], among: Callable[[Rows], Flags]) -> Callable[[Rows], float]:
    """The mean of a measure over some patients."""

    def value(rows: Rows) -> float:
        chosen = among(rows)
        return float(measure(rows)[chosen].mean()) if chosen.any() else NAN

    return value


def rate(events: Callable[[Rows], Numbers | Flags], years: Callable[[Rows], Numbers]) -> Callable[[Rows], float]:
    """Events of all patients over all their years."""

    def value(rows: Rows) -> float:
        total = float(years(rows).sum())
        return float(events(rows).sum()) / total if total > 0.0 else NAN

    return value


def lineages(count: int) -> Callable[[Rows], Flags]:
    """Recurrent cytopenia in whose flares a number of lineages has shown: the three published shares add up to the recurrent."""
    return lambda rows: p.recurrent_cytopenia(rows) & (p.lineage_count(rows) == count)


def opsi_leads_the_causes_of_death(rows: Rows) -> float:
    """1 if OPSI has killed more patients than each other cause, 0 if not, NaN if nobody died: over cohorts, the share in which it does."""
    if not p.died(rows).any():
        return NAN
    others = p.other_cause_of_death(rows)
    return float(p.died_of_opsi(rows).sum() > np.bincount(others, minlength=1).max())


def all_of(*conditions: Callable[[Rows], Flags]) -> Callable[[Rows], Flags]:
    """Patients who meet all conditions."""

    def flags(rows: Rows) -> Flags:
        chosen = p.everyone(rows)
        for condition in conditions:
            chosen &= condition(rows)
        return chosen

    return flags


def relapse_free_at_5_years(lineage: Callable[[Rows], Flags]) -> Callable[[Rows], float]:
    """The share without a second flare five years after the first, of patients whose first lineage is this one."""
    return lambda rows: relapse_free_by(rows[lineage(rows)], 5.0)


_COURSE_FOR_AIHA: Final = all_of(p.had_course, p.first_lineage_aiha)

_PATIENTS: Final = (
    Statistic("male", "boys and men / all", share(p.male, p.everyone)),
    Statistic("alps_fas", "patients with ALPS-FAS / all", share(p.alps_fas, p.everyone)),
    Statistic("age_at_index_years_median", "median age at the index", middle(p.age_at_index, p.everyone), "years"),
    Statistic(
        "follow_up_years_median", "median time from enrolment to the last observation", middle(p.follow_up_years, p.everyone), "years"
    ),
    Statistic("lineage_count_one", "recurrent cytopenia of one lineage shown by flares / all", share(lineages(1), p.everyone)),
    Statistic("lineage_count_two", "recurrent cytopenia of two lineages shown by flares / all", share(lineages(2), p.everyone)),
    Statistic("lineage_count_three", "recurrent cytopenia of three lineages shown by flares / all", share(lineages(3), p.everyone)),
)

_COURSE_OF_CYTOPENIA: Final = (
    Statistic("recurrent_cytopenia", "patients with two or more flares / all", share(p.recurrent_cytopenia, p.everyone)),
    Statistic("treated_long_term", "patients given a long-term agent or course / all", share(p.treated_long_term, p.everyone)),
    Statistic("pulse_steroid_of_treated", "patients given intravenous steroids / treated long-term", share(p.pulsed, p.treated_long_term)),
    Statistic(
        "relapse_free_itp", "free of a second flare at 5 y, Kaplan-Meier, first lineage ITP", relapse_free_at_5_years(p.first_lineage_itp)
    ),
    Statistic(
        "relapse_free_aiha",
        "free of a second flare at 5 y, Kaplan-Meier, first lineage AIHA",
        relapse_free_at_5_years(p.first_lineage_aiha),
    ),
    Statistic(
        "continuous_remission",
        "alive at the end, no second flare, no long-term treatment / all",
        share(p.in_continuous_remission, p.everyone),
    ),
    Statistic("treatment_dependent", "alive at the end on a daily long-term agent / all", share(p.treatment_dependent, p.everyone)),
)

_SPLENECTOMY: Final = (
    Statistic("splenectomised", "patients without a spleen / all", share(p.splenectomised, p.everyone)),
    Statistic("prior_splenectomy", "patients without a spleen at the index / all", share(p.prior_splenectomy, p.everyone)),
    Statistic("splenectomy_age_years_median", "median age at splenectomy", middle(p.age_at_splenectomy, p.splenectomised), "years"),
    Statistic(
        "splenectomised_by_21_years", "splenectomised at 21 y or before / splenectomised", share(p.splenectomised_by_21, p.splenectomised)
    ),
    Statistic(
        "splenectomised_for_splenomegaly",
        "splenectomised for the size of the spleen alone / splenectomised",
        share(p.splenectomised_for_splenomegaly, p.splenectomised),
    ),
    Statistic(
        "years_after_splenectomy_mean",
        "mean time from splenectomy to the last observation",
        mean(p.years_after_splenectomy, p.splenectomised),
        "years",
    ),
    Statistic("relapse_4_years", "relapse 4 years after splenectomy, Kaplan-Meier", lambda rows: relapse_by(rows, 4.0)),
    Statistic("relapse_20_years", "relapse 20 years after splenectomy, Kaplan-Meier", lambda rows: relapse_by(rows, 20.0)),
)

_INFECTION: Final = (
    Statistic("one_opsi", "patients with at least one OPSI / splenectomised", share(p.one_opsi, p.splenectomised)),
    Statistic("two_opsi", "patients with at least two OPSI / splenectomised", share(p.two_opsi, p.splenectomised)),
    Statistic("opsi_deaths", "deaths of OPSI / splenectomised", share(p.died_of_opsi, p.splenectomised)),
    Statistic("deaths_after_opsi", "deaths of any cause after OPSI / splenectomised", share(p.died_after_opsi, p.splenectomised)),
    Statistic("opsi_episodes_per_septic_patient", "OPSI / patients with at least one", mean(p.opsi_episodes, p.one_opsi), "episodes"),
    Statistic(
        "one_opsi_per_person_year",
        "patients with OPSI / all years after splenectomy",
        rate(p.one_opsi, p.years_after_splenectomy),
        "per year",
    ),
    Statistic(
        "infection_admissions_per_year_on_drugs",
        "admissions for infection of any kind / years observed since drug start",
        rate(p.admissions_for_any_infection, p.observed_years),
        "per year",
    ),
)

_AGENTS: Final = (
    Statistic("initial_responders", "initial responders / patients given a first agent", share(p.initial_responder, p.took_agent)),
    Statistic("long_term_responders", "long-term responders / patients given a first agent", share(p.long_term_responder, p.took_agent)),
    Statistic("years_on_agent_median", "median time on the first agent", middle(p.years_on_first_agent, p.took_agent), "years"),
    Statistic("first_agent_ineffective", "first agent stopped as ineffective / given one", share(p.first_agent_ineffective, p.took_agent)),
    Statistic(
        "second_agent_sirolimus_with_hypersplenism",
        "moved to sirolimus for hypersplenism / given a first agent",
        share(p.moved_to_sirolimus, p.took_agent),
    ),
    Statistic("weaned_off", "weaned off and not resumed / given a first agent", share(p.weaned_off, p.took_agent)),
    Statistic("organ_toxicity", "organ toxicity that ended the first agent / all", share(p.organ_toxicity, p.everyone)),
    Statistic("course_remissions", "remission of 6 months or more / patients given a course", share(p.course_remission, p.had_course)),
    Statistic("course_remissions_aiha", "the same among those whose first lineage is AIHA", share(p.course_remission, _COURSE_FOR_AIHA)),
    Statistic(
        "course_remissions_itp_1_to_4_years",
        "remission of ITP of 1 to 4 y / remissions of 6 months or more",
        share(p.course_remission_itp_1_to_4_years, p.course_remission),
    ),
)

_MALIGNANCY_AND_DEATH: Final = (
    Statistic(
        "hodgkin_incidence_ratio", "Hodgkin lymphomas / expected", lambda rows: incidence_ratio(rows, p.had_hodgkin(rows), HODGKIN), "ratio"
    ),
    Statistic(
        "non_hodgkin_incidence_ratio",
        "non-Hodgkin lymphomas / expected",
        lambda rows: incidence_ratio(rows, p.had_non_hodgkin(rows), NON_HODGKIN),
        "ratio",
    ),
    Statistic("hodgkin_lymphomas", "patients with Hodgkin lymphoma / all", share(p.had_hodgkin, p.everyone)),
    Statistic("other_malignancies", "patients with acute leukaemia / all", share(p.had_leukaemia, p.everyone)),
    Statistic("deaths", "deaths / all", share(p.died, p.everyone)),
    Statistic(
        "opsi_leads_the_causes_of_death",
        "1 if OPSI has killed more than each other cause, malignancies taken together, else 0",
        opsi_leads_the_causes_of_death,
    ),
    Statistic("deaths_cytopenia", "deaths of cytopenia / all", share(p.died_of_cytopenia, p.everyone)),
    Statistic("deaths_of_infection_on_drugs", "deaths of sepsis and other infection / all", share(p.died_of_infection, p.everyone)),
    Statistic("survival", "alive 10 y after the index, Kaplan-Meier", lambda rows: survival_by(rows, 10.0)),
)

STATISTICS: Final = {
    statistic.identifier: statistic
    for statistic in (*_PATIENTS, *_COURSE_OF_CYTOPENIA, *_SPLENECTOMY, *_INFECTION, *_AGENTS, *_MALIGNANCY_AND_DEATH)
}
"""The published figures that a simulated cohort can be asked for."""

SELECTIONS: Final[dict[str, Callable[[Rows], Flags]]] = {
    "everyone": p.everyone,
    "splenectomised": p.splenectomised,
    "septic_without_spleen": p.one_opsi,
}
"""Which patients of a simulated cohort a study was of."""
