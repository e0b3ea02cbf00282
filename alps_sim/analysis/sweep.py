"""A sweep: outcomes against one or two parameters, on the same patients, and where the order of the strategies flips.

At each value the numbers are those of a run with the parameter set to it. Parameter uncertainty, if asked for, is that of all other
parameters: in each joint draw of the evidence the swept one is held at the value, whatever the evidence says of them together.
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.analysis.compared import Compared, Values, sweep_rows
from alps_sim.analysis.flip_table import flip_columns, flip_rows, lines_of
from alps_sim.analysis.point import Asked, Point, live_point, narrowed, watched
from alps_sim.analysis.variation import Variation, check_variations, with_value
from alps_sim.draws import Progress, laid_over, no_progress
from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.accumulate import Array, sums_in_one_order
from alps_sim.outcomes.definitions import LIFETIME, OUTCOMES, Comparable, all_comparable, headline_window
from alps_sim.outcomes.uncertainty import Draws, ratio_to_run, set_to_run
from alps_sim.scenario import Scenario, ScenarioError
from alps_sim.scenario.errors import suggestion
from alps_sim.scenario.translate import translate

SIMULATING: Final = "simulating the values"
DRAWING: Final = "parameter uncertainty at the values"


@dataclass(frozen=True)
class Varied:
    """A parameter of a sweep beside what is known of it.

    Attributes
    ----------
    variation
        Values it takes.
    unit
        Of the ledger.
    base
        Value in the scenario.
    low, high
        Range of what is known: the 95% posterior interval of a fitted parameter, what the scenario gives, else what is published or
        assumed.
    known_as
        What the range is.
    """

    variation: Variation
    unit: str
    base: float
    low: float
    high: float
    known_as: str

    @property
    def known_within_values(self) -> tuple[float, float]:
        """The range as far as the values reach; low above high if they do not reach it."""
        return max(self.low, self.variation.low), min(self.high, self.variation.high)


@dataclass(frozen=True)
class Sweep:
    """What a sweep gave.

    Attributes
    ----------
    scenario
        As swept, with its own values of the parameters.
    varied
        The parameters.
    window
        Years as in `window_years`.
    draws
        Joint draws at each value; 0 if none were run.
    table
        `sweep.csv`: a row an outcome, value (or pair of values) and strategy.
    flips
        `flips.csv`: for each outcome where two strategies change places along the first parameter, or that they do not.
    """

    scenario: Scenario
    varied: tuple[Varied, ...]
    window: str
    draws: int
    table: pd.DataFrame
    flips: pd.DataFrame


def run_sweep(
    scenario: Scenario,
    ledger: Ledger,
    vary: Sequence[Variation],
    outcomes: Sequence[str],
    window: str = "",
    workers: int = 1,
    progress: Progress = no_progress,
    draws: int = 0,
    comparable: Comparable = all_comparable,
) -> Sweep:
    """Sweep one or two parameters of a scenario.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    vary
        One parameter, or two for all pairs of their values.
    outcomes
        Identifiers in the registry of outcomes; the same lives serve all.
    window
        Years as in `window_years`; the headline window, or the longest short of the lifetime, if empty.
    workers
        Threads. Results do not depend on it.
    progress
        Told after each value.
    draws
        Joint draws of the other parameters at each value, of as many patients as the scenario says; 0 for none.
    comparable
        Which strategies an outcome compares.

    Raises
    ------
    ScenarioError
        If a parameter, an outcome or the window does not exist, or there is a single draw.
    """
    check_variations(vary, ledger)
    asked = asked_of(scenario, outcomes, window, draws)
    points = [
        dict(zip([one.parameter for one in vary], values, strict=True)) for values in itertools.product(*(one.values for one in vary))
    ]
    with sums_in_one_order():
        estimates = _simulated(scenario, ledger, points, asked, workers, progress)
        central = np.stack([point.estimates[0].T for point in estimates])
        drawn = _drawn(scenario, ledger, points, central, asked, draws, workers, progress) if draws else None
    compared = [_compared(scenario, estimates, drawn, place, asked, comparable) for place in range(len(asked.outcomes))]
    table = pd.DataFrame([row for one in compared for row in sweep_rows(one, points)])
    rows = [row for one in compared for line in lines_of(vary) for row in flip_rows(one, line)]
    flips = pd.DataFrame(rows, columns=flip_columns(len(vary) > 1, draws > 0))
    return Sweep(scenario, tuple(varied_of(one, scenario, ledger) for one in vary), asked.window, draws, table, flips)


def _compared(
    scenario: Scenario, points: Sequence[Point], drawn: Array | None, place: int, asked: Asked, comparable: Comparable
) -> Compared:
    """One of the outcomes at all points."""
    return Compared(
        asked.outcomes[place],
        asked.window,
        tuple(scenario.strategies),
        scenario.comparator,
        np.stack([point.estimates[:, place] for point in points], axis=1),
        np.stack([point.differences[:, place] for point in points], axis=1),
        None if drawn is None else drawn[..., place],
        comparable,
    )


def asked_of(scenario: Scenario, outcomes: Sequence[str], window: str = "", draws: int = 0) -> Asked:
    """What is asked, if it can be answered.

    Parameters
    ----------
    scenario
        As resolved.
    outcomes, window, draws
        As in `run_sweep`.

    Raises
    ------
    ScenarioError
        If an outcome or the window does not exist, or there is a single draw.
    """
    for outcome in outcomes:
        if outcome not in OUTCOMES:
            raise ScenarioError(f"expected an outcome, found `{outcome}`; {suggestion(outcome, OUTCOMES)}", file="--outcome")
    windows = [*(f"{years:g}" for years in scenario.windows_years), LIFETIME]
    window = window or headline_window(windows)
    if window not in windows:
        raise ScenarioError(f"expected a window of the scenario, found `{window}`; {suggestion(window, windows)}", file="--window")
    if draws == 1:
        raise ScenarioError("expected at least 2 draws, found 1; take more, or 0 for no parameter uncertainty", file="--draws")
    return Asked(tuple(dict.fromkeys(outcomes)), window)


def varied_of(variation: Variation, scenario: Scenario, ledger: Ledger) -> Varied:
    """A parameter that is varied, beside what is known of it.

    Parameters
    ----------
    variation
        Its values.
    scenario, ledger
        What is asked and what is known.
    """
    name = variation.parameter
    if name in scenario.parameters:
        given = scenario.parameters[name]
        return Varied(variation, ledger[name].unit, given.value, *given.interval, "Range of the scenario")
    fitted = ledger.contraction(name) is not None
    return Varied(
        variation,
        ledger[name].unit,
        scenario.parameter_values(ledger)[name],
        *ledger.intervals[name],
        "95% posterior interval" if fitted else "Range of the evidence",
    )


def _simulated(scenario: Scenario, ledger: Ledger, points: Sequence[Values], asked: Asked, workers: int, progress: Progress) -> list[Point]:
    """The central parameter values at every point."""

    def work(values: Values) -> Point:
        there = with_value(scenario, values)
        return live_point(translate(there, there.parameter_values(ledger)), asked)

    found = []
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for point in pool.map(work, points):
            found.append(point)
            progress(SIMULATING, len(found), len(points))
    return found


def _drawn(
    scenario: Scenario, ledger: Ledger, points: Sequence[Values], central: Array, asked: Asked, draws: int, workers: int, progress: Progress
) -> Array:
    """(draws, points, s, o) means under joint draws of the other parameters, set to the central estimates (points, s, o)."""
    names = tuple(scenario.strategies)
    places = [list(OUTCOMES).index(outcome) for outcome in asked.outcomes]
    few = scenario.model_copy(update={"patients": scenario.parameter_draws.patients_per_draw, "replica": None})
    drawn = [ledger.draw(draw, scenario.seed) for draw in range(draws)]

    def work(task: tuple[Values, int | None]) -> Array:
        values, draw = task
        there = with_value(few, values)
        inputs = translate(there, there.parameter_values(ledger) if draw is None else laid_over(there, drawn[draw], draw))
        position = inputs.windows.index(asked.window)
        blocks = [narrowed(block, position) for block, _ in simulate(watched(inputs, asked.window))]
        means: Array = Draws(names, (asked.window,), names.index(scenario.comparator)).measure(blocks).means
        return means[:, 0, places]

    tasks = list(itertools.product(points, [None, *range(draws)]))
    found = []
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for means in pool.map(work, tasks):
            found.append(means)
            progress(DRAWING, len(found), len(tasks))
    every = np.array(found).reshape(len(points), draws + 1, len(names), len(places))
    ratio = ratio_to_run(every[:, 0], central, few.patients, asked.outcomes)
    return set_to_run(every[:, 1:].swapaxes(0, 1), ratio, asked.outcomes)
