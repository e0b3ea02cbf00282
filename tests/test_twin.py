"""The same child under two strategies: exactly the run's lives, chosen as stated, told with what the log says, drawn without collisions."""

import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from typer.testing import CliRunner

from alps_sim import simulation
from alps_sim.cli import app
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.parquet import event_table
from alps_sim.outcomes.store import ResultsError, check_results
from alps_sim.plots.images import save
from alps_sim.plots.theme import strategy_styles
from alps_sim.plots.twin import twin_figure
from alps_sim.plots.twin_labels import Label, placed
from alps_sim.rules.accounts import COUNTERS
from alps_sim.rules.body import weight_of
from alps_sim.rules.codes import NEVER
from alps_sim.scenario import Scenario, ScenarioError, load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.teaching.choices import RULES, Rule
from alps_sim.teaching.exposure import Body, exposure
from alps_sim.teaching.life import LYMPHOMAS, STEROID_TOXICITIES, Life
from alps_sim.teaching.pick import NEAR, Look, choose, look_at
from alps_sim.teaching.reading import lines_of, read_life
from alps_sim.teaching.stored import read_twin, write_twin
from alps_sim.teaching.twin import Twin, make_twin
from alps_sim.teaching.words import JARGON, age_words, explain, length
from tests import strategies, worlds

SCENARIOS: Final = Path(__file__).parent.parent / "scenarios"
DEMO: Final = SCENARIOS / "teaching_demo.yaml"
PATIENTS: Final = 40
WITHOUT_SHRINKING: Final = (Phase.explicit, Phase.generate)
"""Shrinking whole scenarios takes many minutes."""
COMPLICATED: Final = 21
"""A child of the demonstration with lymphoma, leukaemia, sepsis and death within the headline window."""


@pytest.fixture(scope="module")
def demo() -> Scenario:
    return load_scenario(DEMO)


@pytest.fixture(scope="module")
def twin(demo: Scenario, ledger: Ledger) -> Twin:
    return make_twin(demo, ledger, patient=COMPLICATED, patients=PATIENTS)


@pytest.fixture(scope="module")
def harsh_twins(main_scenario_path: Path, ledger: Ledger) -> list[Twin]:
    """Lives full of events."""
    scenario = load_scenario(main_scenario_path, {name: str(value) for name, value in strategies.HARSH.items()})
    names = ("splenectomy_with_prevention", "mmf_then_sirolimus")
    return [make_twin(scenario, ledger, names, patient=number, patients=1) for number in range(8)]


# The lives are those of the run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `alps-sim run` leaves, but for the report."""

    def no_report(content: Any, folder: Path) -> Path:
        (folder / "report.html").write_text("", encoding="utf-8")
        return folder / "report.html"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "write_report", no_report)
        return simulation.run(DEMO, patients=PATIENTS, out=tmp_path_factory.mktemp("run") / "demo", events=True, workers=2).folder


def test_a_twins_events_are_those_lines_of_the_run(twin: Twin, run_folder: Path) -> None:
    stored = pd.read_parquet(run_folder / "events.parquet")
    own = stored[stored["patient"] == COMPLICATED].reset_index(drop=True)
    for arm in twin.record.arms:
        expected = own[own["strategy"].astype(str) == arm.strategy]
        assert len(expected) > 100
        assert twin.lines[arm.strategy] == lines_of(expected)


def test_a_twins_row_is_that_row_of_the_run(twin: Twin, run_folder: Path) -> None:
    stored = pd.read_parquet(run_folder / "patients.parquet")
    for arm in twin.record.arms:
        row = stored[(stored["patient"] == COMPLICATED) & (stored["strategy"].astype(str) == arm.strategy)].iloc[0]
        assert set(arm.row) == set(row.index)
        for name, value in arm.row.items():
            assert pd.isna(row[name]) if value is None else row[name] == value, name


def test_a_twins_table_is_that_of_its_rows(twin: Twin) -> None:
    for arm in twin.record.arms:
        table = twin.table[(twin.table["strategy"] == arm.strategy) & (twin.table["window_years"] == "lifetime")]
        numbers = dict(zip(table["outcome"], table["value"], strict=True))
        assert numbers["sepsis_with_spleen_episodes"] == arm.row["sepsis_episodes"] - arm.row["opsi_episodes"]
        del numbers["sepsis_with_spleen_episodes"]
        assert numbers == {name: arm.row[name] for name in numbers}


