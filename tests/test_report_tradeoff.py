"""The trade-off in words: every direction and every word of certainty follows from the numbers."""

from collections.abc import Mapping
from typing import Literal

import pandas as pd
import pytest

from alps_sim.report.comparable import NOTHING_UNLIKE, Unlike
from alps_sim.report.tradeoff import ENOUGH_DRAWS, NOUNS, caveat, trade_offs

Interval = tuple[float, float]
Difference = tuple[float, Interval, Interval]
"""The estimate, its interval of simulation error and that of the parameters."""
Given = Mapping[str, Difference]
"""By outcome."""

WINDOW = "20"
MORE = (0.03, (0.02, 0.04), (0.01, 0.10))
FEWER = (-0.03, (-0.04, -0.02), (-0.10, -0.01))
MORE_IN_THIS_RUN = (0.03, (0.02, 0.04), (-0.01, 0.05))
FEWER_IN_THIS_RUN = (-0.03, (-0.04, -0.02), (-0.05, 0.01))
WITHIN_ERROR = (0.001, (-0.01, 0.012), (-0.05, 0.05))
NONE = (0.0, (0.0, 0.0), (0.0, 0.0))
SURGERY = dict(zip(NOUNS, (MORE, MORE, FEWER_IN_THIS_RUN, FEWER, FEWER), strict=True))


def _table(strategies: Mapping[str, Given], interval: Literal[1, 2]) -> pd.DataFrame:
    rows = [
        ("drug", name, outcome, window, sign * given[0], *intervals, ENOUGH_DRAWS)
        for name, outcomes in strategies.items()
        for outcome, given in outcomes.items()
        for window, sign, intervals in ((WINDOW, 1, given[interval]), ("5", 0, (0.0, 0.0)))
    ]
    return pd.DataFrame(rows, columns=["comparator", "strategy", "outcome", "window_years", "mean", "ci_low", "ci_high", "draws"])


def _told(given: Given, draws: bool = True, unlike: Unlike = NOTHING_UNLIKE) -> str:
    """The sentences on one strategy, `surgery`, against `drug`."""
    strategies = {"surgery": given}
    return trade_offs(_table(strategies, 1), _table(strategies, 2) if draws else None, WINDOW, unlike)["surgery"]


def _but(outcome: str, given: Difference, base: Difference = NONE) -> Given:
    return dict.fromkeys(NOUNS, base) | {outcome: given}


def _negated(given: Given) -> Given:
    return {name: (-mean, (-one[1], -one[0]), (-two[1], -two[0])) for name, (mean, one, two) in given.items()}


def test_what_the_evidence_settles_comes_before_what_it_does_not() -> None:
    assert _told(SURGERY) == (
        "surgery has more OPSI deaths and more deaths from any cause, but fewer flares and less steroid, each in nearly all draws of "
        "the evidence. It also has less treatment failure in this run; the evidence does not settle that."
    )


def test_words_turn_round_with_the_numbers() -> None:
    assert _told(_negated(SURGERY)) == (
        "surgery has fewer OPSI deaths and fewer deaths from any cause, but more flares and more steroid, each in nearly all draws of "
        "the evidence. It also has more treatment failure in this run; the evidence does not settle that."
    )


def test_differences_all_in_one_direction_are_not_set_against_one_another() -> None:
    assert "but" not in _told(dict.fromkeys(NOUNS, MORE))
    assert "fewer" not in _told(dict.fromkeys(NOUNS, MORE))
    assert "more" not in _told(dict.fromkeys(NOUNS, FEWER))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (MORE, "has more flares in nearly all draws of the evidence."),
        (FEWER, "has fewer flares in nearly all draws of the evidence."),
        (MORE_IN_THIS_RUN, "has more flares in this run; the evidence does not settle that."),
        (WITHIN_ERROR, "differs by no more than simulation error in flares; the evidence does not settle that."),
        ((0.03, (-0.01, 0.07), (0.01, 0.05)), "differs by no more than simulation error in flares; the evidence does not settle that."),
        ((0.03, (0.02, 0.04), (-0.05, -0.01)), "has more flares in this run; the evidence does not settle that."),
        ((0.0, (0.0, 0.0), (-0.1, 0.0)), "differs by no more than simulation error in flares; the evidence does not settle that."),
        ((0.0, (0.0, float("nan")), (0.0, 0.1)), "differs by no more than simulation error in flares; the evidence does not settle that."),
    ],
)
def test_certainty_follows_from_both_intervals(given: Difference, expected: str) -> None:
    assert _told(_but("flares_per_year", given)) == (
        f"surgery {expected} It does not differ at all in OPSI deaths, deaths from any cause, treatment failure and steroid."
    )


def test_equal_strategies_do_not_differ_at_all() -> None:
    expected = "surgery does not differ at all in OPSI deaths, deaths from any cause, treatment failure, flares and steroid."
    assert _told(dict.fromkeys(NOUNS, NONE)) == _told(dict.fromkeys(NOUNS, NONE), draws=False) == expected


def test_without_draws_nothing_is_said_of_the_evidence_but_that_it_was_not_run() -> None:
    given = SURGERY | {"deaths": WITHIN_ERROR}
    assert _told(given, draws=False) == (
        "surgery has more OPSI deaths, but less treatment failure, fewer flares and less steroid, each beyond simulation error, and "
        "differs by no more than simulation error in deaths from any cause."
    )
    assert "Parameter uncertainty was not run" in caveat(None)
    assert "95% parameter interval" in caveat(_table({"surgery": SURGERY}, 2))


def test_every_strategy_is_told_by_its_own_numbers_in_the_order_of_the_table() -> None:
    strategies = {
        "surgery": SURGERY,
        "other_drug": dict.fromkeys(NOUNS, WITHIN_ERROR),
        "steroids": dict.fromkeys(NOUNS, MORE),
        "prevention": _negated(SURGERY),
    }
    found = trade_offs(_table(strategies, 1), _table(strategies, 2), WINDOW, named=str.upper)
    assert list(found) == list(strategies)
    for name, given in strategies.items():
        assert found[name] == _told(given).replace("surgery", name.upper(), 1)


def test_nothing_is_told_of_a_strategy_alone() -> None:
    assert trade_offs(_table({}, 1), None, WINDOW) == {}


@pytest.mark.parametrize("without", ["surgery", "drug"])
def test_failure_that_counts_something_else_is_not_compared(without: str) -> None:
    told = _told(dict.fromkeys(NOUNS, MORE), unlike={"treatment_failure": frozenset({without})})
    assert "more treatment failure" not in told
    assert told.endswith("Its treatment failure does not compare (*).")


def test_failure_of_two_strategies_that_both_intend_nothing_compares() -> None:
    told = _told(dict.fromkeys(NOUNS, MORE), unlike={"treatment_failure": frozenset({"surgery", "drug"})})
    assert "more treatment failure" in told
    assert "*" not in told


def test_few_draws_settle_nothing() -> None:
    table, uncertainty = (_table({"surgery": SURGERY}, interval) for interval in (1, 2))
    few = uncertainty.assign(draws=ENOUGH_DRAWS - 1)
    assert "nearly all draws" in trade_offs(table, uncertainty, WINDOW)["surgery"]
    assert "nearly all draws" not in trade_offs(table, few, WINDOW)["surgery"]
    assert caveat(few).startswith(f"{ENOUGH_DRAWS - 1} draws of the evidence are too few")
