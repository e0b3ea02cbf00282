"""Control variates: estimates adjusted by what is known to have mean zero.

Events minus used credit of a process, outcomes minus probabilities of a decision, and attributes minus their expectation have
mean zero whatever the strategy. The part of an outcome that they explain by regression is luck, and is taken off:
mean(Y) - mean(C) beta (Glasserman 2003, Monte Carlo Methods in Financial Engineering, section 4.1).

- Each strategy is adjusted by its own controls only, the same for every outcome of a strategy and window, so sums and ratios of
  outcomes hold between the adjusted values, but for parts left plain, and for parts whose known luck (below) is not among the
  controls of the total. The total of such parts is adjusted as itself: made up of adjusted and plain parts, the lifetime deaths of
  patients who all die came out as 0.9987 (0.9977 to 0.9997).
- A residual is a control only if its process had at least `MINIMUM_EVENTS` events to be expected (a decision also as many
  non-events). With fewer, least squares uses it as a proxy of frailty and the interval is wrong.
- Outcomes with fewer events to be expected than that are left plain, with an interval that is exact or nearly so.
- From an outcome that a decision deals out the luck of the decision is taken off first, with the known coefficient 1
  (`decided`). What is left is as frequent as its occasions, and is judged by these: OPSI deaths are adjusted where 50 OPSI
  episodes are to be expected, be the deaths ever so few.
- Both rules go by expected events (a process's used credit, an outcome's adjusted mean), not by those that happened to come.
  To choose the estimate by the luck it is to be freed from would bias it: on the test model, where 50 deaths were to be
  expected, choosing by the observed number biased the estimate by 0.6 standard deviations and its interval covered 92%.
- Up to `KEPT_PATIENTS` patients the standard error is the heteroscedasticity-consistent HC3 (MacKinnon and White 1985): frailty
  makes the scatter grow with the controls, and the classical one covered 91% with 500 patients.
- A difference is the paired difference of adjusted values; its variance comes from the products between the two strategies.

An estimate is, to first order, a linear function of the columns of `accumulate`; its weights are its loadings. Rates are ratios
of adjusted means, their loadings by the delta method.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dpstrf

from alps_sim.outcomes.accumulate import CANDIDATES, CONTROL_COUNT, OUTCOME_COUNT, REGRESSORS, Array, Totals
from alps_sim.outcomes.decided import judge_by_occasions, known_coefficients
from alps_sim.outcomes.definitions import BASE, BASE_INDEX, OUTCOMES, RATES
from alps_sim.rules.events import PROCESS_COUNT

MINIMUM_EVENTS: Final = 50
MINIMUM_TOLERANCE: Final = 0.01
"""Least share of a control's variance that the controls already taken must leave unexplained."""
PATIENTS_PER_CONTROL: Final = 10

_COUNTS: Final = np.array([outcome.kind == "count" for outcome in BASE])
_AMOUNTS: Final = np.array([outcome.kind == "amount" for outcome in BASE])
_KNOWN: Final = known_coefficients(REGRESSORS)
_RATIOS: Final = tuple((BASE_INDEX[rate.numerator], BASE_INDEX[rate.denominator]) for rate in RATES)


@dataclass(frozen=True)
class Estimates:
    """Estimates of every outcome of one strategy and window; o outcomes in the order of `OUTCOMES`, p columns.

    Attributes
    ----------
    mean, se, mean_plain, se_plain
        (o,) adjusted and plain estimates with their standard errors.
    events
        (o,) patients with the indicator, events of a count, patients with any amount; of a rate, those of its numerator.
    controls
        (o,) controls the estimate was adjusted by, the luck of a decision among them; 0 if plain.
    loadings, plain_loadings
        (p, o) weights of the columns in each estimate.
    rare
        (o,) whether it is left plain because few events, or few occasions of it, are to be expected.
    selected
        Positions among the regressors of the controls used.
    scatter
        (n, o) each patient's part in the error of the adjusted estimate; None with more than `KEPT_PATIENTS` patients.
    """

    mean: Array
    se: Array
    mean_plain: Array
    se_plain: Array
    events: Array
    controls: np.ndarray[Any, np.dtype[np.int64]]
    loadings: Array
    plain_loadings: Array
    rare: np.ndarray[Any, np.dtype[np.bool_]]
    selected: np.ndarray[Any, np.dtype[np.int64]]
    scatter: Array | None


