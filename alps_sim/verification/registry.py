"""All checks of a user's scenario, and how they are run one after another."""

from collections.abc import Callable, Sequence
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
    """Run checks in order.

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
    total, done, rows = sum(_tenths(check) for check in checks), 0, []
    for check in checks:
        progress("checking", done, total)
        finding = run_check(check, bench)
        rows.append((check.name, check.group, check.title, check.done, check.expected, finding.found, finding.result))
        done += _tenths(check)
    progress("checking", total, total)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _tenths(check: Check) -> int:
    return max(round(10 * check.seconds), 1)
