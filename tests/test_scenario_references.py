"""Numbers of a scenario that the evidence ledger gives: `from_ledger NAME`."""

from pathlib import Path

import pytest

from alps_sim.evidence.ledger import Ledger
from alps_sim.scenario import ScenarioError, load_scenario
from alps_sim.scenario.translate import translate
from tests.reach import SCENARIOS

REPLICA = SCENARIOS / "nih_cohort.yaml"
CHANGED = {"nih_splenectomy_uptake": 0.35, "nih_cytopenia_share": 0.9, "nih_entry_lag_median_years": 4.0, "nih_prevention_adherence": 0.5}


def test_a_named_number_is_that_of_the_ledger(ledger: Ledger) -> None:
    scenario = load_scenario(REPLICA)
    assert scenario.strategies["as_treated"].lines[0].uptake == ledger["nih_splenectomy_uptake"].value
    assert scenario.population.cytopenia_share == ledger["nih_cytopenia_share"].value


def test_it_follows_the_values_under_which_the_scenario_is_translated(ledger: Ledger) -> None:
    inputs = translate(load_scenario(REPLICA), ledger.values(CHANGED))
    (strategy,) = inputs.strategies
    assert strategy.lines["uptake"][0] == 0.35
    assert strategy.strategy["prevention_adherence"][0] == 0.5
    assert inputs.population.cytopenia_share == 0.9
    assert inputs.population.observation is not None
    assert inputs.population.observation.entry_lag_years is not None
    assert inputs.population.observation.entry_lag_years.median == 4.0


def test_other_numbers_stay_and_the_scenario_itself_is_not_changed(ledger: Ledger) -> None:
    scenario = load_scenario(REPLICA)
    before = scenario.model_dump()
    changed = scenario.at(ledger.values(CHANGED))
    assert scenario.model_dump() == before
    assert changed.strategies["as_treated"].lines[1] == scenario.strategies["as_treated"].lines[1]
    assert changed.at(ledger.values()).model_dump() == before


def test_a_part_that_is_left_out_is_passed_over(ledger: Ledger) -> None:
    scenario = load_scenario(REPLICA)
    unobserved = scenario.model_copy(update={"population": scenario.population.model_copy(update={"observation": None})})
    assert unobserved.at(ledger.values(CHANGED)).population.observation is None
    assert unobserved.at(ledger.values(CHANGED)).population.cytopenia_share == 0.9


def test_a_name_that_is_no_parameter_is_an_error_at_its_place(tmp_path: Path) -> None:
    text = REPLICA.read_text(encoding="utf-8").replace("nih_splenectomy_uptake", "nih_splenectomy_uptaken")
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "uptaken" in words)
    with pytest.raises(ScenarioError, match="did you mean `?nih_splenectomy_uptake") as raised:
        load_scenario(file)
    assert f"{file}:{line}:" in str(raised.value)


@pytest.mark.parametrize("override", ["from_ledger opsi_shape", "{value: from_ledger opsi_shape}"])
def test_a_parameter_cannot_stand_for_another(tmp_path: Path, override: str) -> None:
    """It would be held at the other's base value in every draw, while the words promise that it is drawn with it."""
    file = tmp_path / "wrong.yaml"
    file.write_text(f"extends: {REPLICA}\nname: wrong\nparameters:\n  opsi_ratio_reached: {override}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="expected a number for `opsi_ratio_reached`") as raised:
        load_scenario(file)
    assert f"{file}:4:" in str(raised.value)


def test_an_override_moves_the_named_number(ledger: Ledger) -> None:
    scenario = load_scenario(REPLICA, {"nih_cytopenia_share": 0.85})
    assert translate(scenario, scenario.parameter_values(ledger)).population.cytopenia_share == 0.85


def test_a_replaced_section_keeps_its_own_numbers(ledger: Ledger) -> None:
    scenario = load_scenario(REPLICA)
    population = scenario.population.model_copy(update={"observation": None, "cytopenia_share": 0.5})
    changed = scenario.replaced(population=population).at(ledger.values(CHANGED))
    assert changed.population == population
    assert changed.strategies["as_treated"].lines[0].uptake == CHANGED["nih_splenectomy_uptake"]
