"""The page: numbers equal to the tables', both uncertainties named, assumptions listed, nothing from outside."""

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from alps_sim.evidence.ledger import load_ledger
from alps_sim.evidence.readings import load_readings
from alps_sim.plots.units import decimals, shown
from alps_sim.report.answer import ANSWER_OUTCOMES
from alps_sim.report.cells import cells
from alps_sim.report.html import RESTS_ON, render, write_report
from alps_sim.report.published import comparison_text, comparisons
from alps_sim.report.tables import (
    AS_WRITTEN,
    TABLE_OUTCOMES,
    assumptions,
    described,
    outcome_rows,
    readings_taken,
)
from alps_sim.report.tradeoff import caveat, trade_offs
from alps_sim.scenario import load_scenario
from alps_sim.scenario.phrases import heading
from alps_sim.scenario.schema import Override
from tests.test_report_answer import PATIENTS, SCENARIOS, STRATEGIES, content, estimates, value_of
from tests.test_report_figures import FIGURES


class _Page(HTMLParser):
    """Addresses, visible text and cells of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self._hidden = self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag == "style"
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action", "data", "poster"}]
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False
        self._in_cell = self._in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
        if self._in_cell:
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


PICTURES = dict.fromkeys(FIGURES, "data:image/svg+xml;base64,AA==")


def _page(**changed: Any) -> _Page:
    """The page of the small model, some of its content changed; without drawing the figures."""
    return _Page(render(content(**changed), PICTURES))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a run leaves it, with its figures."""
    return write_report(content(), tmp_path_factory.mktemp("results"))


def test_page_asks_for_nothing_from_outside(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    page = _Page(text)
    assert page.addresses
    assert all(address.startswith("data:") for address in page.addresses)
    assert not page.tags & {"script", "iframe", "object", "embed", "base", "form"}
    assert "default-src 'none'" in text
    without_images = re.sub(r"data:image[^\"]*", "", text)
    assert not re.search(r"https?://|//\w|url\(|@import", without_images)
    pictures = [base64.b64decode(address.partition(",")[2]).decode() for address in page.addresses if "svg" in address]
    assert len(pictures) == len(FIGURES)
    for picture in pictures:
        assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)"', picture))
        assert "<image" not in picture


def test_equal_runs_give_equal_pages(written: Path, tmp_path: Path) -> None:
    assert write_report(content(), tmp_path).read_bytes() == written.read_bytes()


def test_page_says_what_the_comparison_is_meant_to_show() -> None:
    given = content().scenario
    heading = "What the comparison is meant to show"
    assert given.shows
    assert f"{heading} {given.shows}" in _page().text
    assert heading not in _page(scenario=given.model_copy(update={"shows": ""})).text


def test_figures_are_left_beside_the_page(written: Path) -> None:
    files = sorted(path.name for path in (written.parent / "figures").iterdir())
    assert files == [f"{name}.{ending}" for name in sorted(FIGURES) for ending in ("png", "svg")]


def test_table_of_the_page_has_the_tables_numbers() -> None:
    given = content()
    page = _page()
    printed = [[cell.strip() for cell in row] for row in page.rows]
    summary = estimates(given.summary, "strategy", "outcome", "window_years")
    differences = estimates(given.differences, "strategy", "outcome", "window_years")
    table = outcome_rows(given.summary, given.differences, given.parameter_uncertainty, "20", given.currency)
    for outcome, group in zip(TABLE_OUTCOMES, table, strict=True):
        scale = shown(outcome).scale
        for name, cell, difference in group.rows:
            row = summary[name, outcome, "20"]
            rounding = 0.5 * 10.0 ** -decimals(
                (scale * given.summary.query("outcome == @outcome and window_years == '20'")["mean"]).tolist()
            )
            assert abs(value_of(cell.mean) - scale * row["mean"]) <= rounding + 1e-9
            expected = [cell.mean, cell.parameters, cell.simulation]
            if difference is not None:
                change = differences[name, outcome, "20"]
                assert abs(value_of(difference.mean) - scale * change["mean"]) <= 0.01 * abs(scale * change["mean"]) + 5e-4
                expected += [difference.mean, difference.parameters, difference.simulation]
            assert any(row_of_page[1 : 1 + len(expected)] == expected for row_of_page in printed), (outcome, name)


