"""What parameter uncertainty hangs on: drivers found in the draws, and the label of what assumptions drive."""

from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

import numpy as np
import pandas as pd
import pytest

from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import Ledger, Parameter
from alps_sim.evidence.posterior import Contraction, FittedBlock
from alps_sim.outcomes.definitions import BASE, OUTCOMES, base_values
from alps_sim.outcomes.drivers import FAMILY_ERROR, Drivers, drivers, noise_bound, read_drivers
from alps_sim.outcomes.reach import STAYS, can_move
from alps_sim.report.cells import cells
from alps_sim.report.driven import ASSUMED_MARK, driven_note
from alps_sim.scenario import load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate

DRAWS = 100
NAMES = tuple(f"parameter_{number}" for number in range(200))


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(20261127).random((DRAWS, len(NAMES)))


def found(values: np.ndarray, answer: np.ndarray, *assumed: str) -> Drivers:
    (one,) = drivers(NAMES, values, answer[:, None], frozenset(assumed))
    return one


def test_a_parameter_that_moves_the_answer_monotonically_is_its_driver_whatever_the_scale(values: np.ndarray) -> None:
    one = found(values, np.exp(20.0 * values[:, 7]))
    assert one.shares == {"parameter_7": pytest.approx(1.0)}
    assert not one.mainly_assumed


def test_equal_values_share_their_rank(values: np.ndarray) -> None:
    steps = np.floor(4.0 * values[:, 7])
    one = found(np.where(np.arange(len(NAMES)) == 7, steps[:, None], values), np.exp(steps))
    assert one.shares["parameter_7"] == pytest.approx(1.0)


def test_an_answer_moved_more_by_assumption_than_by_what_is_known_says_so(values: np.ndarray) -> None:
    answer = 1.3 * values[:, 3] + values[:, 4]
    assert list(found(values, answer).shares) == ["parameter_3", "parameter_4"]
    assert found(values, answer, "parameter_3").mainly_assumed
    assert not found(values, answer, "parameter_4").mainly_assumed


def test_a_parameter_that_the_draws_happened_to_line_up_with_a_driver_is_none_for_that(values: np.ndarray) -> None:
    """Rank correlation 0.5 between the two, and the answer moved by one of them alone."""
    values[:, 4] = values[:, 3] + 1.7 * values[:, 4]
    answer = values[:, 3] + 0.3 * values[:, 9]
    one = found(values, answer, "parameter_4")
    assert next(iter(one.shares)) == "parameter_3"
    assert "parameter_4" not in one.shares


def test_a_weak_driver_is_found_beside_a_strong_one(values: np.ndarray) -> None:
    """It goes with much of what the strong one leaves, though with little of the whole."""
    one = found(values, 4.0 * values[:, 3] + values[:, 9] + values[:, 10])
    assert {"parameter_9", "parameter_10"} < set(one.shares)
    assert sum(share for name, share in one.shares.items() if name != "parameter_3") < 0.3


def test_the_shares_of_drivers_that_go_together_add_up_to_what_they_explain(values: np.ndarray) -> None:
    values[:, 4] = values[:, 3] + values[:, 4]
    one = found(values, values[:, 3] + values[:, 4])
    assert set(one.shares) == {"parameter_3", "parameter_4"}
    assert 0.9 < sum(one.shares.values()) <= 1.0 + 1e-9


def test_an_answer_that_does_not_vary_has_no_driver(values: np.ndarray) -> None:
    assert found(values, np.ones(DRAWS)) == Drivers({}, frozenset())


def test_noise_is_called_a_driver_about_as_rarely_as_the_bound_says(values: np.ndarray) -> None:
    """Of 2,000 answers without cause at most 7% have a driver: 5% by the bound, four standard errors more."""
    answers = np.random.default_rng(7).random((DRAWS, 2_000))
    share = np.mean([bool(one.shares) for one in drivers(NAMES, values, answers, frozenset())])
    assert share < FAMILY_ERROR + 4.0 * np.sqrt(FAMILY_ERROR * (1.0 - FAMILY_ERROR) / 2_000)


def test_drivers_read_back_are_those_written(values: np.ndarray) -> None:
    one = found(values, 1.3 * values[:, 3] + values[:, 4], "parameter_3")
    again = read_drivers(str(one))
    assert again.assumed == one.assumed
    assert again.shares == pytest.approx(dict(one.shares), abs=0.005)
    assert read_drivers(str(Drivers({}, frozenset()))) == Drivers({}, frozenset())


def test_few_draws_find_none() -> None:
    assert noise_bound(5, len(NAMES)) > 1.0


