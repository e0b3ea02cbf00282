"""Death and survival: the dead stay dead, curves fall, nobody dies without a cause, and the life table comes out."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.evidence.tables import background_death_per_year
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.patients import Observation, TruncatedLogNormal
from alps_sim.verification.assumptions import FloatArray
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import ROUNDING, Check, Finding, concluded, not_applicable
from alps_sim.verification.lives import by_strategy, counter, counter_names, not_above

GROUP: Final = "Death and survival"
STANDARD_ERRORS: Final = 4.5
"""A right program fails a comparison in 7 of a million runs."""
FEWEST: Final = 30
"""Patients below which a mean is not compared."""
MALES: Final = 0
"""Row of the males in the life table, and the code of their sex."""

DEADLY: Final = (
    "intracranial_fatality_probability",
    "cytopenia_death_probability",
    "neutropenic_infection_fatality_probability",
    "infection_admission_fatality_probability",
    "splenectomy_operative_death_probability",
    "opsi_fatality_probability",
    "sepsis_fatality_probability",
    "transplant_mortality_probability",
    "leukaemia_death_per_year",
    "thrombosis_fatality_probability",
)
SURVIVED: Final = (
    "hodgkin_relative_survival_young",
    "hodgkin_relative_survival_old",
    "non_hodgkin_relative_survival_young",
    "non_hodgkin_relative_survival_old",
)
HARMLESS: Final = {**dict.fromkeys(DEADLY, 0.0), **dict.fromkeys(SURVIVED, 1.0)}
"""Parameters of every death but the background's."""


def _never_fall(bench: Bench) -> Finding:
    failures = []
    for name, result in by_strategy(bench.strategies, bench.base):
        falls = np.argwhere(np.diff(result.counters, axis=1) < 0.0)
        if len(falls):
            patient, window, place = falls[0]
            windows = bench.inputs().windows[window : window + 2]
            what = f"{counter_names(result)[place]} of patient {result.rows['patient'][patient]} under {name}"
            failures.append(f"{what} falls from the window {windows[0]} to {windows[1]}")
    dead = {name: int(counter(result, "deaths")[:, -1].sum()) for name, result in by_strategy(bench.strategies, bench.base)}
    return concluded(failures, f"no counter falls from window to window; dead at the end: {', '.join(f'{n} {d}' for n, d in dead.items())}")


def _bent(table: pd.DataFrame) -> Iterator[str]:
    """Curves that go the wrong way or leave what a share can be."""
    for (strategy, curve), part in table.groupby(["strategy", "curve"], sort=False):
        steps = np.diff(part["estimate"])
        if (steps > ROUNDING).any() if str(curve).endswith("survival") else (steps < -ROUNDING).any():
            yield f"{curve} under {strategy} turns at {part['time_years'].iloc[1:][np.abs(steps) > ROUNDING].iloc[0]:g} years"
        if not part["estimate"].between(-ROUNDING, 1.0 + ROUNDING).all():
            yield f"{curve} under {strategy} leaves 0 to 1"
        if (np.diff(part["at_risk"]) > 0).any():
            yield f"numbers at risk of {curve} under {strategy} rise"


def _curves(bench: Bench) -> Finding:
    table = bench.collected.survival()
    failures = [*_bent(table), *_unlike_counters(bench, table)]
    return concluded(failures, f"{len(table)} points of {len(table.groupby(['strategy', 'curve']))} curves")


def _unlike_counters(bench: Bench, table: pd.DataFrame) -> Iterator[str]:
    """Without censoring the curve is the share of the living by the counters."""
    if bench.settled.population.observation is not None:
        return
    totals = bench.collected.totals
    deaths = counter_names(bench.base[0]).index("deaths")
    overall = table[table["curve"] == "overall_survival"].set_index(["strategy", "time_years"])["estimate"]
    for position, name in enumerate(bench.strategies):
        for window, years in enumerate(bench.scenario.windows_years):
            alive = 1.0 - totals.means[position, window, deaths]
            if (name, years) in overall.index and abs(overall[name, years] - alive) > 1e-9:
                yield f"survival of {overall[name, years]:.9g} under {name} at {years:g} years, alive by the counters {alive:.9g}"


def _nobody_dies(bench: Bench) -> Finding:
    population = bench.settled.population
    if population.observation is None:
        horizon = max(bench.scenario.windows_years)
        whole = TruncatedLogNormal(median=horizon, log_sd=0.0, minimum=0.0, maximum=horizon)
        watched = Observation(entry_lag_years=None, follow_up_years=whole, alive_at_entry=False)
        population = population.model_copy(update={"observation": watched})
    inputs = bench.inputs(HARMLESS, population=population)
    results = bench.live(replace(inputs, death_per_year=np.zeros_like(inputs.death_per_year)))
    failures, lived = [], 0.0
    for name, result in by_strategy(bench.strategies, results):
        dead = int(counter(result, "deaths")[:, -1].sum())
        failures += [f"{dead} of {bench.sample} die under {name}"] if dead else []
        years, watched_years = counter(result, "life_years")[:, -1], result.rows["observation_years"]
        if not np.allclose(years, watched_years, rtol=ROUNDING, atol=0.0):
            failures.append(f"{years.sum():.9g} life-years under {name}, observed were {watched_years.sum():.9g}")
        lived = float(years.mean())
    return concluded(failures, f"all {bench.sample} patients alive under every strategy after {lived:.4g} years in the mean")


