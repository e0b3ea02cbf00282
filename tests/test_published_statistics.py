"""Figures of observed cohorts by hand, and milestones against the event log."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import load_ledger
from alps_sim.evidence.tables import lymphoma_incidence_per_year
from alps_sim.outcomes.block import ROW_DTYPE, BlockResult
from alps_sim.outcomes.incidence import incidence_ratio, kaplan_meier, lymphoma_by, survival_by
from alps_sim.outcomes.statistics import STATISTICS, UNITS
from alps_sim.population import draw_population
from alps_sim.rules import accounts, codes, events
from alps_sim.scenario import load_scenario
from alps_sim.scenario.translate import translate
from alps_sim.validation.own_figures import KINDS
from tests.test_outcomes_observed import patients as observed

SCENARIOS = Path(__file__).parent.parent / "scenarios"
NEVER = codes.NEVER


def value(identifier: str, rows: np.ndarray[Any, Any]) -> float:
    return STATISTICS[identifier].value(rows)


def test_every_statistic_has_a_unit_and_needs_no_patients() -> None:
    nobody = np.zeros(0, dtype=ROW_DTYPE)
    assert all(statistic.unit in UNITS for statistic in STATISTICS.values())
    assert all(np.isnan(statistic.value(nobody)) for statistic in STATISTICS.values())


def test_follow_up_begins_with_enrolment_and_ends_with_death() -> None:
    rows = observed(3, entry_years=[0.0, 4.0, 4.0], death_time=[NEVER, NEVER, 5.0])
    assert value("follow_up_years_median", rows) == pytest.approx(6.0)


def test_splenectomy_counts_before_and_after_the_index() -> None:
    """Operated 4 years before the index at 6, 10 years after it at 25, and never."""
    rows = observed(
        3, age_at_index=[10.0, 15.0, 5.0], years_since_prior_splenectomy=[4.0, -1.0, -1.0], splenectomy_time=[-4.0, 10.0, NEVER]
    )
    rows["observation_years"] = [10.0, 12.0, 10.0]
    assert value("splenectomy_age_years_median", rows) == pytest.approx((6.0 + 25.0) / 2)
    assert value("splenectomised_by_21_years", rows) == pytest.approx(1 / 2)
    assert value("years_after_splenectomy_mean", rows) == pytest.approx((14.0 + 2.0) / 2)
    assert value("prior_splenectomy", rows) == pytest.approx(1 / 3)


def test_only_the_operation_that_splenomegaly_led_to_is_for_splenomegaly() -> None:
    rows = observed(3, splenectomy_time=[5.0, 5.0, NEVER], splenomegaly_referral_time=[4.8, NEVER, 4.8])
    assert value("splenectomised_for_splenomegaly", rows) == pytest.approx(1 / 2)


def test_episodes_are_counted_among_the_septic_and_rates_over_all_years_without_a_spleen() -> None:
    rows = observed(3, splenectomy_time=[0.0, 5.0, NEVER], first_opsi_time=[1.0, NEVER, NEVER])
    rows["counters"][:, accounts.C_OPSI_EPISODES] = [3.0, 0.0, 0.0]
    assert value("opsi_episodes_per_septic_patient", rows) == pytest.approx(3.0)
    assert value("one_opsi_per_person_year", rows) == pytest.approx(1 / 15)
    assert KINDS["septic_patients_per_person_year_at_risk"].make(0.0)(rows) == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("causes", "leads"),
    [
        (("opsi", "opsi", "cytopenia", "background"), 1.0),
        (("opsi", "cytopenia"), 0.0),
        (("opsi", "opsi", "lymphoma", "other_malignancy"), 0.0),
        (("opsi",), 1.0),
        (("background",), 0.0),
    ],
)
def test_opsi_leads_if_it_has_killed_more_than_each_other_cause_malignancies_together(causes: tuple[str, ...], leads: float) -> None:
    rows = observed(len(causes) + 1)
    rows["death_time"][1:], rows["death_cause"][1:] = 3.0, [codes.CAUSES_OF_DEATH.index(cause) for cause in causes]
    assert value("opsi_leads_the_causes_of_death", rows) == leads


def test_no_cause_leads_where_nobody_died() -> None:
    assert np.isnan(value("opsi_leads_the_causes_of_death", observed(3)))


LINEAGE_COUNTS = [f"lineage_count_{word}" for word in ("one", "two", "three")]


def test_lineages_are_those_that_flares_have_shown_in_recurrent_cytopenia_of_all_patients() -> None:
    """One, two and three shown in recurrent cytopenia; three in a single flare; two of the three that another has."""
    rows = observed(5, lineages=[1, 6, 7, 7, 7], seen_lineages=[1, 6, 7, 7, 5], second_flare_time=[2.0, 2.0, 2.0, NEVER, 2.0])
    assert [value(name, rows) for name in LINEAGE_COUNTS] == pytest.approx([1 / 5, 2 / 5, 1 / 5])


def test_time_on_the_first_agent_ends_with_its_failure_other_treatment_or_weaning() -> None:
    rows = observed(4, first_agent_time=1.0, first_agent_loss_time=[3.0, NEVER, NEVER, NEVER])
    rows["second_treatment_time"], rows["first_agent_wean_time"] = [4.0, 6.0, NEVER, NEVER], [NEVER, NEVER, 8.0, NEVER]
    assert value("years_on_agent_median", rows) == pytest.approx((5.0 + 7.0) / 2)


def test_moving_to_sirolimus_takes_hypersplenism_and_sirolimus() -> None:
    rows = observed(3, first_agent_time=0.0, first_agent_hypersplenism_time=[2.0, 2.0, NEVER])
    rows["agent_courses"][:, codes.SIROLIMUS] = [1, 0, 1]
    assert value("second_agent_sirolimus_with_hypersplenism", rows) == pytest.approx(1 / 3)


def test_rituximab_is_told_by_the_lineage_that_was_treated() -> None:
    """AIHA without an answer, ITP for 2 and for 6 years, neutropenia for 2 years."""
    rows = observed(4, first_course_time=0.0, first_lineage=[codes.AIHA, codes.ITP, codes.ITP, codes.NEUTROPENIA])
    rows["first_course_answer_time"], rows["first_course_end_time"] = [NEVER, 1.0, 1.0, 1.0], [NEVER, 3.0, 7.0, 3.0]
    assert value("course_remissions_aiha", rows) == 0.0
    assert value("course_remissions_itp_1_to_4_years", rows) == pytest.approx(1 / 3)


def test_remission_and_dependence_at_the_end() -> None:
    """In remission; on a drug; weaned; flared again; dead on a drug."""
    weaned = [NEVER, NEVER, 2.0, NEVER, NEVER]
    times = {"first_agent_time": [NEVER, 1.0, 1.0, NEVER, 1.0], "second_flare_time": [NEVER, 1.0, 1.0, 2.0, 1.0]}
    rows = observed(5, first_agent_wean_time=weaned, **times)
    rows["agent"] = [codes.NO_AGENT, codes.MMF, codes.NO_AGENT, codes.NO_AGENT, codes.MMF]
    rows["weaned_agent"][2], rows["death_time"][4] = codes.MMF, 2.0
    assert value("continuous_remission", rows) == pytest.approx(1 / 5)
    assert value("treatment_dependent", rows) == pytest.approx(1 / 5)


def test_organ_toxicity_is_that_of_the_first_agent() -> None:
    """Of the first agent; of a later one; none."""
    rows = observed(3, first_agent_loss_time=[2.0, 2.0, 2.0], first_organ_toxicity_time=[2.0, 5.0, NEVER])
    assert value("organ_toxicity", rows) == pytest.approx(1 / 3)


def test_admissions_for_infection_are_of_every_kind() -> None:
    """A sepsis, two infections under neutropenia and an admission for another in ten years."""
    rows = observed(1)
    rows["observation_years"] = 10.0
    for counter, number in (
        (accounts.C_SEPSIS_EPISODES, 1.0),
        (accounts.C_NEUTROPENIC_INFECTIONS, 2.0),
        (accounts.C_INFECTION_ADMISSIONS, 1.0),
    ):
        rows["counters"][:, counter] = number
    assert value("infection_admissions_per_year_on_drugs", rows) == pytest.approx(0.4)


def test_incidence_ratio_is_observed_over_expected_by_age_and_sex() -> None:
    """A boy from 10 to 20 without, a girl from 17 with Hodgkin lymphoma at 19.5."""
    rows = observed(2, age_at_index=[10.0, 17.0], sex=[codes.MALE, codes.FEMALE])
    rows["first_lymphoma_time"], rows["hodgkin_time"] = [NEVER, 2.5], [NEVER, 2.5]
    by_age = lymphoma_incidence_per_year()[codes.HODGKIN]
    expected = by_age[codes.MALE, 10:20].sum() + by_age[codes.FEMALE, 17:19].sum() + 0.5 * by_age[codes.FEMALE, 19]
    assert value("hodgkin_incidence_ratio", rows) == pytest.approx(1 / expected)
    assert value("non_hodgkin_incidence_ratio", rows) == 0.0
    assert np.isnan(incidence_ratio(rows[:0], np.zeros(0, dtype=bool), codes.HODGKIN))


@pytest.mark.parametrize("at", [0.0, 3.0, 4.5, 100.0])
def test_kaplan_meier_is_that_of_scipy_also_with_ties(at: float) -> None:
    generator = np.random.default_rng(3)
    times, happened = np.round(generator.exponential(10.0, 80)), generator.random(80) < 0.6
    expected = ecdf(CensoredData(uncensored=times[happened], right=times[~happened])).sf.evaluate(at)
    assert kaplan_meier(times, happened, at) == pytest.approx(float(expected), abs=1e-12)


def test_lymphoma_by_age_counts_those_at_risk_at_that_age() -> None:
    """Lymphoma at 15 among two at risk (the third enters at 16), then at 18 among two: 1 - 1/2 x 1/2."""
    rows = observed(3, age_at_index=[10.0, 12.0, 16.0], first_lymphoma_time=[5.0, 6.0, NEVER])
    assert lymphoma_by(rows, 16.0) == pytest.approx(1 / 2)
    assert lymphoma_by(rows, 20.0) == pytest.approx(3 / 4)
    assert lymphoma_by(rows, 14.0) == 0.0


def test_survival_is_that_of_those_still_observed() -> None:
    rows = observed(4, death_time=[2.0, NEVER, NEVER, 6.0], observation_years=[10.0, 3.0, 10.0, 10.0])
    assert survival_by(rows, 5.0) == pytest.approx(3 / 4)
    assert survival_by(rows, 7.0) == pytest.approx(3 / 4 * 1 / 2)


# Milestones


@pytest.fixture(scope="module", params=["nih_cohort", "nih_mmf"])
def lives(request: pytest.FixtureRequest) -> BlockResult:
    scenario = load_scenario(SCENARIOS / f"{request.param}.yaml")
    inputs = translate(scenario, {**scenario.parameter_values(load_ledger()), "drug.mmf.organ_toxicity_per_year": 0.05})
    return simulate_block(inputs, 0, draw_population(inputs, 0, 0, 1024), keep_events=True)


def first_times(lives: BlockResult, kind: int, values: tuple[float, ...] | None = None) -> np.ndarray[Any, Any]:
    """(n,) time of each patient's first line of a kind (with one of these values), NEVER without."""
    chosen = lives.events[lives.events["kind"] == kind]
    if values is not None:
        chosen = chosen[np.isin(chosen["value"], values)]
    times = np.full(lives.rows.size, NEVER)
    np.minimum.at(times, chosen["patient"], chosen["time"])
    return times


