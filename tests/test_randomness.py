"""The generator: the published known answers, two forms equal to the last bit, uniform and independent numbers, and its promise.

Statistical tests use fixed counters, so they pass or fail for good; each statement would fail for an ideal generator with
probability 1e-5 or less.
"""

import ast
import itertools
import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from randomgen import Philox
from scipy import stats

from alps_sim import randomness
from alps_sim.randomness import DECISIONS, STREAMS, philox, uniform, uniforms, unit_exponential
from alps_sim.rules.events import PROCESSES
from tests import strategies

U64 = np.uint64
ERROR: Final = 1e-5
MANY: Final = 100_000
ONES: Final = 0xFFFFFFFF

KNOWN_ANSWERS: Final = {
    "zero": ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    "ones": ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    "digits of pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}
"""Counter, key and output of philox4x32-10 in the known-answer file of Random123."""


def python_form(function: Any) -> Any:
    """The rule as it was written, whether or not this process compiles."""
    return getattr(function, "py_func", function)


def words(counter: tuple[int, ...], key: tuple[int, ...], form: Any = philox) -> tuple[int, ...]:
    return tuple(int(word) for word in form(*map(U64, counter), *map(U64, key)))


def one(seed: int, replication: int, patient: int, stream: int, index: int, form: Any = uniform) -> float:
    return float(form(U64(seed), U64(replication), patient, stream, index))


@pytest.mark.parametrize("form", [philox, python_form(philox)], ids=["compiled", "python"])
@pytest.mark.parametrize("name", KNOWN_ANSWERS)
def test_known_answers_of_random123(name: str, form: Any) -> None:
    counter, key, answer = KNOWN_ANSWERS[name]
    assert words(counter, key, form) == answer


@given(st.lists(strategies.counters(), min_size=4, max_size=4), strategies.seeds())
def test_words_are_those_of_randomgen(counter: list[int], seed: int) -> None:
    at = sum(word << (32 * place) for place, word in enumerate(counter))
    # randomgen counts up before it generates
    theirs = Philox(key=seed, counter=(at - 1) % 2**128, number=4, width=32).random_raw(4)
    assert words(tuple(counter), (seed & ONES, seed >> 32)) == tuple(int(word) for word in theirs)


@given(strategies.seeds(), strategies.counters(), strategies.counters(), strategies.counters(), strategies.counters())
def test_compiled_and_python_forms_are_equal(seed: int, replication: int, patient: int, stream: int, index: int) -> None:
    counter = (seed, replication, patient, stream, index)
    assert one(*counter) == one(*counter, form=python_form(uniform))
    assert one(*counter, form=unit_exponential) == one(*counter, form=python_form(unit_exponential))


@given(strategies.seeds(), strategies.counters(), strategies.counters(), strategies.counters(), strategies.counters())
def test_scalar_and_vector_forms_are_equal_to_the_last_bit(seed: int, replication: int, first: int, stream: int, index: int) -> None:
    patients = np.minimum(first + np.arange(20, dtype=np.int64), ONES)
    vector = uniforms(seed, replication, patients, stream, index)
    assert vector.tolist() == [one(seed, replication, int(patient), stream, index) for patient in patients]


def test_exponentials_are_the_inverse_of_the_uniforms() -> None:
    for index in range(100):
        u, e = one(7, 0, 3, 1, index), one(7, 0, 3, 1, index, form=unit_exponential)
        assert e == -math.log(u)
        assert e > 0.0


@given(strategies.seeds(), st.lists(strategies.counters(), min_size=4, max_size=4), st.integers(0, 4), st.integers(1, ONES))
def test_another_seed_replication_patient_stream_or_index_gives_another_number(
    seed: int, counter: list[int], which: int, step: int
) -> None:
    """The promise itself; two of 2^53 numbers are equal by chance with probability 1e-16."""
    before = [seed, *counter]
    after = list(before)
    after[which] = (before[which] + step) % (2**64 if which == 0 else 2**32)
    assert one(*before) == one(*before)
    assert one(*before) != one(*after)


def test_each_bit_of_the_seed_counts() -> None:
    numbers = {one(1 << bit, 0, 0, 0, 0) for bit in range(64)}
    assert len(numbers | {one(0, 0, 0, 0, 0)}) == 65


def test_numbers_lie_strictly_between_0_and_1() -> None:
    """Also at the ends of the range of the words, where rounding could reach 0 or 1."""
    numbers = uniforms(1, 0, np.arange(MANY), 0, 0)
    assert 0.0 < numbers.min() < numbers.max() < 1.0
    lowest, highest = 0.5 * 2.0**-53, ((2.0**27 - 1) * 2.0**26 + (2.0**26 - 1) + 0.5) * 2.0**-53
    assert lowest > 0.0
    assert highest == 1.0, "without the guard the highest number would round to 1"
    assert min(highest, 1.0 - randomness._TO_UNIT) < 1.0


@pytest.mark.parametrize("along", ["patient", "index", "stream", "replication", "seed"])
def test_numbers_are_uniform_along_each_part_of_the_counter(along: str) -> None:
    """Kolmogorov-Smirnov on 20,000 numbers, each with probability 1e-5 of failing for an ideal generator."""
    base = {"seed": 20150331, "replication": 0, "patient": 5, "stream": 1, "index": 0}
    numbers = np.array([one(**{**base, along: value}) for value in range(20_000)])
    assert stats.kstest(numbers, stats.uniform.cdf).pvalue > ERROR


def test_pairs_of_neighbours_fill_the_square() -> None:
    """Chi-square of 20 x 20 cells for neighbouring patients, indices and streams: three tests of error 1e-5."""
    patients = np.arange(MANY)
    here = uniforms(42, 0, patients, 1, 0)
    neighbours = {
        "patient": uniforms(42, 0, patients + 1, 1, 0),
        "index": uniforms(42, 0, patients, 1, 1),
        "stream": uniforms(42, 0, patients, 2, 0),
    }
    for name, there in neighbours.items():
        cells, _, _ = np.histogram2d(here, there, bins=20, range=[[0.0, 1.0], [0.0, 1.0]])
        assert stats.chisquare(cells.ravel()).pvalue > ERROR, name


def test_streams_are_uncorrelated() -> None:
    """All pairs of streams; Bonferroni keeps the family error at 1e-5."""
    drawn = np.array([uniforms(1, 0, np.arange(20_000), stream, 0) for stream in range(len(STREAMS))])
    correlations = np.corrcoef(drawn)[np.triu_indices(len(STREAMS), k=1)]
    limit = stats.norm.isf(ERROR / (2 * correlations.size))
    assert np.abs(correlations).max() * math.sqrt(20_000) < limit


def test_exponentials_have_the_unit_exponential_distribution() -> None:
    drawn = np.array([one(3, 0, patient, 0, 0, form=unit_exponential) for patient in range(20_000)])
    assert stats.kstest(drawn, stats.expon.cdf).pvalue > ERROR


def test_seeds_that_differ_by_one_share_nothing() -> None:
    drawn = [uniforms(seed, 0, np.arange(1000), 0, 0) for seed in range(5)]
    for left, right in itertools.combinations(drawn, 2):
        assert not np.isin(left, right).any()


def test_streams_have_unique_names_and_processes_keep_their_numbers() -> None:
    assert len(set(DECISIONS)) == len(DECISIONS)
    assert STREAMS[: len(PROCESSES)] == PROCESSES
    assert STREAMS[len(PROCESSES) :] == DECISIONS


def test_constants_of_streams_are_their_places() -> None:
    """Each decision has one constant, named after it, in the order of the registry. `_DECISION` avoids the name of an event."""
    tree = ast.parse(Path(randomness.__file__).read_text(encoding="utf-8"))
    names = [
        node.target.id
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.BinOp)
        if isinstance(node.value.left, ast.Name) and node.value.left.id == "_FIRST"
    ]
    assert [name.removesuffix("_DECISION").lower() for name in names] == list(DECISIONS)
    assert [getattr(randomness, name) for name in names] == [len(PROCESSES) + place for place in range(len(DECISIONS))]
