"""Parameter uncertainty: draws go the same way as the deterministic run, and lie about it."""

from typing import Final

import numpy as np

from alps_sim.outcomes.definitions import HEADLINES, OUTCOMES
from alps_sim.outcomes.uncertainty import PERCENTILES, DrawEstimates, Draws
from alps_sim.scenario.schema import Override
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import Check, Finding, concluded, not_applicable
from alps_sim.verification.lives import first_difference

GROUP: Final = "Parameter uncertainty"
DRAWS: Final = 40
PATIENTS: Final = 512
"""Under each draw."""
FARTHEST: Final = 1.0
"""Standard deviations of the draws between their mean and the deterministic result."""
RARE: Final = 5.0
"""Events in the deterministic run below which draws and run say too little of each other."""


def _held(bench: Bench) -> Finding:
    everything = {name: Override(value=value) for name, value in bench.values.items()}
    draws = bench.scenario.parameter_draws.model_copy(update={"patients_per_draw": bench.few})
    scenario = bench.scenario.model_copy(update={"parameters": everything, "parameter_draws": draws})
    held, plain = bench.live(bench.drawn(scenario, bench.ledger, 0)), bench.live(bench.inputs(patients=bench.few))
    failures = []
    for name, one, two in zip(bench.strategies, plain, held, strict=True):
        difference = first_difference(one, two, ("rows", "counters", "residuals", "books"))
        failures += [f"under {name}: {difference}"] if difference else []
    return concluded(failures, f"{bench.few} patients under each strategy live the same lives, to the last bit")


def _mean_of_draws(bench: Bench) -> Finding:
    if bench.scenario.parameter_draws.draws < 2:
        return not_applicable("the scenario asks for no draws of the parameters")
    patients = min(bench.patients, PATIENTS)
    size = bench.scenario.parameter_draws.model_copy(update={"patients_per_draw": patients})
    scenario = bench.scenario.model_copy(update={"parameter_draws": size})
    inputs = bench.inputs(patients=patients)
    gathered = Draws(bench.strategies, inputs.windows, bench.strategies.index(bench.scenario.comparator))
    for draw in range(DRAWS):
        gathered.add(gathered.measure([bench.live(bench.drawn(scenario, bench.ledger, draw))]))
    return _judged(bench, gathered.means, gathered.measure([bench.live(inputs)]))


def _judged(bench: Bench, drawn: np.ndarray, run: DrawEstimates) -> Finding:
    """Compare draws (draws, strategies, windows, outcomes) with the deterministic run, and its simulation error, in the headline window."""
    plain = run.means
    window = len(bench.scenario.windows_years) - 1
    low, high = np.percentile(drawn, PERCENTILES, axis=0)
    mean, spread = drawn.mean(axis=0), drawn.std(axis=0, ddof=1)
    failures, farthest, compared = [], (0.0, ""), 0
    for strategy, name in enumerate(bench.strategies):
        for outcome in HEADLINES:
            place = (strategy, window, tuple(OUTCOMES).index(outcome))
            if spread[place] == 0.0 or _too_rare(bench, plain[strategy, window], outcome):
                continue
            compared += 1
            chance = float(run.errors[place])
            ratio = float(abs(mean[place] - plain[place]) / np.hypot(spread[place], chance))
            farthest = max(farthest, (ratio, f"{outcome} under {name}"))
            if ratio > FARTHEST or not low[place] - 2.0 * chance <= plain[place] <= high[place] + 2.0 * chance:
                failures.append(
                    f"{outcome} under {name}: mean of the draws {mean[place]:.4g} (SE {spread[place] / DRAWS**0.5:.2g}), "
                    f"deterministic {plain[place]:.4g}, 95% of draws {low[place]:.4g} to {high[place]:.4g}"
                )
    return concluded(failures, f"{compared} comparisons, farthest {farthest[0]:.2f} SD ({farthest[1]}; SE of a mean {DRAWS**-0.5:.2f} SD)")


def _too_rare(bench: Bench, values: np.ndarray, outcome: str) -> bool:
    """Whether an outcome is that of a handful of patients; life-years are as rare as the deaths that shorten them."""
    counted = "deaths" if outcome == "life_years" else outcome
    if OUTCOMES[counted].kind != "indicator":
        return False
    return float(values[tuple(OUTCOMES).index(counted)]) * min(bench.patients, PATIENTS) < RARE


CHECKS: Final = (
    Check(
        "held_draw",
        GROUP,
        "A draw in which nothing varies is the deterministic run",
        "Held every parameter at its value in a draw of the parameters.",
        "The lives of the deterministic run, to the last bit.",
        _held,
        0.4,
    ),
    Check(
        "mean_of_draws",
        GROUP,
        "Draws lie about the deterministic result",
        f"Compared {DRAWS} draws of all parameters with the deterministic run of the same patients: headline outcomes, largest window.",
        f"Deterministic result within 95% of the draws, their mean at most {FARTHEST:g} SD of the draws from it, both "
        "beside the simulation error of so few patients. Not nearer: the model is "
        "not linear, so the mean of results is not the result of means.",
        _mean_of_draws,
        7.0,
    ),
)
"""Checks of parameter uncertainty."""
