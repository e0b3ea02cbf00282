"""Outcomes that a decision deals out: in lives under the rules, the registry says exactly where they come from."""

import math

import numpy as np
import pytest

from alps_sim.engines.cohort import simulate_block
from alps_sim.outcomes.accumulate import REGRESSORS
from alps_sim.outcomes.block import CONTROLS, BlockResult
from alps_sim.outcomes.decided import DECIDED, OPSI_FATALITY, Decided, parts
from alps_sim.outcomes.definitions import BASE_INDEX, base_values
from alps_sim.population import draw_population
from alps_sim.scenario.inputs import Inputs
from tests import worlds

PATIENTS = 4_096
MUCH_SEPSIS = {
    "sepsis_with_spleen_per_year": 0.05,
    "sepsis_fatality_probability": 0.1,
    "opsi_fatality_probability": 0.3,
    "splenectomy_operative_death_probability": 0.05,
}
"""So that many have sepsis with a spleen and then without, and some die of each."""


@pytest.fixture(scope="module")
def blocks(main_inputs: Inputs) -> list[BlockResult]:
    """The same patients under each strategy of the main scenario."""
    inputs = worlds.with_parameters(main_inputs, MUCH_SEPSIS)
    attributes = draw_population(inputs, 0, 0, PATIENTS)
    return [simulate_block(inputs, strategy, attributes) for strategy in range(len(inputs.strategies))]


def _luck(block: BlockResult, window: int, name: str) -> np.ndarray:
    """(n,) luck of a decision, or of a part of it."""
    residuals = block.residuals[:, window]
    return np.hstack([residuals, parts(base_values(block, window), residuals)])[:, [*CONTROLS, OPSI_FATALITY].index(name)]


@pytest.mark.parametrize(
    ("decision", "outcomes"),
    [
        ("sepsis_fatality", ("opsi_deaths", "deaths_other_sepsis")),
        ("sepsis_pneumococcal", ("opsi_pneumococcal_episodes",)),
        ("operative_death", ("deaths_operative",)),
    ],
)
def test_every_positive_decision_is_counted_as_an_outcome(blocks: list[BlockResult], decision: str, outcomes: tuple[str, ...]) -> None:
    for block in blocks:
        for window in range(block.counters.shape[1]):
            counted = base_values(block, window)[:, [BASE_INDEX[outcome] for outcome in outcomes]].sum()
            assert block.control_events[window, CONTROLS.index(decision)] == counted


@pytest.mark.parametrize("decided", DECIDED, ids=lambda decided: decided.outcome)
def test_outcome_less_its_luck_is_a_sum_of_probabilities_over_the_occasions(blocks: list[BlockResult], decided: Decided) -> None:
    for block in blocks:
        for window in range(block.counters.shape[1]):
            values = base_values(block, window)
            occasions = values[:, BASE_INDEX[decided.occasions]]
            risks = values[:, BASE_INDEX[decided.outcome]] - _luck(block, window, decided.luck)
            assert (risks[occasions == 0.0] == 0.0).all()
            assert (risks >= -1e-12).all()
            assert (risks <= occasions + 1e-12).all()
            assert decided.luck in REGRESSORS


@pytest.mark.parametrize("decided", DECIDED, ids=lambda decided: decided.outcome)
def test_luck_has_mean_zero(blocks: list[BlockResult], decided: Decided) -> None:
    """Under either strategy, in the whole life; a right program fails in 1 of 3,000."""
    for block in blocks:
        luck = _luck(block, -1, decided.luck)
        assert luck.any()
        assert abs(luck.mean()) < 4.5 * luck.std() / math.sqrt(PATIENTS)


def test_luck_of_opsi_holds_no_luck_of_sepsis_with_a_spleen(blocks: list[BlockResult]) -> None:
    both = 0
    for block in blocks:
        values = base_values(block, -1)
        with_spleen, without = (values[:, BASE_INDEX[name]] > 0.0 for name in ("sepsis_with_spleen_episodes", "opsi_episodes"))
        luck = _luck(block, -1, OPSI_FATALITY)
        assert (luck[with_spleen] == 0.0).all()
        assert (luck[without & ~with_spleen] != 0.0).all()
        both += int(np.count_nonzero(with_spleen & without))
    assert both > 100
