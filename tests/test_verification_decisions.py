"""The second account of decisions: on lives written by hand, and against simulated lives, 512 patients in which decisions are frequent."""

import functools
import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from alps_sim.verification import COMPARED, DECISIONS, PROCESSES, Trial, judge
from alps_sim.verification.account import account_of
from alps_sim.verification.check import Tally, scores
from alps_sim.verification.decisions import DECISION_ACCOUNTS
from alps_sim.verification.history import History
from alps_sim.verification.occasions import Occasions
from tests.long import verify_intensity as long_check
from tests.test_verification_reading import Line, assumptions, read

PATIENTS = 512
SETUP, STRATEGY = "decisions", "early_splenectomy"
HANDFUL = (
    "sequestration, answer to steroids",
    "immunoglobulin, answer to steroids",
    "shared refractoriness, answer_to_steroids",
    "shared refractoriness, answer_to_agent",
    "adrenal suppression, death of sepsis",
    "size of the spleen, mechanism of a flare",
    "severity, transfusion",
    "years of a long exposure",
)
DAY = 1.0 / 365.25
ITP, SEVERE, SEQUESTRATION = 2, 8, 16
NORMAL = NormalDist()


def found(decision: str, lines: list[Line], **changes: float) -> Occasions:
    under = assumptions(**changes)
    return DECISION_ACCOUNTS[decision](read(lines, under, refractoriness=1.5), under)


def given_z(marginal: float, correlation: float, z: float = 1.5) -> float:
    return NORMAL.cdf((NORMAL.inv_cdf(marginal) - math.sqrt(correlation) * z) / math.sqrt(1.0 - correlation))


def pulse(start: float, end: float, *, infused: bool, answers: bool) -> list[Line]:
    lines: list[Line] = [(start, "steroid_dose", 1, 200.0)]
    lines += [(start, "ivig", 0, 20.0)] if infused else []
    return [*lines, (end, "acute_step_end", 0, 0.0), *([(end, "flare_end", 0, 0.1)] if answers else [])]


def test_answers_to_steroids_by_route_mechanism_and_refractoriness() -> None:
    flare: list[Line] = [(0.0, "flare", ITP + SEQUESTRATION, 0.0), (0.0, "steroid_dose", 0, 30.0), (7 * DAY, "acute_step_end", 0, 0.0)]
    lines = flare + pulse(7 * DAY, 14 * DAY, infused=True, answers=False) + pulse(14 * DAY, 21 * DAY, infused=False, answers=True)
    steps = found("answer_to_steroids", lines, refractoriness_correlation=0.4, sequestration_steroid_response_ratio=0.5)
    assert steps.outcome.tolist() == [0.0, 0.0], "the last pulse comes too soon after immunoglobulin to be told"
    assert list(steps.circumstance) == ["oral, sequestration", "intravenous with immunoglobulin, sequestration"]
    values = assumptions().values
    without = values["iv_methylprednisolone_response_probability"]
    marginals = (values["oral_prednisone_response_probability"], without + (1.0 - without) * values["ivig_added_response_probability"])
    assert steps.probability == pytest.approx([given_z(0.5 * marginal, 0.4) for marginal in marginals])


def test_an_agent_that_is_stopped_early_leaves_the_chance_of_a_later_answer() -> None:
    lines: list[Line] = [(0.0, "flare", ITP, 0.0), (0.1, "agent_start", 0, 0.0), (0.1 + 30 * DAY, "agent_stop", 0, 4.0)]
    under = {"refractoriness_correlation": 0.0, "drug.mmf.hypersplenism_response_ratio": 0.5, "drug.mmf.response_probability_itp": 0.8}
    begun = found("answer_to_agent", lines, **under)
    values = assumptions().values
    median, shape, last = (values[f"drug.mmf.{name}"] for name in ("effect_median_days", "effect_shape", "assessment_days"))
    shown = (1.0 + (median / last) ** shape) / (1.0 + (median / 30.0) ** shape)
    assert begun.probability == pytest.approx([0.4]), "the spleen is massive"
    assert begun.outcome == pytest.approx([0.4 * (1.0 - shown) / (1.0 - 0.4 * shown)])


