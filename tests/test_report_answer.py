"""The answer as text: its numbers are the tables', both uncertainties named. The small fixed model gives the content of a report."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.collect import Collector, Question
from alps_sim.outcomes.portrait import Portrait
from alps_sim.outcomes.uncertainty import Draws
from alps_sim.plots.units import decimals, interval, number, shown
from alps_sim.report.answer import ANSWER_OUTCOMES, headline
from alps_sim.report.cells import cells, chosen_window
from alps_sim.report.comparable import unlike as unlike_numbers
from alps_sim.report.content import Check, ReportContent
from alps_sim.report.tradeoff import caveat, trade_offs
from alps_sim.rules import accounts, codes
from alps_sim.scenario import load_scenario
from alps_sim.scenario.phrases import heading
from tests import statistics_model as model

SCENARIOS = Path(__file__).parent.parent / "scenarios"
STRATEGIES = ("early_splenectomy", "mmf_then_sirolimus")
PATIENTS = 1500
DRAWS = 4


def _with_surgery(block: list[BlockResult]) -> list[BlockResult]:
    """The first strategy's patients operated on after a year, relapsing at times of their own."""
    rows = block[0].rows.copy()
    operated = rows["death_time"] > 1.0
    relapse = 1.0 + 15.6 * np.random.default_rng(int(rows["patient"][0])).weibull(0.756, rows.size)
    rows["splenectomy_time"] = np.where(operated, 1.0, codes.NEVER)
    rows["relapse_time"] = np.where(operated & (relapse < rows["death_time"]), relapse, codes.NEVER)
    return [replace(block[0], rows=rows), *block[1:]]


@cache
def _collected() -> tuple[Collector, Portrait]:
    collector = Collector(Question(STRATEGIES, model.WINDOWS, 1, model.KNOWN, np.ones(accounts.RESOURCE_COUNT)))
    portrait = Portrait(STRATEGIES, 1, model.WINDOWS)
    for block in map(_with_surgery, model.blocks(2, PATIENTS, model.FRAILTY)):
        collector.add(block)
        portrait.add(block)
    return collector, portrait


def _resources() -> pd.DataFrame:
    """A hundred patients who live for twenty years on less and less prednisone."""
    used = {"life_years": 0.9, "prednisone": 300.0, "methylprednisolone": 80.0, "clinic_visits": 4.0}
    rows = [
        {
            "strategy": name,
            "item": item,
            "cause": "flare",
            "year": year,
            "quantity": amount / (1 + year * (item != "life_years")),
            "cost": 10.0,
        }
        for name in STRATEGIES
        for item, amount in used.items()
        for year in range(20)
    ]
    return pd.DataFrame(rows)


def _treatments() -> pd.DataFrame:
    """Everybody on mycophenolate, a tenth dead after ten years."""
    rows = [
        {
            "strategy": name,
            "time_years": time,
            "spleen": spleen,
            "agent": agent,
            "share": share,
            "ci_low": share,
            "ci_high": share,
            "n": 100,
        }
        for name in STRATEGIES
        for time in (0.0, 10.0, 20.0)
        for spleen, agent, share in (("in_place", "mmf", 1.0 - 0.01 * time), ("", "dead", 0.01 * time))
        if share
    ]
    return pd.DataFrame(rows)


@cache
def _uncertainty() -> pd.DataFrame:
    draws = Draws(STRATEGIES, model.WINDOWS, 1)
    for seed in range(DRAWS):
        draws.add(draws.measure(model.blocks(seed, 300, model.FRAILTY)))
    return draws.table()


