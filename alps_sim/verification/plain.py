"""The same lives by rules that are not compiled: in a process of its own, compared by digests.

Run as a module it reads pickled inputs from its standard input, as `plain_digests` of the same program wrote them there.
"""

import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alps_sim.engines.cohort import simulate_block
from alps_sim.outcomes.block import BlockResult
from alps_sim.population import draw_population
from alps_sim.scenario.inputs import Inputs

DIGESTED: Final = ("rows", "counters", "residuals", "books", "events")


class PlainRulesError(RuntimeError):
    """The process of the uncompiled rules ended with an error of its own."""


def digest(result: BlockResult) -> str:
    """SHA-256 of everything a block of lives left.

    Parameters
    ----------
    result
        Of any engine.
    """
    return hashlib.sha256(b"".join(getattr(result, field).tobytes() for field in DIGESTED)).hexdigest()


def digests(inputs: Inputs, patients: int) -> list[str]:
    """Digest of the lives of the first patients under each strategy, by the rules of this process.

    Parameters
    ----------
    inputs
        The translated scenario.
    patients
        How many.
    """
    attributes = draw_population(inputs, 0, 0, patients)
    return [digest(simulate_block(inputs, strategy, attributes, keep_events=True)) for strategy in range(len(inputs.strategies))]


def plain_digests(inputs: Inputs, patients: int) -> Sequence[str]:
    """The same by uncompiled rules.

    Parameters
    ----------
    inputs
        The translated scenario.
    patients
        How many.

    Raises
    ------
    PlainRulesError
        If the process does not end well.
    """
    process = subprocess.run(
        [sys.executable, "-P", "-m", "alps_sim.verification.plain"],
        input=pickle.dumps((inputs, patients)),
        env=_environment(),
        capture_output=True,
        check=False,
    )
    if process.returncode:
        raise PlainRulesError(f"expected digests from the uncompiled rules, found an error:\n{process.stderr.decode(errors='replace')}")
    return process.stdout.decode().split()


def _environment() -> dict[str, str]:
    """Search path with our own package first, wherever the user stands and whatever else is installed; nothing compiled."""
    here = str(Path(__file__).resolve().parents[2])
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "ALPS_SIM_JIT": "0", "PYTHONPATH": os.pathsep.join(paths)}


if __name__ == "__main__":
    print("\n".join(digests(*pickle.load(sys.stdin.buffer))))