def _only_background(bench: Bench, patients: int, factor: float = 1.0) -> Inputs:
    """Lives that only the life table ends."""
    population = bench.settled.population.model_copy(update={"observation": None})
    inputs = bench.inputs(HARMLESS, patients=patients, population=population)
    return replace(inputs, death_per_year=factor * inputs.death_per_year)


def expected_years(age: float, hazard: FloatArray) -> float:
    """Remaining years of life under a hazard that is constant within each completed year of age.

    Parameters
    ----------
    age
        Years.
    hazard
        (ages,) per year by completed age; the last one holds from then on.
    """
    alive, years, now = 1.0, 0.0, age
    while int(now) < hazard.size - 1:
        end = math.floor(now) + 1.0
        rate = float(hazard[int(now)])
        years += alive * (-math.expm1(-rate * (end - now)) / rate if rate > 0.0 else end - now)
        alive *= math.exp(-rate * (end - now))
        now = end
    return years + alive / float(hazard[-1])


def _life_expectancy(bench: Bench) -> Finding:
    if bench.patients < FEWEST:
        return not_applicable(f"{bench.patients} patients are too few to tell")
    hazard = background_death_per_year(bench.scenario.life_table_period)
    surplus: list[list[FloatArray]] = [[] for _ in bench.strategies]
    for block in bench.engine(_only_background(bench, bench.patients), bench.workers, False):
        rows = block[0].rows
        expected = np.array([expected_years(row["age_at_index"], hazard[0 if row["sex"] == MALES else 1]) for row in rows])
        for kept, result in zip(surplus, block, strict=True):
            kept.append(counter(result, "life_years")[:, -1] - expected)
    failures, found = [], []
    for name, parts in zip(bench.strategies, surplus, strict=True):
        years = np.concatenate(parts)
        mean, error = float(years.mean()), float(years.std(ddof=1)) / math.sqrt(years.size)
        found.append(abs(mean / error))
        if abs(mean) > STANDARD_ERRORS * error:
            failures.append(f"{mean:+.3f} years from the life table under {name} (SE {error:.3f})")
    return concluded(failures, f"largest of {len(found)} differences is {max(found):.1f} standard errors, {bench.patients} patients")


def _more_death(bench: Bench) -> Finding:
    before, after = (bench.live(_only_background(bench, bench.sample, factor)) for factor in (1.0, 2.0))
    failures = []
    for name, one, two in zip(bench.strategies, before, after, strict=True):
        longer = not not_above(counter(two, "life_years"), counter(one, "life_years"))
        failures += [f"a life under {name} became longer"] if longer else []
    years = [f"{float(np.mean([counter(part, 'life_years')[:, -1].mean() for part in lives])):.1f}" for lives in (before, after)]
    return concluded(failures, f"nobody lives longer; mean life-years fall from {years[0]} to {years[1]}")


CHECKS: Final = (
    Check(
        "never_fall",
        GROUP,
        "The dead never decrease",
        "Compared all counters of each life from window to window.",
        "None falls, that of deaths included.",
        _never_fall,
        0.1,
    ),
    Check(
        "curves",
        GROUP,
        "Survival curves only fall",
        "Computed all curves.",
        "Survival only falls, incidence only rises, both within 0 and 1; numbers at risk only fall; without censoring survival is the "
        "share of the living by the counters.",
        _curves,
        0.5,
    ),
    Check(
        "nobody_dies",
        GROUP,
        "Without mortality everybody lives",
        "Set the life table and all fatality to 0, survival of malignancy to 1; observed to the last window, or as the scenario says.",
        "Nobody dies; life-years are the years observed.",
        _nobody_dies,
        0.4,
    ),
    Check(
        "life_expectancy",
        GROUP,
        "With background death alone life is as long as in the life table",
        "Set all fatality but the life table's to 0 and followed everybody for life.",
        f"Mean life-years within {STANDARD_ERRORS:g} standard errors of the life table's expectation for each patient's sex and age (a "
        "right program fails a strategy in 7 of a million runs).",
        _life_expectancy,
        3.0,
    ),
    Check(
        "more_death",
        GROUP,
        "Higher mortality never lengthens a life",
        "With background death alone, doubled the life table.",
        "Nobody lives longer in any window.",
        _more_death,
        0.6,
    ),
)
"""Checks of death and survival."""
