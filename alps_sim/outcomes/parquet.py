"""`patients.parquet` and `events.parquet`, written block by block: words for people, and memory that does not grow with patients.

One row a patient and strategy, or one row a happening. A time that did not come is null. Row groups end at fixed block numbers,
so the files' content does not depend on workers or chunks.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.rules.accounts import COUNTERS
from alps_sim.rules.codes import CAUSES_OF_DEATH, GENOTYPES, LINEAGES, NEVER, SEXES, SPLEENS
from alps_sim.rules.events import LOG_KINDS
from alps_sim.rules.state import MILESTONES

BLOCKS_PER_GROUP: Final = 16
LINEAGE_SETS: Final = tuple("+".join(name for bit, name in enumerate(LINEAGES) if mask >> bit & 1) for mask in range(1 << len(LINEAGES)))
"""Words of a set of lineages by its bit mask."""

_WORDS: Final = {"genotype": GENOTYPES, "sex": SEXES, "lineages": LINEAGE_SETS, "first_lineage": LINEAGES, "spleen_at_index": SPLEENS}
_NUMBERS: Final = ("age_at_index", "flare_frailty", "infection_frailty", "refractoriness", "weight_z", "prevention_luck")
_TIMES: Final = ("observation_years", "death_time", *MILESTONES)


def _words(codes: np.ndarray[Any, Any], words: Sequence[str], missing: np.ndarray[Any, Any] | None = None) -> pa.Array:
    """A column of words from codes; null where missing."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16), mask=missing), pa.array(list(words)))


def _times(values: np.ndarray[Any, Any]) -> pa.Array:
    """Years since the index; null for never."""
    return pa.array(np.ascontiguousarray(values), mask=values >= NEVER)


def _counter(name: str, values: np.ndarray[Any, Any]) -> pa.Array:
    """A counter, whole numbers as such."""
    whole = OUTCOMES[name].kind in ("indicator", "count")
    return pa.array(values.astype(np.int32) if whole else np.ascontiguousarray(values))


def patient_table(block: BlockResult, strategies: Sequence[str]) -> pa.Table:
    """One block under one strategy as a table: attributes, death, milestones, counters of the whole life.

    Parameters
    ----------
    block
        Patients under one strategy; the last window is the whole life.
    strategies
        Names in the scenario's order.
    """
    rows, n = block.rows, block.rows.shape[0]
    cytopenia = rows["has_cytopenia"] == 1
    columns: dict[str, pa.Array] = {
        "patient": pa.array(np.ascontiguousarray(rows["patient"])),
        "strategy": _words(np.full(n, block.strategy), strategies),
        "has_cytopenia": pa.array(cytopenia),
    }
    for name, words in _WORDS.items():
        missing = ~cytopenia if name in ("lineages", "first_lineage") else None
        columns[name] = _words(rows[name], words, missing)
    for name in _NUMBERS:
        columns[name] = pa.array(np.ascontiguousarray(rows[name]))
    prior = rows["years_since_prior_splenectomy"]
    columns["years_since_prior_splenectomy"] = pa.array(np.ascontiguousarray(prior), mask=prior < 0.0)
    columns["entry_years"] = pa.array(np.ascontiguousarray(rows["entry_years"]))
    columns["death_cause"] = _words(np.maximum(rows["death_cause"], 0), CAUSES_OF_DEATH, rows["death_cause"] < 0)
    columns |= {name: _times(rows[name]) for name in _TIMES}
    columns |= {name: _counter(name, block.counters[:, -1, position]) for position, name in enumerate(COUNTERS)}
    return pa.table(columns)


def event_table(block: BlockResult, strategies: Sequence[str]) -> pa.Table:
    """The event log of one block under one strategy, in the order of the patients and of their lives."""
    log = block.events
    return pa.table(
        {
            "strategy": _words(np.full(log.shape[0], block.strategy), strategies),
            "patient": pa.array(np.ascontiguousarray(log["patient"])),
            "time": pa.array(np.ascontiguousarray(log["time"])),
            "kind": _words(log["kind"], LOG_KINDS),
            "code": pa.array(np.ascontiguousarray(log["code"])),
            "value": pa.array(np.ascontiguousarray(log["value"])),
        }
    )


class TableStream:
    """A Parquet file written table by table, closed with the context; tables are gathered into row groups of 16 blocks.

    Parameters
    ----------
    path
        File to write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[pa.Table] = []
        self._blocks = 0
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def add(self, tables: Sequence[pa.Table]) -> None:
        """Add the tables of the next block, one a strategy."""
        self._waiting += tables
        self._blocks += 1
        if self._blocks % BLOCKS_PER_GROUP == 0:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting).unify_dictionaries()
        self._waiting = []
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def close(self) -> None:
        """Write what waits and close the file."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
