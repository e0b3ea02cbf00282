"""A user's own published figures: read strictly, turned into patients, compared without code."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from alps_sim.cli import app
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.properties import age_at_splenectomy, last_seen, prior_splenectomy, splenectomised
from alps_sim.scenario.errors import ScenarioError
from alps_sim.validation.own_figures import FROM, KINDS, OwnFigure, Spans, load_own_figures
from alps_sim.validation.own_studies import own_scenario, own_studies, truncated_log_normal
from alps_sim.validation.parameters import beliefs
from alps_sim.validation.replicate import live

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
TEXT = """\
figures:
  a_series:
    description: Sepsis in a series
    genotypes: {ALPS-FAS: 0.8, ALPS-U: 0.2}
    age_years: {median_years: 9, range_years: [3, 20]}
    splenectomised: true
    treatments: [mmf]
    follow_up: {from: splenectomy, median_years: 8, range_years: [1, 30]}
    n: 40
    statistic: share_with_opsi
    observed: {count: 12}
    source: A series
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "figures.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def read(tmp_path: Path, text: str = TEXT) -> OwnFigure:
    return next(iter(load_own_figures(written(tmp_path, text)).values()))


def lives(figure: OwnFigure, patients: int = 500) -> np.ndarray[Any, Any]:
    return live(own_scenario("a_series", figure), beliefs(load_ledger()).central, patients, 0)


# The page


def test_the_page_has_two_examples_and_the_command_compares_them(tmp_path: Path) -> None:
    assert len(EXAMPLES) == 2
    for place, example in enumerate(EXAMPLES):
        out = tmp_path / f"out{place}"
        arguments = ["validate", "--targets", str(written(tmp_path, example)), "--out", str(out), "--draws", "3", "--patients", "1000"]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        assert {file.name for file in out.iterdir()} == {"validation.csv", "validation.json", "validation.png", "validation.svg"}
        for name in re.findall(r"description: (.*)", example):
            assert name in result.output


def test_the_page_tells_every_key_and_every_statistic() -> None:
    for key in OwnFigure.model_fields:
        assert f"`{key}`" in PAGE
    for name in (*KINDS, *FROM):
        assert f"`{name}`" in PAGE


# Mistakes


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("    statistic: share", "    statistics: share", "10:5", "did you mean `statistic`?"),
        ("share_with_opsi", "share_with_opsy", "10:5", "did you mean `share_with_opsi`?"),
        ("treatments: [mmf]", "treatments: [mff]", "7:18", "did you mean `mmf`?"),
        ("treatments: [mmf]", "treatments: [splenectomy]", "7:5", "say `splenectomised` instead"),
        ("splenectomised: true", "splenectomised: yes", "6:5", "expected true, false or by_indication"),
        ("splenectomised: true", "splenectomised: by_indication", "7:5", "expected no treatments with `by_indication`"),
        ("splenectomised: true", "splenectomised: false", "6:5", "expected patients without a spleen"),
        ("ALPS-U: 0.2", "ALPS-U: 0.3", "4:5", "found 1.1"),
        ("ALPS-U: 0.2", "ALPS: 0.2", "4:32", "did you mean"),
        ("from: splenectomy", "from: splenectomi", "8:17", "did you mean `splenectomy`?"),
        ("range_years: [1, 30]", "range_years: [10, 30]", "8:53", "expected a range around 8"),
        ("median_years: 8, range_years: [1, 30]", "median_years: 8", "8:5", "expected `range_years: [least, most]` or `log_sd`"),
        ("median_years: 8", "mean_years: 9, median_years: 8", "8:5", "give one"),
        ("count: 12", "count: 41", "11:5", "found a count of 41"),
        ("count: 12", "value: 0.3, count: 12", "11:5", "found both"),
        ("count: 12", "count: 12, person_years: 300", "11:5", "expected no `person_years`"),
        ("n: 40", "n: forty", "9:5", "a whole number"),
        ("    source: A series\n", "", "2:3", "expected the key `source`"),
        ("    n: 40\n", "    n: 40\n    by_years: 4\n", "10:5", "expected no `by_years`"),
        ("share_with_opsi", "survival", "2:3", "expected `by_years` for survival"),
        ("share_with_opsi", "septic_patients_per_person_year", "11:5", "expected `person_years` beside the count"),
        ("share_with_opsi", "share_septic_with_spleen", "6:5", "expected patients with a spleen"),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, old: str, new: str, place: str, message: str) -> None:
    assert TEXT.count(old) == 1
    path = written(tmp_path, TEXT.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        load_own_figures(path)
    assert str(caught.value).startswith(f"{path}:{place}: ")
    assert message in caught.value.message


def test_a_file_that_is_none_ends_with_exit_code_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["validate", "--targets", str(tmp_path / "nothing.yaml")])
    assert result.exit_code == 2
    assert "expected a file of published figures, found no such file" in result.output
    assert CliRunner().invoke(app, ["validate", "--targets", str(written(tmp_path, ""))]).exit_code == 2