def _base_events(totals: Totals, strategy: int, window: int) -> Array:
    """(base outcomes,) events of a count, patients with the indicator or with any amount."""
    sums = totals.sums[strategy, window, :OUTCOME_COUNT]
    return np.where(_COUNTS, np.round(sums), totals.nonzero[strategy, window])


def select_controls(totals: Totals, strategy: int, window: int, products: Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Positions of the regressors with enough events that are not collinear, by pivoted Cholesky of their correlations.

    Parameters
    ----------
    totals
        All moments.
    strategy, window
        Positions.
    products
        (p, p) centred products of the strategy and window.
    """
    surplus = totals.sums[strategy, window, OUTCOME_COUNT : OUTCOME_COUNT + CONTROL_COUNT]
    events, non_events = totals.events[strategy, window] - surplus, totals.non_events[strategy, window] + surplus
    eligible = np.ones(len(CANDIDATES), dtype=np.bool_)
    eligible[:CONTROL_COUNT] = events >= MINIMUM_EVENTS
    eligible[PROCESS_COUNT:CONTROL_COUNT] &= non_events[PROCESS_COUNT:] >= MINIMUM_EVENTS
    variance = np.diagonal(products)[OUTCOME_COUNT : OUTCOME_COUNT + len(CANDIDATES)]
    candidates = np.flatnonzero(eligible & (variance > 0.0))
    most = totals.n // PATIENTS_PER_CONTROL
    if candidates.size == 0 or most == 0:
        return np.zeros(0, dtype=np.int64)
    scale = np.sqrt(variance[candidates])
    columns = OUTCOME_COUNT + candidates
    correlations = products[np.ix_(columns, columns)] / np.outer(scale, scale)
    _, pivots, rank, info = dpstrf(correlations, tol=MINIMUM_TOLERANCE)
    if info < 0:
        raise ArithmeticError(f"pivoted Cholesky refused argument {-info} while selecting controls")
    return np.sort(candidates[pivots[: min(rank, most)] - 1])


def _coefficients(products: Array, selected: np.ndarray[Any, Any]) -> Array:
    """(regressors, base outcomes) the known coefficients, and those by regression of what the known ones leave."""
    coefficients = _KNOWN.copy()
    if selected.size:
        columns = OUTCOME_COUNT + selected
        scale = np.sqrt(np.diagonal(products)[columns])
        correlations = products[np.ix_(columns, columns)] / np.outer(scale, scale)
        factor = np.linalg.cholesky(correlations)
        left = products[columns, :OUTCOME_COUNT] - products[columns, OUTCOME_COUNT:] @ _KNOWN
        coefficients[selected] += cho_solve((factor, True), left / scale[:, None]) / scale[:, None]
    return coefficients


def linearised(base: Array) -> tuple[Array, Array]:
    """All outcomes from the means of the base outcomes, rates by the delta method.

    Parameters
    ----------
    base
        (base outcomes,) means over patients.

    Returns
    -------
    tuple of numpy.ndarray
        Values (o,) in the order of `OUTCOMES`, and their derivatives (base outcomes, o).
    """
    values, weights = [], np.zeros((OUTCOME_COUNT, len(_RATIOS)))
    for position, (numerator, denominator) in enumerate(_RATIOS):
        ratio = base[numerator] / base[denominator] if base[denominator] > 0.0 else np.nan
        values.append(ratio)
        weights[numerator, position] = 1.0 / base[denominator] if base[denominator] > 0.0 else np.nan
        weights[denominator, position] = -ratio * weights[numerator, position]
    return np.concatenate([base, values]), np.hstack([np.eye(OUTCOME_COUNT), weights])


def deviations(centred: Array, derivatives: Array) -> Array:
    """Each patient's part in the error of each outcome.

    A base outcome is its own column, so that only rates need a matrix product: it took two thirds of the time of a draw's estimates.

    Parameters
    ----------
    centred
        (n, base outcomes) values of the patients less their means.
    derivatives
        (base outcomes, o) of `linearised`.

    Returns
    -------
    numpy.ndarray
        (n, o), which is `centred @ derivatives`.
    """
    return np.hstack([centred, centred @ derivatives[:, OUTCOME_COUNT:]])


def _standard_errors(loadings: Array, products: Array, n: int, controls: np.ndarray[Any, Any]) -> Array:
    """(o,) standard errors of linear estimates; NaN without degrees of freedom."""
    return np.sqrt(np.maximum(_quadratic(loadings, products, loadings), 0.0) / _freedom(n, controls) / n)


def _quadratic(left: Array, products: Array, right: Array) -> Array:
    """(o,) sums of squares or products of the linear estimates."""
    result: Array = (left * np.einsum("ij,jk->ik", products, right, optimize=False)).sum(axis=0)
    return result


def _freedom(n: int, controls: np.ndarray[Any, Any]) -> Array:
    """Degrees of freedom n - 1 - controls; NaN if there are none."""
    freedom = np.asarray(n - 1 - controls, dtype=float)
    return np.where(freedom >= 1.0, freedom, np.nan)


def _rare_outcomes(events: Array, adjusted: Array, n: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(base outcomes,) whether few events are to be expected: by the adjusted mean, the patients with any amount, or the occasions."""
    expected = np.where(_AMOUNTS, events, adjusted * n)
    rare: np.ndarray[Any, np.dtype[np.bool_]] = expected < MINIMUM_EVENTS
    judge_by_occasions(rare, expected, n, MINIMUM_EVENTS)
    return rare


def _scatter(columns: Array, loadings: Array, selected: np.ndarray[Any, Any], adjusted: np.ndarray[Any, Any]) -> Array:
    """(n, o) weight times residual of each patient, inflated by the leverage as in HC3; their squares add up to the variance.

    The estimate is the intercept of the regression on the controls, a weighted sum of the outcomes; a plain estimate has
    equal weights and a leverage of 1/n.
    """
    n = columns.shape[0]
    residuals = (columns - columns.mean(axis=0)) @ loadings
    design = np.hstack([np.ones((n, 1)), columns[:, OUTCOME_COUNT + selected]])
    orthogonal, triangular = np.linalg.qr(design)
    leverage = np.minimum((orthogonal**2).sum(axis=1), 1.0 - 1e-9)
    weights = orthogonal @ np.linalg.inv(triangular).T[:, 0]
    scale = np.where(adjusted, (weights / (1.0 - leverage))[:, None], 1.0 / max(n - 1, 1))
    result: Array = scale * residuals
    return result


def estimate(totals: Totals, strategy: int, window: int) -> Estimates:
    """Adjusted and plain estimates of every outcome of one strategy and window.

    Parameters
    ----------
    totals
        Moments of all blocks.
    strategy, window
        Positions.
    """
    means, products, n = totals.means[strategy, window], totals.own[strategy, window], totals.n
    outcomes, controls = means[:OUTCOME_COUNT], means[OUTCOME_COUNT:]
    events = _base_events(totals, strategy, window)
    selected = select_controls(totals, strategy, window, products)
    coefficients = _coefficients(products, selected)
    rare = _rare_outcomes(events, outcomes - controls @ coefficients, n)
    coefficients[:, rare] = 0.0
    numerators = [numerator for numerator, _ in _RATIOS]
    events, rare = np.concatenate([events, events[numerators]]), np.concatenate([rare, rare[numerators]])

    plain, plain_derivatives = linearised(outcomes)
    adjusted, derivatives = linearised(outcomes - controls @ coefficients)
    loadings = np.vstack([derivatives, -coefficients @ derivatives])
    plain_loadings = np.vstack([plain_derivatives, np.zeros_like(coefficients @ derivatives)])
    loadings[:, rare], adjusted[rare] = plain_loadings[:, rare], plain[rare]
    used = np.where((loadings[OUTCOME_COUNT:] != 0.0).any(axis=0), selected.size, 0)
    known = np.count_nonzero(np.delete(_KNOWN, selected, axis=0), axis=0)  # luck that is no selected control besides
    used[:OUTCOME_COUNT] += np.where(rare[:OUTCOME_COUNT], 0, known)
    columns = totals.columns(strategy, window)
    scatter = None if columns is None else _scatter(columns, loadings, selected, used > 0)
    return Estimates(
        adjusted,
        _standard_errors(loadings, products, n, used) if scatter is None else _small_sample_errors(scatter, used),
        plain,
        _standard_errors(plain_loadings, products, n, np.zeros_like(used)),
        events,
        used,
        loadings,
        plain_loadings,
        rare,
        selected,
        scatter,
    )


def _small_sample_errors(scatter: Array, controls: np.ndarray[Any, Any]) -> Array:
    """(o,) standard errors from the patients' own parts; NaN without degrees of freedom."""
    errors = np.sqrt((scatter**2).sum(axis=0))
    return np.where(np.isnan(_freedom(scatter.shape[0], controls)), np.nan, errors)


@dataclass(frozen=True)
class Differences:
    """Paired differences of every outcome, strategy minus comparator, in one window; o outcomes in the order of `OUTCOMES`.

    Attributes
    ----------
    mean, se, mean_plain, se_plain
        (o,) of adjusted and of plain values.
    controls
        (o,) distinct controls of the two strategies.
    correlation
        (o,) between the two estimates, each adjusted or plain as it is reported.
    variance_reduction
        (o,) variance of independent unadjusted sampling divided by that of the adjusted paired difference; NaN if both are zero.
    identical
        Whether every patient had the same life under both.
    """

    mean: Array
    se: Array
    mean_plain: Array
    se_plain: Array
    controls: np.ndarray[Any, np.dtype[np.int64]]
    correlation: Array
    variance_reduction: Array
    identical: bool


def _difference_error(
    totals: Totals, strategy: int, window: int, left: Array, right: Array, controls: np.ndarray[Any, Any]
) -> tuple[Array, Array]:
    """Standard errors of a paired difference, and correlations of the two estimates."""
    own, other = totals.own[strategy, window], totals.own[totals.comparator, window]
    first, second = _quadratic(left, own, left), _quadratic(right, other, right)
    shared = _quadratic(left, totals.paired[strategy, window], right)
    variance = np.maximum((first + second) - 2.0 * shared, 0.0)
    scale = np.sqrt(first * second)
    correlation = np.divide(shared, scale, out=np.zeros_like(shared), where=scale > 0.0)
    return np.sqrt(variance / _freedom(totals.n, controls) / totals.n), correlation


def compare(totals: Totals, strategy: int, window: int, mine: Estimates, theirs: Estimates) -> Differences:
    """Paired differences of a strategy and the comparator.

    Parameters
    ----------
    totals
        Moments of all blocks.
    strategy, window
        Positions.
    mine, theirs
        Estimates of the strategy and of the comparator in this window.
    """
    attributes_shared = np.count_nonzero(np.intersect1d(mine.selected, theirs.selected) >= CONTROL_COUNT)
    both = (mine.controls > 0) & (theirs.controls > 0)
    controls = mine.controls + theirs.controls - np.where(both, attributes_shared, 0)
    se, correlation = _difference_error(totals, strategy, window, mine.loadings, theirs.loadings, controls)
    se_plain, _ = _difference_error(totals, strategy, window, mine.plain_loadings, theirs.plain_loadings, np.zeros_like(controls))
    identical = bool(totals.identical[strategy])
    if mine.scatter is not None and theirs.scatter is not None:
        se = _small_sample_errors(mine.scatter - theirs.scatter, controls)
    if identical:
        se, se_plain = np.zeros_like(se), np.zeros_like(se_plain)
    independent = mine.se_plain**2 + theirs.se_plain**2
    with np.errstate(divide="ignore", invalid="ignore"):
        reduction = independent / se**2
    return Differences(
        mine.mean - theirs.mean,
        se,
        mine.mean_plain - theirs.mean_plain,
        se_plain,
        controls,
        correlation,
        reduction,
        identical,
    )


if tuple(OUTCOMES) != tuple(outcome.identifier for outcome in (*BASE, *RATES)):
    raise RuntimeError("alps_sim/outcomes/adjust.py: the order of OUTCOMES must be base outcomes, then rates")
