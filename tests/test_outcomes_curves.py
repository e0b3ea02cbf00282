"""Curves, books and the bookkeeping check."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from alps_sim.outcomes.accumulate import Totals, block_moments
from alps_sim.outcomes.block import CONTROLS, ROW_DTYPE, BlockResult
from alps_sim.outcomes.bookkeeping import bookkeeping
from alps_sim.outcomes.collect import Collector, Question
from alps_sim.outcomes.resources import BOOKS_SHAPE, Books, books_check, per_year_alive, resource_table
from alps_sim.outcomes.survival import CURVES, RELAPSE_CURVE, SURVIVAL_COLUMNS, Curves
from alps_sim.rules import accounts, codes, events
from alps_sim.rules.state import MILESTONES
from tests import statistics_model as model

UNIT_COST = np.linspace(0.5, 40.0, accounts.RESOURCE_COUNT)


def _curve(table: pd.DataFrame, curve: str) -> pd.Series:
    return table[table["curve"] == curve].set_index("time_years")["estimate"]


def _rows(n: int) -> np.ndarray:
    """Lives with random times, deaths, operations and ends of observation."""
    generator = np.random.default_rng(5)
    rows = np.zeros(n, dtype=ROW_DTYPE)
    for name in MILESTONES:
        rows[name] = codes.NEVER
    rows["patient"], rows["has_cytopenia"], rows["years_since_prior_splenectomy"] = np.arange(n), 1, -1.0
    rows["observation_years"] = generator.uniform(2.0, 30.0, n)
    death = generator.exponential(15.0, n)
    seen = death < rows["observation_years"]
    rows["death_time"] = np.where(seen, death, codes.NEVER)
    rows["death_cause"] = np.where(seen, generator.integers(0, 8, n), codes.ALIVE)
    end = np.minimum(death, rows["observation_years"])
    operation, relapse = generator.uniform(0, 5, n), generator.weibull(0.8, n) * 10
    rows["splenectomy_time"] = np.where(operation < end, operation, codes.NEVER)
    rows["relapse_time"] = np.where(operation + relapse < end, operation + relapse, codes.NEVER)
    return rows


def _with_rows(rows: np.ndarray) -> BlockResult:
    return replace(model.block(1, 0, 1, model.FRAILTY)[0], rows=rows)


def test_censored_curves_equal_the_library_up_to_the_width_of_a_step() -> None:
    rows = _rows(1000)
    curves = Curves()
    curves.add(_with_rows(rows[:600]))
    curves.add(_with_rows(rows[600:]))
    table = curves.table("any")
    end = np.minimum(rows["death_time"], rows["observation_years"])
    dead = rows["death_time"] < codes.NEVER
    survival = ecdf(CensoredData(uncensored=end[dead], right=end[~dead])).sf
    found = _curve(table, "overall_survival")
    assert np.abs(found - survival.evaluate(found.index.to_numpy())).max() < 1e-3
    operated = rows["splenectomy_time"] < codes.NEVER
    patients, relapsed = rows[operated], rows["relapse_time"][operated] < codes.NEVER
    since = np.minimum(patients["relapse_time"], end[operated]) - patients["splenectomy_time"]
    free = ecdf(CensoredData(uncensored=since[relapsed], right=since[~relapsed])).sf
    found = _curve(table, RELAPSE_CURVE)
    assert np.abs(1 - found - free.evaluate(found.index.to_numpy())).max() < 2e-3


def test_incidences_by_cause_and_survival_add_up_to_one() -> None:
    curves = Curves()
    curves.add(_with_rows(_rows(500)))
    table = curves.table("any")
    causes = [curve for curve in CURVES if "deaths" in curve]
    total = sum((_curve(table, cause) for cause in causes), _curve(table, "overall_survival"))
    assert np.allclose(total, 1.0, atol=1e-12)


def test_bands_without_censoring_are_the_exact_ones_of_a_share() -> None:
    from alps_sim.outcomes.intervals import share_interval

    block = model.block(3, 0, 1000, model.FRAILTY)[0]
    curves = Curves()
    curves.add(block)
    table = curves.table("surgery")
    assert tuple(table.columns) == SURVIVAL_COLUMNS
    for curve, came in (
        ("deaths_background", block.rows["death_cause"] == codes.DEATH_BACKGROUND),
        ("opsi_deaths", block.rows["death_cause"] == codes.DEATH_OPSI),
    ):
        row = table[(table["curve"] == curve) & (table["time_years"] == 20.0)].iloc[0]
        count = int((came & (block.rows["death_time"] <= 20.0)).sum())
        assert row["estimate"] == pytest.approx(count / 1000, rel=1e-12)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(share_interval(count, 1000), rel=1e-6)
        assert row["at_risk"] == (block.rows["death_time"] > 20.0).sum()


def test_patients_who_leave_at_a_time_are_at_risk_just_before_it() -> None:
    """Five patients: one dies at the index, one at 2 years, one a day before; two are seen for 3 years, one of them operated on at 1."""
    rows = _rows(5)
    rows["death_time"] = [0.0, 2.0, 2.0 - 1 / 365, codes.NEVER, codes.NEVER]
    rows["death_cause"] = [codes.DEATH_OPERATIVE, codes.DEATH_OPSI, codes.DEATH_BACKGROUND, codes.ALIVE, codes.ALIVE]
    rows["splenectomy_time"] = [0.0, codes.NEVER, codes.NEVER, 1.0, codes.NEVER]
    rows["observation_years"], rows["relapse_time"] = 3.0, codes.NEVER
    curves = Curves()
    curves.add(_with_rows(rows))
    at_risk = curves.table("any").set_index(["curve", "time_years"])["at_risk"]
    for curve in (curve for curve in CURVES if curve != RELAPSE_CURVE):
        assert [at_risk[curve, time] for time in (0.0, 0.25, 1.5, 2.0, 2.5, 3.0)] == [5, 4, 4, 3, 2, 2], curve
    assert [at_risk[RELAPSE_CURVE, time] for time in (0.0, 0.25, 2.0)] == [2, 1, 1]


def _books(seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    books = generator.uniform(0.0, 3.0, BOOKS_SHAPE)
    books[40:] = 0.0
    return books


def _consistent(totals: float = 1.0) -> tuple[Books, Totals]:
    """Books, and moments of one patient whose totals are theirs, times a factor."""
    block = model.block(1, 0, 1, model.FRAILTY)
    quantities = _books(1).sum(axis=(0, 1))
    items = np.array([component for component, _ in accounts.ACCOUNTS])
    prices = np.array([UNIT_COST[k] if (k := accounts.COMPONENTS.index(i)) < accounts.RESOURCE_COUNT else 0.0 for i in items])
    for kind, suffix in enumerate(("", "_discounted")):
        for name in ("life_years", "qalys"):
            block[0].counters[:, -1, accounts.COUNTERS.index(name + suffix)] = quantities[items == name, kind].sum() * totals
        block[0].counters[:, -1, accounts.COUNTERS.index("cost" + suffix)] = (quantities[:, kind] * prices).sum() * totals
    book = Books()
    book.add(_books(1))
    moments = Totals(1, 2, 0)
    moments.add(block_moments(block[:1], 0, model.KNOWN))
    return book, moments


def test_books_equal_the_patients_totals_and_a_small_gap_is_found() -> None:
    book, totals = _consistent()
    table = books_check([book], ["one"], totals, UNIT_COST)
    assert len(table) == 6
    assert (table["result"] == "PASS").all()
    book, totals = _consistent(1.0 + 1e-11)
    assert (books_check([book], ["one"], totals, UNIT_COST)["result"] == "FAIL").all()


def test_resource_table_is_the_books_per_patient_with_prices() -> None:
    book, _ = _consistent()
    table = resource_table([book, book], ["one", "other"], UNIT_COST, patients=4)
    one = table[table["strategy"] == "one"]
    assert one["quantity"].sum() == pytest.approx(book.value[..., 0].sum() / 4)
    row = one[(one["item"] == "ivig") & (one["cause"] == "flare") & (one["year"] == 3) & (one["age_band"] == "6-11")].iloc[0]
    account = accounts.ACCOUNTS.index(("ivig", "flare"))
    assert row["quantity"] == book.value[3, 1, account, 0] / 4
    assert row["cost"] == pytest.approx(row["quantity"] * UNIT_COST[accounts.IVIG])
    assert row["quantity_discounted"] == book.value[3, 1, account, 1] / 4
    assert one["year"].max() == 39
    assert one.loc[one["item"] == "qalys", "cost"].eq(0.0).all()


def test_use_per_year_alive_divides_by_the_years_lived_in_that_year() -> None:
    book = Books()
    books = np.zeros(BOOKS_SHAPE)
    books[2, 1, accounts.ACCOUNTS.index(("life_years", "background")), 0] = 4.0
    books[2, 1, accounts.ACCOUNTS.index(("prednisone", "flare")), 0] = 100.0
    book.add(books)
    table = per_year_alive(resource_table([book], ["one"], UNIT_COST, 8), ("prednisone", "methylprednisolone"))
    assert table.to_dict("records") == [{"strategy": "one", "year": 2, "prednisone": 25.0, "methylprednisolone": 0.0}]


def test_books_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        Books().add(np.zeros((2, 2)))


def _totals(blocks: list[list[BlockResult]]) -> Totals:
    totals = Totals(2, 2, 1)
    for block in blocks:
        totals.add(block_moments(block, 1, model.KNOWN))
    return totals


def test_bookkeeping_passes_on_a_right_model_and_finds_lost_credit() -> None:
    blocks = list(model.blocks(9, 4_000, model.FRAILTY))
    right = bookkeeping(_totals(blocks), model.STRATEGIES)
    assert right.passed, right.statement
    assert set(right.table["process"]) == {"background_death", "flare", "sepsis", "sepsis_fatality", "flare_severity"}
    lost = CONTROLS.index("sepsis")
    for block in blocks:
        block[0].residuals[..., lost] += 0.1 * block[0].counters[..., accounts.COUNTERS.index("sepsis_episodes")]
    wrong = bookkeeping(_totals(blocks), model.STRATEGIES)
    assert not wrong.passed
    failed = wrong.table[wrong.table["result"] == "FAIL"]
    assert failed[["process", "strategy"]].to_numpy().tolist() == [["sepsis", "surgery"]]
    assert "sepsis under surgery" in wrong.statement


@pytest.mark.parametrize(("credit", "verdict"), [(3.0, "PASS"), (12.0, "PASS"), (40.0, "FAIL"), (0.001, "FAIL")])
def test_rare_process_is_compared_by_the_exact_probability(credit: float, verdict: str) -> None:
    """Five events against a credit of 3, 12, 40 or next to none."""
    block = model.block(9, 0, 1000, model.FRAILTY)
    thrombosis = events.THROMBOSIS
    for result in block:
        result.residuals[:5, :, thrombosis] = 1.0
        result.residuals[..., thrombosis] -= credit / 1000
        result.control_events[:, thrombosis] = 5.0
    table = bookkeeping(_totals([block]), model.STRATEGIES).table
    assert table.loc[table["process"] == "thrombosis", "result"].tolist() == [verdict, verdict]


def test_collector_gives_every_table() -> None:
    question = Question(model.STRATEGIES, model.WINDOWS, 1, model.KNOWN, UNIT_COST)
    collector = Collector(question)
    for block in model.blocks(2, 1500, model.FRAILTY):
        collector.add(block, collector.reduce(block))
    assert collector.summary()["n"].eq(1500).all()
    assert set(collector.differences()["strategy"]) == {"surgery"}
    assert set(collector.survival()["strategy"]) == set(model.STRATEGIES)
    assert collector.bookkeeping().passed
    assert collector.resources().empty
    assert (collector.books_check()["result"] == "FAIL").any()  # the test model keeps no books
