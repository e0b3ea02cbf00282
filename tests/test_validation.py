"""Published figures against simulated cohorts: complete, judged rightly, and able to see a wrong model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import load_ledger
from alps_sim.evidence.targets import Cohort, Observed, load_targets, not_simulated, target_cohorts
from alps_sim.outcomes.statistics import STATISTICS
from alps_sim.plots.agreement import STYLES, validation_figure
from alps_sim.report.published import figure_text, interval_text, not_simulated_text, validation_text, verdicts
from alps_sim.validation import studies as studies_module
from alps_sim.validation.compare import COLUMNS, compare, table
from alps_sim.validation.criteria import MISSED, REACHED, UNTOLD, beside, calibrated_text
from alps_sim.validation.noise import luck_of_draws
from alps_sim.validation.parameters import ParameterSource, beliefs, multiplied
from alps_sim.validation.replicate import Effort, Replicated, replicate
from alps_sim.validation.studies import Figure, Study, published_studies
from alps_sim.validation.verdict import (
    BOUND_WORDS,
    CLASS_WORDS,
    NONE,
    doubled,
    place,
    power_if_doubled,
    predictive_interval,
    relative_width,
    share_that_break,
    strength,
)

QUICK = Effort(patients=3000, draws=0)


@pytest.fixture(scope="module")
def studies() -> dict[str, Study]:
    return {study.identifier: study for study in published_studies()}


def shown_nothing(what: str, done: int, of: int) -> None:
    """No progress."""


def compared(studies: Sequence[Study], effort: Effort = QUICK, values: Mapping[str, float] | None = None) -> pd.DataFrame:
    """The comparison under the ledger's values but for some."""
    source = beliefs(load_ledger())
    changed = ParameterSource(source.name, {**source.central, **(values or {})}, lambda draw: {**source.draw(draw), **(values or {})})
    return compare(studies, changed, effort, shown_nothing).set_index("figure")


# What is compared


def test_every_published_figure_has_a_statistic_and_every_cohort_its_patients(studies: dict[str, Study]) -> None:
    figures = [figure.identifier for study in studies.values() for figure in study.figures]
    assert sorted(figures) == sorted(target.identifier for target in load_targets())
    assert set(studies) == set(target_cohorts())
    assert all(len(study.scenario.strategies) == 1 for study in studies.values())


def test_every_statistic_is_that_of_a_published_figure(studies: dict[str, Study]) -> None:
    used = {figure.statistic.identifier for study in studies.values() for figure in study.figures}
    used |= {other.statistic for target in load_targets() for other in target.otherwise}
    assert set(STATISTICS) == used


