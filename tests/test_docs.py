"""The documents say what the code does."""

import json
import re
from itertools import groupby
from pathlib import Path

import pytest

from alps_sim.evidence.ledger import Ledger
from alps_sim.evidence.posterior import LABELS
from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.outcomes.stored import read_table
from alps_sim.provenance import identity_of_the_model
from alps_sim.robustness.alternatives import alternatives
from alps_sim.robustness.order import NOT_RUN
from alps_sim.rules.codes import CAUSES_OF_DEATH, DEATH_OPSI
from alps_sim.rules.events import HAPPENINGS, LOG_DEATH, SEPSIS, SPLENECTOMY_DONE
from alps_sim.scenario import load_scenario
from alps_sim.verification.advishe import FOR_THE_AUTHOR, ITEMS
from alps_sim.verification.registry import CHECKS
from tests.diagram import TRACKS, diagrams, moves, page_with
from tests.tables import STUDY, TABLES, UNSEEN, fits_of_readings
from tests.tables import page_with as page_with_tables


def test_every_outcome_is_defined_in_the_outputs_page(root: Path) -> None:
    page = (root / "docs" / "outputs.md").read_text(encoding="utf-8")
    for outcome in OUTCOMES.values():
        assert f"| `{outcome.identifier}` | {outcome.unit} | {outcome.definition} |" in page


def test_every_happening_of_the_event_log_is_told_in_the_outputs_page(root: Path) -> None:
    page = (root / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert [happening for happening in HAPPENINGS if f"`{happening}`" not in page] == []


def test_every_check_of_a_scenario_is_told_in_the_verification_page(root: Path) -> None:
    page = (root / "docs" / "verification.md").read_text(encoding="utf-8")
    told = [line for line in page.splitlines() if line.startswith(("### ", "| `")) and not line.startswith("| `--")]
    expected: list[str] = []
    for group, checks in groupby(CHECKS, key=lambda check: check.group):
        expected.append(f"### {group}")
        expected += [f"| `{check.name}` | {check.title} | {check.done} | {check.expected} |" for check in checks]
    assert told == expected


def test_every_item_of_advishe_is_told_in_the_verification_page(root: Path) -> None:
    page = (root / "docs" / "verification.md").read_text(encoding="utf-8")
    for item in ITEMS:
        answered_by = ", ".join(item.groups) or FOR_THE_AUTHOR
        assert f"| {item.identifier} | {item.part} | {item.question} | {answered_by} |" in page


def test_parameters_named_in_the_model_page_are_in_the_ledger(root: Path, ledger: Ledger) -> None:
    """Whole names of the kinds that only parameters have; shortened ones (`_old`, `a|b`, `*`) are left to the reader."""
    page = (root / "docs" / "model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z][a-z0-9_]+_(?:per_year|probability|ratio|days|months|years|share|variance|mg_per_kg))`", page))
    of_strategies = {"wean_quiet_years", "wean_minimum_age_years"}
    assert sorted(named - set(ledger.parameters) - of_strategies) == []


@pytest.mark.parametrize("page", TABLES)
def test_the_tables_of_a_page_are_those_of_the_shipped_fit_and_studies(page: str, root: Path) -> None:
    text = (root / "docs" / page).read_text(encoding="utf-8")
    assert page_with_tables(TABLES[page], text) == text, "write them anew with `make tables`"


@pytest.mark.parametrize("table", [STUDY, UNSEEN], ids=lambda table: table.stem)
def test_a_table_that_a_page_tells_of_is_of_these_rules_and_this_fit(table: Path, ledger: Ledger) -> None:
    """If this fails, make it anew: `make robustness`, `make unseen`."""
    about = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
    expected = identity_of_the_model(ledger)
    assert {key: about[key] for key in expected} == expected


def test_the_robustness_page_is_of_the_main_scenario_and_the_fits_of_the_readings(main_scenario_path: Path) -> None:
    about = json.loads(STUDY.with_suffix(".json").read_text(encoding="utf-8"))
    assert (about["name"], about["patients"]) == (main_scenario_path.stem, 20_000)
    assert about["readings"] == fits_of_readings()


def test_the_readme_counts_what_the_fit_has_narrowed(root: Path, ledger: Ledger) -> None:
    text = " ".join((root / "README.md").read_text(encoding="utf-8").split())
    labels = [told.label for block in ledger.fitted for told in block.contractions]
    kept, hardly, narrowed = (labels.count(label) for label in LABELS)
    assert (
        f"Of these {len(labels)} parameters the figures narrow {narrowed} for certain. The other {kept + hardly} count as assumed: " in text
    )
    assert f"{kept} stay **priors, not calibrated**, and {hardly} are hardly calibrated" in text


def test_the_study_that_the_page_tells_of_has_every_alternative_of_the_readings(ledger: Ledger, main_scenario_path: Path) -> None:
    study = read_table(STUDY)
    cases = alternatives(load_scenario(main_scenario_path), ledger)
    assert {f"{case.reading}: {case.alternative}" for case in cases if case.runs} == {
        f"{one.reading}: {one.alternative}" for one in study[(study["order"] != NOT_RUN) & (study["reading"] != "")].itertuples()
    }


def test_the_diagram_of_states_and_events_is_that_of_the_lives_that_the_code_lives(root: Path) -> None:
    page = (root / "docs" / "model.md").read_text(encoding="utf-8")
    assert "stateDiagram" in page
    assert page_with(diagrams(), page) == page, "draw it anew with `make diagram`"


@pytest.mark.parametrize("cause", CAUSES_OF_DEATH)
def test_no_cause_of_death_is_missing_from_the_diagram(cause: str, root: Path) -> None:
    page = (root / "docs" / "model.md").read_text(encoding="utf-8")
    assert f"    alive --> {cause}_death: " in page


def test_who_dies_of_a_sepsis_has_not_survived_it_before() -> None:
    """OPSI without harm, then one that kills: one arrow each."""
    (track,) = [track for track in TRACKS if track.title == "Sepsis"]
    logged = [(1.0, SPLENECTOMY_DONE, 0), (2.0, SEPSIS, 0), (3.0, SEPSIS, 0), (3.0, LOG_DEATH, DEATH_OPSI)]
    lines = [{"time": time, "kind": kind, "code": code} for time, kind, code in logged]
    went = [(old, new) for old, new, _ in moves([lines[:1], lines[1:2], lines[2:]], track)]
    assert went == [("spleen_in_place", "spleen_removed"), ("spleen_removed", "survived_OPSI"), ("survived_OPSI", "dead_of_OPSI")]
