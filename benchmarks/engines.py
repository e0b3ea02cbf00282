"""Microseconds per event and per patient, for both engines; how time grows with patients and falls with threads."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from alps_sim.engines.clinic import Clinic
from alps_sim.engines.cohort import simulate, simulate_block
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.block import BLOCK_SIZE
from alps_sim.population import draw_population
from alps_sim.scenario import load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate


def main_inputs(path: Path) -> Inputs:
    """Inputs of a scenario with the ledger's values, its rules compiled."""
    scenario = load_scenario(path)
    inputs = translate(scenario, scenario.parameter_values(load_ledger()))
    for _ in simulate(replace(inputs, patients=64)):
        pass
    return inputs


def _seconds_and_events(inputs: Inputs, workers: int = 1) -> tuple[float, int]:
    """Wall seconds of one simulation of all strategies, and its events."""
    begin = time.perf_counter()
    events = sum(result.event_count for block, _ in simulate(inputs, workers) for result in block)
    return time.perf_counter() - begin, events


def _best_block(inputs: Inputs, strategy: int, repeats: int, keep_events: bool) -> tuple[float, int]:
    """Shortest time of one block under a strategy, and its events."""
    attributes = draw_population(inputs, 0, 0, BLOCK_SIZE)
    best, events = float("inf"), 0
    for _ in range(repeats):
        begin = time.perf_counter()
        events = simulate_block(inputs, strategy, attributes, keep_events=keep_events).event_count
        best = min(best, time.perf_counter() - begin)
    return best, events


def cohort_figures(path: Path, quick: bool) -> dict[str, Any]:
    """Each strategy of the scenario: events a life, microseconds per event and per patient; the cost of an event log."""
    inputs = main_inputs(path)
    figures: dict[str, Any] = {}
    total_seconds, total_events = 0.0, 0
    for position, strategy in enumerate(inputs.strategies):
        seconds, events = _best_block(inputs, position, 2 if quick else 7, False)
        total_seconds, total_events = total_seconds + seconds, total_events + events
        figures[f"{strategy.name}: events a life"] = events / BLOCK_SIZE
        figures[f"{strategy.name}: microseconds per event"] = seconds / events * 1e6
        figures[f"{strategy.name}: microseconds per patient"] = seconds / BLOCK_SIZE * 1e6
    figures["all strategies: microseconds per event"] = total_seconds / total_events * 1e6
    logged, _ = _best_block(inputs, 0, 2 if quick else 5, True)
    plain, _ = _best_block(inputs, 0, 2 if quick else 5, False)
    figures["event log: time with over time without"] = logged / plain
    return figures


def clinic_figures(path: Path, quick: bool) -> dict[str, Any]:
    """The SimPy engine on some patients of the same scenario."""
    inputs = main_inputs(path)
    attributes = draw_population(inputs, 0, 0, 50 if quick else 400)
    Clinic(inputs, 0, attributes[:2]).run()
    clinic = Clinic(inputs, 0, attributes)
    begin = time.perf_counter()
    clinic.run()
    seconds = time.perf_counter() - begin
    return {
        "clinic: microseconds per event": seconds / clinic.events * 1e6,
        "clinic: microseconds per patient": seconds / attributes.size * 1e6,
    }


def scaling_figures(path: Path, quick: bool) -> dict[str, Any]:
    """Microseconds per patient and strategy at growing numbers of patients, and the ratio of the largest to 10^4."""
    inputs = main_inputs(path)
    figures: dict[str, Any] = {}
    per_patient: dict[int, float] = {}
    for patients in (1_000, 10_000, 100_000) if quick else (1_000, 10_000, 100_000, 1_000_000):
        repeats = 3 if patients <= 10_000 else 1
        seconds = min(_seconds_and_events(replace(inputs, patients=patients), 2)[0] for _ in range(repeats))
        per_patient[patients] = seconds / patients / len(inputs.strategies) * 1e6
        figures[f"{patients} patients, two threads: microseconds per patient and strategy"] = per_patient[patients]
    largest = max(per_patient)
    figures[f"{largest} over 10000 patients: ratio of time per patient"] = per_patient[largest] / per_patient[10_000]
    return figures


def thread_figures(path: Path, quick: bool) -> dict[str, Any]:
    """How much faster two threads are than one."""
    inputs = replace(main_inputs(path), patients=5_000 if quick else 40_000)
    one = min(_seconds_and_events(inputs, 1)[0] for _ in range(2))
    two = min(_seconds_and_events(inputs, 2)[0] for _ in range(2))
    return {"one thread over two threads": one / two}
