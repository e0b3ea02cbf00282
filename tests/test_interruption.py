"""A run that is stopped leaves nothing half-written and harms no earlier result."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alps_sim.outcomes.store import check_results

RUN = [sys.executable, "-m", "alps_sim.cli", "run"]


def started(scenario: Path, out: Path, *options: str) -> "subprocess.Popen[bytes]":
    """A run in a process of its own, with Ctrl-C as a terminal would have it."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(
        [*RUN, str(scenario), "--draws", "0", "--out", str(out), *options],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        **quiet,  # type: ignore[call-overload]
    )


def wait_until(condition: "object", seconds: float = 90.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "the run did not begin to write"
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_the_earlier_result_and_nothing_else(root: Path, tmp_path: Path, number: int) -> None:
    scenario, out = root / "scenarios" / "teaching_demo.yaml", tmp_path / "result"
    assert started(scenario, out).wait() == 0
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}

    process = started(scenario, out, "--patients", "1000000")
    wait_until(lambda: any(path.stat().st_size for path in tmp_path.glob(".result.partial.*/*")))
    process.send_signal(number)
    assert process.wait() == 130

    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
    assert check_results(out) == []
