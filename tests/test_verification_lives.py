"""The second intensity against simulated lives: 1,024 patients a strategy, one family of comparisons a strategy with 1% error.

Seeds are fixed, so a right program passes always; the error says how often another seed would fail. Complications are made
frequent as in `tests/long/verify_intensity.py`, which does the same for all multipliers and more patients. Decisions have a test of
their own, `tests/test_verification_decisions.py`.
"""

import functools
from dataclasses import replace

import pandas as pd
import pytest

from alps_sim.verification import PROCESSES, Trial, judge
from alps_sim.verification.multipliers import Multiplier
from tests.long import verify_intensity as long_check

PATIENTS = 1024
SETUP, STRATEGY = "frequent", "early_splenectomy"
HANDFUL = (
    "decline with age, flare",
    "flare frailty, breakthrough",
    "steroid left in a taper",
    "answering mmf, flare",
    "remission after splenectomy, breakthrough",
    "after a post-splenectomy relapse",
    "recurrence, sepsis",
    "steroid, sepsis",
    "diabetes, sepsis",
    "prevention, sepsis",
    "infection frailty, admissions",
    "non-Hodgkin in ALPS",
    "high dose, hypertension",
    "splenectomy, thrombosis",
    "high exposure, fracture",
)


@functools.cache
def trial() -> Trial:
    return long_check.try_some(SETUP, STRATEGY, PATIENTS, HANDFUL, PROCESSES)


def test_events_agree_with_the_second_intensity() -> None:
    verdict = judge([trial().unaltered.table()])
    assert verdict.passed, verdict.table[verdict.table["verdict"] == "FAIL"].to_string()


def test_every_process_that_can_happen_is_compared() -> None:
    table = trial().unaltered.table()
    overall = table[table["by"] == "all"].set_index("process")
    assert list(overall.index) == list(PROCESSES)
    assert set(overall.index[overall["expected"] == 0.0]) == {"splenectomy_for_splenomegaly"}, "the strategy has none"
    assert overall.loc[["flare", "breakthrough", "sepsis", "fracture", "thrombosis"], "events"].min() > 1000, "no power without events"


def test_strata_add_up_to_the_whole() -> None:
    table = trial().unaltered.table()
    overall = table[table["by"] == "all"].set_index("process")
    for by, part in table[~table["by"].isin(["all", "impossible"])].groupby("by"):
        sums = part.groupby("process")[["events", "expected"]].sum()
        pd.testing.assert_frame_equal(sums, overall.loc[sums.index, ["events", "expected"]], obj=str(by))


@pytest.mark.parametrize("name", HANDFUL)
def test_a_missing_multiplier_fails(name: str) -> None:
    table: pd.DataFrame = trial().table().set_index("multiplier")
    assert bool(table.loc[name, "caught"]), table.loc[name].to_string()


def test_events_agree_where_the_flares_go_on_damped_after_surgery() -> None:
    """And do not agree with the relapse clock of the base case."""
    setup = long_check.SETUPS[SETUP]
    inputs = long_check.inputs_of(replace(setup, parameters={**setup.parameters, "flare_ratio_in_remission": 0.15}))
    names = ("relapse_after_splenectomy",)
    own_clock = Multiplier("a clock of its own", names, lambda assumptions: assumptions.with_values(flare_ratio_in_remission=0.0))
    found = long_check.try_strategy(inputs, 0, PATIENTS, (own_clock,), PROCESSES)
    assert judge([found.unaltered.table()]).passed
    assert bool(found.table()["caught"].all())
