"""Sections of the report made from stored tables: fates, needs, sweeps, lives, validation; each says what the tables say."""

import re
from pathlib import Path

import pandas as pd
import pytest

import alps_sim
from alps_sim import accelerate
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.stored import read_results
from alps_sim.report.content import ReportContent, stored_content
from alps_sim.report.needs import needs
from alps_sim.report.paragraph import answer_paragraph
from alps_sim.report.sweep import flip_sentences
from alps_sim.report.tables import described
from alps_sim.report.validated import shipped_provenance, validated
from alps_sim.teaching.stored import read_twin
from tests.test_report_page import _Page

SCENARIOS = Path(__file__).parent.parent / "scenarios"
OWN = """
extends: {main}
name: own
patients: 300
only_strategies: [early_splenectomy, mmf_then_sirolimus, steroids_alone]
parameter_draws: {{draws: 3, patients_per_draw: 100}}
sweeps:
  - {{parameter: opsi_mean_rate_per_year, low: 0.01, high: 0.1, values: 3, outcomes: [opsi_deaths], patients: 100}}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> alps_sim.RunResult:
    folder = tmp_path_factory.mktemp("own")
    file = folder / "own.yaml"
    file.write_text(OWN.format(main=SCENARIOS / "early_splenectomy_vs_mmf_sirolimus.yaml"), encoding="utf-8")
    return alps_sim.run(file, out=folder / "run")


@pytest.fixture(scope="module")
def page(ran: alps_sim.RunResult) -> _Page:
    return _Page(ran.report.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def content(ran: alps_sim.RunResult, ledger: Ledger) -> ReportContent:
    return stored_content(read_results(ran.folder), ledger)


def test_the_page_asks_for_nothing_from_outside_with_all_its_sections(ran: alps_sim.RunResult, page: _Page) -> None:
    assert all(address.startswith("data:") for address in page.addresses)
    assert not page.tags & {"script", "iframe", "object", "embed", "base", "form"}
    assert not re.search(r"https?://|url\(|@import", re.sub(r"data:image[^\"]*", "", ran.report.read_text(encoding="utf-8")))


def test_the_answer_is_one_paragraph_with_both_kinds_of_uncertainty_named(content: ReportContent) -> None:
    told = answer_paragraph(content)
    rows = content.differences[(content.differences["outcome"] == "opsi_deaths") & (content.differences["window_years"] == "20")]
    mean = 1000 * rows[rows["strategy"] == "early_splenectomy"]["mean"].iloc[0]
    found = re.search(r"a difference of ([-+][\d.]+) per 1,000 \(95% parameter uncertainty .*; 95% simulation error .*\)", told)
    assert found is not None
    assert float(found[1]) == pytest.approx(mean, abs=0.06)
    assert "\n" not in told


def test_without_draws_the_answer_says_that_parameter_uncertainty_was_not_run(content: ReportContent) -> None:
    from dataclasses import replace

    assert "parameter uncertainty was not run" in answer_paragraph(replace(content, parameter_uncertainty=None))


def test_resources_are_per_hundred_patients_and_year_alive(ran: alps_sim.RunResult) -> None:
    table = ran.tables["resources"]
    within = table[(table["strategy"] == "early_splenectomy") & (table["year"] < 20)]
    alive = within.loc[within["item"] == "life_years", "quantity"].sum()
    found = {need.name: need for need in needs(table, "20", "US dollars of 2019")}
    visits = 100 * within.loc[within["item"] == "clinic_visits", "quantity"].sum() / alive
    assert float(found["Clinic visits"].amounts["early_splenectomy"].replace(",", "")) == pytest.approx(visits, rel=0.01)
    cost = 100 * within["cost"].sum() / alive
    assert float(found["Cost of all"].amounts["early_splenectomy"].replace(",", "")) == pytest.approx(cost, rel=0.01)
    grams = 100 * within.loc[within["item"] == "mmf", "quantity"].sum() / alive / 1000
    assert found["Mycophenolate"].unit == "g"
    assert float(found["Mycophenolate"].amounts["early_splenectomy"].replace(",", "")) == pytest.approx(grams, rel=0.01)


def test_the_sweep_of_the_scenario_is_stored_and_told_in_words(ran: alps_sim.RunResult, page: _Page, content: ReportContent) -> None:
    (sweep,) = content.sweeps
    again = alps_sim.sweep(ran.scenario, "opsi_mean_rate_per_year=0.01:0.1:3", "opsi_deaths", patients=100)
    pd.testing.assert_frame_equal(sweep.table, again.table, check_dtype=False, rtol=1e-11)
    pd.testing.assert_frame_equal(sweep.flips, again.flips, check_dtype=False, rtol=1e-11)
    for sentence in flip_sentences(again):
        assert described(sentence, ran.scenario.strategies) in page.text
    assert "Where would the answer change?" in page.text


def test_the_two_lives_on_the_page_are_those_stored(ran: alps_sim.RunResult, page: _Page) -> None:
    story = (ran.folder / "twin" / "story.md").read_text(encoding="utf-8")
    for heading in re.findall(r"^## (.*)$", story, re.MULTILINE):
        assert heading in page.text
    child = read_twin(ran.folder / "twin").record.child
    rows = pd.read_parquet(ran.folder / "patients.parquet")
    assert set(rows.loc[rows["patient"] == child.patient, "age_at_index"]) == {child.age_at_index}


def test_the_shipped_validation_is_of_these_rules_and_this_fit(ledger: Ledger) -> None:
    assert shipped_provenance()["rules"] == accelerate.model_hash(), "make it anew with `make validation`"
    assert not validated(ledger).stale


def test_every_published_figure_of_the_shipped_validation_is_on_the_page(page: _Page, ledger: Ledger) -> None:
    rows = [row for rows in validated(ledger).classes.values() for row in rows]
    assert len(rows) > 50
    printed = [tuple(cell.strip() for cell in row) for row in page.rows]
    assert [row[0] for row in rows if row not in printed] == []
