"""Events less the second intensity, outcomes less their probabilities: mean zero, overall and in every stratum.

For each process and stratum the number of events N and the integrated intensity L over the time lived in the stratum. If the
intensity is that of the lives, N - L is a martingale at its end, with mean 0 and variance E[L]: z = (N - L) / sqrt(L). For each
decision the number of outcomes and the sum of their probabilities p over the occasions in the stratum, with variance
sum p (1 - p). With a variance below 50, the exact probability takes the place of the normal one: of Poisson for events; for
outcomes of the binomial with the mean p, whose tails are wider than those of different p (Hoeffding, Ann Math Stat 1956;27:713).
All comparisons form one family whose error (a right program failing) is 1% by Holm's method, which holds whatever their
dependence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binom, norm, poisson

from alps_sim.verification.account import COMPARED, UNLIMITED, Account, account_of
from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.history import History, read_history
from alps_sim.verification.intensity import PROCESSES
from alps_sim.verification.journal import read_lines
from alps_sim.verification.strata import STRATA

FAMILY_ERROR: Final = 0.01
FEW: Final = 50.0
"""Variance below which the exact probability is used."""
ROUNDING: Final = 1e-6
"""What sums of outcomes may be off."""
ALL: Final = "all"
IMPOSSIBLE: Final = "impossible"
"""Events that came while the intensity was 0, outcomes that had probability 0 or no occasion; a single one fails."""
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
    """What came and what was expected by process or decision and stratum, added up over groups of patients under one strategy.

    Attributes
    ----------
    assumptions
        Under which hazards and probabilities are computed.
    processes
        Processes and decisions compared.
    by
        What lives are split by, names of STRATA.
    cells
        What came, its expectation, the variance of the difference, and the occasions, by (process, by, stratum).
    patients
        Patients so far.
    """

    assumptions: Assumptions
    processes: Sequence[str] = COMPARED
    by: Sequence[str] = tuple(STRATA)
    cells: dict[tuple[str, str, str], FloatArray] = field(default_factory=dict)
    patients: int = 0

    def labels(self, history: History) -> dict[str, pd.Categorical]:
        """The stratum of each row of a history's states, by what lives are split by.

        Parameters
        ----------
        history
            As read.
        """
        return {name: STRATA[name](history.states, self.assumptions) for name in self.by}

    def add(self, history: History, labels: Mapping[str, pd.Categorical] | None = None) -> None:
        """Add the lives of some patients.

        Parameters
        ----------
        history
            As read.
        labels
            Their strata, if they are known.
        """
        self.patients += history.patients
        labels = self.labels(history) if labels is None else labels
        for process in self.processes:
            account = account_of(process, history, self.assumptions)
            self._put(process, ALL, ALL, _numbers(account))
            self._put(process, IMPOSSIBLE, IMPOSSIBLE, np.array([account.impossible, 0.0, 0.0, UNLIMITED]))
            for name, label in labels.items():
                self._split(process, name, label[account.rows], account)
            for name, label in account.own.items():
                self._split(process, name, label, account)

    def _split(self, process: str, by: str, labels: pd.Categorical, account: Account) -> None:
        """Add an account to each stratum in which there is any place."""
        codes, names = labels.codes.astype(np.intp), [str(name) for name in labels.categories]
        places = np.bincount(codes, minlength=len(names))
        observed, expected = (np.bincount(codes, numbers, len(names)) for numbers in (account.observed, account.expected))
        variance = expected if account.variance is account.expected else np.bincount(codes, account.variance, len(names))
        sums = (observed, expected, variance)
        for place in np.flatnonzero(places):
            cell = np.array([*(total[place] for total in sums), account.occasions * places[place]])
            self._put(process, by, names[place], cell)

    def _put(self, process: str, by: str, stratum: str, numbers: FloatArray) -> None:
        self.cells[process, by, stratum] = self.cells.get((process, by, stratum), np.zeros(4)) + numbers

    def table(self) -> pd.DataFrame:
        """One line a process or decision and stratum: process, by, stratum, events, expected, z, p (two-sided)."""
        keys = pd.DataFrame(list(self.cells), columns=["process", "by", "stratum"])
        events, expected, variance, occasions = np.array(list(self.cells.values())).reshape(-1, 4).T
        z, p = scores(events, expected, variance, occasions)
        return keys.assign(events=events, expected=expected, z=z, p=p)


def _numbers(account: Account) -> FloatArray:
    """What came, its expectation, the variance and the occasions of a whole account."""
    occasions = account.occasions * account.rows.size if account.rows.size else 0.0
    return np.array([account.observed.sum(), account.expected.sum(), account.variance.sum(), occasions])


def scores(
    events: FloatArray, expected: FloatArray, variance: FloatArray | None = None, occasions: FloatArray | float = UNLIMITED
) -> tuple[FloatArray, FloatArray]:
    """Normal scores and two-sided probabilities of numbers of events or outcomes.

    Parameters
    ----------
    events
        (n,) counted.
    expected
        (n,) integrated intensity, or sum of probabilities.
    variance
        (n,) of the difference; by default as much as expected, as for events.
    occasions
        (n,) on which outcomes were decided; without limit for events.
    """
    spread = expected if variance is None else variance
    few = spread < FEW
    normal = (events - expected) / np.sqrt(np.where(few, 1.0, spread))
    p = np.where(few, np.minimum(1.0, 2.0 * _tail(events, expected, occasions)), 2.0 * norm.sf(np.abs(normal)))
    exact = np.copysign(norm.isf(np.maximum(p, 1e-300) / 2.0), events - expected)
    return np.where(few, exact, normal), p


def _tail(events: FloatArray, expected: FloatArray, occasions: FloatArray | float) -> FloatArray:
    """The smaller exact tail; an outcome that is only likely counts for neither side."""
    least, most = np.floor(events + ROUNDING), np.ceil(events - ROUNDING)
    unlimited = np.isinf(occasions)
    number = np.where(unlimited, 1.0, np.maximum(occasions, 1.0))
    share = np.clip(expected / number, 0.0, 1.0)
    of_poisson = np.minimum(poisson.sf(least - 1.0, expected), poisson.cdf(most, expected))
    of_binomial = np.minimum(binom.sf(least - 1.0, number, share), binom.cdf(most, number, share))
    return np.asarray(np.where(unlimited, of_poisson, of_binomial), dtype=np.float64)


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
        f"{len(table)} comparisons of events and outcomes with the second account, {len(failed)} failed; a right program fails any "
        f"in at most {family_error:.0%} of runs (Holm)."
    )
    if len(failed):
        worst = failed.iloc[int(np.argmax(failed["z"].abs()))]
        statement += f" Worst: {worst['process']}, {worst['by']} {worst['stratum']}: {worst['events']:g} events, "
        statement += f"{worst['expected']:.1f} expected (z = {worst['z']:.1f})."
    return Verdict(table, failed.empty, statement)
