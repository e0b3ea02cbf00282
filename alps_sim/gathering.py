"""All lives of a run lived and gathered: into the collector of outcomes, the portrait of patients, and the Parquet files."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alps_sim.draws import DrawnRows, Progress, replica_statistics
from alps_sim.engines import warm
from alps_sim.engines.cohort import simulate
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.collect import Collector, make_question
from alps_sim.outcomes.observation import predict
from alps_sim.outcomes.parquet import TableStream, event_table, patient_table
from alps_sim.outcomes.portrait import Portrait
from alps_sim.outcomes.treatment_lines import FOLLOWED
from alps_sim.scenario import Scenario
from alps_sim.scenario.inputs import Inputs


def warm_up(inputs: Inputs, progress: Progress) -> None:
    """Compile the rules before threads start, with a word to the user if that takes time.

    Parameters
    ----------
    inputs
        The translated scenario.
    progress
        Told if the rules have to be compiled.
    """
    warm.warm_up(lambda: list(simulate(replace(inputs, patients=1))), progress)


class Gathered:
    """Takes the blocks of a run in order: into the collector and the portrait, into the Parquet files, and the rows of a replica."""

    def __init__(self, inputs: Inputs, folder: Path, events: bool, keep_rows: bool) -> None:
        question = make_question(inputs)
        self.strategies = question.strategies
        self.collector = Collector(question)
        self.portrait = Portrait(question.strategies, question.comparator, question.windows)
        self.patients = TableStream(folder / "patients.parquet")
        self.events = TableStream(folder / "events.parquet") if events else None
        self.rows: list[list[np.ndarray[Any, Any]]] | None = [[] for _ in self.strategies] if keep_rows else None

    def add(self, blocks: Iterator[tuple[list[BlockResult], Any]]) -> Iterator[int]:
        """Take all blocks; yields the number of patients taken so far."""
        done = 0
        for block, moments in blocks:
            self.collector.add(block, moments)
            self.portrait.add(block)
            self.patients.add([patient_table(result, self.strategies) for result in block])
            if self.events is not None:
                self.events.add([event_table(result, self.strategies) for result in block])
            if self.rows is not None:
                for kept, result in zip(self.rows, block, strict=True):
                    kept.append(result.rows)
            done += block[0].rows.size
            yield done

    def close(self) -> None:
        """Finish the files."""
        self.patients.close()
        if self.events is not None:
            self.events.close()


def gather(inputs: Inputs, scenario: Scenario, folder: Path, workers: int, events: bool, progress: Progress) -> Gathered:
    """Live all lives of a run and gather them.

    Parameters
    ----------
    inputs, scenario
        Translated, and as run.
    folder
        Of the results, being written.
    workers
        Threads. Results do not depend on it.
    events
        Whether to write every event of every life.
    progress
        Told how far the work is.
    """
    gathered = Gathered(inputs, folder, events, scenario.replica is not None)
    logged = inputs.patients if events else FOLLOWED
    blocks = simulate(inputs, workers, events_of=logged, and_then=gathered.collector.reduce)
    for done in gathered.add(blocks):
        progress("simulating patients", done, inputs.patients)
    gathered.close()
    return gathered


def predictions(scenario: Scenario, gathered: Gathered, drawn: DrawnRows) -> pd.DataFrame | None:
    """For a replica, published figures as its cohorts give them: by chance alone, and with the parameters drawn (`drawn_*`)."""
    if scenario.replica is None or gathered.rows is None:
        return None
    tables = []
    for position, (name, rows) in enumerate(zip(gathered.strategies, gathered.rows, strict=True)):
        central = replica_statistics(np.concatenate(rows), scenario.replica)
        table = predict(central)
        widened = drawn.of(position)
        bounds = predict(widened)[["low", "high"]] if widened is not None else np.nan
        table[["drawn_low", "drawn_high"]] = bounds
        table.insert(0, "strategy", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
