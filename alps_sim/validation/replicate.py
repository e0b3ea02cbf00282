"""Simulated cohorts of published studies: many by chance alone, and some in each of many draws of the parameters."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alps_sim.engines.cohort import simulate
from alps_sim.outcomes.observation import cohort_values
from alps_sim.outcomes.properties import Rows
from alps_sim.outcomes.statistics import Statistic
from alps_sim.scenario import Scenario
from alps_sim.scenario.translate import translate
from alps_sim.validation.parameters import ParameterSource
from alps_sim.validation.studies import Study

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes
    ----------
    patients
        Patients simulated for each scenario by chance alone; None for as many as the scenario says, 0 to leave this out.
    draws
        Draws of the parameters; 0 for none.
    seed
        Key of the random numbers of all cohorts; None for that of each scenario.
    workers
        Threads; results do not depend on it.
    """

    patients: int | None = None
    draws: int = 100
    seed: int | None = None
    workers: int = 1


@dataclass(frozen=True)
class Replicated:
    """What simulated cohorts of a study published: a row a cohort, a column a figure's statistic.

    Attributes
    ----------
    chance
        Cohorts under the central values: they differ by chance alone.
    drawn
        Cohorts under all draws of the parameters: they differ by chance and by what is not known; None without draws. The level `draw`
        of the index is the number of the draw.
    """

    chance: pd.DataFrame
    drawn: pd.DataFrame | None


def replicate(studies: Sequence[Study], source: ParameterSource, effort: Effort, progress: Progress) -> dict[str, Replicated]:
    """Simulate the cohorts of studies.

    Parameters
    ----------
    studies
        With their figures.
    source
        Where the parameter values come from.
    effort
        How much is simulated.
    progress
        Told how far the work is.

    Returns
    -------
    dict
        By identifier of the study.
    """
    groups: dict[tuple[str, str], list[Study]] = {}
    for study in studies:
        groups.setdefault(study.patients, []).append(study)
    found: dict[str, Replicated] = {}
    with ThreadPoolExecutor(max_workers=effort.workers) as pool:
        for done, group in enumerate(groups.values()):
            progress("simulating published cohorts", done, len(groups))
            found |= _replicate_group(group, source, effort, pool)
        progress("simulating published cohorts", len(groups), len(groups))
    return found


def _replicate_group(group: Sequence[Study], source: ParameterSource, effort: Effort, pool: ThreadPoolExecutor) -> dict[str, Replicated]:
    """Studies of the same patients: each draw lives their lives once."""
    scenario = group[0].scenario
    if effort.seed is not None:
        scenario = scenario.model_copy(update={"seed": effort.seed})

    def work(draw: int) -> dict[str, pd.DataFrame]:
        # each draw has its own luck: the interval is that of chance and parameters together
        rows = live(scenario, source.draw(draw), scenario.parameter_draws.patients_per_draw, draw + 1)
        return _published(group, rows)

    patients = scenario.patients if effort.patients is None else effort.patients
    chance = {study.identifier: pd.DataFrame() for study in group}
    if patients:
        chance = _published(group, live(scenario, source.central, patients, 0, effort.workers))
    drawn = list(pool.map(work, range(effort.draws)))
    return {name: Replicated(table, _together([tables[name] for tables in drawn])) for name, table in chance.items()}


def live(scenario: Scenario, values: Mapping[str, float], patients: int, replication: int, workers: int = 1) -> Rows:
    """Lives of a scenario's patients under its only strategy.

    Parameters
    ----------
    scenario
        Its readings and overrides go over the values.
    values
        Of all parameters, by name.
    patients
        How many.
    replication
        Number of the replication: another one, other luck, and another draw of overrides that have a distribution; 0 is the base case.
    workers
        Threads.
    """
    one = scenario.model_copy(update={"patients": patients, "replica": None})
    draw = replication - 1 if replication else None
    inputs = translate(one, {**values, **scenario.override_values(values, draw)})
    return np.concatenate([block[0].rows for block, _ in simulate(inputs, workers, replication)])


def _published(group: Sequence[Study], rows: Rows) -> dict[str, pd.DataFrame]:
    return {study.identifier: _published_by(study, rows) for study in group}


def _published_by(study: Study, rows: Rows) -> pd.DataFrame:
    return cohort_values(rows, study.size, _statistics(study), study.among, study.years_earlier)


def _statistics(study: Study) -> list[Statistic]:
    """The statistics of a study's figures, each once."""
    return list({figure.statistic.identifier: figure.statistic for figure in study.figures}.values())


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame | None:
    return pd.concat(tables, keys=range(len(tables)), names=["draw", "cohort"]) if tables else None
