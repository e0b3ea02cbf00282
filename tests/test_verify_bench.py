"""The bench changes what a check asks for and nothing else, also in replicas, whose numbers partly come from the ledger."""

import time
from dataclasses import replace

import numpy as np
import pytest

from alps_sim.commands.verify import bench_of
from alps_sim.scenario import load_scenario
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import FAIL, PASS, Check, Finding
from alps_sim.verification.lives import first_difference, without_money
from alps_sim.verification.registry import CHECKS, run_check, run_checks
from tests.reach import SCENARIOS

BY_NAME = {check.name: check for check in CHECKS}
SETTINGS = {"nih_splenectomy_uptake": 0.35, "nih_prevention_adherence": 0.4}


@pytest.fixture(scope="module")
def replica() -> Bench:
    return bench_of(load_scenario(SCENARIOS / "nih_cohort.yaml", SETTINGS), patients=64)


def test_a_number_from_the_ledger_does_not_move_to_another_line(replica: Bench) -> None:
    (name,) = replica.strategies
    strategy = replica.settled.strategies[name]
    later = replica.inputs(strategies={name: strategy.model_copy(update={"lines": strategy.lines[1:]})})
    whole = replica.inputs()
    assert whole.strategies[0].lines["uptake"][0] == 0.35
    np.testing.assert_array_equal(later.strategies[0].lines["uptake"], whole.strategies[0].lines["uptake"][1:])


def test_a_number_from_the_ledger_does_not_undo_what_a_check_sets(replica: Bench) -> None:
    (name,) = replica.strategies
    strategy = replica.settled.strategies[name]
    kept = strategy.model_copy(update={"prevention": strategy.prevention.model_copy(update={"adherence": 1.0})})
    assert replica.inputs().strategies[0].strategy["prevention_adherence"][0] == 0.4
    assert replica.inputs(strategies={name: kept}).strategies[0].strategy["prevention_adherence"][0] == 1.0


def test_a_number_from_the_ledger_follows_a_changed_value(replica: Bench) -> None:
    assert replica.inputs({"nih_prevention_adherence": 0.1}).strategies[0].strategy["prevention_adherence"][0] == 0.1


@pytest.mark.parametrize("name", ["equal_arms", "life_expectancy", "nobody_dies", "no_surgery", "perfect_prevention"])
def test_checks_that_change_sections_pass_on_a_replica_with_settings(replica: Bench, name: str) -> None:
    finding = run_check(BY_NAME[name], replica)
    assert finding.result == PASS, finding.found


def test_life_years_are_not_compared_where_hardly_anybody_dies() -> None:
    finding = run_check(BY_NAME["mean_of_draws"], bench_of(load_scenario(SCENARIOS / "childhood_aiha.yaml"), patients=256))
    assert finding.result == PASS, finding.found


def test_lives_that_differ_in_cost_alone_are_the_same_without_money(replica: Bench) -> None:
    inputs = replica.inputs()
    (cheap,), (dear,) = replica.live(inputs), replica.live(replace(inputs, unit_cost=3.0 * inputs.unit_cost))
    assert first_difference(cheap, dear).startswith("cost of patient 0 is ")
    assert first_difference(without_money(cheap), without_money(dear)) == ""


def test_the_first_difference_of_a_row_names_its_place(replica: Bench) -> None:
    (one,) = replica.live(replica.inputs())
    rows = one.rows.copy()
    rows["agent_courses"][5, 2] += 1
    told = first_difference(one, replace(one, rows=rows), ("rows",))
    assert told.startswith(f"agent_courses[2] of patient {one.rows['patient'][5]} is ")


def test_findings_stand_in_the_order_of_the_checks_whichever_ends_first(replica: Bench) -> None:
    def waits(seconds: float) -> Check:
        def run(bench: Bench) -> Finding:
            time.sleep(seconds)
            return Finding(FAIL, "as told")

        return Check(f"waits {seconds}", "Group", "title", "done", "expected", run)

    told: list[int] = []
    table = run_checks(replace(replica, workers=3), lambda what, done, of: told.append(done), [waits(0.2), waits(0.0), waits(0.1)])
    assert list(table["check"]) == ["waits 0.2", "waits 0.0", "waits 0.1"]
    assert told == [0, 10, 20, 30]


def test_a_check_that_crashes_ends_all(replica: Bench) -> None:
    def run(bench: Bench) -> Finding:
        raise ZeroDivisionError("a mistake of the check itself")

    broken = Check("broken", "Group", "title", "done", "expected", run)
    with pytest.raises(ZeroDivisionError):
        run_checks(replica, lambda what, done, of: None, [broken])
