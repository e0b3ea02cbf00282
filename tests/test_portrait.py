"""Fates, spread and treatment over the years: what the tables about single patients say is what their lives were."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alps_sim.engines.cohort import simulate
from alps_sim.outcomes.block import ROW_DTYPE, BlockResult
from alps_sim.outcomes.fates import FATES, Fates, fates_of, nearest_hundred
from alps_sim.outcomes.portrait import Portrait
from alps_sim.outcomes.spread import SMALLEST, Spread, three_digits
from alps_sim.outcomes.treatment_lines import TIMES, agents_over_time
from alps_sim.rules import events
from alps_sim.rules.codes import DEATH_BACKGROUND, DEATH_OPSI, MMF, NEVER, NO_AGENT, SIROLIMUS
from alps_sim.rules.state import LOG_DTYPE
from alps_sim.scenario.inputs import Inputs

PATIENTS = 2048


@pytest.fixture(scope="module")
def blocks(main_inputs: Inputs) -> list[list[BlockResult]]:
    """Lives of the main scenario, with their event logs."""
    inputs = replace(main_inputs, patients=PATIENTS)
    return [block for block, _ in simulate(inputs, 2, events_of=PATIENTS)]


@pytest.fixture(scope="module")
def portrait(main_inputs: Inputs, blocks: list[list[BlockResult]]) -> Portrait:
    names = tuple(strategy.name for strategy in main_inputs.strategies)
    gathered = Portrait(names, names.index(main_inputs.comparator), main_inputs.windows)
    for block in blocks:
        gathered.add(block)
    return gathered


def _rows(**fields: Any) -> np.ndarray[Any, Any]:
    """One patient to whom nothing happens but what is said."""
    rows = np.zeros(1, ROW_DTYPE)
    for name in ("death_time", "first_opsi_time", "treatment_failure_time"):
        rows[name] = NEVER
    for name, value in fields.items():
        rows[name] = value
    return rows


@pytest.mark.parametrize(
    ("fields", "fate"),
    [
        ({}, "alive_without"),
        ({"treatment_failure_time": 3.0}, "alive_after_failure"),
        ({"treatment_failure_time": 3.0, "first_opsi_time": 4.0}, "alive_after_opsi"),
        ({"first_opsi_time": 4.0, "death_time": 19.0, "death_cause": DEATH_BACKGROUND}, "died_of_other_cause"),
        ({"first_opsi_time": 4.0, "death_time": 19.0, "death_cause": DEATH_OPSI}, "died_of_opsi"),
        ({"first_opsi_time": 21.0, "death_time": 22.0, "death_cause": DEATH_OPSI}, "alive_without"),
    ],
)
def test_a_fate_is_the_gravest_thing_within_the_window(fields: dict[str, Any], fate: str) -> None:
    assert list(FATES)[int(fates_of(_rows(**fields), 20.0)[0])] == fate


def test_shares_of_fates_are_those_of_the_counters(portrait: Portrait, blocks: list[list[BlockResult]], main_inputs: Inputs) -> None:
    from alps_sim.outcomes.definitions import BASE_INDEX, base_values

    window = main_inputs.windows.index("20")
    shares = portrait.fates.shares().set_index(["strategy", "fate"])["share"]
    for place, strategy in enumerate(main_inputs.strategies):
        values = np.vstack([base_values(block[place], window) for block in blocks])
        assert shares[strategy.name, "died_of_opsi"] == values[:, BASE_INDEX["opsi_deaths"]].mean()
        dead = shares[strategy.name, "died_of_opsi"] + shares[strategy.name, "died_of_other_cause"]
        assert dead == pytest.approx(values[:, BASE_INDEX["deaths"]].mean(), abs=1e-12)


def test_every_patient_of_the_hundred_stands_at_one_place_and_only_changed_fates_differ(portrait: Portrait) -> None:
    table = portrait.fates.hundred()
    places = table.pivot(index="patient", columns="strategy", values="place")
    assert len(places) == 100
    assert places.nunique(axis=1).eq(1).all()
    codes = portrait.fates.codes
    for place, name in enumerate(portrait.fates.strategies):
        shown = table[table["strategy"] == name]
        assert [list(FATES).index(fate) for fate in shown["fate"]] == codes[place, shown["patient"]].tolist()


def test_the_hundred_is_the_one_nearest_to_all_and_rare_fates_count() -> None:
    usual = np.full(100, 4, np.int8)
    with_death, too_many = usual.copy(), usual.copy()
    with_death[7], too_many[:30] = 0, 0
    codes = np.concatenate([too_many, with_death, usual, with_death, *[usual, with_death] * 20])[None, :]
    assert nearest_hundred(codes) == 100


def test_fewer_than_a_hundred_are_all_shown(blocks: list[list[BlockResult]]) -> None:
    fates = Fates(("one",), "20")
    fates.add([replace(blocks[0][0], rows=blocks[0][0].rows[:30])])
    assert fates.hundred()["patient"].tolist() == list(range(30))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_three_digits_are_within_half_a_percent(values: list[float]) -> None:
    given_values = np.array(values)
    assert np.all(np.abs(three_digits(given_values) - given_values) <= np.maximum(0.005 * np.abs(given_values), SMALLEST))


def test_percentiles_are_those_of_all_patients_whatever_the_blocks(
    portrait: Portrait, blocks: list[list[BlockResult]], main_inputs: Inputs
) -> None:
    from alps_sim.rules.accounts import C_LIFE_YEARS, C_PREDNISONE_MG_PER_KG

    window = main_inputs.windows.index("20")
    table = portrait.spread.table().set_index(["strategy", "comparator", "percentile"])["value"]
    counters = np.vstack([block[0].counters[:, window] for block in blocks])
    doses = counters[:, C_PREDNISONE_MG_PER_KG] / counters[:, C_LIFE_YEARS]
    for percent in (5, 50, 95):
        expected = np.percentile(doses, percent, method="inverted_cdf")
        assert table[main_inputs.strategies[0].name, "", percent] == pytest.approx(expected, rel=0.0051)
    other = Spread(portrait.spread.strategies, portrait.spread.comparator, "20", window)
    for block in reversed(blocks):
        other.add(block)
    pd.testing.assert_frame_equal(other.table(), portrait.spread.table())


def _log(*lines: tuple[int, float, int, int]) -> np.ndarray[Any, Any]:
    """Lines (patient, time, kind, agent)."""
    log = np.zeros(len(lines), LOG_DTYPE)
    for place, (patient, time, kind, code) in enumerate(lines):
        log[place]["patient"], log[place]["time"], log[place]["kind"], log[place]["code"] = patient, time, kind, code
    return log


def test_the_agent_at_a_time_is_the_last_one_begun_and_not_stopped() -> None:
    start, stop = events.LOG_AGENT_START, events.LOG_AGENT_STOP
    log = _log((3, 0.05, start, MMF), (3, 5.0, stop, MMF), (3, 5.0, start, SIROLIMUS), (5, 2.2, start, MMF), (5, 3.2, stop, MMF))
    found = agents_over_time(log, np.array([3, 4, 5]), start, stop)
    at = {time: place for place, time in enumerate(TIMES.tolist())}
    assert found[0, [at[0.0], at[0.1], at[4.0], at[5.0], at[40.0]]].tolist() == [NO_AGENT, MMF, MMF, SIROLIMUS, SIROLIMUS]
    assert found[1].tolist() == [NO_AGENT] * TIMES.size
    assert found[2, [at[2.0], at[2.5], at[3.0], at[3.5]]].tolist() == [NO_AGENT, MMF, MMF, NO_AGENT]


def test_shares_of_treatments_add_up_and_agree_with_the_milestones(portrait: Portrait, blocks: list[list[BlockResult]]) -> None:
    table = portrait.treatments.table()
    sums = table.groupby(["strategy", "time_years"])["share"].sum()
    assert np.allclose(sums, 1.0, atol=1e-12)
    for place, name in enumerate(portrait.treatments.strategies):
        rows = np.concatenate([block[place].rows for block in blocks])
        at_20 = table[(table["strategy"] == name) & (table["time_years"] == 20.0)]
        assert at_20[at_20["agent"] == "dead"]["share"].sum() == (rows["death_time"] <= 20.0).mean()
        removed = (rows["splenectomy_time"] <= 20.0) & (rows["death_time"] > 20.0)
        assert at_20[at_20["spleen"] == "removed"]["share"].sum() == pytest.approx(removed.mean(), abs=1e-12)


def test_treatments_are_those_of_the_lives_of_patients_with_an_event_log(blocks: list[list[BlockResult]], main_inputs: Inputs) -> None:
    """A block without a log adds nothing: its patients' treatment is not known."""
    names = tuple(strategy.name for strategy in main_inputs.strategies)
    portrait = Portrait(names, 0, main_inputs.windows)
    portrait.add(blocks[0])
    known = portrait.treatments.table()
    portrait.add([replace(result, events=np.zeros(0, LOG_DTYPE)) for result in blocks[1]])
    pd.testing.assert_frame_equal(portrait.treatments.table(), known)