def test_an_agent_that_has_answered_before_is_left_out() -> None:
    answers: list[Line] = [(0.2, "agent_effect", 0, 0.0), (0.2, "agent_answer", 0, 0.1)]
    lines: list[Line] = [(0.0, "flare", ITP, 0.0), (0.1, "agent_start", 0, 0.0), *answers, (3.0, "agent_stop", 0, 0.0)]
    begun = found("answer_to_agent", [*lines, (4.0, "agent_start", 0, 1.0), (5.0, "agent_start", 1, 0.0), (5.1, "agent_start", 0, 2.0)])
    assert begun.outcome[0] == 1.0
    assert list(begun.circumstance) == ["mmf, hypersplenism", "sirolimus, hypersplenism"]


def test_sepsis_under_adrenal_suppression() -> None:
    """It lasts while steroids go on and six months after each course, however often the next one comes before."""
    course: list[Line] = [(0.2, "steroid_dose", 0, 30.0), (0.9, "adrenal_suppression", 1, 0.0), (1.0, "sepsis", 0, 0.0)]
    ended: list[Line] = [
        (1.1, "steroid_dose", 0, 0.0),
        (1.2, "sepsis", 0, 0.0),
        (1.3, "steroid_dose", 0, 30.0),
        (1.4, "steroid_dose", 0, 0.0),
    ]
    later: list[Line] = [(1.8, "sepsis", 0, 0.0), (2.0, "sepsis", 0, 0.0), (2.1, "steroid_dose", 0, 30.0), (2.2, "sepsis", 0, 0.0)]
    under = {"sepsis_fatality_probability": 0.1, "adrenal_suppression_fatality_ratio": 3.0, "adrenal_suppression_months": 6.0}
    assert found("sepsis_death", [*course, *ended, *later], **under).probability == pytest.approx([0.3, 0.3, 0.3, 0.1, 0.1])


def test_what_lasts_does_not_come_again_and_both_eyes_have_one_cataract_each() -> None:
    under = {"long_exposure_years": 1.0, "long_course_days": 15.0, "cushingoid_months": 6.0}
    first: list[Line] = [(1.0, "steroid_dose", 0, 30.0), (1.5, "cushingoid", 1, 0.0), (1.5, "steroid_dose", 0, 0.0)]
    soon: list[Line] = [(1.7, "steroid_dose", 0, 30.0), (1.9, "steroid_dose", 0, 0.0)]
    later: list[Line] = [(3.0, "steroid_dose", 0, 30.0), (3.2, "steroid_dose", 0, 0.0)]
    assert found("cushingoid", [*first, *soon, *later], **under).outcome.tolist() == [1.0, 0.0]
    operated: list[Line] = [(0.4, "cataract", 0, 0.0), (0.5, "cataract_operation", 0, 0.0)]
    again: list[Line] = [(2.0, "cataract", 0, 0.0), (2.1, "cataract_operation", 0, 0.0)]
    assert found("cataract", [*operated, *first, *again, *later], **under).outcome.size == 1


def test_a_flare_involves_the_first_lineage_others_of_its_own_and_no_foreign_one() -> None:
    lineages = found("flare_lineages", [(1.0, "flare", ITP, 0.0)], lineage_involvement_probability=0.4)
    assert lineages.probability.tolist() == [0.4, 1.0, 0.4]
    assert lineages.outcome.tolist() == [0.0, 1.0, 0.0]


def test_a_breakthrough_that_bleeds_is_severe() -> None:
    chances = {"severe_flare_probability": 0.2, "severe_bleed_probability_severe_flare": 0.3, "transfusion_probability_severe_flare": 0.6}
    lines: list[Line] = [(0.0, "flare", ITP + 1, 0.0), (1.0, "breakthrough", 0, 0.0), (2.0, "breakthrough", 0, 0.0)]
    bleeding = [*lines[:2], (1.0, "severe_bleed", 1, 0.0), lines[2]]
    assert found("severe_bleed", bleeding, **chances).probability[1:] == pytest.approx([0.06, 0.06])
    assert found("transfusion", bleeding, **chances).probability[1:] == pytest.approx([0.6, 0.6 * (0.2 - 0.06) / 0.94])