def test_what_is_not_simulated_has_its_reason() -> None:
    text = not_simulated_text(not_simulated())
    assert all(entry.description in text and entry.reason in text for entry in not_simulated())
    assert not {entry.identifier for entry in not_simulated()} & {target.identifier for target in load_targets()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenario": "nih_mmff"}, "no file"),
        ({"among": "splenectomized"}, "did you mean `splenectomised`"),
        ({"strategy": "mff"}, "did you mean `mmf`"),
    ],
)
def test_a_cohort_without_patients_is_refused(change: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort = replace(Cohort("nih_mmf", "MMF", "nih_mmf", 64), **change)  # type: ignore[arg-type]
    monkeypatch.setattr(studies_module, "target_cohorts", lambda: {"nih_mmf": cohort})
    with pytest.raises(EvidenceError, match=message):
        published_studies()


def test_studies_of_the_same_patients_share_their_lives(studies: dict[str, Study]) -> None:
    assert studies["french_asplenic"].patients == studies["nih_cohort"].patients
    assert studies["childhood_itp_splenectomy"].patients != studies["childhood_itp_immunoglobulin"].patients
    together = replicate([studies["nih_cohort"], studies["french_asplenic"]], beliefs(load_ledger()), QUICK, shown_nothing)
    alone = replicate([studies["french_asplenic"]], beliefs(load_ledger()), QUICK, shown_nothing)
    pd.testing.assert_frame_equal(together["french_asplenic"].chance, alone["french_asplenic"].chance)


# The verdict


def test_a_figure_is_placed_by_its_interval() -> None:
    assert [place(value, 0.2, 0.4) for value in (0.1, 0.2, 0.3, 0.4, 0.5)] == ["below", "inside", "inside", "inside", "above"]
    assert place(0.3, *NONE) == "no cohort"


def test_a_bound_is_kept_if_the_interval_reaches_beyond_it() -> None:
    assert place(0.7, 0.5, 0.8, "at_least") == "bound kept"
    assert place(0.7, 0.5, 0.6, "at_least") == "bound broken"
    assert place(0.7, 0.5, 0.6, "at_most") == "bound kept"
    assert place(0.4, 0.5, 0.6, "at_most") == "bound broken"


def test_doubling_doubles_mean_and_variance_of_what_is_counted() -> None:
    values = pd.Series(np.random.default_rng(1).binomial(64, 0.05, 4000) / 64)
    twice = doubled(values, "share")
    assert twice.mean() == pytest.approx(2 * values.mean())
    assert twice.var() == pytest.approx(2 * values.var(), rel=0.1)
    assert (1 - doubled(1 - values, "share")) == pytest.approx(twice)


def test_power_is_high_for_what_is_frequent_and_low_for_what_is_rare() -> None:
    random = np.random.default_rng(2)
    powers = []
    for probability in (0.4, 0.01):
        values = pd.Series(random.binomial(64, probability, 4000) / 64)
        powers.append(power_if_doubled(values, "share", predictive_interval(values)))
    assert powers[0] > 0.95
    assert powers[1] < 0.2
    assert [strength(power) for power in powers] == ["strong", "weak"]
    assert strength(float("nan")) == "none"


def test_a_bound_that_no_draw_of_the_priors_breaks_is_called_so() -> None:
    """Of four draws one lies below what should be at least 0.5, and none above what should be at most 0.9."""
    index = pd.MultiIndex.from_product([range(4), range(3)], names=["draw", "cohort"])
    drawn = pd.Series([0.2, 0.3, 0.4, 0.4, 0.5, 0.6, 0.7, 0.7, 0.8, 0.6, 0.6, 0.6], index=index)
    assert share_that_break(drawn, 0.5, "at_least") == 0.25
    assert share_that_break(drawn, 0.9, "at_most") == 0.0
    assert [strength(float("nan"), "at_most", breaks) for breaks in (0.25, 0.0, float("nan"))] == ["bound", "never broken", "bound"]


def test_width_is_told_against_what_is_possible() -> None:
    assert relative_width((0.2, 0.5), 0.4, "share") == pytest.approx(0.3)
    assert relative_width((2.0, 6.0), 4.0, "years") == pytest.approx(1.0)


# What it sees


def test_the_drugs_of_the_ledger_agree_with_their_series_and_input_comes_out(studies: dict[str, Study]) -> None:
    found = compared([studies["nih_mmf"]])
    assert found.loc[["mmf_long_term_response", "mmf_age_median", "mmf_male", "mmf_prior_splenectomy"], "verdict"].eq("inside").all()


@pytest.mark.parametrize(
    ("cohort", "figure", "values"),
    [
        ("nih_mmf", "mmf_long_term_response", {"drug.mmf.loss_of_response_per_year": 0.25}),
        ("nih_cohort", "relapse_4_years", {"relapse_after_splenectomy_scale_years": 60.0}),
        ("nih_cohort", "septic_after_splenectomy", {"opsi_mean_rate_per_year": 0.12}),
        ("nih_cohort", "opsi_deaths", {"opsi_fatality_probability": 0.6}),
        ("nih_cohort", "hodgkin_incidence_ratio", {"hodgkin_incidence_ratio": 450.0}),
        ("nih_cohort", "age_at_presentation", {"age_at_index_median_years": 11.0}),
        ("drug_series", "infection_admissions_on_drugs", {"infection_admission_on_immunosuppression_per_year": 0.1}),
    ],
)
def test_a_wrong_parameter_puts_its_figure_outside(cohort: str, figure: str, values: dict[str, float], studies: dict[str, Study]) -> None:
    assert compared([studies[cohort]], values=values)["verdict"][figure] in ("above", "below")


def test_draws_widen_the_interval_and_the_verdict_rests_on_them(studies: dict[str, Study]) -> None:
    table = compared([studies["nih_cohort"]], Effort(patients=6000, draws=12))
    found = table.loc["septic_after_splenectomy"].to_dict()
    assert found["drawn_high"] - found["drawn_low"] > found["chance_high"] - found["chance_low"]
    assert found["verdict"] == place(found["published"], found["drawn_low"], found["drawn_high"])


def test_whether_a_bound_could_have_failed_is_asked_of_the_priors(studies: dict[str, Study]) -> None:
    """Draws under which nobody relapses break the bound on remission; under those that shed no light on death nobody breaks its bound."""
    source, effort = beliefs(load_ledger()), Effort(patients=1325, draws=4)
    calm = multiplied(source, {"flare_rate_young_per_year": 1e-6, "flare_rate_adult_per_year": 1e-6, "breakthrough_per_year": 1e-6})
    found = compare([studies["childhood_aiha"]], source, effort, shown_nothing, calm).set_index("figure")
    assert found["priors_that_break"]["aiha_remission"] == 1.0
    assert found["priors_that_break"]["aiha_deaths"] == 0.0
    assert list(found["test"][["aiha_remission", "aiha_deaths"]]) == ["bound", "never broken"]


def test_results_do_not_depend_on_workers_and_follow_the_seed(studies: dict[str, Study]) -> None:
    chosen = [studies["nih_hydroxychloroquine"]]
    one, two = (compared(chosen, Effort(patients=400, draws=3, seed=1, workers=workers)) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not compared(chosen, Effort(patients=400, draws=3, seed=2)).equals(one)


def test_too_few_patients_for_a_cohort_are_told_as_such(studies: dict[str, Study]) -> None:
    found = compared([studies["childhood_itp_splenectomy"]], Effort(patients=10, draws=0)).iloc[0]
    assert (found["verdict"], found["test"], found["cohorts"]) == ("no cohort", "none", 0)


# Whether a fit has reached its figures


def drawn_values(draws: int, spread: float, seed: int) -> "pd.Series[float]":
    """Ten cohorts in each draw: a draw moves them together with a standard deviation of `spread`, chance alone with one of 1."""
    random = np.random.default_rng(seed)
    values = (random.normal(0.0, spread, (draws, 1)) + random.normal(0.0, 1.0, (draws, 10))).ravel()
    index = pd.MultiIndex.from_product([range(draws), range(10)], names=["draw", "cohort"])
    return pd.Series(values, index=index)


def test_the_luck_of_draws_covers_the_true_width_ratio_and_shrinks_with_their_number() -> None:
    """Parameters whose spread is that of chance times the root of three make the interval twice as wide."""
    covered = 0
    widths: dict[int, list[float]] = {50: [], 400: []}
    for draws in (50, 400):
        for seed in range(20):
            chance = pd.Series(np.random.default_rng(1000 + seed).normal(0.0, 1.0, 400))
            found = luck_of_draws(chance, drawn_values(draws, np.sqrt(3.0), seed), 0.0)
            covered += found["width_ratio_low"] <= 2.0 <= found["width_ratio_high"]
            widths[draws].append(found["width_ratio_high"] - found["width_ratio_low"])
    assert covered >= 32
    assert np.mean(widths[50]) > 1.5 * np.mean(widths[400])


def test_the_luck_of_draws_takes_draws_with_other_numbers_of_cohorts() -> None:
    """A figure without a denominator in some cohorts: resamples are then of many lengths."""
    chance = pd.Series(np.random.default_rng(1).normal(0.0, 1.0, 400))
    whole = drawn_values(100, np.sqrt(3.0), 2)
    ragged = whole.mask(np.random.default_rng(3).random(len(whole)) < 0.2)
    found, expected = (luck_of_draws(chance, values, 0.0) for values in (ragged, whole))
    assert found == pytest.approx(expected, abs=0.25)
    assert found != expected


def test_an_estimate_at_its_bar_is_not_told_apart_from_it() -> None:
    assert [beside(low, high, 2.0) for low, high in ((1.2, 1.9), (1.8, 2.2), (2.1, 2.4))] == [REACHED, UNTOLD, MISSED]
    assert beside(float("nan"), float("nan"), 2.0) == UNTOLD


def test_the_text_says_what_was_reached_and_what_the_draws_do_not_tell() -> None:
    row = made_up("CALIBRATED").assign(
        distance_sd_low=-0.4, distance_sd_high=0.2, width_ratio=2.01, width_ratio_low=1.8, width_ratio_high=2.3
    )
    text = calibrated_text(row)
    assert "1 reached, 0 missed, 0 not told apart;" in text
    assert "0 reached, 0 missed, 1 not told apart." in text
    assert "interval 2.0 times as wide (1.8 to 2.3): width not told apart from 2" in text
    assert "distance missed" in calibrated_text(row.assign(distance_sd_low=-1.9, distance_sd_high=-1.2))
    assert calibrated_text(made_up("HELD_OUT")) == ""


# Table and figure


def made_up(target_class: str = "HELD_OUT", bound: str = "", unit: str = "share") -> pd.DataFrame:
    """One figure, 30 of 100, simulated at a half."""
    statistic = replace(STATISTICS["male"], unit=unit)
    observed = Observed(0.3, 30, 100)
    figure = Figure("a_figure", "A figure", observed, statistic, target_class, "Somebody 1999", bound=bound)
    study = Study("a_cohort", "A cohort", None, 100, (figure,))  # type: ignore[arg-type]
    cohorts = pd.DataFrame({"male": np.linspace(0.4, 0.6, 101)})
    drawn = cohorts.set_index(pd.MultiIndex.from_arrays([np.arange(101) % 10, np.arange(101)], names=["draw", "cohort"]))
    return table([study], {"a_cohort": Replicated(cohorts, drawn)})


def test_the_table_has_a_row_a_figure_with_published_and_simulated() -> None:
    found = made_up()
    assert tuple(found.columns) == COLUMNS
    row = found.iloc[0]
    assert (row["published"], row["published_text"], row["simulated"]) == (0.3, "30/100", pytest.approx(0.5))
    assert (row["published_low"], row["published_high"]) == pytest.approx((0.2124, 0.3998), abs=1e-4)
    assert (row["chance_low"], row["chance_high"]) == pytest.approx((0.405, 0.595))
    assert row["verdict"] == "below"


def test_the_text_names_class_interval_verdict_and_source() -> None:
    text = validation_text(made_up(), "prior of the evidence ledger")
    assert CLASS_WORDS["HELD_OUT"] in text
    row = next(line for line in text.splitlines() if "A figure" in line)
    assert row.split("  ")[0] == ""
    assert all(part in row for part in ("30% (30/100)", "21 to 40", "50%", "40 to 60", "BELOW", "[1]"))
    assert "[1] Somebody 1999" in text
    assert "Outside:\n  A figure: no reason known" in text
    assert "HELD OUT: 0 of 1 two-sided figures inside (tests: 1 strong, 0 fair, 0 weak)." in verdicts(made_up())


def test_bounds_are_counted_apart_from_what_can_fail_on_two_sides() -> None:
    bound = made_up(bound="at_most")
    idle = bound.assign(test="never broken", description="A bound that tells nothing", verdict="bound kept")
    text = validation_text(pd.concat([made_up(), bound, idle], ignore_index=True), "prior")
    assert "HELD OUT: 0 of 1 two-sided figures inside (tests: 1 strong, 0 fair, 0 weak)." in text
    assert "1 of 2 bounds kept, of which no draw of the priors breaks 1" in text
    two_sided, bounds = text.split(BOUND_WORDS)
    assert two_sided.count("  A figure  ") == 1
    assert bounds.index("  A figure  ") < bounds.index("A bound that tells nothing")


def test_a_test_on_patients_whom_another_figure_counts_is_called_so() -> None:
    other = made_up("CALIBRATED").assign(figure="another_figure", description="Another figure")
    text = validation_text(pd.concat([made_up().assign(overlaps="another_figure"), other], ignore_index=True), "prior")
    assert "strong 100% =" in text
    assert "A figure: of the patients of 'Another figure'" in text
    assert "other patients" not in validation_text(made_up(), "prior")


def test_a_figure_that_a_prior_was_set_by_is_called_so() -> None:
    text = validation_text(made_up().assign(informs="opsi_shape"), "prior")
    assert "strong 100% °" in text
    assert "A figure: informed opsi_shape" in text


def test_a_figure_that_only_the_parameters_cover_is_starred() -> None:
    row = next(line for line in validation_text(made_up().assign(verdict="inside"), "prior").splitlines() if "A figure" in line)
    assert "inside*" in row


def test_figures_are_told_in_their_units() -> None:
    assert [figure_text(0.41, "share"), figure_text(0.979, "share"), figure_text(0.0, "share")] == ["41%", "97.9%", "0%"]
    assert [figure_text(13.5, "years"), figure_text(0.022, "per year"), figure_text(149.0, "ratio")] == ["13.5 y", "2.2 per 100 y", "149"]
    assert [interval_text(0.294, 0.538, "share"), interval_text(0.011, 0.041, "per year")] == ["29 to 54", "1.1 to 4.1"]
    assert interval_text(*NONE, "share") == figure_text(float("nan"), "share") == ""


def test_classes_are_told_apart_by_marker_and_colour() -> None:
    assert set(STYLES) == set(CLASS_WORDS)
    assert len({style.marker for style in STYLES.values()}) == len({style.colour for style in STYLES.values()}) == len(STYLES)


def test_the_figure_has_a_row_a_figure_and_a_heading_a_class() -> None:
    found = pd.concat([made_up(), made_up("INPUT", "at_least"), made_up("CALIBRATED", unit="years")], ignore_index=True)
    panels = validation_figure(found).axes
    labels = [[label.get_text() for label in panel.get_yticklabels()] for panel in panels]
    assert labels == [["", "A figure", "", "A figure"], ["", "A figure"]]
    headings = [[text.get_text() for text in panel.texts] for panel in panels]
    assert headings == [["Held out", "Input"], ["Calibrated"]]


def test_a_figure_outside_its_interval_is_crossed_out() -> None:
    markers = {str(line.get_marker()) for line in validation_figure(made_up()).axes[0].lines}
    assert "x" in markers
    inside = made_up().assign(verdict="inside")
    assert "x" not in {str(line.get_marker()) for line in validation_figure(inside).axes[0].lines}