def test_what_is_assumed_and_not_narrowed_by_any_figure_is_an_assumption(ledger: Ledger) -> None:
    assumed = next(name for name, one in ledger.parameters.items() if one.grade == "ASSUMED" and not one.distribution.is_fixed)
    draws = np.ones((3, 1))
    for contraction, stays in ((0.1, True), (0.3, False)):
        fitted = Ledger(ledger.parameters, (FittedBlock("a cohort", (assumed,), draws, (Contraction(contraction),)),))
        assert (assumed in fitted.assumed) is stays


def test_parameters_that_share_their_luck_count_once(ledger: Ledger) -> None:
    """Fitted or not; where the first of them is held, the next one stands for the others."""
    followers = {name for name, one in ledger.parameters.items() if one.moves_with != name}
    assert followers & {name for block in ledger.fitted for name in block.names}
    assert not set(ledger.varying()) & followers
    leader = "drug.mmf.response_probability_aiha"
    assert set(ledger.varying([leader])) ^ set(ledger.varying()) == {leader, "drug.mmf.response_probability_itp"}


def test_fixed_parameters_are_no_candidates(ledger: Ledger) -> None:
    def fixed(one: Parameter) -> bool:
        return one.distribution.is_fixed

    assert not any(fixed(ledger[name]) for name in ledger.varying())


def uncertainty(driven: bool) -> pd.DataFrame:
    row = {"strategy": "one", "comparator": "", "outcome": "opsi_deaths", "window_years": "20", "mean": 0.02}
    row |= {"ci_low": 0.01, "ci_high": 0.03, "draws": DRAWS, "driven_by_assumption": driven}
    return pd.DataFrame(
        [row | {"drivers": "opsi_shape 0.40 assumed; opsi_mean_rate_per_year 0.30; infection_frailty_variance 0.20 assumed"}]
    )


def test_an_interval_that_assumptions_drive_is_marked_and_the_note_names_them() -> None:
    summary = pd.DataFrame(
        [{"strategy": "one", "outcome": "opsi_deaths", "window_years": "20", "mean": 0.02, "ci_low": 0.019, "ci_high": 0.021}]
    )
    assert cells(summary, uncertainty(True), "opsi_deaths", "20")["one"].parameters == f"10.0 to 30.0{ASSUMED_MARK}"
    assert cells(summary, uncertainty(False), "opsi_deaths", "20")["one"].parameters == "10.0 to 30.0"
    note = driven_note(uncertainty(True), ("opsi_deaths", "deaths"), "20")
    assert "OPSI deaths with opsi_shape and infection_frailty_variance. A number" in note
    assert driven_note(uncertainty(False), ("opsi_deaths",), "20") == ""
    assert driven_note(None, ("opsi_deaths",), "20") == ""


def _moved(inputs_at: Callable[[dict[str, float]], Inputs], names: Iterable[str], ledger: Ledger) -> set[str]:
    """Outcomes that change exactly when parameters are moved by a tenth, all together."""
    before, after = (_totals(inputs_at(values)) for values in ({}, {name: 0.9 * ledger[name].value for name in names}))
    changed = (before != after).any(axis=(0, 1))
    return {outcome.identifier for outcome, moved in zip(BASE, changed, strict=True) if moved}


def _totals(inputs: Inputs) -> np.ndarray:
    """(strategies, patients, outcomes) of whole lives."""
    ((block, _),) = simulate(inputs)
    return np.array([base_values(result, -1) for result in block])


@pytest.mark.parametrize("part", ["costs", "utilities", "study", "stays"])
def test_parameters_move_nothing_but_what_they_are_said_to_act_on(part: str, main_scenario_path: Path, ledger: Ledger) -> None:
    """Exactly: the same patients with all parameters of the part moved."""
    scenario = load_scenario(main_scenario_path, {"patients": 300})
    names = STAYS if part == "stays" else [name for name in ledger.varying() if PurePath(ledger[name].file).stem == part]

    def inputs_at(values: dict[str, float]) -> Inputs:
        return translate(scenario, scenario.parameter_values(ledger) | values)

    allowed = {outcome for outcome in OUTCOMES if any(can_move(ledger[name], outcome) for name in names)}
    assert _moved(inputs_at, names, ledger) <= allowed
    if part != "study":
        assert _moved(inputs_at, names, ledger), "the parameters of this part do nothing at all"


def test_a_parameter_that_cannot_act_is_no_driver_whatever_its_correlation() -> None:
    values = np.arange(50.0)[:, None] @ np.ones((1, 2))
    answers = values[:, :1]
    (found,) = drivers(("price", "rate"), values, answers, frozenset(), np.array([[False], [True]]))
    assert list(found.shares) == ["rate"]