def test_neither_the_patients_looked_at_nor_workers_change_a_life(twin: Twin, demo: Scenario, ledger: Ledger) -> None:
    other = make_twin(demo, ledger, patient=COMPLICATED, patients=3, workers=3)
    pd.testing.assert_frame_equal(other.events, twin.events)
    assert other.record.arms == twin.record.arms


def test_strategies_stand_in_the_order_asked_for(demo: Scenario, ledger: Ledger, twin: Twin) -> None:
    first, second = twin.record.arms
    turned = make_twin(demo, ledger, (second.strategy, first.strategy), patient=COMPLICATED, patients=PATIENTS)
    assert list(turned.lives) == [second.strategy, first.strategy]
    assert turned.lives == twin.lives
    assert (turned.record.looked.saved, turned.record.looked.harmed) == (twin.record.looked.harmed, twin.record.looked.saved)
    assert {arm.strategy: arm.place for arm in turned.record.arms} == {name: place for place, name in enumerate(demo.strategies)}


# A life counts what the patient's row counts


def body_of(inputs: Inputs, row: Any) -> Body:
    return Body([weight_of(of_age, row["weight_z"]) for of_age in inputs.body[row["sex"]]], [1.0] * 120)


def counted(life: Life, body: Body) -> dict[str, float]:
    """The counters of a row, as far as events tell them."""

    def number(*kinds: str) -> int:
        return len(life.of_kind(*kinds))

    taken = exposure(life, body, 0.0, life.end)
    return {
        "life_years": life.end,
        "opsi_episodes": sum(one.without_spleen for one in life.of_kind("sepsis")),
        "sepsis_episodes": number("sepsis"),
        "flares": len(life.flares),
        "breakthroughs": sum(len(flare.attacks) - 1 for flare in life.flares),
        "treatment_failure": life.treatment_failure is not None,
        "relapse_after_splenectomy": any(flare.relapse for flare in life.flares),
        "prednisone_mg_per_kg": taken.mg_per_kg,
        "iv_pulse_mg_per_kg": taken.iv_mg_per_kg,
        "steroid_days": taken.days,
        "splenectomised": life.splenectomy is not None,
        "lymphomas": number(*LYMPHOMAS),
        "other_malignancies": number("other_malignancy"),
        "infection_admissions": number("infection_admission"),
        "neutropenic_infections": number("neutropenic_infection"),
        "severe_bleeds": number("severe_bleed"),
        "transfusions": number("transfusion"),
        "steroid_toxicities": sum(one.on_steroids for one in life.of_kind(*STEROID_TOXICITIES)),
        "agents_begun": sum(not one.resumed for one in life.treatments),
        "transplantations": number("transplantation"),
        "deaths": life.cause_of_death != "",
    }


def lives_of(block: BlockResult) -> list[tuple[Life, Any]]:
    """Each life of a block with its row."""
    events = event_table(block, [str(place) for place in range(block.strategy + 1)]).to_pandas()
    by_patient = dict(tuple(events.groupby("patient")))
    return [(read_life(lines_of(by_patient[row["patient"]])), row) for row in block.rows]


def assert_counts_agree(inputs: Inputs, strategy: int, patients: int) -> None:
    for life, row in lives_of(worlds.live(inputs, patients, strategy, keep_events=True)):
        told = counted(life, body_of(inputs, row))
        rows = {name: row["counters"][COUNTERS.index(name)] for name in told}
        assert told == pytest.approx(rows, rel=1e-9, abs=1e-9), f"seed {inputs.seed}, strategy {strategy}, patient {row['patient']}"


@settings(max_examples=25, phases=WITHOUT_SHRINKING)
@given(inputs=strategies.inputs())
def test_a_life_counts_what_its_row_counts(inputs: Inputs) -> None:
    for strategy in range(len(inputs.strategies)):
        assert_counts_agree(inputs, strategy, 20)