def content(draws: bool = True, **changed: Any) -> ReportContent:
    """The content of a report, some of it changed."""
    (collector, portrait), ledger = _collected(), load_ledger()
    scenario = load_scenario(SCENARIOS / "teaching_demo.yaml", {})
    given: dict[str, Any] = {
        "scenario": scenario,
        "ledger": ledger,
        "values": scenario.parameter_values(ledger),
        "summary": collector.summary(),
        "differences": collector.differences(),
        "survival": collector.survival(),
        "resources": _resources(),
        **(portrait.tables() | {"treatments": _treatments()}),
        "parameter_uncertainty": _uncertainty() if draws else None,
        "predictions": None,
        "bookkeeping": Check(True, collector.bookkeeping().statement),
        "accounts": Check(True, "The books agree."),
        "versions": {"alps-sim": "0.1.0", "numpy": "2"},
    }
    return ReportContent(**(given | changed))


def estimates(table: pd.DataFrame, *columns: str) -> dict[Any, dict[Any, Any]]:
    """Rows of a table by their values in some columns."""
    return {tuple(row[column] for column in columns): row for row in table.to_dict("records")}


def value_of(text: str) -> float:
    return float(text.replace(",", ""))


def close(text: str, value: float, scale: float) -> bool:
    """Whether a printed number is the table's, rounded to the digits printed."""
    places = len(text.partition(".")[2])
    return abs(value_of(text) - scale * value) <= 0.5 * 10.0**-places + 1e-9


@pytest.mark.parametrize(
    ("values", "places"),
    [([43.09, 4.5], 1), ([0.19], 3), ([0.00042], 3), ([603.2, 1175.8], 0), ([156_672.0], -3), ([0.0], 1), ([9.99], 2), ([np.nan, 5.0], 2)],
)
def test_three_digits_of_the_largest(values: list[float], places: int) -> None:
    assert decimals(values) == places


def test_numbers_in_print() -> None:
    assert number(156_672.98, -3) == "157,000"
    assert number(-0.04, 1) == "0.0"
    assert number(-0.04, 1, signed=True) == "0.0"
    assert number(3.25, 2, signed=True) == "+3.25"
    assert interval(0.0, np.nan, 1) == "0.0 to not known"


def test_rare_deaths_are_shown_per_thousand_and_cost_in_its_currency() -> None:
    assert (shown("opsi_deaths").unit, shown("opsi_deaths").scale) == ("per 1,000 patients", 1000.0)
    assert (shown("treatment_failure").unit, shown("treatment_failure").scale) == ("% of patients", 100.0)
    assert shown("cost", "US dollars of 2019").unit == "US dollars of 2019 per patient"
    assert all(shown(outcome).scale == 1.0 for outcome in ("flares_per_year", "prednisone_mg_per_kg_per_year", "life_years"))


def test_window_falls_back_to_the_longest() -> None:
    table = pd.DataFrame({"window_years": ["1", "5", "10", "lifetime"]})
    assert chosen_window(table, "20") == "10"
    assert chosen_window(table, "5") == "5"
    assert chosen_window(table[-1:]) == "lifetime"


def _sections(text: str) -> list[list[list[str]]]:
    """Lines of the strategies, split at two or more spaces, by heading."""
    sections: list[list[list[str]]] = []
    lines = text.partition("\n\nCompared with")[0].split("\n")
    header = next(place for place, line in enumerate(lines) if line.split()[:1] == ["estimate"])
    for line in lines[header + 1 :]:
        if line.startswith("  "):
            sections[-1].append(re.split(r"\s{2,}", line.strip()))
        else:
            sections.append([])
    return sections


def test_printed_answer_has_the_tables_numbers() -> None:
    given = content()
    assert given.parameter_uncertainty is not None
    sections = _sections(headline(given.summary, given.differences, given.parameter_uncertainty))
    assert len(sections) == len(ANSWER_OUTCOMES) + 1
    known = estimates(given.parameter_uncertainty, "comparator", "strategy", "outcome", "window_years")
    table = estimates(given.summary, "strategy", "outcome", "window_years")
    for outcome, lines in zip(ANSWER_OUTCOMES, sections, strict=False):
        scale = shown(outcome).scale
        assert [line[0] for line in lines] == list(STRATEGIES)
        for name, mean, parameters, simulation in lines:
            row, drawn = table[name, outcome, "20"], known["", name, outcome, "20"]
            assert close(mean, row["mean"], scale)
            for text, source in ((parameters, drawn), (simulation, row)):
                low, high = text.split(" to ")
                assert close(low, source["ci_low"], scale)
                assert close(high, source["ci_high"], scale)
    ((name, mean, _, simulation),) = sections[-1]
    row = estimates(given.differences, "strategy", "outcome", "window_years")[name, "opsi_deaths", "20"]
    assert close(mean, row["mean"], 1000.0)
    assert close(simulation.split(" to ")[1], row["ci_high"], 1000.0)


