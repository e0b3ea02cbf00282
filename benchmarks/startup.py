"""Start, cold and warm, a whole run with all its files, and the checks of the model: time and memory of processes of their own."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def _run(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds and peak memory in GB of the program with some arguments."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "alps_sim.cli", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise RuntimeError(f"alps-sim {' '.join(arguments)} ended with status {status}")
    return time.perf_counter() - before, usage.ru_maxrss / (1024**2 if sys.platform != "darwin" else 1024**3)


def _seconds_to_answer(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall seconds until a run prints the first line of its answer."""
    before = time.perf_counter()
    command = [sys.executable, "-m", "alps_sim.cli", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = time.perf_counter() - before
        process.stdout.read()
    return seconds


def start_figures(path: Path, quick: bool) -> dict[str, Any]:
    """Help; the first result with a cold and a warm cache of compiled code."""
    with tempfile.TemporaryDirectory() as place:
        environment = {**os.environ, "ALPS_SIM_CACHE": place}
        small = ["run", str(path), "--patients", "64", "--draws", "0", "--out", str(Path(place) / "out")]
        help_seconds = min(_run(["--help"], environment)[0] for _ in range(3))
        cold = _run(small, environment)[0]
        repeats = range(1 if quick else 3)
        answer = min(_seconds_to_answer(small, environment) for _ in repeats)
        warm = min(_run(small, environment)[0] for _ in repeats)
    return {
        "--help: seconds": help_seconds,
        "cold start to a small run with its report: seconds": cold,
        "warm start to the answer: seconds": answer,
        "warm start to a small run with its report: seconds": warm,
    }


def run_figures(path: Path, quick: bool) -> dict[str, Any]:
    """The whole main job with all its files."""
    patients = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as place:
        seconds, gigabytes = _run(["run", str(path), "--patients", str(patients), "--out", str(Path(place) / "out")], dict(os.environ))
    return {f"run of {patients} patients with all files: seconds": seconds, f"run of {patients} patients: peak GB": gigabytes}


def trust_figures(path: Path, quick: bool) -> dict[str, Any]:
    """The commands that say why the model can be trusted: checks of the scenario, published figures; and the fit, by its rate."""
    cohorts = 2_000 if quick else 20_000
    with tempfile.TemporaryDirectory() as place:
        environment, out = dict(os.environ), str(Path(place) / "out")
        verify = _run(["verify", str(path), *(["--patients", "512"] if quick else [])], environment)[0]
        validate = _run(["validate", "--out", out, "--draws", "10" if quick else "100"], environment)[0]
        calibrate = _run(["calibrate", "--scenarios", str(path.parent), "--cohorts", str(cohorts), "--out", f"{out}_fit"], environment)[0]
    return {
        "verify: seconds": verify,
        "validate: seconds": validate,
        f"calibrate with a bank of {cohorts} cohorts: seconds": calibrate,
        "calibrate: milliseconds per cohort of the bank": 1e3 * calibrate / cohorts,
    }