def test_milestones_are_the_first_lines_of_the_event_log(lives: BlockResult) -> None:
    assert np.array_equal(lives.rows["hodgkin_time"], first_times(lives, events.HODGKIN_LYMPHOMA))
    assert np.array_equal(lives.rows["splenomegaly_referral_time"], first_times(lives, events.SPLENECTOMY_FOR_SPLENOMEGALY))
    toxicity = first_times(lives, events.LOG_AGENT_STOP, (codes.AFTER_ORGAN_TOXICITY,))
    assert np.array_equal(lives.rows["first_organ_toxicity_time"], toxicity)
    assert (toxicity < NEVER).sum() > 10


def test_the_first_agent_is_ineffective_where_its_end_says_so(lives: BlockResult) -> None:
    failed = first_times(lives, events.LOG_AGENT_STOP, (1.0, 2.0, 4.0, 8.0))
    unanswered = first_times(lives, events.LOG_AGENT_STOP, (1.0, 2.0))
    expected = np.where(unanswered == failed, unanswered, NEVER)
    assert np.array_equal(lives.rows["first_agent_ineffective_time"], expected)
    with_hypersplenism = lives.rows["first_agent_hypersplenism_time"]
    assert set(with_hypersplenism[with_hypersplenism < NEVER]) <= set(expected)
    assert (with_hypersplenism < NEVER).sum() > 10


