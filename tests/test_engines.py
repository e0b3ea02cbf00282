"""The two engines give the same lives, and lives depend on scenario, seed and version alone."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import Phase, given, settings

from alps_sim.engines.clinic import Clinic
from alps_sim.engines.cohort import simulate, simulate_block
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.block import BLOCK_SIZE, BlockResult
from alps_sim.population import draw_population
from alps_sim.rules.codes import ALIVE, CAUSES_OF_DEATH
from alps_sim.rules.events import LOG_KINDS
from alps_sim.scenario import load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate
from tests import strategies

FIELDS = ("rows", "counters", "residuals", "events")


def assert_same_lives(one: BlockResult, other: BlockResult) -> None:
    """Every number of every life is the same, to the last bit."""
    for field in FIELDS:
        assert np.array_equal(getattr(one, field), getattr(other, field)), field
    assert one.event_count == other.event_count


def lived(inputs: Inputs, strategy: int, patients: int, first: int = 0) -> BlockResult:
    """A block under a strategy in the cohort engine, with its events."""
    attributes = draw_population(inputs, 0, first, patients)
    return simulate_block(inputs, strategy, attributes, keep_events=True)


@given(inputs=strategies.inputs(harsh=True))
@settings(max_examples=25, phases=(Phase.explicit, Phase.generate))  # shrinking whole scenarios takes many minutes
def test_clinic_and_cohort_engine_agree_on_generated_scenarios(inputs: Inputs) -> None:
    attributes = draw_population(inputs, 0, 0, 12)
    for strategy in range(len(inputs.strategies)):
        cohort = simulate_block(inputs, strategy, attributes, keep_events=True)
        clinic = Clinic(inputs, strategy, attributes, keep_events=True).run()
        assert_same_lives(cohort, clinic)
        assert np.allclose(cohort.books, clinic.books, rtol=1e-12, atol=1e-9)


def test_clinic_and_cohort_engine_agree_on_the_main_scenario(main_inputs: Inputs) -> None:
    attributes = draw_population(main_inputs, 0, 0, 40)
    for strategy in range(len(main_inputs.strategies)):
        cohort = simulate_block(main_inputs, strategy, attributes, keep_events=True)
        assert_same_lives(cohort, Clinic(main_inputs, strategy, attributes, keep_events=True).run())


def test_harsh_lives_reach_rescue_drugs_splenectomy_sepsis_lymphoma_and_death(main_scenario_path: Path, ledger: Ledger) -> None:
    """The generated scenarios would prove little if nothing happened in them."""
    inputs = translate(load_scenario(main_scenario_path), ledger.values(strategies.HARSH))
    kinds: set[str] = set()
    causes: set[int] = set()
    for strategy in range(len(inputs.strategies)):
        result = lived(inputs, strategy, 256)
        kinds |= {LOG_KINDS[kind] for kind in np.unique(result.events["kind"])}
        causes |= set(result.rows["death_cause"].tolist())
    assert {"agent_start", "course_start", "splenectomy", "sepsis", "hodgkin_lymphoma", "non_hodgkin_lymphoma", "death"} <= kinds
    assert {CAUSES_OF_DEATH.index(cause) for cause in ("operative", "opsi", "lymphoma", "other_malignancy")} <= causes
    assert ALIVE not in causes


def gathered(inputs: Inputs, workers: int) -> list[list[BlockResult]]:
    """All blocks of a scenario."""
    return [block for block, _ in simulate(inputs, workers, events_of=inputs.patients)]


def test_two_workers_give_what_one_gives(main_inputs: Inputs) -> None:
    inputs = replace(main_inputs, patients=BLOCK_SIZE + 100)
    for one, two in zip(gathered(inputs, 1), gathered(inputs, 2), strict=True):
        for left, right in zip(one, two, strict=True):
            assert_same_lives(left, right)
            assert np.array_equal(left.books, right.books)


def test_a_patient_lives_the_same_life_in_any_company(main_inputs: Inputs) -> None:
    """Patients 3 to 9 alone, and as part of a larger block."""
    alone = lived(main_inputs, 0, 7, first=3)
    together = lived(main_inputs, 0, 40)
    assert np.array_equal(alone.rows, together.rows[3:10])
    assert np.array_equal(alone.counters, together.counters[3:10])


def test_a_further_strategy_changes_nobodys_life(main_inputs: Inputs) -> None:
    both = next(simulate(replace(main_inputs, patients=64)))[0]
    only = replace(main_inputs, patients=64, strategies=main_inputs.strategies[:2])
    for alone, among_others in zip(next(simulate(only))[0], both[:2], strict=True):
        assert_same_lives(alone, among_others)


def test_strategies_with_equal_text_differ_by_exactly_zero(main_inputs: Inputs) -> None:
    twin = replace(main_inputs.strategies[1], name="the_same_again")
    inputs = replace(main_inputs, patients=200, strategies=(main_inputs.strategies[1], twin))
    one, other = next(simulate(inputs))[0]
    assert np.array_equal(one.counters, other.counters)
    assert np.array_equal(one.residuals, other.residuals)


def test_a_price_changes_costs_and_nobodys_life(main_inputs: Inputs) -> None:
    dearer = replace(main_inputs, unit_cost=main_inputs.unit_cost * 2.0)
    plain, dear = lived(main_inputs, 0, 64), lived(dearer, 0, 64)
    of_life = [name for name in plain.rows.dtype.names or () if name != "counters"]
    assert np.array_equal(plain.rows[of_life], dear.rows[of_life])
    assert np.array_equal(plain.events, dear.events)
    assert np.array_equal(plain.books, dear.books)
    assert np.array_equal(dear.counters[..., 2], 2.0 * plain.counters[..., 2])


def test_another_seed_gives_other_lives(main_inputs: Inputs) -> None:
    other = replace(main_inputs, seed=main_inputs.seed + 1)
    assert not np.array_equal(lived(main_inputs, 0, 20).counters, lived(other, 0, 20).counters)


DIGEST = """
import hashlib, json, sys
from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import load_ledger
from alps_sim.population import draw_population
from alps_sim.scenario import load_scenario
from alps_sim.scenario.translate import translate

scenario = load_scenario(sys.argv[1])
inputs = translate(scenario, scenario.parameter_values(load_ledger()))
attributes = draw_population(inputs, 0, 0, 6)
for strategy in range(len(inputs.strategies)):
    result = simulate_block(inputs, strategy, attributes, keep_events=True)
    content = b"".join(getattr(result, field).tobytes() for field in ("rows", "counters", "residuals", "books", "events"))
    print(hashlib.sha256(content).hexdigest())
"""


def digests(path: Path, **environment: str) -> Sequence[str]:
    """Digest of some lives under each strategy, from a process of its own."""
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", DIGEST, str(path)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.split()


def test_compiled_and_plain_rules_give_the_same_bits_whatever_the_hash_seed(main_scenario_path: Path) -> None:
    compiled = digests(main_scenario_path, PYTHONHASHSEED="1")
    plain = digests(main_scenario_path, ALPS_SIM_JIT="0", PYTHONHASHSEED="2")
    assert compiled == plain
    assert len(set(compiled)) == 5
