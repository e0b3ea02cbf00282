"""A small fixed model on which estimators are judged, with its truth by quadrature.

A patient has an infection frailty z (gamma, mean 1) and a flare frailty u (gamma, mean 1, variance 1/2). Flares come at rate
lambda u, each mild or severe with its steroid dose; sepsis at rate mu z, times a ratio after the first episode, each fatal with
probability 0.1; death from other causes at a constant rate. Two strategies share all luck through internal clocks and differ in
lambda and mu from one year on. Either the frailty has variance 1 and the recurrence ratio is 1, or the frailty is 1 and the
ratio is 3. All sepsis is OPSI. The model shares nothing with the rules but the registries and the random numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from scipy.linalg import expm

from alps_sim import randomness
from alps_sim.outcomes.accumulate import KnownMeans
from alps_sim.outcomes.block import BLOCK_SIZE, CONTROLS, ROW_DTYPE, BlockResult
from alps_sim.rules import accounts, codes, events, state

STRATEGIES = ("surgery", "drug")
WINDOWS = ("20", "lifetime")
CENSUSES = np.array([20.0, codes.NEVER])
SWITCH = 1.0  # years; when the strategies part
FLARE_RATE = ((0.8, 0.30), (0.8, 0.35))  # a year, before and after the switch, by strategy
SEPSIS_RATE = ((0.002, 0.05), (0.002, 0.015))
DEATH_RATE = 0.01  # a year, other causes
FATALITY = 0.10
SEVERE = 0.2
DOSE = (60.0, 140.0)  # mg/kg a flare, mild and severe
STEROID_DAYS = 60.0
FLARE_QALY_LOSS = 0.02
UTILITY = 0.9
COST = (1000.0, 20000.0)  # a flare, a sepsis
KNOWN = KnownMeans()

_FATAL, _SEVERE = randomness.SEPSIS_FATALITY, randomness.FLARE_SEVERITY
_U = randomness.POPULATION
_C = {name: position for position, name in enumerate(accounts.COUNTERS)}
_COLUMNS = np.array([_C[n] for n in ("life_years", "flares", "prednisone_mg_per_kg", "opsi_episodes", "deaths")], dtype=np.int64)


@dataclass(frozen=True)
class Variant:
    """One of the two ways in which sepsis repeats."""

    name: str
    frailty: bool
    recurrence: float


FRAILTY = Variant("frailty variance 1", True, 1.0)
RECURRENCE = Variant("recurrence ratio 3", False, 3.0)


@njit(error_model="numpy", nogil=True, cache=False)
def _life(
    seed: Any, patient: int, z: float, u: float, recurrence: float, flare_rates: Any, sepsis_rates: Any, counts: Any, luck: Any
) -> tuple[float, int]:
    """Live one life; counts (2, 5) and luck (2, 5) are written at both censuses."""
    time, phase, census = 0.0, 0, 0
    used = np.zeros(3)
    target = np.array(
        [
            randomness.unit_exponential(seed, np.uint64(0), patient, events.BACKGROUND_DEATH, 0),
            randomness.unit_exponential(seed, np.uint64(0), patient, events.FLARE, 0),
            randomness.unit_exponential(seed, np.uint64(0), patient, events.SEPSIS, 0),
        ]
    )
    count = np.zeros(3)
    fatal_luck, severe_luck, dose, cause = 0.0, 0.0, 0.0, -1
    while True:
        repeat = recurrence if count[2] > 0 else 1.0
        rate = np.array([DEATH_RATE, flare_rates[phase] * u, sepsis_rates[phase] * z * repeat])
        step, which = 1.0e18, -1
        for k in range(3):
            wait = (target[k] - used[k]) / rate[k]
            if wait < step:
                step, which = wait, k
        if phase == 0 and time + step > SWITCH:
            step, which = SWITCH - time, 3
        if census == 0 and time + step > 20.0:
            step, which = 20.0 - time, 4
        for k in range(3):
            used[k] += rate[k] * step
        time += step
        if which == 3:
            phase = 1
            continue
        if which < 3:
            used[which] = target[which]
            count[which] += 1.0
            target[which] += randomness.unit_exponential(
                seed, np.uint64(0), patient, (events.BACKGROUND_DEATH, events.FLARE, events.SEPSIS)[which], int(count[which])
            )
        if which == 0:
            cause = codes.DEATH_BACKGROUND
        elif which == 1:
            severe = randomness.uniform(seed, np.uint64(0), patient, _SEVERE, int(count[1])) < SEVERE
            severe_luck += (1.0 if severe else 0.0) - SEVERE
            dose += DOSE[1] if severe else DOSE[0]
        elif which == 2:
            fatal = randomness.uniform(seed, np.uint64(0), patient, _FATAL, int(count[2])) < FATALITY
            fatal_luck += (1.0 if fatal else 0.0) - FATALITY
            if fatal:
                cause = codes.DEATH_OPSI
        if which == 4 or cause >= 0:
            for w in range(census, 2):
                counts[w, 0], counts[w, 1], counts[w, 2] = time, count[1], dose
                counts[w, 3], counts[w, 4] = count[2], 1.0 if cause >= 0 else 0.0
                luck[w, 0], luck[w, 1], luck[w, 2] = count[0] - used[0], count[1] - used[1], count[2] - used[2]
                luck[w, 3], luck[w, 4] = fatal_luck, severe_luck
            census = 1
        if cause >= 0:
            return time, cause


@njit(error_model="numpy", nogil=True, cache=False)
def _lives(seed: Any, first: int, z: Any, u: Any, recurrence: float, flare_rates: Any, sepsis_rates: Any) -> tuple[Any, Any, Any, Any]:
    n = z.shape[0]
    counts, luck = np.zeros((n, 2, 5)), np.zeros((n, 2, 5))
    times, causes = np.zeros(n), np.zeros(n, dtype=np.int64)
    for i in range(n):
        times[i], causes[i] = _life(seed, first + i, z[i], u[i], recurrence, flare_rates, sepsis_rates, counts[i], luck[i])
    return counts, luck, times, causes


def _rows(seed: int, patients: Any, variant: Variant) -> Any:
    rows = np.zeros(patients.shape[0], dtype=ROW_DTYPE)
    draws = [randomness.uniforms(seed, 0, patients, _U, index) for index in range(4)]
    rows["patient"], rows["sex"], rows["has_cytopenia"], rows["lineages"] = patients, draws[3] < 0.5, 1, 1
    rows["age_at_index"], rows["observation_years"] = 6.0, codes.NEVER
    rows["years_since_prior_splenectomy"] = -1.0
    rows["infection_frailty"] = -np.log(draws[0]) if variant.frailty else 1.0
    rows["flare_frailty"] = -(np.log(draws[1]) + np.log(draws[2])) / 2.0
    for name in state.MILESTONES:
        rows[name] = codes.NEVER
    return rows


def block(seed: int, first: int, count: int, variant: Variant, rates: tuple[int, ...] = (0, 1)) -> list[BlockResult]:
    """Lives of some patients under each strategy; `rates` says whose rates each strategy takes."""
    patients = np.arange(first, first + count, dtype=np.int64)
    attributes = _rows(seed, patients, variant)
    results = []
    for strategy, which in enumerate(rates):
        rows = attributes.copy()
        counts, luck, rows["death_time"], rows["death_cause"] = _lives(
            np.uint64(seed),
            first,
            rows["infection_frailty"],
            rows["flare_frailty"],
            variant.recurrence,
            np.array(FLARE_RATE[which]),
            np.array(SEPSIS_RATE[which]),
        )
        results.append(_result(strategy, rows, counts, luck))
    return results


def _result(strategy: int, rows: Any, counts: Any, luck: Any) -> BlockResult:
    counters = np.zeros((rows.shape[0], 2, len(accounts.COUNTERS)))
    counters[:, :, _COLUMNS] = counts
    counters[:, :, _C["sepsis_episodes"]] = counts[:, :, 3]
    counters[:, :, _C["steroid_days"]] = STEROID_DAYS * counts[:, :, 1]
    counters[:, :, _C["qalys"]] = UTILITY * counts[:, :, 0] - FLARE_QALY_LOSS * counts[:, :, 1]
    counters[:, :, _C["cost"]] = COST[0] * counts[:, :, 1] + COST[1] * counts[:, :, 3]
    residuals = np.zeros((rows.shape[0], 2, len(CONTROLS)))
    places = [events.BACKGROUND_DEATH, events.FLARE, events.SEPSIS, _FATAL, _SEVERE]
    residuals[:, :, places] = luck
    control_events = np.zeros((2, len(CONTROLS)))
    opsi = (counts[:, :, 4] > 0) & (rows["death_cause"] == codes.DEATH_OPSI)[:, None]
    severe = (counts[:, :, 2] - DOSE[0] * counts[:, :, 1]).sum(axis=0) / (DOSE[1] - DOSE[0])
    other = counts[:, :, 4].sum(axis=0) - opsi.sum(axis=0)
    control_events[:, places] = np.column_stack([other, counts[:, :, 1].sum(0), counts[:, :, 3].sum(0), opsi.sum(0), severe])
    control_non_events = np.zeros_like(control_events)
    control_non_events[:, [_FATAL, _SEVERE]] = np.column_stack([counts[:, :, 3].sum(0) - opsi.sum(0), counts[:, :, 1].sum(0) - severe])
    books = np.zeros((accounts.YEARS_IN_BOOKS, len(codes.AGE_BANDS), accounts.ACCOUNT_COUNT, 2))
    lines = np.empty(0, dtype=state.LOG_DTYPE)
    return BlockResult(strategy, rows, counters, residuals, control_events, control_non_events, books, lines)


def blocks(seed: int, patients: int, variant: Variant, rates: tuple[int, ...] = (0, 1)) -> Iterator[list[BlockResult]]:
    """All blocks of a run, in order."""
    for first in range(0, patients, BLOCK_SIZE):
        yield block(seed, first, min(BLOCK_SIZE, patients - first), variant, rates)


def _expectations(strategy: int, window: float, variant: Variant, z: float) -> dict[str, float]:
    """Expected totals given the infection frailty, by the matrix exponential of a chain with accrued time and events.

    States: no episode yet, at least one, dead of OPSI, dead otherwise; then accumulators of time before and after the switch
    and of episodes.
    """
    start = np.zeros(7)
    start[0] = 1.0
    for phase, length in enumerate((SWITCH, window - SWITCH)):
        first, later = SEPSIS_RATE[strategy][phase] * z, SEPSIS_RATE[strategy][phase] * z * variant.recurrence
        chain = np.zeros((7, 7))
        chain[0, :4] = [-(first + DEATH_RATE), first * (1 - FATALITY), first * FATALITY, DEATH_RATE]
        chain[1, :4] = [0.0, -(later * FATALITY + DEATH_RATE), later * FATALITY, DEATH_RATE]
        chain[0, 4 + phase] = chain[1, 4 + phase] = 1.0
        chain[0, 6], chain[1, 6] = first, later
        start = start @ expm(chain * length)
    flares = FLARE_RATE[strategy][0] * start[4] + FLARE_RATE[strategy][1] * start[5]
    return {
        "opsi_deaths": start[2],
        "deaths": start[2] + start[3],
        "life_years": start[4] + start[5],
        "flares": flares,
        "opsi_episodes": start[6],
    }


def truth(strategy: int, window: float, variant: Variant) -> dict[str, float]:
    """True values of the named outcomes, by Gauss-Laguerre quadrature over the exponential frailty."""
    nodes, weights = np.polynomial.laguerre.laggauss(40) if variant.frailty else (np.ones(1), np.ones(1))
    given = [_expectations(strategy, window, variant, z) for z in nodes]
    values = {name: float(sum(w * g[name] for w, g in zip(weights, given, strict=True))) for name in given[0]}
    values["qalys"] = UTILITY * values["life_years"] - FLARE_QALY_LOSS * values["flares"]
    values["flares_per_year"] = values["flares"] / values["life_years"]
    dose = (1 - SEVERE) * DOSE[0] + SEVERE * DOSE[1]
    values["prednisone_mg_per_kg_per_year"] = dose * values["flares_per_year"]
    return values