def test_page_answers_first_in_words_then_in_numbers_with_both_uncertainties_named() -> None:
    text = render(content(), PICTURES)
    answer = re.search(r'<div class="answer">(.*?)</div>', text, re.DOTALL)
    assert answer is not None
    assert answer[1].index("has more OPSI deaths") < answer[1].index("<table>")
    assert answer[1].index("parameter uncertainty</b>") < answer[1].index("simulation error</b>")
    given = content()
    for outcome in ANSWER_OUTCOMES:
        for cell in cells(given.summary, given.parameter_uncertainty, outcome, "20").values():
            intervals = "".join(f'<br><span class="interval">{text}</span>' for text in (cell.parameters, cell.simulation))
            assert f"<b>{cell.mean}</b>{intervals}" in answer[1]
    (difference,) = cells(given.differences, given.parameter_uncertainty, "opsi_deaths", "20").values()
    assert f"<b>{difference.mean}</b>" in answer[1]


def test_page_tells_the_trade_off_in_words() -> None:
    given = content()
    (sentences,) = trade_offs(given.differences, given.parameter_uncertainty, "20", named=heading).values()
    assert sentences.startswith("Early splenectomy has more OPSI deaths")
    for page, uncertainty in ((_page(), given.parameter_uncertainty), (_page(draws=False), None)):
        assert "compared with MMF then sirolimus" in page.text
        assert caveat(uncertainty) in page.text
    assert sentences in _page().text


def test_treatment_failure_that_does_not_compare_is_marked_on_the_page() -> None:
    assert "* No long-term agent" not in _page().text
    scenario = content().scenario
    none_intended = scenario.strategies[STRATEGIES[0]].model_copy(update={"intended_treatments": 0})
    page = _page(scenario=scenario.model_copy(update={"strategies": scenario.strategies | {STRATEGIES[0]: none_intended}}))
    told = page.text.count("* No long-term agent or splenectomy is intended under Early splenectomy")
    assert told == 3, "below the answer, in the table of outcomes, below the hundred patients"
    marked = [row for row in page.rows if row[0] in map(heading, STRATEGIES) and any("*" in cell for cell in row[1:])]
    assert [row[0] for row in marked] == ["Early splenectomy"] * 2
    answered, tabled = ([re.match(r"[-+]?[\d.]+\*", cell) is not None for cell in row[1:]] for row in marked)
    assert answered == [outcome == "treatment_failure" for outcome in ANSWER_OUTCOMES] + [False]
    assert tabled == [True, False, False, True, False, False]
    assert "Its treatment failure does not compare (*)." in page.text


def test_page_without_draws_says_so() -> None:
    page = _page(draws=False)
    assert "Parameter uncertainty , what is not known, was not run" in page.text
    assert "pale bars" not in page.text


def test_page_lists_every_assumption_with_value_and_range() -> None:
    page = _page()
    ledger = load_ledger()
    expected = [parameter for parameter in ledger.parameters.values() if parameter.grade in {"ASSUMED", "RECALLED"}]
    assert len(expected) > 100
    printed = {row[0].strip(): [cell.strip() for cell in row] for row in page.rows if row}
    for parameter in expected:
        row = printed[parameter.name]
        assert row[4] == parameter.grade
        low, high = ledger.intervals[parameter.name]
        if parameter.word is None:
            assert row[1] == f"{parameter.value:.4g}"
        if low != high:
            assert row[2] == f"{low:.4g} to {high:.4g}"


def test_value_used_is_shown_and_not_the_ledgers() -> None:
    given = content()
    override = Override(value=0.2, note="what if", source="a guess")
    scenario = given.scenario.model_copy(update={"parameters": {"opsi_fatality_probability": override}})
    values = scenario.parameter_values(given.ledger)
    entry = next(e for entries in assumptions(given.ledger, values).values() for e in entries if e.name == "opsi_fatality_probability")
    assert entry.value == "0.2"
    page = _page(scenario=scenario, values=values)
    assert ["opsi_fatality_probability", "0.2", entry.unit, "what if", "a guess"] in page.rows
    assert "opsi_fatality_probability = 0.2" in page.text


def test_figures_lean_on_parameters_of_the_ledger() -> None:
    assert {name for names in RESTS_ON.values() for name in names} <= set(load_ledger().parameters)


def test_failed_check_is_told_at_the_top() -> None:
    page = _page()
    assert "Bookkeeping: passed" in page.text
    assert "must not be used" not in page.text
    failed = replace(content().bookkeeping, passed=False, statement="Failed: sepsis.")
    page = _page(bookkeeping=failed)
    assert page.text.index("must not be used") < page.text.index("The strategies")
    assert "Bookkeeping: FAILED" in page.text
    page = _page(accounts=replace(content().accounts, passed=False))
    assert "must not be used" in page.text
    assert "Accounts: FAILED" in page.text