def test_lives_of_the_main_scenario_count_what_their_rows_count(main_inputs: Inputs) -> None:
    for strategy in range(len(main_inputs.strategies)):
        assert_counts_agree(main_inputs, strategy, 100)


@settings(max_examples=15, phases=WITHOUT_SHRINKING)
@given(inputs=strategies.inputs(harsh=True))
def test_what_is_read_fits_together(inputs: Inputs) -> None:
    """Pieces of the spleen join, attacks lie within their flares in order, treatments and doses within the life."""
    for life, row in lives_of(worlds.live(inputs, 20, 0, keep_events=True)):
        assert life.spleen[0].begin == 0.0
        assert life.spleen[-1].end == life.end
        assert all(one.end == other.begin and one.size != other.size for one, other in pairwise(life.spleen))
        for flare in life.flares:
            assert flare.begin == flare.attacks[0].begin
            assert all(one.begin <= one.end <= other.begin for one, other in pairwise(flare.attacks))
            assert flare.attacks[-1].end <= flare.end <= life.end
        assert all(one.end <= other.begin for one, other in pairwise(life.steroids))
        for one in life.treatments:
            times = [one.begin, one.answered, one.failed_unseen, one.end]
            known = [time for time in times if time is not None]
            assert known == sorted(known)
            assert one.stopped or one.end == life.end
        assert (life.splenectomy is None) == (row["splenectomy_time"] >= NEVER or row["splenectomy_time"] < 0.0)


# Which child is chosen


def looked(died: list[tuple[bool, bool]], death_time: list[tuple[float, float]], values: np.ndarray[Any, Any] | None = None) -> Look:
    plain = np.zeros((2, len(died), len(NEAR)))
    return Look("20", plain if values is None else values, np.array(died).T, np.array(death_time).T)


def test_typical_is_nearest_to_the_medians_of_both_strategies_and_ties_go_to_the_lowest_number() -> None:
    values = np.zeros((2, 5, len(NEAR)))
    values[0, :, NEAR.index("flares")] = [1.0, 9.0, 3.0, 3.0, 4.0]
    values[1, :, NEAR.index("flares")] = [9.0, 2.0, 3.0, 3.0, 1.0]
    assert choose(looked([(False, False)] * 5, [(NEVER, NEVER)] * 5, values), Rule.TYPICAL) == 2


def test_an_outcome_in_which_nobody_differs_has_no_say_in_who_is_typical() -> None:
    values = np.full((2, 3, len(NEAR)), 20.0)
    values[0, :, NEAR.index("prednisone_mg_per_kg")] = [900.0, 100.0, 300.0]
    assert choose(looked([(False, False)] * 3, [(NEVER, NEVER)] * 3, values), Rule.TYPICAL) == 2


def test_the_largest_difference_counts_in_either_direction() -> None:
    values = np.zeros((2, 3, len(NEAR)))
    values[0, :, NEAR.index("qalys")] = [18.0, 18.0, 5.0]
    values[1, :, NEAR.index("qalys")] = [17.0, 3.0, 18.0]
    assert choose(looked([(False, False)] * 3, [(NEVER, NEVER)] * 3, values), Rule.LARGEST_DIFFERENCE) == 1


@pytest.mark.parametrize(("rule", "chosen"), [(Rule.SAVED, 2), (Rule.HARMED, 4)])
def test_saved_and_harmed_die_near_the_median_time_of_such_deaths(rule: Rule, chosen: int) -> None:
    died = [(True, True), (True, False), (True, False), (True, False), (False, True), (False, False)]
    times = [(1.0, 1.0), (2.0, 50.0), (8.0, 50.0), (19.0, 50.0), (60.0, 5.0), (60.0, 60.0)]
    look = looked(died, times)
    assert choose(look, rule) == chosen
    counts = look.counted()
    assert (counts.saved, counts.harmed, counts.alive_under_both, counts.dead_under_both, counts.patients) == (3, 1, 1, 1, 6)


@pytest.mark.parametrize("rule", [Rule.SAVED, Rule.HARMED])
def test_a_rule_that_finds_nobody_says_among_how_many_it_looked(rule: Rule) -> None:
    look = looked([(False, False)] * 3, [(NEVER, NEVER)] * 3)
    with pytest.raises(
        ScenarioError, match=r"--pick: expected .*, found none among the 3 patients looked at; look at more with --patients"
    ):
        choose(look, rule)


