"""Published figures: complete, in three classes, with exact intervals."""

from pathlib import Path

import pytest
from scipy import stats

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.readings import load_readings, reading_choices
from alps_sim.evidence.targets import CLASSES, FILE, Observed, load_targets, read_targets, target_cohorts
from alps_sim.outcomes.statistics import STATISTICS

TARGETS = {target.identifier: target for target in load_targets()}
TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [
        ("recurrent_cytopenia", "104/150"),
        ("treated_long_term", "88/150"),
        ("splenectomised", "66/150"),
        ("septic_after_splenectomy", "27/66"),
        ("opsi_deaths", "6/66"),
        ("relapse_4_years", "0.3"),
        ("relapse_20_years", "0.7"),
        ("mmf_initial_response", "60/64"),
        ("mmf_long_term_response", "44/64"),
        ("sirolimus_long_term_response", "10/14"),
        ("rituximab_remission", "16/26"),
        ("subset_septic", "10/34"),
        ("subset_sepsis_rate", "10 in 454 person-years"),
    ],
)
def test_the_figures_of_the_paper_are_there(identifier: str, shown: str) -> None:
    assert str(TARGETS[identifier].observed) == shown


def test_every_class_and_every_cohort_is_used() -> None:
    assert {target.target_class for target in TARGETS.values()} == set(CLASSES)
    assert {target.cohort for target in TARGETS.values()} == set(target_cohorts())


def test_patients_who_overlap_are_never_a_second_target_to_fit() -> None:
    assert all(TARGETS[name].target_class == "HELD_OUT" for name in ("subset_septic", "subset_sepsis_rate"))


def test_held_out_figures_name_the_figures_that_count_the_same_patients() -> None:
    assert TARGETS["subset_sepsis_rate"].overlaps == ("subset_septic", "septic_after_splenectomy")
    assert TARGETS["sirolimus_ineffective"].overlaps == ("sirolimus_long_term_response",)
    for target in TARGETS.values():
        assert set(target.overlaps) <= set(TARGETS) - {target.identifier}


def test_no_held_out_figure_of_patients_to_whom_the_fit_was_made_stands_as_a_test_of_its_own() -> None:
    cohorts = target_cohorts()
    fitted = {cohorts[target.cohort].scenario for target in TARGETS.values() if target.target_class == "CALIBRATED"}
    for target in TARGETS.values():
        if target.target_class == "HELD_OUT" and cohorts[target.cohort].scenario in fitted:
            assert target.overlaps, f"{target.identifier} is of patients to whom the fit was made"


def test_a_held_out_figure_that_the_ledger_cites_names_what_was_set_with_an_eye_on_it() -> None:
    """Found by the count in the source or note of a parameter, as `7 of 64`, and by the publication where the paper is not it."""
    for target in TARGETS.values():
        if target.target_class != "HELD_OUT" or target.observed.count is None:
            continue
        told = f"{target.observed.count} of {target.observed.n}"
        citing = {name for name, one in load_priors().parameters.items() if told in f"{one.source} {one.note}"}
        of_other_papers = "Rao" not in target.source
        citing |= {name for name, one in load_priors().parameters.items() if of_other_papers and target.source in one.source}
        assert not citing or set(target.informs) & citing, f"{target.identifier}: {citing}"


def test_what_shaped_a_prior_is_named_as_such() -> None:
    assert TARGETS["evans_deaths"].informs == TARGETS["mmf_cytopenia_death"].informs == ("cytopenia_death_probability",)
    assert TARGETS["sirolimus_weaned"].informs == ("nih_sirolimus",), "a replica"
    for target in TARGETS.values():
        assert set(target.informs) <= {*load_priors().parameters, *target_cohorts()}


def test_what_enters_the_ledger_as_it_is_does_not_test_the_model() -> None:
    for name in ("hodgkin_incidence_ratio", "organ_toxicity", "infection_admissions_on_drugs", "mmf_leukaemia", "tpo_mimetic_response"):
        assert TARGETS[name].target_class == "INPUT"


