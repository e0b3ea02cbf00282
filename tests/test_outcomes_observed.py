"""Cohorts as a study sees them, and uncertainty over draws of the evidence."""

from dataclasses import replace

import numpy as np
import pytest

from alps_sim.outcomes.block import ROW_DTYPE
from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.outcomes.incidence import relapse_by
from alps_sim.outcomes.observation import cohort_statistics, cohorts, observe, predict
from alps_sim.outcomes.properties import course_remission, initial_responder, long_term_responder
from alps_sim.outcomes.statistics import STATISTICS
from alps_sim.outcomes.uncertainty import COLUMNS, FEWEST_EVENTS, Draws
from alps_sim.rules import codes
from alps_sim.rules.state import MILESTONES
from tests import statistics_model as model


def patients(n: int, **fields: object) -> np.ndarray:
    """Patients followed for ten years to whom nothing happened but what is said."""
    rows = np.zeros(n, dtype=ROW_DTYPE)
    for name in (*MILESTONES, "death_time"):
        rows[name] = codes.NEVER
    rows["patient"], rows["has_cytopenia"], rows["death_cause"] = np.arange(n), 1, codes.ALIVE
    rows["years_since_prior_splenectomy"], rows["observation_years"], rows["weaned_agent"] = -1.0, 10.0, codes.NO_AGENT
    for name, value in fields.items():
        rows[name] = value
    return rows


def test_study_sees_the_living_at_entry_until_its_end() -> None:
    rows = patients(4, entry_years=[0, 2, 2, 2], death_time=[1, 1, 5, 12], death_cause=codes.DEATH_OPSI, first_opsi_time=[1, 1, 4, 11])
    seen = observe(rows)
    assert seen["patient"].tolist() == [0, 2, 3]
    assert seen["death_time"].tolist() == [1, 5, codes.NEVER]
    assert seen["death_cause"].tolist() == [codes.DEATH_OPSI, codes.DEATH_OPSI, codes.ALIVE]
    assert seen["first_opsi_time"].tolist() == [1, 4, codes.NEVER]
    assert rows["death_time"][3] == 12


def test_cohorts_are_whole_and_in_patient_order() -> None:
    parts = [part["patient"].tolist() for part in cohorts(patients(7), 3)]
    assert parts == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match="at least one"):
        list(cohorts(patients(2), 0))


def test_initial_responder_spares_for_a_year_and_may_be_lost_later() -> None:
    never = codes.NEVER
    rows = patients(
        4,
        first_agent_time=0.0,
        first_agent_answer_time=[0.2, 0.2, 0.2, never],
        first_agent_loss_time=[never, 3.0, 0.9, 0.5],
        second_treatment_time=[never, 3.1, 1.0, 0.6],
    )
    assert initial_responder(rows).tolist() == [True, True, False, False]
    assert long_term_responder(rows).tolist() == [True, False, False, False]


def test_long_term_responder_may_be_weaned_but_not_too_short_or_with_surgery() -> None:
    rows = patients(
        4,
        first_agent_time=[0.0, 9.7, 0.0, 0.0],
        first_agent_answer_time=[0.2, 9.8, 0.2, 0.2],
        first_agent_wean_time=[6.0, codes.NEVER, codes.NEVER, codes.NEVER],
        second_treatment_time=[codes.NEVER, codes.NEVER, 4.0, codes.NEVER],
    )
    assert long_term_responder(rows).tolist() == [True, False, False, True]


def test_remission_after_a_course_must_be_seen_for_six_months() -> None:
    rows = patients(3, first_course_time=0.0, first_course_answer_time=[1.0, 1.0, 9.8], first_course_end_time=[1.6, 1.4, codes.NEVER])
    assert course_remission(rows).tolist() == [True, False, False]


def test_deaths_after_sepsis_are_those_of_any_cause_in_septic_patients_while_observed() -> None:
    """Five splenectomised at the index: of sepsis, of another cause after it, of another without it, after the follow-up, alive."""
    never = codes.NEVER
    rows = patients(
        6,
        splenectomy_time=[0.0, 0.0, 0.0, 0.0, 0.0, never],
        first_opsi_time=[2.0, 2.0, never, 2.0, 2.0, never],
        death_time=[2.0, 5.0, 5.0, 11.0, never, 5.0],
        death_cause=[codes.DEATH_OPSI, *[codes.DEATH_LYMPHOMA] * 3, codes.ALIVE, codes.DEATH_LYMPHOMA],
    )
    shares = cohort_statistics(rows, 6).loc[0]
    assert shares["deaths_after_opsi"] == pytest.approx(2 / 5)
    assert shares["opsi_deaths"] == pytest.approx(1 / 5)


def test_relapse_by_hand() -> None:
    """Four operated at 1: relapse after 1 and 3 years, one seen for 2 only, one free for 9: S(4) = 3/4 x 1/2."""
    rows = patients(5, splenectomy_time=[1, 1, 1, 1, codes.NEVER], relapse_time=[2, 4, codes.NEVER, codes.NEVER, codes.NEVER])
    rows["observation_years"][2] = 3.0
    assert relapse_by(rows, 4.0) == pytest.approx(1 - 0.75 * 0.5)
    assert np.isnan(relapse_by(rows[4:], 4.0))


