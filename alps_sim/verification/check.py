"""Events less the second intensity: mean zero, overall and in every stratum.

For each process and stratum the number of events N and the integrated intensity L over the time lived in the stratum. If the
intensity is that of the lives, N - L is a martingale at its end, with mean 0 and variance E[L]: z = (N - L) / sqrt(L). With fewer
than 50 expected, the exact Poisson probability takes the place of the normal one. All comparisons form one family whose error
(a right program failing) is 1% by Holm's method, which holds whatever their dependence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import norm, poisson

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.history import History, read_history
from alps_sim.verification.intensity import INTENSITIES, PROCESSES
from alps_sim.verification.journal import read_lines
from alps_sim.verification.strata import EPISODE, STRATA, episode

FAMILY_ERROR: Final = 0.01
FEW: Final = 50.0
"""Expected events below which the Poisson probability is used."""
ALL: Final = "all"
IMPOSSIBLE: Final = "impossible"
"""Events that came while the intensity was 0; a single one fails."""
COLUMNS: Final = ("process", "by", "stratum", "events", "expected", "z", "p", "verdict")


def histories(events: pd.DataFrame, patients: pd.DataFrame, assumptions: Assumptions) -> History:
    """Read the lives of some patients.

    Parameters
    ----------
    events
        With words.EVENT_COLUMNS: the full log of these patients under one strategy.
    patients
        With words.PATIENT_COLUMNS.
    assumptions
        Under which they lived.
    """
    return read_history(read_lines(events, patients, assumptions), patients, PROCESSES, assumptions)


@dataclass
class Tally:
    """Events and integrated intensity by process and stratum, added up over groups of patients under one strategy.

    Attributes
    ----------
    assumptions
        Under which the intensity is computed.
    processes
        Processes compared.
    by
        What lives are split by, names of STRATA.
    cells
        Events and expected events by (process, by, stratum).
    patients
        Patients so far.
    """

    assumptions: Assumptions
    processes: Sequence[str] = PROCESSES
    by: Sequence[str] = tuple(STRATA)
    cells: dict[tuple[str, str, str], tuple[float, float]] = field(default_factory=dict)
    patients: int = 0

    def add(self, history: History) -> None:
        """Add the lives of some patients.

        Parameters
        ----------
        history
            As read.
        """
        self.patients += history.patients
        labels = {name: STRATA[name](history.pieces, self.assumptions) for name in self.by}
        for process in self.processes:
            expected = INTENSITIES[process](history.pieces, self.assumptions)
            ends = history.events["piece"].to_numpy()[(history.events["process"] == process).to_numpy()]
            at_risk = np.flatnonzero(expected)
            self._put(process, ALL, ALL, float(ends.size), float(expected.sum()))
            self._put(process, IMPOSSIBLE, IMPOSSIBLE, float((expected[ends] == 0.0).sum()), 0.0)
            for name, label in {**labels, EPISODE: episode(history.pieces, process)}.items():
                self._split(process, name, label, ends, (at_risk, expected[at_risk]))

    def _split(self, process: str, by: str, labels: pd.Categorical, ends: Any, intensity: tuple[Any, FloatArray]) -> None:
        """Add events and intensity to each stratum: only pieces that end with an event, only pieces at risk."""
        names = [str(name) for name in labels.categories]
        at_risk, expected = intensity
        counts = np.bincount(labels.codes[ends], minlength=len(names))
        sums = np.bincount(labels.codes[at_risk], expected, minlength=len(names))
        for name, count, total in zip(names, counts, sums, strict=True):
            if count or total:
                self._put(process, by, name, float(count), float(total))

    def _put(self, process: str, by: str, stratum: str, events: float, expected: float) -> None:
        before = self.cells.get((process, by, stratum), (0.0, 0.0))
        self.cells[process, by, stratum] = (before[0] + events, before[1] + expected)

    def table(self) -> pd.DataFrame:
        """One line a process and stratum: process, by, stratum, events, expected, z, p (two-sided)."""
        keys = pd.DataFrame(list(self.cells), columns=["process", "by", "stratum"])
        numbers = np.array(list(self.cells.values())).reshape(-1, 2)
        z, p = scores(numbers[:, 0], numbers[:, 1])
        return keys.assign(events=numbers[:, 0].astype(np.int64), expected=numbers[:, 1], z=z, p=p)


def scores(events: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Normal scores and two-sided probabilities of numbers of events under integrated intensities.

    Parameters
    ----------
    events
        (n,) counted.
    expected
        (n,) integrated intensity.
    """
    few = expected < FEW
    normal = (events - expected) / np.sqrt(np.where(few, 1.0, expected))
    tail = np.minimum(poisson.sf(events - 1.0, expected), poisson.cdf(events, expected))
    p = np.where(few, np.minimum(1.0, 2.0 * tail), 2.0 * norm.sf(np.abs(normal)))
    exact = np.copysign(norm.isf(np.maximum(p, 1e-300) / 2.0), events - expected)
    return np.where(few, exact, normal), p


@dataclass(frozen=True)
class Verdict:
    """Outcome of the check.

    Attributes
    ----------
    table
        COLUMNS, and before them whatever the tallies were told apart by; a line a comparison, FAIL or PASS in `verdict`.
    passed
        Whether no comparison failed.
    statement
        What was checked and found, in one sentence.
    """

    table: pd.DataFrame
    passed: bool
    statement: str


def judge(tables: Iterable[pd.DataFrame], family_error: float = FAMILY_ERROR) -> Verdict:
    """Judge all comparisons as one family by Holm's method.

    Parameters
    ----------
    tables
        Of tallies, one or more: of several strategies, say.
    family_error
        Probability that a right program fails anywhere.
    """
    table = pd.concat(list(tables), ignore_index=True)
    order = np.argsort(table["p"].to_numpy(), kind="stable")
    limits = family_error / (len(table) - np.arange(len(table)))
    rejected = np.logical_and.accumulate(table["p"].to_numpy()[order] <= limits)
    verdict = np.full(len(table), "PASS", dtype=object)
    verdict[order[rejected]] = "FAIL"
    table["verdict"] = verdict
    failed = table[table["verdict"] == "FAIL"]
    statement = (
        f"{len(table)} comparisons of events with the second intensity, {len(failed)} failed; a right program fails any "
        f"in at most {family_error:.0%} of runs (Holm)."
    )
    if len(failed):
        worst = failed.iloc[int(np.argmax(failed["z"].abs()))]
        statement += f" Worst: {worst['process']}, {worst['by']} {worst['stratum']}: {worst['events']} events, "
        statement += f"{worst['expected']:.1f} expected (z = {worst['z']:.1f})."
    return Verdict(table, failed.empty, statement)
