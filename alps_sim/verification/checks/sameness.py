"""Do results depend on nothing but scenario and seed: not on threads, blocks, company, engine, or the compiler."""

from dataclasses import replace
from typing import Final

import numpy as np

from alps_sim import accelerate
from alps_sim.outcomes.block import BLOCK_SIZE
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import Check, Finding, concluded, not_applicable
from alps_sim.verification.lives import COMPARED, by_strategy, first_difference
from alps_sim.verification.plain import digest

GROUP: Final = "Same lives on every way"
DOZENS: Final = 24
"""Patients in the clinic engine."""
HANDFUL: Final = 4
"""Patients by uncompiled rules, which take 50 times as long."""
BEYOND: Final = 64
"""Patients of a second block."""
CHUNK: Final = 300
OF_PATIENTS: Final = ("rows", "counters", "residuals")
"""What has one entry a patient."""


def _repeated(bench: Bench) -> Finding:
    inputs = bench.inputs(patients=bench.few)
    once, again = bench.live(inputs, True), bench.live(inputs, True)
    other = bench.live(replace(inputs, seed=(inputs.seed + 1) % 2**64), True)
    failures = []
    for name, one, two, three in zip(bench.strategies, once, again, other, strict=True):
        difference = first_difference(one, two)
        failures += [f"under {name}, run again: {difference}"] if difference else []
        failures += [] if first_difference(one, three) else [f"another seed gave the same lives under {name}"]
    return concluded(failures, f"{bench.few} patients lived the same lives again, and other lives under another seed")


def _workers(bench: Bench) -> Finding:
    inputs = bench.inputs(patients=BLOCK_SIZE + BEYOND)
    failures = []
    for number, (one, two) in enumerate(zip(bench.engine(inputs, 1, True), bench.engine(inputs, 2, True), strict=True)):
        for name, left, right in zip(bench.strategies, one, two, strict=True):
            difference = first_difference(left, right, (*COMPARED, "books"))
            failures += [f"block {number} under {name}: {difference}"] if difference else []
    return concluded(failures, f"{BLOCK_SIZE + BEYOND} patients in 2 blocks: lives and books are the same to the last bit")


def _blocks(bench: Bench) -> Finding:
    inputs, failures = bench.inputs(), []
    for strategy, (name, whole) in enumerate(by_strategy(bench.strategies, bench.base)):
        for first in reversed(range(0, bench.sample, CHUNK)):
            count = min(CHUNK, bench.sample - first)
            part = bench.compiled(inputs, strategy, first, count)
            failures += [
                f"{field} of patients {first} to {first + count - 1} under {name} differ"
                for field in OF_PATIENTS
                if not np.array_equal(getattr(part, field), getattr(whole, field)[first : first + count])
            ]
    return concluded(failures, f"{bench.sample} patients, last block of {CHUNK} first: the same to the last bit")


def _added_patient(bench: Bench) -> Finding:
    without, joined = (bench.live(bench.inputs(patients=count)) for count in (bench.few, bench.few + 1))
    failures = [
        f"{field} under {name} changed with one patient more"
        for name, one, two in zip(bench.strategies, without, joined, strict=True)
        for field in OF_PATIENTS
        if not np.array_equal(getattr(one, field), getattr(two, field)[: bench.few])
    ]
    return concluded(failures, f"patient {bench.few} joined, and the {bench.few} before live as they did, to the last bit")


def _engines(bench: Bench) -> Finding:
    inputs, failures = bench.inputs(), []
    count = min(bench.patients, DOZENS)
    for strategy, name in enumerate(bench.strategies):
        cohort, clinic = (engine(inputs, strategy, 0, count) for engine in (bench.compiled, bench.clinic))
        difference = first_difference(cohort, clinic)
        failures += [f"under {name}: {difference}"] if difference else []
    return concluded(failures, f"{count} patients under each strategy: rows, counters, residuals and event log the same to the last bit")


def _plain(bench: Bench) -> Finding:
    if not accelerate.JIT:
        return not_applicable("this process itself runs the rules uncompiled (ALPS_SIM_JIT=0)")
    inputs = bench.inputs()
    count = min(bench.patients, HANDFUL)
    compiled = [digest(bench.compiled(inputs, strategy, 0, count)) for strategy in range(len(bench.strategies))]
    pairs = zip(bench.strategies, compiled, bench.plain(inputs, count), strict=True)
    failures = [f"lives under {name} differ (SHA-256 {one[:8]} against {two[:8]})" for name, one, two in pairs if one != two]
    return concluded(failures, f"{count} patients under each strategy: the same SHA-256 of everything their lives left")


CHECKS: Final = (
    Check(
        "repeated",
        GROUP,
        "The seed decides",
        "Ran the scenario twice, and once with another seed.",
        "The same seed gives the same lives to the last bit, another seed gives others.",
        _repeated,
        0.5,
    ),
    Check(
        "workers",
        GROUP,
        "The number of threads does not matter",
        "Ran with 1 and with 2 threads.",
        "The same lives and books to the last bit.",
        _workers,
        1.2,
    ),
    Check(
        "blocks",
        GROUP,
        "How patients are dealt into blocks does not matter",
        f"Dealt the patients into blocks of {CHUNK}, the last one first.",
        "The same lives to the last bit.",
        _blocks,
        0.6,
    ),
    Check(
        "added_patient",
        GROUP,
        "A patient more changes nobody",
        "Ran with one patient more.",
        "The others live the same lives, to the last bit.",
        _added_patient,
        0.3,
    ),
    Check(
        "engines",
        GROUP,
        "Both engines agree",
        "Let the same patients live in the cohort engine and in the clinic engine with unlimited capacity.",
        "The same lives and event logs to the last bit.",
        _engines,
        3.0,
    ),
    Check(
        "plain",
        GROUP,
        "Compiled and plain rules agree",
        "Let a few patients live by the rules as plain Python, in a process of its own.",
        "The same lives, books and event logs to the last bit.",
        _plain,
        8.0,
    ),
)
"""Checks that nothing else decides."""