# Patients


def test_the_spleen_comes_out_when_the_follow_up_begins(tmp_path: Path) -> None:
    rows = lives(read(tmp_path))
    assert splenectomised(rows).mean() > 0.95
    assert not prior_splenectomy(rows).any()
    operated = splenectomised(rows)
    assert np.median(age_at_splenectomy(rows)[operated]) == pytest.approx(9.0, rel=0.15)
    assert np.median(last_seen(rows)) == pytest.approx(8.0, rel=0.15)
    assert (rows["genotype"] == 0).mean() == pytest.approx(0.8, abs=0.06)


def test_asplenic_patients_who_start_a_drug_come_without_a_spleen(tmp_path: Path) -> None:
    rows = lives(read(tmp_path, TEXT.replace("from: splenectomy", "from: drug_start")), 100)
    assert prior_splenectomy(rows).all()
    assert (rows["first_agent_time"] < 0.1).mean() > 0.9


def test_patients_with_a_spleen_keep_it(tmp_path: Path) -> None:
    text = TEXT.replace("splenectomised: true", "splenectomised: false").replace("from: splenectomy", "from: drug_start")
    figure = read(tmp_path, text.replace("share_with_opsi", "share_septic_with_spleen"))
    assert not splenectomised(lives(figure, 200)).any()


def test_surgery_by_indication_is_that_of_the_cohort(tmp_path: Path) -> None:
    text = TEXT.replace("splenectomised: true", "splenectomised: by_indication").replace("from: splenectomy", "from: presentation")
    rows = lives(read(tmp_path, text.replace("treatments: [mmf]", "treatments: []")))
    assert 0.1 < splenectomised(rows).mean() < 0.9


def test_patients_enrolled_later_are_seen_from_then_on_if_alive(tmp_path: Path) -> None:
    later = "from: splenectomy, enrolled_after: {median_years: 6, log_sd: 0.5},"
    scenario = own_scenario("a_series", read(tmp_path, TEXT.replace("from: splenectomy,", later)))
    observation = scenario.population.observation
    assert observation is not None
    assert observation.alive_at_entry
    assert observation.entry_lag_years is not None
    assert observation.entry_lag_years.median == pytest.approx(6.0, rel=1e-3)


@pytest.mark.parametrize(("centre", "found"), [("median_years", np.median), ("mean_years", np.mean)])
def test_median_or_mean_within_the_range_is_the_published_one(centre: str, found: Any) -> None:
    distribution = truncated_log_normal(Spans.model_validate({centre: 6.0, "range_years": (0.5, 15.0)}), 64)
    z = np.random.default_rng(3).standard_normal(400_000)
    years = distribution.median * np.exp(distribution.log_sd * z)
    assert found(years[(years > 0.5) & (years < 15.0)]) == pytest.approx(6.0, rel=0.02)


def test_a_range_tells_the_spread_under_which_so_many_patients_reach_its_ends() -> None:
    spread = truncated_log_normal(Spans.model_validate({"median_years": 4.0, "range_years": (1.0, 16.0)}), 40).log_sd
    extremes = np.random.default_rng(4).standard_normal((20_000, 40)).max(axis=1).mean()
    assert 4.0 * np.exp(spread * extremes) == pytest.approx(16.0, rel=0.03)


def test_every_statistic_can_be_asked_for(tmp_path: Path) -> None:
    """A file with each statistic in patients who can have it."""
    for name, kind in KINDS.items():
        text = TEXT.replace("share_with_opsi", name)
        if kind.years:
            text = text.replace(f"statistic: {name}", f"statistic: {name}\n    {kind.years}: {18 if 'age' in kind.years else 4}")
        if kind.needs == "spleen":
            text = text.replace("splenectomised: true", "splenectomised: false").replace("from: splenectomy", "from: presentation")
        if kind.needs == "treatments":
            text = text.replace("from: splenectomy", "from: drug_start").replace("[mmf]", "[rituximab]" if "course" in name else "[mmf]")
        if kind.unit != "share":
            text = text.replace("{count: 12}", "{value: 0.3}")
        (study,) = own_studies(load_own_figures(written(tmp_path, text)))
        rows = live(study.scenario, beliefs(load_ledger()).central, 400, 0)
        assert np.isfinite(study.figures[0].statistic.value(rows)), name