def test_predictive_interval_of_a_share_is_binomial() -> None:
    size, number = 66, 2000
    generator = np.random.default_rng(3)
    opsi = generator.uniform(size=size * number) < 0.4
    rows = patients(size * number, splenectomy_time=1.0, first_opsi_time=np.where(opsi, 2.0, codes.NEVER))
    table = predict(cohort_statistics(rows, size)).set_index("statistic")
    row = table.loc["one_opsi"]
    assert row["cohorts"] == number
    assert row["mean"] == pytest.approx(0.4, abs=4 * np.sqrt(0.24 / (size * number)))
    assert row["low"] * size == pytest.approx(19, abs=1.01)
    assert row["high"] * size == pytest.approx(34, abs=1.01)
    assert set(table.index) == set(STATISTICS)
    assert table.loc["initial_responders", "cohorts"] == 0
    assert table.loc["splenectomised", "mean"] == 1.0


def test_too_few_patients_for_a_cohort_are_an_error() -> None:
    with pytest.raises(ValueError, match="no cohort of 150"):
        cohort_statistics(patients(149), 150)


def _draws(number: int) -> Draws:
    draws = Draws(model.STRATEGIES, model.WINDOWS, 1)
    for draw in range(number):
        draws.add(draws.measure(model.blocks(100 + draw, 1100, model.FRAILTY)))
    return draws


def test_parameter_uncertainty_has_percentiles_of_strategies_and_differences() -> None:
    draws = _draws(12)
    table = draws.table()
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 3 * 2 * len(OUTCOMES)
    assert table["draws"].eq(12).all()
    place = list(OUTCOMES).index("life_years")
    values = draws.means[:, :, 0, place]
    row = table[(table["outcome"] == "life_years") & (table["window_years"] == "20")].set_index(["strategy", "comparator"])
    assert [row.loc[("drug", ""), name] for name in ("ci_low", "ci_high")] == pytest.approx(
        np.percentile(values[:, 1], [2.5, 97.5]).tolist()
    )
    difference = values[:, 0] - values[:, 1]
    assert row.loc[("surgery", "drug"), "mean"] == pytest.approx(difference.mean())
    assert ("drug", "drug") not in row.index


def test_share_of_simulation_error_is_all_where_draws_differ_by_luck_alone() -> None:
    share = _draws(30).simulation_share()
    share = share[(share["outcome"] == "life_years") & (share["comparator"] == "") & (share["window_years"] == "20")]
    assert (share["simulation_share"] > 0.5).all()


def test_the_luck_that_all_draws_share_is_taken_out_of_their_intervals() -> None:
    """The same lucky patients in every draw: their interval lies beside the truth, and about it once the draws are set to the run."""
    draws = Draws(model.STRATEGIES, model.WINDOWS, 1)
    lucky = draws.measure(model.blocks(7, 1100, model.FRAILTY))
    place = (1, 0, list(OUTCOMES).index("life_years"))
    for factor in (0.97, 0.99, 1.0, 1.01, 1.03):
        draws.add(replace(lucky, means=lucky.means * factor))
    truth = lucky.means * 1.2
    draws.anchor(lucky, truth, 1100)
    table = draws.table()
    (row,) = (
        table[(table["strategy"] == "drug") & (table["outcome"] == "life_years") & (table["window_years"] == "20")]
        .query("comparator == ''")
        .to_dict("records")
    )
    assert row["mean"] == pytest.approx(truth[place])
    assert row["ci_low"] < truth[place] < row["ci_high"]
    assert draws.means.shape[1:] == truth.shape


def test_events_too_rare_for_a_ratio_leave_the_draws_as_they_are() -> None:
    draws = Draws(model.STRATEGIES, model.WINDOWS, 1)
    few = draws.measure(model.blocks(7, 1100, model.FRAILTY))
    rare = (few.means * 1100 < FEWEST_EVENTS) & np.array([outcome.kind in ("indicator", "count") for outcome in OUTCOMES.values()])
    draws.add(few)
    draws.anchor(few, few.means * 1.1, 1100)
    assert rare.any()
    assert (draws.means[0][rare] == few.means[rare]).all()


def test_no_share_of_patients_exceeds_one() -> None:
    draws = Draws(model.STRATEGIES, model.WINDOWS, 1)
    one = draws.measure(model.blocks(7, 1100, model.FRAILTY))
    draws.add(replace(one, means=np.ones_like(one.means)))
    draws.anchor(one, one.means * 3.0, 1100)
    shares = [outcome.kind == "indicator" for outcome in OUTCOMES.values()]
    assert draws.means[..., shares].max() <= 1.0


def test_one_draw_is_not_enough() -> None:
    with pytest.raises(ValueError, match="at least two draws"):
        _draws(1).table()


def test_one_strategy_alone_has_parameter_uncertainty_and_no_differences() -> None:
    alone = Draws(model.STRATEGIES[:1], model.WINDOWS, 0)
    for draw in range(3):
        alone.add(alone.measure([block[:1] for block in model.blocks(100 + draw, 1100, model.FRAILTY)]))
    table = alone.table()
    assert table["comparator"].eq("").all()
    assert len(table) == 2 * len(OUTCOMES)


def test_draw_without_a_strategy_is_refused() -> None:
    with pytest.raises(ValueError, match="each of the 2 strategies"):
        Draws(model.STRATEGIES, model.WINDOWS, 1).measure([model.block(1, 0, 5, model.FRAILTY)[:1]])
