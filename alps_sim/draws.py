"""Runs under joint draws of all parameters: the same patients, the evidence drawn anew each time."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import Ledger
from alps_sim.evidence.targets import target_cohorts
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.observation import cohort_statistics
from alps_sim.outcomes.reach import can_move
from alps_sim.outcomes.statistics import SELECTIONS
from alps_sim.outcomes.uncertainty import Array, DrawEstimates, Draws
from alps_sim.scenario import Scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.schema import Replica
from alps_sim.scenario.translate import translate

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""


def no_progress(what: str, done: int, of: int) -> None:
    """Show nothing."""


def draw_values(scenario: Scenario, ledger: Ledger, draw: int) -> dict[str, float]:
    """Parameter values of one joint draw; readings of the scenario and overrides without a distribution hold in every draw.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    draw
        Number of the draw.
    """
    return laid_over(scenario, ledger.draw(draw, scenario.seed), draw)


def laid_over(scenario: Scenario, drawn: Mapping[str, float], draw: int) -> dict[str, float]:
    """What a scenario holds or draws itself, over a joint draw of the evidence.

    Parameters
    ----------
    scenario
        Whose readings and overrides are meant.
    drawn
        Of `Ledger.draw`.
    draw
        Number of the draw.
    """
    return {**drawn, **scenario.override_values(drawn, draw)}


def draw_inputs(scenario: Scenario, ledger: Ledger, draw: int) -> Inputs:
    """Inputs under one joint draw of all parameters.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    draw
        Number of the draw.
    """
    return _inputs_at(scenario, draw_values(scenario, ledger, draw))


def _inputs_at(scenario: Scenario, values: Mapping[str, float]) -> Inputs:
    """Inputs at some parameter values, of as many patients as draws have."""
    patients = scenario.parameter_draws.patients_per_draw
    return translate(scenario.model_copy(update={"patients": patients, "replica": None}), values)


def replica_statistics(rows: np.ndarray[Any, Any], replica: Replica) -> pd.DataFrame:
    """Published figures as the simulated cohorts of a replica give them, taken among those whom the study was of.

    Parameters
    ----------
    rows
        (n,) of ROW_DTYPE, whole lives in patient order.
    replica
        Of the scenario.
    """
    return cohort_statistics(rows, replica.size, among=SELECTIONS[target_cohorts()[replica.cohort].among])


class DrawnRows:
    """What a replica's cohorts would have shown under draws of the parameters: a table of statistics for each strategy."""

    def __init__(self, scenario: Scenario) -> None:
        self.replica = scenario.replica
        self.tables: list[list[pd.DataFrame]] = [[] for _ in scenario.strategies]

    def measure(self, blocks: Sequence[Sequence[BlockResult]]) -> list[pd.DataFrame]:
        """Statistics of the cohorts of one draw, by strategy; none for a scenario that replicates no cohort."""
        if self.replica is None:
            return []
        whole = [np.concatenate([block[strategy].rows for block in blocks]) for strategy in range(len(self.tables))]
        return [replica_statistics(rows, self.replica) for rows in whole]

    def add(self, statistics: Sequence[pd.DataFrame]) -> None:
        """Add one draw."""
        for tables, table in zip(self.tables, statistics, strict=False):
            tables.append(table)

    def of(self, strategy: int) -> pd.DataFrame | None:
        """Statistics of all cohorts of all draws under a strategy; None if no draws were run."""
        tables = self.tables[strategy]
        return pd.concat(tables, ignore_index=True) if tables else None


def simulate_draws(
    scenario: Scenario, ledger: Ledger, draws: int, workers: int, progress: Progress = no_progress
) -> tuple[Draws, DrawnRows]:
    """Run the same patients under many draws of the evidence.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    draws
        Number of draws.
    workers
        Threads.
    progress
        Told after each draw.

    Returns
    -------
    tuple of Draws and DrawnRows
        Estimates of each draw; for a replica what its cohorts would have shown.
    """
    names = tuple(scenario.strategies)
    windows = draw_inputs(scenario, ledger, 0).windows
    varying = ledger.varying([name for name, override in scenario.parameters.items() if override.distribution is None])
    gathered, drawn = Draws(names, windows, names.index(scenario.comparator)), DrawnRows(scenario)

    def work(draw: int) -> tuple[DrawEstimates, dict[str, float], list[pd.DataFrame]]:
        values = draw_values(scenario, ledger, draw)
        blocks = [block for block, _ in simulate(_inputs_at(scenario, values))]
        return gathered.measure(blocks), {name: values[name] for name in varying}, drawn.measure(blocks)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done, (estimates, values, statistics) in enumerate(pool.map(work, range(draws)), 1):
            gathered.add(estimates, values)
            drawn.add(statistics)
            progress("parameter uncertainty", done, draws)
    return gathered, drawn


def parameter_uncertainty(
    scenario: Scenario, ledger: Ledger, estimates: Array, workers: int, progress: Progress
) -> tuple[pd.DataFrame | None, DrawnRows]:
    """The table of parameter uncertainty, None without draws, and what a replica's cohorts showed in them.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    estimates
        (strategies, windows, outcomes) of the run, to which the draws are set.
    workers
        Threads.
    progress
        Told after each draw.
    """
    draws = scenario.parameter_draws.draws
    if draws < 2:
        return None, DrawnRows(scenario)
    gathered, drawn = simulate_draws(scenario, ledger, draws, workers, progress)
    central = _inputs_at(scenario, scenario.parameter_values(ledger))
    gathered.anchor(gathered.measure(block for block, _ in simulate(central, workers)), estimates, central.patients)
    referenced = {name for _, name in scenario.references}
    return gathered.table(ledger.assumed, lambda name, outcome: can_move(ledger[name], outcome, referenced)), drawn
