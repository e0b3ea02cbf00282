"""Every check of `alps-sim verify` passes on the program as it is and fails on a program with the defect that it looks for."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from alps_sim.commands.verify import bench_of
from alps_sim.draws import draw_inputs
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.block import CONTROLS, BlockResult
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.verification.bench import Bench, clinic_block, cohort_engine, compiled_block
from alps_sim.verification.finding import FAIL, PASS, Check
from alps_sim.verification.plain import digests
from alps_sim.verification.registry import CHECKS, run_check
from tests.planted import (
    Defect,
    always,
    backwards,
    collecting,
    deaf,
    living,
    logged,
    lucky,
    miscounted,
    misdrawn,
    misnoted,
    scaled,
    stuck,
    telling,
    twice,
    unequal,
)
from tests.worlds import with_parameters

PATIENTS: Final = 320
"""Enough for a second part in the check of blocks."""
STRATEGIES: Final = ("early_splenectomy", "mmf_then_sirolimus")
BY_NAME: Final = {check.name: check for check in CHECKS}


@pytest.fixture(scope="module")
def bench(main_scenario_path: Path) -> Bench:
    """Two strategies of the main scenario; the rules of the check `plain` are compiled too, `tests/test_verify_command.py` has it whole."""
    scenario = load_scenario(main_scenario_path)
    two = {name: scenario.strategies[name] for name in STRATEGIES}
    return replace(bench_of(scenario.model_copy(update={"strategies": two}), PATIENTS), plain=digests)


def impossible_value(bench: Bench) -> Bench:
    return replace(bench, values={**bench.values, "opsi_fatality_probability": 1.2})


def genotypes_short_of_one(bench: Bench) -> Bench:
    population = bench.scenario.population.model_copy(update={"genotype_shares": {"ALPS-FAS": 0.75, "ALPS-U": 0.2}})
    return replace(bench, scenario=bench.scenario.model_copy(update={"population": population}))


def fixed_price(bench: Bench, inputs: Inputs) -> Inputs:
    """The first resource costs what it costs in the scenario."""
    return replace(inputs, unit_cost=np.append(bench.inputs().unit_cost[:1], inputs.unit_cost[1:]))


def price_backwards(bench: Bench, inputs: Inputs) -> Inputs:
    return replace(inputs, unit_cost=np.append(2.0 * bench.inputs().unit_cost[:1] - inputs.unit_cost[:1], inputs.unit_cost[1:]))


def half_lost(result: BlockResult) -> BlockResult:
    """Of one resource half of what was used is not booked."""
    books = result.books.copy()
    books[:, :, int(np.argmax(books[..., 0].sum(axis=(0, 1)))), :] *= 0.5
    return replace(result, books=books)


def without_credit(result: BlockResult) -> BlockResult:
    """A flare of each patient came without hazard."""
    residuals = result.residuals.copy()
    residuals[:, :, CONTROLS.index("flare")] += 1.0
    return replace(result, residuals=residuals)


def not_a_number(result: BlockResult) -> BlockResult:
    counters = result.counters.copy()
    counters[7, 0, 0] = np.nan
    return replace(result, counters=counters)


def survival_that_rises(bench: Bench) -> Bench:
    table = bench.collected.survival()
    part = table.index[(table["curve"] == "overall_survival") & (table["strategy"] == STRATEGIES[0])]
    table.loc[part[-1], "estimate"] = 0.9
    return collecting(bench, survival=lambda: table)


def ten_years_ahead(bench: Bench, inputs: Inputs) -> Inputs:
    death = inputs.death_per_year
    return replace(inputs, death_per_year=np.concatenate([death[:, 10:], np.repeat(death[:, -1:], 10, axis=1)], axis=1))


def death_backwards(bench: Bench, inputs: Inputs) -> Inputs:
    given = inputs.death_per_year
    return replace(inputs, death_per_year=np.divide(bench.inputs().death_per_year ** 2, given, out=np.zeros_like(given), where=given > 0.0))


def time_goes_back(bench: Bench, lines: Any) -> Any:
    lines["time"][1] = -1.0
    return lines


def after_the_end(bench: Bench, lines: Any) -> Any:
    lines["time"][-1] += 200.0
    return lines


def phases_told_as_sizes(bench: Bench, lines: Any) -> Any:
    """Each change of a phase is told as a size of the spleen, after operations too."""
    kinds = list(bench.words.kinds)
    lines["kind"][lines["kind"] == kinds.index("phase")] = kinds.index("spleen_size")
    return lines


def luck_by_call(bench: Bench) -> Bench:
    calls = itertools.count()
    return lucky(lambda inputs: next(calls))(bench)


def luck_by_threads(bench: Bench) -> Bench:
    def engine(inputs: Inputs, workers: int, keep: bool) -> Iterator[Sequence[BlockResult]]:
        return cohort_engine(replace(inputs, seed=inputs.seed + workers), workers, keep)

    return bench.with_engine(engine)


def luck_by_block(bench: Bench) -> Bench:
    def block(inputs: Inputs, strategy: int, first: int, count: int) -> BlockResult:
        return compiled_block(replace(inputs, seed=inputs.seed + first), strategy, first, count)

    return replace(bench, compiled=block)


def clinic_with_a_cheaper_drug(bench: Bench) -> Bench:
    def block(inputs: Inputs, strategy: int, first: int, count: int) -> BlockResult:
        return clinic_block(replace(inputs, unit_cost=0.9 * inputs.unit_cost), strategy, first, count)

    return replace(bench, clinic=block)


def clinic_without_last_line(bench: Bench) -> Bench:
    def block(inputs: Inputs, strategy: int, first: int, count: int) -> BlockResult:
        result = clinic_block(inputs, strategy, first, count)
        return replace(result, events=result.events[:-1])

    return replace(bench, clinic=block)


def plain_rules_with_another_hazard(bench: Bench) -> Bench:
    return replace(bench, plain=lambda inputs, patients: digests(with_parameters(inputs, {"breakthrough_per_year": 0.9}), patients))


def draws_that_forget_overrides(bench: Bench) -> Bench:
    def drawn(scenario: Scenario, ledger: Ledger, draw: int) -> Inputs:
        return draw_inputs(scenario.model_copy(update={"parameters": {}}), ledger, draw)

    return replace(bench, drawn=drawn)


def draws_with_a_month_for_a_year(bench: Bench) -> Bench:
    def drawn(scenario: Scenario, ledger: Ledger, draw: int) -> Inputs:
        inputs = draw_inputs(scenario, ledger, draw)
        return with_parameters(inputs, {"flare_rate_young_per_year": float(inputs.parameters["flare_rate_young_per_year"][0]) / 12.0})

    return replace(bench, drawn=drawn)


PLANTED: Final[dict[str, tuple[str, Defect]]] = {
    "a probability above 1": ("values_possible", impossible_value),
    "genotypes that do not add up to 1": ("values_possible", genotypes_short_of_one),
    "a drawn probability above 1": ("draws_possible", misdrawn(opsi_fatality_probability=1.7)),
    "draws far from what the ledger knows": ("draws_possible", misdrawn(opsi_fatality_probability=0.9)),
    "the norm of utility is always the ledger's": ("utilities_one", stuck("utility_norm")),
    "QALYs from nothing": ("utilities_zero", miscounted("qalys", added=0.01)),
    "a utility works the wrong way round": ("each_utility_lower", backwards("utility_flare_ratio")),
    "a price written into the program": ("prices_zero", living(fixed_price)),
    "a price that does not follow": ("prices_doubled", living(fixed_price)),
    "prices change the luck": ("prices_doubled", lucky(lambda inputs: int(inputs.unit_cost.sum()))),
    "a price works the wrong way round": ("each_price_higher", living(price_backwards)),
    "costs are always discounted by 3%": (
        "no_discounting",
        living(lambda bench, inputs: replace(inputs, cost_discount_per_year=np.log1p(0.03))),
    ),
    "one discount rate for both": (
        "higher_rates",
        living(lambda bench, inputs: replace(inputs, effect_discount_per_year=inputs.cost_discount_per_year)),
    ),
    "discounting the wrong way round": (
        "higher_rates",
        living(lambda bench, inputs: replace(inputs, cost_discount_per_year=-inputs.cost_discount_per_year)),
    ),
    "more QALYs than life-years": ("totals_in_order", miscounted("qalys", factor=1.5)),
    "a counter that is no number": ("totals_in_order", telling(lambda bench, result: not_a_number(result))),
    "a resource half booked": ("books", telling(lambda bench, result: half_lost(result))),
    "other patients under each strategy": ("same_patients", unequal(lambda inputs, place: place)),
    "luck by the place of the strategy": ("equal_arms", unequal(lambda inputs, place: place)),
    "luck by the order of the strategies": ("swapped", unequal(lambda inputs, place: place)),
    "luck by the name of the strategy": ("swapped", unequal(lambda inputs, place: len(inputs.strategies[place].name))),
    "luck by the number of strategies": ("alone", lucky(lambda inputs: len(inputs.strategies))),
    "luck by how often it was asked": ("repeated", luck_by_call),
    "the seed is not read": ("repeated", living(lambda bench, inputs: replace(inputs, seed=1))),
    "luck by the number of threads": ("workers", luck_by_threads),
    "luck by the block": ("blocks", luck_by_block),
    "luck by the number of patients": ("added_patient", lucky(lambda inputs: inputs.patients)),
    "an engine with other prices": ("engines", clinic_with_a_cheaper_drug),
    "an engine that loses a line": ("engines", clinic_without_last_line),
    "plain rules with another hazard": ("plain", plain_rules_with_another_hazard),
    "the dead rise in the last window": ("never_fall", miscounted("deaths", factor=0.0, window=-1)),
    "a survival curve that rises": ("curves", survival_that_rises),
    "curves and counters tell of other deaths": ("curves", misnoted("death_time", 2.0)),
    "sepsis kills though its fatality is 0": ("nobody_dies", deaf("opsi_fatality_probability")),
    "the life table read ten years ahead": ("life_expectancy", living(ten_years_ahead)),
    "the life table works the wrong way round": ("more_death", living(death_backwards)),
    "time goes back": ("order", logged(time_goes_back)),
    "a line after the end": ("order", logged(after_the_end)),
    "death logged twice": ("one_death", twice("death")),
    "another cause of death in the row": ("one_death", misnoted("death_cause", 1)),
    "a spleen removed twice": ("one_spleen", twice("splenectomy")),
    "a spleen that grows after its removal": ("one_spleen", logged(phases_told_as_sizes)),
    "the cap of oral steroids is not kept": ("doses", always(prednisone_maximum_mg_per_day=1e6)),
    "the cap of intravenous steroids is not kept": ("doses", always(methylprednisolone_maximum_mg_per_day=1e6)),
    "flares counted once too often": ("counters", miscounted("flares", added=1.0)),
    "a row that holds other counters": ("counters", misnoted("counters", 1.0)),
    "a thousandth of life is lost": ("time_lived", miscounted("life_years", factor=0.999)),
    "OPSI comes without its hazard": ("no_opsi", deaf("opsi_mean_rate_per_year")),
    "sepsis comes without its hazard": ("no_sepsis", deaf("sepsis_with_spleen_per_year")),
    "the relapse clock does not stop": ("no_relapse", deaf("relapse_after_splenectomy_scale_years", "relapse_after_splenectomy_shape")),
    "breakthroughs come without their hazard": ("no_breakthrough", deaf("breakthrough_per_year")),
    "bleeds come without their probability": ("no_bleed", deaf("severe_bleed_probability_severe_flare")),
    "lymphoma comes without its incidence": ("no_lymphoma", deaf("hodgkin_incidence_ratio")),
    "leukaemia comes without its hazard": ("no_leukaemia", deaf("other_malignancy_per_year", "other_malignancy_on_drugs_per_year")),
    "infections come without their hazard": ("no_infection", deaf("infection_admission_on_immunosuppression_per_year")),
    "prevention prevents no better than before": ("perfect_prevention", deaf("prevention_rate_ratio")),
    "agents answer without their probability": ("no_answers", stuck("agents")),
    "flares come without their hazard": ("no_flares", deaf("flare_rate_young_per_year", "flare_rate_adult_per_year")),
    "frailty without variance": ("no_frailty", deaf("infection_frailty_variance")),
    "some survive what is always fatal": ("fatal_sepsis", deaf("opsi_fatality_probability")),
    "some survive the operation": ("fatal_operation", deaf("splenectomy_operative_death_probability")),
    "surgery that no strategy asks for": ("no_surgery", stuck("strategies")),
    "flares without credit": ("bookkeeping", telling(lambda bench, result: without_credit(result))),
    "a hazard half too high": ("intensity", scaled("breakthrough_per_year", 1.5)),
    "a probability half too high": ("intensity", scaled("severe_flare_probability", 1.5)),
    "overrides forgotten in draws": ("held_draw", draws_that_forget_overrides),
    "a month taken for a year in draws": ("mean_of_draws", draws_with_a_month_for_a_year),
}
"""What is wrong, the check that must find it, and how it is done."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_right_program_passes(bench: Bench, check: Check) -> None:
    finding = run_check(check, bench)
    assert finding.result == PASS, finding.found


@pytest.mark.parametrize("wrong", PLANTED)
def test_a_planted_defect_fails(bench: Bench, wrong: str) -> None:
    name, plant = PLANTED[wrong]
    finding = run_check(BY_NAME[name], plant(bench))
    assert finding.result == FAIL, finding.found


def test_no_check_is_without_a_planted_defect() -> None:
    assert {name for name, _ in PLANTED.values()} == set(BY_NAME)