def test_lineages_shown_are_those_of_the_flares_in_the_event_log_and_their_shares_add_up_to_the_recurrent(lives: BlockResult) -> None:
    flares = lives.events[lives.events["kind"] == events.FLARE]
    shown = np.zeros(lives.rows.size, dtype=np.int64)
    np.bitwise_or.at(shown, flares["patient"], flares["code"].astype(np.int64) & 7)
    assert np.array_equal(lives.rows["seen_lineages"], shown)
    assert (shown & ~lives.rows["lineages"] == 0).all()
    assert (shown != lives.rows["lineages"])[shown > 0].any()
    assert sum(value(name, lives.rows) for name in LINEAGE_COUNTS) == pytest.approx(value("recurrent_cytopenia", lives.rows))


def test_totals_of_a_row_are_those_of_the_last_window(lives: BlockResult) -> None:
    assert np.array_equal(lives.rows["counters"], lives.counters[:, -1])


def test_agents_of_a_row_are_those_begun(lives: BlockResult) -> None:
    kinds = [events.LOG_AGENT_START, events.LOG_COURSE_START]
    begun = lives.events[np.isin(lives.events["kind"], kinds)]
    for agent in range(codes.AGENT_COUNT):
        number = np.bincount(begun["patient"][begun["code"] == agent], minlength=lives.rows.size)
        assert np.array_equal(lives.rows["agent_courses"][:, agent], number)