def test_page_tells_what_was_run() -> None:
    page = _page()
    scenario = content().scenario
    for expected in (scenario.title, str(scenario.seed), f"{PATIENTS:,} under each strategy", "alps-sim 0.1.0, numpy 2", "5, 10, 20 years"):
        assert expected in page.text, expected
    assert all(described(strategy.description, scenario.strategies) in page.text for strategy in scenario.strategies.values())


def test_strategies_are_called_alike_everywhere() -> None:
    names = ("mmf_then_sirolimus", "mmf")
    assert described("As mmf_then_sirolimus, mmf first.", names) == "As \u201cMMF then sirolimus\u201d, mmf first."


def test_reading_chosen_by_the_scenario_is_marked() -> None:
    usual, chosen = (readings_taken(selected)[0] for selected in ({}, {"multiple_episodes": "at_least_two"}))
    assert (usual.chosen, chosen.chosen) == (False, True)
    assert usual.taken in chosen.others


def test_what_the_strategies_say_themselves_is_not_told_as_a_reading_of_the_scenario() -> None:
    told = {one.question: one for one in readings_taken({})}
    pulse = load_readings()["methylprednisolone_duration"]
    assert told[pulse.question].taken == AS_WRITTEN
    assert told[pulse.question].others == tuple(one.meaning for one in pulse.alternatives.values())
    assert [one.taken for one in told.values()].count(AS_WRITTEN) == 5


def _predictions(strategy: str, low: float = 0.56) -> pd.DataFrame:
    names = ["initial_responders", "long_term_responders", "one_opsi", "two_opsi", "opsi_deaths", "deaths_after_opsi"]
    table = {"strategy": strategy, "statistic": names, "definition": "", "mean": [0.88, 0.70, 0.4, 0.2, 0.05, 0.08], "cohorts": 400}
    drawn = {"drawn_low": [float("nan")] * 6, "drawn_high": [float("nan")] * 6}
    return pd.DataFrame({**table, "low": [0.8, low, 0.3, 0.1, 0.01, 0.02], "high": [0.93, 0.81, 0.5, 0.3, 0.2, 0.3], **drawn})


def test_published_figures_stand_beside_the_simulated() -> None:
    scenario = load_scenario(SCENARIOS / "nih_mmf.yaml", {})
    found, missing = comparisons(scenario, _predictions("mmf"))
    first, second = found["mmf"]
    assert (first.published, first.simulated, first.predictive, first.place) == ("94% (60/64)", "88%", "80 to 93", "above")
    assert (second.published, second.published_interval, second.place) == ("69% (44/64)", "56 to 80", "inside")
    assert "Acute leukaemia on MMF" in missing
    assert comparisons(scenario, _predictions("mmf", low=0.72))[0]["mmf"][1].place == "below"
    text = comparison_text(scenario, _predictions("mmf"))
    assert re.search(r"First response to MMF +94% \(60/64\) +88% +80 to 93", text)
    page = _page(predictions=_predictions("early_splenectomy"), scenario=_renamed(scenario))
    assert ["First response to MMF", "calibrated", "94% (60/64)", "85 to 98", "88%", "80 to 93", "not run", "above"] in page.rows


def _renamed(scenario: object) -> object:
    """The replica with the strategies of the small model."""
    strategies = content().scenario.strategies
    return scenario.model_copy(update={"strategies": strategies, "comparator": STRATEGIES[1]})  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("readings", "published", "simulated", "description"),
    [
        ({}, "27/66", "40%", "At least one sepsis after splenectomy"),
        ({"multiple_episodes": "at_least_two"}, "27/66", "20%", "At least two sepses after splenectomy"),
        ({}, "6/66", "5%", "Deaths of sepsis after splenectomy"),
        ({"deaths_by_cause": "any_cause"}, "6/66", "8%", "Deaths of any cause after sepsis without a spleen"),
    ],
)
def test_reading_decides_what_is_compared(readings: dict[str, str], published: str, simulated: str, description: str) -> None:
    scenario = load_scenario(SCENARIOS / "nih_cohort.yaml", {}).model_copy(update={"readings": readings})
    found, _ = comparisons(scenario, _predictions("as_treated"))
    (row,) = [row for row in found["as_treated"] if f"({published})" in row.published]
    assert (row.simulated, row.description) == (simulated, description)


def test_comparison_of_what_is_no_replica_is_refused() -> None:
    with pytest.raises(ValueError, match="no `replica`"):
        comparisons(content().scenario, _predictions("early_splenectomy"))