def test_what_is_seen_does_not_depend_on_workers(main_inputs: Inputs) -> None:
    two = replace(main_inputs, strategies=main_inputs.strategies[:2])
    one, many = (look_at(two, 1100, workers, lambda *_: None) for workers in (1, 3))
    assert np.array_equal(one.values, many.values)
    assert np.array_equal(one.death_time, many.death_time)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_stated_in_the_story_with_how_common_it_is(rule: Rule, demo: Scenario, ledger: Ledger) -> None:
    found = make_twin(demo, ledger, pick=rule, patients=100)
    counts = found.record.looked
    assert f"Rule *{rule}*" in found.story
    plain = re.sub(r" \([^)]*\)", "", found.story)
    assert re.sub(r" \([^)]*\)", "", RULES[rule].format(years="20")) in plain
    assert f"Of the 100 patients looked at, {counts.alive_under_both} are alive 20 years" in found.story
    assert f"**{counts.saved} have died under early splenectomy and are alive under MMF then sirolimus; {counts.harmed} the" in found.story
    deaths = [arm.windows["20"]["deaths"] for arm in found.record.arms]
    if rule in (Rule.SAVED, Rule.HARMED):
        assert deaths == ([1.0, 0.0] if rule == Rule.SAVED else [0.0, 1.0])


# The story


def test_the_story_tells_until_when_both_lives_are_the_same(twin: Twin) -> None:
    first, second = twin.lines.values()
    same = next(place for place, (one, other) in enumerate(zip(first, second, strict=False)) if one != other)
    parting = min(first[same].time, second[same].time)
    assert twin.parting == parting > 0.0
    age = age_words(twin.record.child.age_at_index + parting)
    assert f"Until age {age}, {length(parting)} after the first cytopenia began, both lives are the same" in twin.story


def test_a_child_under_the_same_strategy_twice_never_parts(twin: Twin) -> None:
    name = twin.record.arms[0].strategy
    events = twin.events[twin.events["strategy"].astype(str) == name].astype({"strategy": str})
    again = events.assign(strategy="again")
    arm = twin.record.arms[0]
    record = twin.record.model_copy(update={"arms": (arm, arm.model_copy(update={"strategy": "again"}))})
    same = Twin(record, pd.concat([events, again], ignore_index=True))
    assert same.parting is None
    assert "Both lives are the same to the end" in same.story


def test_the_first_dose_is_told_in_mg_and_mg_per_kg_of_the_weight(twin: Twin) -> None:
    life = next(iter(twin.lives.values()))
    kg = twin.record.child.body.weight_at(life.age_at_index)
    told = re.search(r"Prednisone \([^)]*\) (\d+) mg a day \(([\d.]+) mg/kg\) for (\d+) days", twin.story)
    assert told is not None
    dose = life.steroids[0]
    assert float(told[1]) == pytest.approx(dose.mg_per_day, abs=0.5)
    assert float(told[2]) == pytest.approx(dose.mg_per_day / kg, rel=0.05)
    assert int(told[3]) == round(dose.days)


def test_every_drug_operation_and_death_is_told(harsh_twins: list[Twin]) -> None:
    for found in harsh_twins:
        _, *sections = re.split(r"^## Under ", found.story.partition("## Both lives side by side")[0], flags=re.MULTILINE)
        shared = found.story.partition("## Under ")[0]
        for life, section in zip(found.lives.values(), sections, strict=True):
            text = (shared + section).lower()
            for one in life.treatments:
                assert {"mmf": "mycophenolate", "tpo_mimetic": "tpo mimetic"}.get(one.agent, one.agent) in text
            assert (life.splenectomy is None) == ("the spleen is removed" not in text)
            assert f"**age {age_words(life.age(life.end))}: death**" in text