def test_long_exposures_end_with_the_course_or_after_their_years() -> None:
    course: list[Line] = [(1.0, "steroid_dose", 0, 30.0), (2.0, "long_exposure_end", 0, 0.0), (2.5, "steroid_dose", 0, 0.0)]
    short: list[Line] = [(5.0, "steroid_dose", 0, 30.0), (5.0 + 5 * DAY, "steroid_dose", 0, 0.0)]
    under = {"long_exposure_years": 1.0, "long_course_days": 15.0}
    lines = [*course[:2], (2.0, "low_bone_density", 0, 0.0), course[2], *short]
    assert found("cushingoid", lines, **under).outcome.size == 2
    assert found("low_bone_density", lines, **under).outcome.tolist() == [1.0], "once"


def test_spleens_that_shrink_are_told_if_nothing_comes_between() -> None:
    months = {"spleen_shrinkage_months": 3.0}
    answers: Line = (1.0, "agent_answer", 1, 0.1)
    shrinks: list[Line] = [(1.25, "spleen_shrinkage", 0, 0.0), (1.25, "spleen_size", 1, 0.0)]
    assert found("spleen_shrinkage", [answers, *shrinks], **months).outcome.tolist() == [1.0]
    assert found("spleen_shrinkage", [answers, (1.3, "agent_stop", 1, 4.0)], **months).outcome.tolist() == [0.0]
    assert found("spleen_shrinkage", [answers, (1.2, "agent_stop", 1, 4.0)], **months).outcome.size == 0


def impossible(history: History, decision: str) -> float:
    return account_of(decision, history, assumptions()).impossible


def test_outcomes_without_an_occasion_or_a_chance_fail() -> None:
    lines: list[Line] = [(0.0, "flare", 1, 0.0), (3.0, "severe_bleed", 1, 0.0), (4.0, "hypogammaglobulinaemia", 1, 2.0)]
    history = read(lines, assumptions(), spleen_at_index="none", first_lineage=0)
    assert [impossible(history, decision) for decision in ("severe_bleed", "hypogammaglobulinaemia", "flare_mechanism")] == [1.0, 1.0, 0.0]
    tally = Tally(assumptions(), ("severe_bleed",))
    tally.add(history)
    assert not judge([tally.table()]).passed


def test_strata_that_are_known_give_the_same_tally() -> None:
    lines: list[Line] = [(0.0, "flare", 1, 0.0), (1.0, "agent_start", 1, 0.0), (1.2, "agent_answer", 1, 0.1), (3.0, "sepsis", 0, 0.0)]
    history = read(lines, assumptions(), spleen_at_index="none", first_lineage=0)
    one, other = Tally(assumptions()), Tally(assumptions())
    one.add(history)
    other.add(history, other.labels(history))
    pd.testing.assert_frame_equal(one.table(), other.table())


def test_exact_probabilities_of_few_outcomes_hold_for_unequal_chances() -> None:
    generator = np.random.default_rng(20150331)
    chances = generator.uniform(0.0, 0.3, size=60)
    outcomes = (generator.uniform(size=(20_000, 60)) < chances).sum(axis=1).astype(np.float64)
    ones = np.ones(outcomes.size)
    _, p = scores(outcomes, chances.sum() * ones, (chances * (1.0 - chances)).sum() * ones, 60.0 * ones)
    for error in (0.1, 0.01, 0.001):
        assert (p <= error).mean() <= error + 4.0 * math.sqrt(error / outcomes.size)


def test_names_of_decisions_are_no_processes() -> None:
    assert set(PROCESSES).isdisjoint(DECISIONS)
    assert (*PROCESSES, *DECISIONS) == COMPARED


@functools.cache
def trial() -> Trial:
    return long_check.try_some(SETUP, STRATEGY, PATIENTS, HANDFUL, DECISIONS)


def test_outcomes_agree_with_the_second_account() -> None:
    verdict = judge([trial().unaltered.table()])
    assert verdict.passed, verdict.table[verdict.table["verdict"] == "FAIL"].to_string()


@pytest.mark.parametrize("name", HANDFUL)
def test_a_missing_multiplier_of_a_decision_fails(name: str) -> None:
    table: pd.DataFrame = trial().table().set_index("multiplier")
    assert bool(table.loc[name, "caught"]), table.loc[name].to_string()