def test_printed_answer_names_both_intervals_the_parameters_first() -> None:
    given = content()
    text = headline(given.summary, given.differences, given.parameter_uncertainty)
    assert text.index("parameter uncertainty") < text.index("simulation error")
    assert text.index("parameters ") < text.index("simulation\n")
    assert f"{DRAWS} draws" in text
    assert f"{PATIENTS:,} patients" in text
    assert max(len(line) for line in text.split("\n")) <= 80


def test_printed_answer_without_draws_says_so() -> None:
    given = content(draws=False)
    text = headline(given.summary, given.differences, None)
    assert "Parameter uncertainty was not run" in text
    assert all(line[2] == "not run" for section in _sections(text) for line in section)


def test_printed_answer_of_a_single_strategy_has_no_difference() -> None:
    given = content()
    one = given.summary[given.summary["strategy"] == STRATEGIES[0]]
    assert "less those under" not in headline(one, given.differences[:0], None)


def test_printed_answer_ends_with_the_trade_off_in_words() -> None:
    given = content()
    text = headline(given.summary, given.differences, given.parameter_uncertainty)
    told = " ".join(text.partition(f"\n\nCompared with {STRATEGIES[1]}, in the first 20 years:\n")[2].split())
    (sentences,) = trade_offs(given.differences, given.parameter_uncertainty, "20").values()
    assert told == f"{sentences} {caveat(given.parameter_uncertainty)}"
    assert "more OPSI deaths" in sentences


def test_number_that_does_not_compare_is_marked_and_explained_beside_it() -> None:
    given = content()
    unlike = {"treatment_failure": frozenset({STRATEGIES[0]})}
    text = headline(given.summary, given.differences, given.parameter_uncertainty, unlike=unlike)
    table, note, words_after = re.split(r"\n(\* .*?\n)\n", text, flags=re.DOTALL)
    assert [line.split()[0] for line in table.split("\n") if "*" in line] == [STRATEGIES[0]]
    failure = table.index("Treatment failure")
    assert failure < table.index("*") < table.index("Flares, per year alive")
    assert f"intended under {STRATEGIES[0]}" in note
    assert "does not compare (*)" in words_after
    assert max(len(line) for line in text.split("\n")) <= 80
    assert "*" not in headline(given.summary, given.differences, given.parameter_uncertainty)


def test_strategy_that_intends_no_treatment_has_no_failure_that_compares() -> None:
    scenario = load_scenario(SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml", {})
    assert unlike_numbers(scenario.strategies) == {"treatment_failure": {"steroids_alone"}}
    assert unlike_numbers({"mmf": scenario.strategies["mmf_then_sirolimus"]}) == {}


def test_missing_value_as_the_comparator_of_a_table_read_from_its_file_is_understood() -> None:
    given = content()
    assert given.parameter_uncertainty is not None
    read = given.parameter_uncertainty.assign(comparator=given.parameter_uncertainty["comparator"].replace("", np.nan))
    for table in (given.summary, given.differences):
        assert cells(table, read, "deaths", "20") == cells(table, given.parameter_uncertainty, "deaths", "20")


def test_identifiers_become_words() -> None:
    assert [heading(name) for name in ("mmf_then_sirolimus", "as_treated")] == ["MMF then sirolimus", "As treated"]