def test_sepsis_is_told_as_often_as_it_came(harsh_twins: list[Twin]) -> None:
    """In the headline window each episode has its sentence; the fatal one is the death."""
    for found in harsh_twins:
        within = found.story.partition("## Both lives side by side")[0]
        told = re.split(r"^## Under ", within, flags=re.MULTILINE)[1:]
        for life, section in zip(found.lives.values(), told, strict=True):
            survived = [one for one in life.of_kind("sepsis") if one.time < 20.0 and not one.fatal and one.without_spleen]
            assert len(re.findall(r"OPSI[^;*\n]*?, survived\.", section.partition("*Beyond")[0])) == len(survived)


def test_what_lies_beyond_twenty_years_is_said_to_be_extrapolated(harsh_twins: list[Twin], twin: Twin) -> None:
    for found in (*harsh_twins, twin):
        longer = sum(life.end > 20.0 for life in found.lives.values())
        assert found.story.count("*Beyond 20 years, ") == longer
        assert found.story.count(", extrapolated:*") == longer


def test_long_and_repetitive_times_are_summed_up(harsh_twins: list[Twin]) -> None:
    """However many flares come after 20 years, they are one paragraph; ordinary ones before are told together."""
    beyond = [text for found in harsh_twins for text in re.findall(r"\*Beyond 20 years, .*", found.story)]
    assert max(len(life.flares) for found in harsh_twins for life in found.lives.values()) > 40
    assert beyond
    assert all(len(text.split()) < 200 for text in beyond)
    assert any(re.search(r"\b(Three|Four|Five|\d+) flares of .*, each answered by steroids", found.story) for found in harsh_twins)


def test_jargon_is_explained_once_and_no_mark_is_left(harsh_twins: list[Twin]) -> None:
    for found in harsh_twins:
        assert "[[" not in found.story
        assert all(found.story.count(f"({explanation})") <= 1 for explanation in JARGON.values())
        assert not re.search(r"\bNone\b|\bnan\b|\.\.|\( |\bno (flares?|breakthroughs?) with", found.story)


def test_a_marked_word_is_explained_where_it_first_stands() -> None:
    told = explain("A [[flare]], then [[flare|flares]].")
    assert told == f"A flare ({JARGON['flare']}), then flares."


@pytest.mark.parametrize(
    ("years", "words"), [(1 / 365.25, "1 day"), (7 / 365.25, "7 days"), (42 / 365.25, "6 weeks"), (1.0, "12 months"), (3.14, "3.1 years")]
)
def test_lengths_of_time_are_told_in_the_unit_that_reads_best(years: float, words: str) -> None:
    assert length(years) == words


def test_an_age_is_never_rounded_up() -> None:
    assert age_words(5.99) == "5.9"


# Files


def test_what_is_written_is_read_with_the_same_story_and_figure(twin: Twin, tmp_path: Path) -> None:
    write_twin(twin, tmp_path, "twin.png")
    again = read_twin(tmp_path)
    assert again.record == twin.record
    assert again.lines == twin.lines
    assert again.story == twin.story
    pd.testing.assert_frame_equal(again.table, twin.table)
    pictures = [save(twin_figure(one.lives, one.record), tmp_path, name)[1] for one, name in ((twin, "one"), (again, "other"))]
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


