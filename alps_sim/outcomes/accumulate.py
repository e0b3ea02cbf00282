"""Streaming moments: everything the estimates need, in memory that does not grow with the patients.

For each window and strategy the columns are the base outcomes, the martingale residuals of all processes and decisions, the
patient's own attributes with a known expectation, and parts of residuals (`decided`). A block of patients is reduced to the sums
and the centred products of these columns, within each strategy and between each strategy and the comparator. Blocks are merged in
block order (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance") with compensated addition, so that the
numbers do not depend on workers, chunks or order of arrival.

The columns themselves are kept only while the patients are few (`KEPT_PATIENTS`), for standard errors that hold in small samples.

The products are matrix products, of which the last bit follows the number of threads of the linear algebra library: they belong within
`sums_in_one_order`. `numpy.einsum`, which has one thread always, took six times as long. Columns that are zero throughout a block are left
out of its products, which halves the work and changes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from alps_sim.outcomes.block import CONTROLS, BlockResult
from alps_sim.outcomes.decided import PARTS, parts
from alps_sim.outcomes.definitions import BASE, base_values
from alps_sim.rules.codes import MALE

Array = np.ndarray[Any, np.dtype[np.float64]]

ATTRIBUTE_CONTROLS: Final = ("flare_frailty", "infection_frailty", "refractoriness", "male", "log_age_at_index")
"""Attributes whose expectation is known, less that expectation."""

OUTCOME_COUNT: Final = len(BASE)
CONTROL_COUNT: Final = len(CONTROLS)
KEPT_PATIENTS: Final = 4096
"""Up to so many patients their columns are kept: about 70 MB for five strategies and four windows."""

CANDIDATES: Final = (*CONTROLS, *ATTRIBUTE_CONTROLS)
"""Columns with mean zero whose coefficients are estimated."""
REGRESSORS: Final = (*CANDIDATES, *PARTS)
"""All columns with mean zero."""
COLUMN_COUNT: Final = OUTCOME_COUNT + len(REGRESSORS)


def sums_in_one_order() -> threadpool_limits:
    """Context in which linear algebra has one thread, so that its sums have one order whatever the machine.

    Its threads would also stand in the way of ours: up to 30 times the time.
    """
    return threadpool_limits(1)


@dataclass(frozen=True)
class KnownMeans:
    """Expectations of patient attributes in the scenario's population; None where it is not known in closed form.

    Attributes
    ----------
    male_share
        Probability of being male.
    log_age_at_index
        Expectation of the natural logarithm of the age at index in years.
    flare_frailty, infection_frailty
        Mean of the frailty; 1 in the model.
    refractoriness
        Mean of the latent refractoriness; 0 in the model.
    """

    male_share: float | None = None
    log_age_at_index: float | None = None
    flare_frailty: float | None = 1.0
    infection_frailty: float | None = 1.0
    refractoriness: float | None = 0.0


class CompensatedSum:
    """Element-wise sum of arrays with the rounding error carried along (Neumaier 1974; the error term of Knuth's two-sum).

    Parameters
    ----------
    shape
        Shape of the arrays added.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._total = np.zeros(shape)
        self._error = np.zeros(shape)

    def add(self, values: Array) -> None:
        """Add an array of the same shape."""
        total = self._total + values
        carried = total - self._total
        self._error += (self._total - (total - carried)) + (values - carried)
        self._total = total

    @property
    def value(self) -> Array:
        """The sum so far."""
        return self._total + self._error


@dataclass(frozen=True)
class BlockMoments:
    """One block reduced; s strategies, w windows, p columns.

    Attributes
    ----------
    n
        Patients in the block.
    sums
        (s, w, p) sums of the columns.
    own
        (s, w, p, p) centred products within a strategy.
    paired
        (s, w, p, p) centred products of a strategy's columns with the comparator's.
    nonzero, squares, largest
        (s, w, outcomes) patients with a value other than zero; sum of squares; largest value.
    events, non_events
        (s, w, controls) events of each process or positive decisions; negative decisions.
    identical
        (s,) whether every life of the block is the same as under the comparator.
    columns
        (s, w, n, p) the columns.
    """

    n: int
    sums: Array
    own: Array
    paired: Array
    nonzero: Array
    squares: Array
    largest: Array
    events: Array
    non_events: Array
    identical: np.ndarray[Any, np.dtype[np.bool_]]
    columns: Array


def _attribute_columns(rows: np.ndarray[Any, Any], known: KnownMeans) -> Array:
    """(n, 5) attributes less their expectation; zero where the expectation is not known."""
    columns = np.zeros((rows.shape[0], len(ATTRIBUTE_CONTROLS)))
    for position, name in enumerate(("flare_frailty", "infection_frailty", "refractoriness")):
        expected = getattr(known, name)
        if expected is not None:
            columns[:, position] = rows[name] - expected
    if known.male_share is not None:
        columns[:, 3] = (rows["sex"] == MALE) - known.male_share
    if known.log_age_at_index is not None:
        # math.log and not numpy's: the vectorised one may differ in the last bit between machines
        columns[:, 4] = [math.log(age) - known.log_age_at_index for age in rows["age_at_index"].tolist()]
    return columns


class _Active:
    """Centred columns of a block without those that are zero throughout."""

    def __init__(self, columns: Array, sums: Array) -> None:
        self.positions = np.flatnonzero(columns.any(axis=0))
        self.values = np.ascontiguousarray(columns[:, self.positions]) - sums[self.positions] / columns.shape[0]

    def products(self, other: "_Active") -> Array:
        """(p, p) sums over patients of the products of all columns."""
        total = np.zeros((COLUMN_COUNT, COLUMN_COUNT))
        total[np.ix_(self.positions, other.positions)] = self.values.T @ other.values
        return total


def _same_lives(one: BlockResult, other: BlockResult) -> bool:
    """Whether two strategies gave every patient of the block the same life."""
    return (
        np.array_equal(one.counters, other.counters)
        and np.array_equal(one.residuals, other.residuals)
        and np.array_equal(one.rows, other.rows)
    )


def block_moments(block: Sequence[BlockResult], comparator: int, known: KnownMeans) -> BlockMoments:
    """Reduce one block of patients, under every strategy, to its sums and products.

    Safe to call in any thread or process: it depends on the block alone.

    Parameters
    ----------
    block
        One result a strategy, in the order of the strategies, for the same patients.
    comparator
        Position of the strategy that the others are compared with.
    known
        Expectations of the patients' attributes.

    Raises
    ------
    ValueError
        If the results are not of the same patients or not in the order of the strategies.
    """
    _check_block(block)
    n, windows, strategies = block[0].rows.shape[0], block[0].counters.shape[1], len(block)
    attributes = _attribute_columns(block[0].rows, known)
    sums = np.zeros((strategies, windows, COLUMN_COUNT))
    own = np.zeros((strategies, windows, COLUMN_COUNT, COLUMN_COUNT))
    paired = np.zeros_like(own)
    by_outcome = np.zeros((3, strategies, windows, OUTCOME_COUNT))
    columns = np.zeros((strategies, windows, n, COLUMN_COUNT))
    for window in range(windows):
        centred = []
        for position, result in enumerate(block):
            values = base_values(result, window)
            residuals = result.residuals[:, window, :]
            columns[position, window] = np.hstack([values, residuals, attributes, parts(values, residuals)])
            sums[position, window] = columns[position, window].sum(axis=0)
            by_outcome[:, position, window] = (values != 0.0).sum(axis=0), (values * values).sum(axis=0), values.max(axis=0)
            centred.append(_Active(columns[position, window], sums[position, window]))
        for position, active in enumerate(centred):
            own[position, window] = active.products(active)
            paired[position, window] = own[position, window] if position == comparator else active.products(centred[comparator])
    return BlockMoments(
        n,
        sums,
        own,
        paired,
        by_outcome[0],
        by_outcome[1],
        by_outcome[2],
        np.stack([result.control_events for result in block]).astype(float),
        np.stack([result.control_non_events for result in block]),
        np.array([_same_lives(result, block[comparator]) for result in block]),
        columns,
    )


def _check_block(block: Sequence[BlockResult]) -> None:
    if [result.strategy for result in block] != list(range(len(block))):
        raise ValueError(f"a block needs one result a strategy in the scenario's order, found {[result.strategy for result in block]}")
    if any(not np.array_equal(result.rows["patient"], block[0].rows["patient"]) for result in block):
        raise ValueError("the results of a block are of different patients; every strategy must see the same ones in the same order")


@dataclass
class Totals:
    """Moments of all blocks so far; add blocks in block order.

    Parameters
    ----------
    strategies, windows
        How many there are.
    comparator
        Position of the strategy that the others are compared with.
    """

    strategies: int
    windows: int
    comparator: int
    n: int = 0
    identical: np.ndarray[Any, np.dtype[np.bool_]] = field(init=False)
    largest: Array = field(init=False)

    def __post_init__(self) -> None:
        shape = (self.strategies, self.windows)
        self._sums = CompensatedSum((*shape, COLUMN_COUNT))
        self._own = CompensatedSum((*shape, COLUMN_COUNT, COLUMN_COUNT))
        self._paired = CompensatedSum((*shape, COLUMN_COUNT, COLUMN_COUNT))
        self._squares = CompensatedSum((*shape, OUTCOME_COUNT))
        self.nonzero = np.zeros((*shape, OUTCOME_COUNT))
        self.events = np.zeros((*shape, CONTROL_COUNT))
        self.non_events = np.zeros((*shape, CONTROL_COUNT))
        self.largest = np.zeros((*shape, OUTCOME_COUNT))
        self.identical = np.ones(self.strategies, dtype=np.bool_)
        self._kept: list[Array] = []

    def add(self, moments: BlockMoments) -> None:
        """Merge the next block."""
        own, paired = moments.own, moments.paired
        if self.n:
            shift = moments.sums / moments.n - self._sums.value / self.n
            weight = self.n * moments.n / (self.n + moments.n)
            weighted = weight * shift
            own = own + weighted[..., :, None] * shift[..., None, :]
            paired = paired + weighted[..., :, None] * shift[self.comparator][None, :, None, :]
        self._own.add(own)
        self._paired.add(paired)
        self._sums.add(moments.sums)
        self._squares.add(moments.squares)
        self.nonzero += moments.nonzero
        self.events += moments.events
        self.non_events += moments.non_events
        self.largest = np.maximum(self.largest, moments.largest)
        self.identical &= moments.identical
        self.n += moments.n
        if self.n <= KEPT_PATIENTS:
            self._kept.append(moments.columns)
        else:
            self._kept.clear()

    def columns(self, strategy: int, window: int) -> Array | None:
        """(n, p) columns of all patients, or None if there are more than `KEPT_PATIENTS`."""
        return np.vstack([kept[strategy, window] for kept in self._kept]) if self._kept else None

    @property
    def sums(self) -> Array:
        """(s, w, p) sums of the columns."""
        return self._sums.value

    @property
    def means(self) -> Array:
        """(s, w, p) means of the columns over patients."""
        return self._sums.value / self.n

    @property
    def own(self) -> Array:
        """(s, w, p, p) centred products within each strategy."""
        return self._own.value

    @property
    def paired(self) -> Array:
        """(s, w, p, p) centred products of each strategy's columns with the comparator's."""
        return self._paired.value

    @property
    def squares(self) -> Array:
        """(s, w, outcomes) sums of squares of the outcomes."""
        return self._squares.value