def test_the_interval_of_a_share_is_that_of_clopper_and_pearson() -> None:
    for count, n in ((27, 66), (6, 66), (60, 64), (0, 3), (4, 4)):
        reference = stats.binomtest(count, n).proportion_ci(method="exact")
        assert Observed(count / n, count, n).interval() == pytest.approx((reference.low, reference.high))


def test_the_interval_of_a_rate_is_exact_poisson() -> None:
    low, high = TARGETS["subset_sepsis_rate"].observed.interval() or (0.0, 0.0)
    assert stats.poisson.sf(9, low * 454) == pytest.approx(0.025)
    assert stats.poisson.cdf(10, high * 454) == pytest.approx(0.025)
    assert Observed(0.0, 0, None, 290.0).interval() == pytest.approx((0.0, 3.689 / 290), rel=1e-3)


def test_a_bare_value_has_no_interval() -> None:
    assert TARGETS["relapse_4_years"].observed.interval() is None


@pytest.mark.parametrize(
    ("reading", "alternative", "target"),
    [("multiple_episodes", "at_least_two", "septic_after_splenectomy"), ("deaths_by_cause", "any_cause", "opsi_deaths")],
)
def test_a_figure_read_otherwise_is_compared_with_another_statistic_and_told_so(reading: str, alternative: str, target: str) -> None:
    usual, other = (TARGETS[target].read_with(reading_choices(selected)) for selected in ({}, {reading: alternative}))
    assert usual == TARGETS[target]
    assert other.statistic != usual.statistic
    assert other.description != usual.description
    assert (other.observed, other.window) == (usual.observed, usual.window)


def test_every_count_that_a_reading_changes_is_acted_upon_and_simulated() -> None:
    counted = {choice for reading in load_readings().values() for one in reading.alternatives.values() for choice in one.choices}
    others = [other for target in TARGETS.values() for other in target.otherwise]
    assert {other.choice for other in others} == {choice for choice in counted if choice.endswith("_counted")}
    assert {other.statistic for other in others} <= set(STATISTICS)


def test_a_window_ends_after_years_or_with_follow_up() -> None:
    assert TARGETS["relapse_4_years"].window.years == 4
    assert TARGETS["opsi_deaths"].window.until == "end_of_follow_up"
    assert TARGETS["opsi_deaths"].window.years is None


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("{count: 105, n: 104}", "found 105 of 104"),
        ("{count: 1.5, n: 104}", "whole number"),
        ("{count: 3}", "a count with n"),
        ("{count: 3, value: 0.2, n: 10}", "write one of the three"),
        ("{count: 3, n: 10, person_years: 20}", "write one of the three"),
        ("{count: 3, person_years: 0}", "above 0"),
        ("{counts: 3, n: 10}", "did you mean `count`"),
    ],
)
def test_an_observation_that_cannot_be_is_refused_at_its_line(tmp_path: Path, new: str, message: str) -> None:
    old = "{count: 104, n: 150}"
    path = tmp_path / "targets.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=message) as caught:
        read_targets(path)
    assert caught.value.line == TEXT[: TEXT.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("class: CALIBRATED", "class: FITTED", "expected a class, found `FITTED`"),
        ("cohort: nih_mmf\n", "cohort: nih_mff\n", "did you mean `nih_mmf`"),
        ("from: splenectomy,", "from: splenectomi,", "did you mean `splenectomy`"),
        ("until: 4}", "until: -4}", "years above 0"),
        ("overlaps: [opsi_deaths]", "overlaps: [opsi_death]", "or `opsi_deaths`"),
        ("until: 4}", "until: later}", "an end or a number of years"),
        ("opsi_deaths_counted:", "opsi_death_counted:", "did you mean `opsi_deaths_counted`"),
        ("at_least_two: {", "at_least_too: {", "did you mean `at_least_two`"),
    ],
)
def test_a_word_that_is_not_known_is_refused_with_the_nearest(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "targets.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=message) as caught:
        read_targets(path)
    assert caught.value.file == "targets.yaml"