def test_a_folder_without_a_twin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="name a folder that `alps-sim twin` has left"):
        read_twin(tmp_path)
    (tmp_path / "twin.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ResultsError, match="found other content"):
        read_twin(tmp_path)


# The figure


def drawn_texts(figure: Figure) -> list[tuple[str, Any]]:
    """Each visible text with its box in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    texts: list[Any] = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible() and bool(artist.get_text().strip()))
    return [(text.get_text(), text.get_window_extent()) for text in texts]


def ticks_shown(figure: Figure) -> set[str]:
    return {label.get_text() for axis in figure.axes for label in axis.get_xticklabels()}


def test_no_text_of_the_figure_stands_on_another_or_off_the_page(harsh_twins: list[Twin], twin: Twin) -> None:
    for found in (*harsh_twins, twin):
        figure = twin_figure(found.lives, found.record)
        boxes = [(text, box.shrunk(0.98, 0.9)) for text, box in drawn_texts(figure) if text not in ticks_shown(figure)]
        for (text, box), (other, beside) in combinations(boxes, 2):
            assert not box.overlaps(beside), f"patient {found.record.child.patient}: {text!r} on {other!r}"
        for text, box in boxes:
            assert box.x0 >= 0.0, text
            assert box.x1 <= figure.bbox.width, text
            assert box.y0 >= 0.0, text
            assert box.y1 <= figure.bbox.height, text


def test_both_strategies_are_drawn_on_the_same_ages_in_their_colours(twin: Twin, demo: Scenario) -> None:
    figure = twin_figure(twin.lives, twin.record)
    rows = figure.axes[:10]
    assert len({axis.get_xlim() for axis in rows}) == 1
    styles = strategy_styles(list(demo.strategies))
    for arm, flares in zip(twin.record.arms, (figure.axes[0], figure.axes[5]), strict=True):
        assert {line.get_color() for line in flares.lines if line.get_linestyle() == "-" and line.get_linewidth() < 2} == {
            styles[arm.strategy].colour
        }


def test_each_flare_of_the_window_has_its_stem(twin: Twin) -> None:
    figure = twin_figure(twin.lives, twin.record)
    for life, flares in zip(twin.lives.values(), (figure.axes[0], figure.axes[5]), strict=True):
        stems = [np.asarray(line.get_xdata(), dtype=float)[0] for line in flares.lines if line.get_marker() == "o"]
        assert stems == [life.age(flare.begin) for flare in life.flares if flare.begin <= 20.0]


def test_labels_in_one_lane_keep_apart() -> None:
    labels = [Label((age,), "Adrenal suppression", "o") for age in (5.0, 7.5, 10.0, 24.5)]
    found = placed(labels, (5.0, 25.0), 80.0, 0.28)
    assert [label.lane for label in found] == [0, 1, 0, 0]
    assert [label.on_left for label in found] == [False, False, False, True]


def test_the_same_thing_soon_after_shares_a_label() -> None:
    (found,) = placed([Label((5.0,), "Infection", "o"), Label((6.0,), "Infection", "o")], (5.0, 25.0), 80.0, 0.28)
    assert found.written == "Infection x2"
    assert found.ages == (5.0, 6.0)


# The command


def called(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["twin", str(DEMO), *arguments])


def test_the_command_leaves_a_folder_and_prints_the_story(tmp_path: Path) -> None:
    told = called("--patient", "3", "--patients", "5", "--workers", "1", "--out", str(tmp_path / "three"))
    assert told.exit_code == 0, told.output
    assert "virtual patient 3 of" in told.output
    files = {path.name for path in (tmp_path / "three").iterdir()}
    assert files == {"twin.png", "twin.svg", "story.md", "table.csv", "events.csv", "twin.json", "manifest.json"}
    assert check_results(tmp_path / "three") == []
    assert (tmp_path / "three" / "story.md").read_text(encoding="utf-8").startswith(read_twin(tmp_path / "three").story)


def test_the_command_does_not_replace_other_results(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    told = called("--out", str(tmp_path))
    assert told.exit_code == 2
    assert "holds other results" in " ".join(told.output.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--strategies", "early_splenectomy"), "expected two different strategies, found early_splenectomy"),
        (("--strategies", "early_splenectomy,early_splenectomy"), "expected two different strategies"),
        (("--strategies", "early_splenectomy,early"), "found 'early'"),
        (("--patient", "100"), "0 to 99, found 100"),
        (("--patient", "3", "--pick", "saved"), "found both"),
        (("--pick", "harmed", "--patients", "2"), "found none among the 2 patients looked at"),
    ],
)
def test_a_users_mistake_is_one_message(arguments: tuple[str, ...], message: str) -> None:
    told = called(*arguments)
    assert told.exit_code == 2
    assert message in re.sub(r"[\s│]+", " ", told.output)


def test_a_scenario_of_one_strategy_has_no_twins() -> None:
    told = CliRunner().invoke(app, ["twin", str(SCENARIOS / "nih_mmf.yaml")])
    assert told.exit_code == 2
    assert "expected a scenario of two strategies or more, found only mmf" in told.output


def test_help_states_every_rule() -> None:
    told = re.sub(r"\s+", " ", CliRunner().invoke(app, ["twin", "--help"]).output)
    assert all(RULES[rule].format(years="20") in told for rule in Rule)
