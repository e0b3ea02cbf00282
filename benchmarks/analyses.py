"""What an analysis costs beside the runs that it stands for."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from alps_sim.analysis.sweep import run_sweep
from alps_sim.analysis.variation import Variation
from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.accumulate import sums_in_one_order
from alps_sim.outcomes.collect import Collector, make_question
from alps_sim.scenario import load_scenario
from alps_sim.simulation import choose_strategies
from benchmarks.engines import main_inputs

STRATEGIES = ("early_splenectomy", "mmf_then_sirolimus")
PATIENTS = 5_000


def sweep_figures(path: Path, quick: bool) -> dict[str, Any]:
    """A sweep of two strategies: seconds in the headline window, and time per life over that of a plain run with its tables."""
    values = 5 if quick else 21
    scenario = choose_strategies(load_scenario(path, {"patients": PATIENTS}), STRATEGIES)
    inputs = replace(main_inputs(path), patients=PATIENTS)
    chosen = tuple(strategy for strategy in inputs.strategies if strategy.name in STRATEGIES)
    plain = min(_plain_seconds(replace(inputs, strategies=chosen)) for _ in range(2 if quick else 3))
    seconds = {}
    for window in ("20", "lifetime"):
        begin = time.perf_counter()
        run_sweep(scenario, load_ledger(), [Variation("opsi_mean_rate_per_year", 0.01, 0.1, values)], ["qalys"], window, workers=2)
        seconds[window] = time.perf_counter() - begin
    lives = f"{values} values of {PATIENTS} patients and {len(STRATEGIES)} strategies"
    return {
        f"sweep, {lives}: seconds": seconds["20"],
        "sweep of 20 years over a plain run: ratio of time per life": seconds["20"] / values / plain,
        "sweep of lifetimes over a plain run: ratio of time per life": seconds["lifetime"] / values / plain,
    }


def _plain_seconds(inputs: Any) -> float:
    """Wall seconds of the lives and tables of a run, on two threads like the sweep."""
    begin = time.perf_counter()
    collector = Collector(make_question(inputs))
    with sums_in_one_order():
        for block, moments in simulate(inputs, 2, and_then=collector.reduce):
            collector.add(block, moments)
    collector.summary()
    collector.differences()
    return time.perf_counter() - begin
