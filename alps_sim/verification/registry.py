"""All checks of a user's scenario, and how they are run."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final

import pandas as pd

from alps_sim.engines.cohort import EventLogFullError
from alps_sim.verification.bench import Bench
from alps_sim.verification.checks import chance, extremes, fairness, given, log, sameness, survival, uncertainty, worth
from alps_sim.verification.finding import FAIL, Check, Finding

CHECKS: Final = (
    *given.CHECKS,
    *worth.CHECKS,
    *fairness.CHECKS,
    *sameness.CHECKS,
    *survival.CHECKS,
    *log.CHECKS,
    *extremes.CHECKS,
    *chance.CHECKS,
    *uncertainty.CHECKS,
)
"""The registry, in the order of the report."""

COLUMNS: Final = ("check", "group", "title", "done", "expected", "found", "result")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""


def run_check(check: Check, bench: Bench) -> Finding:
    """Run one check; lives that outgrow every log fail it.

    Parameters
    ----------
    check
        Of the registry.
    bench
        The scenario.
    """
    try:
        return check.run(bench)
    except EventLogFullError as error:
        return Finding(FAIL, str(error))


def run_checks(bench: Bench, progress: Progress, checks: Sequence[Check] = CHECKS) -> pd.DataFrame:
    """Run checks side by side in the bench's threads, the longest first; none knows of another.

    Parameters
    ----------
    bench
        The scenario.
    progress
        Told after each check, in tenths of the seconds that the main scenario takes.
    checks
        Which.

    Returns
    -------
    pandas.DataFrame
        COLUMNS, one row a check.
    """
    total, done = sum(_tenths(check) for check in checks), 0
    pool = ThreadPoolExecutor(bench.workers)
    try:
        running = {pool.submit(run_check, check, bench): check for check in sorted(checks, key=_tenths, reverse=True)}
        progress("checking", done, total)
        for future in as_completed(running):
            future.result()  # an error of a check itself ends all at once
            done += _tenths(running[future])
            progress("checking", done, total)
    finally:
        pool.shutdown(cancel_futures=True)
    findings = {check.name: future.result() for future, check in running.items()}
    return pd.DataFrame([_row(check, findings[check.name]) for check in checks], columns=list(COLUMNS))


def _row(check: Check, finding: Finding) -> tuple[str, ...]:
    return (check.name, check.group, check.title, check.done, check.expected, finding.found, finding.result)


def _tenths(check: Check) -> int:
    return max(round(10 * check.seconds), 1)
