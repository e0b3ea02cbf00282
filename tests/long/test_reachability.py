"""`make verify-statistics`: how often everything occurs in a million lives of the shipped scenarios."""

from collections import Counter
from typing import Final

import pytest

from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.block import BLOCK_SIZE
from tests import reach
from tests.test_reachability import IMPLIED_PARTS, RARE, UNREAD

LIVES: Final = 1_000_000
PATIENTS_PER_PART: Final = 20 * BLOCK_SIZE
BLOCKS_PER_PARAMETER: Final = 8


def needed(lives: int) -> int:
    """Occurrences that a number of lives must show; at least one."""
    return max(1, -(-reach.PER_MILLION * lives // 1_000_000))


@pytest.fixture(scope="module")
def counted() -> tuple[Counter[str], int]:
    """How often each thing occurs in a million lives, an equal number under each strategy; and their number."""
    blocks = -(-LIVES // (BLOCK_SIZE * len(reach.shipped_lives())))
    seen: Counter[str] = Counter()
    for lives in reach.shipped_lives():
        for block in range(blocks):
            seen += reach.tally(lives.live(block, keep_events=True))
    return seen, blocks * BLOCK_SIZE * len(reach.shipped_lives())


def test_everything_occurs_often_enough(counted: tuple[Counter[str], int], ledger: Ledger) -> None:
    seen, lives = counted
    assert lives >= LIVES
    rare = {name: seen[name] for name in reach.expected(ledger) if seen[name] < needed(lives)}
    assert {name: number for name, number in rare.items() if name not in RARE} == {}
    assert set(rare) >= set(RARE), "listed as rare, but often enough"
    assert all(seen[name] > 0 for name in RARE)


def test_every_part_of_every_strategy_touches_enough_lives() -> None:
    unused = reach.unused_parts(PATIENTS_PER_PART // BLOCK_SIZE, BLOCK_SIZE, needed(PATIENTS_PER_PART))
    assert sorted(unused) == sorted(IMPLIED_PARTS)


def test_every_parameter_moved_changes_some_outcome(ledger: Ledger) -> None:
    unread = [
        name
        for name, parameter in ledger.parameters.items()
        if reach.reached_by({name: reach.moved(parameter)}, BLOCKS_PER_PARAMETER, BLOCK_SIZE) is None
    ]
    assert sorted(unread) == sorted(UNREAD)
