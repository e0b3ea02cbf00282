"""Readings of the paper: every ambiguity recorded, the one taken named, the others selectable."""

from pathlib import Path

import pytest

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import load_ledger, load_priors
from alps_sim.evidence.readings import (
    FILE,
    FIT,
    STRATEGIES,
    Reading,
    choices_act_through,
    find_reading,
    known_choices,
    load_readings,
    read_readings,
    reading_choices,
    reading_parameters,
)
from alps_sim.validation.parameters import ParameterSource
from alps_sim.validation.replicate import Effort, replicate
from alps_sim.validation.studies import published_studies

READINGS = load_readings()
AMBIGUITIES = (
    "multiple_episodes",
    "methylprednisolone_duration",
    "mmf_age_range",
    "mmf_response",
    "rituximab_response",
    "deaths_by_cause",
    "age_of_first_cytopenia",
    "first_treatment",
)
TEXT = FILE.read_text(encoding="utf-8")


def test_every_ambiguity_of_the_paper_is_recorded() -> None:
    assert set(AMBIGUITIES) <= set(READINGS)


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_the_reading_taken_keeps_the_ledger_and_every_other_changes_something(reading: Reading) -> None:
    values = load_ledger().values()
    for alternative in reading.alternatives.values():
        if alternative.name == reading.taken:
            assert not alternative.parameters
        else:
            base = reading.alternatives[reading.taken].choices
            changed = any(values[name] != setting.value(values) for name, setting in alternative.parameters.items())
            assert changed or dict(alternative.choices) != dict(base)


def test_no_selection_sets_no_parameter() -> None:
    assert reading_parameters({}) == {}
    assert reading_parameters({reading.identifier: reading.taken for reading in READINGS.values()}) == {}


def test_sepsis_comes_again_by_frailty_or_by_recurrence_and_never_both() -> None:
    values = load_priors().values()
    assert (values["infection_frailty_variance"], values["sepsis_recurrence_ratio"]) == (1.0, 1.0)
    other = load_priors().values(reading_parameters({"repeated_sepsis": "recurrence"}))
    assert (other["infection_frailty_variance"], other["sepsis_recurrence_ratio"]) == (0.0, 3.0)


def test_what_a_reading_holds_beside_a_fit_under_it_is_what_it_sets_and_is_not_fitted() -> None:
    recurrence = find_reading("repeated_sepsis").alternative("recurrence")
    known = {**load_priors().values(), "opsi_mean_rate_per_year": 0.05}
    assert recurrence.beside(["sepsis_recurrence_ratio"], known) == {
        "infection_frailty_variance": 0.0,
        "opsi_mean_rate_per_year": pytest.approx(0.03),
    }


@pytest.mark.parametrize(("reading", "alternative"), [("mmf_response", "lasting_only"), ("repeated_sepsis", "recurrence")])
def test_an_alternative_set_by_hand_still_gives_the_figure_that_it_is_about(reading: str, alternative: str) -> None:
    """Within a third of a standard deviation of chance: 44 of 64 long-term responders, 27 of 66 septic."""
    figure = {"mmf_response": "mmf_long_term_response", "repeated_sepsis": "septic_after_splenectomy"}[reading]
    values = load_ledger().values()
    values |= reading_parameters({reading: alternative}, values)
    (study,) = [study for study in published_studies() if figure in {one.identifier for one in study.figures}]
    (asked,) = [one for one in study.figures if one.identifier == figure]
    source = ParameterSource("read otherwise", values, lambda draw: values)
    found = replicate([study], source, Effort(patients=12_000, draws=0), lambda what, done, of: None)
    seen = found[study.identifier].chance[asked.statistic.identifier]
    assert abs(seen.mean() - asked.observed.value) < seen.std() / 3.0


def test_the_earlier_lymphoma_ratios_can_be_selected() -> None:
    found = reading_parameters({"lymphoma_ratio": "earlier"})
    assert (found["hodgkin_incidence_ratio"], found["non_hodgkin_incidence_ratio"]) == (51, 14)


def test_a_reading_may_take_a_multiple_of_what_is_known() -> None:
    """A flare rate that does not decline stays that of the young, whatever was fitted."""
    known = {**load_ledger().values(), "flare_rate_young_per_year": 0.6, "opsi_mean_rate_per_year": 0.05}
    assert reading_parameters({"decline_with_age": "constant"}, known) == {"flare_rate_adult_per_year": 0.6}
    found = reading_parameters({"historical_prevention": "not_contained"}, known)
    assert found["opsi_mean_rate_per_year"] == pytest.approx(0.73 * 0.05)
    sets = find_reading("historical_prevention").alternative("not_contained").parameters
    assert {name: str(setting) for name, setting in sets.items()} == {"opsi_mean_rate_per_year": "0.73 x opsi_mean_rate_per_year"}


def test_every_choice_says_what_it_acts_through() -> None:
    found = choices_act_through()
    assert set(found) == set(known_choices())
    assert found["alive_at_entry"] == FIT
    assert found["methylprednisolone_days"] == STRATEGIES


def test_choices_in_force_are_those_taken_unless_selected() -> None:
    assert reading_choices({})["opsi_episodes_counted"] == "at_least_one"
    assert reading_choices({"multiple_episodes": "at_least_two"})["opsi_episodes_counted"] == "at_least_two"
    assert set(reading_choices({})) == set(reading_choices({"multiple_episodes": "at_least_two"}))


def test_an_unknown_reading_or_alternative_is_refused_with_the_nearest() -> None:
    with pytest.raises(EvidenceError, match="did you mean `mmf_response`"):
        find_reading("mmf_respons")
    with pytest.raises(EvidenceError, match="did you mean `recurrence`"):
        reading_parameters({"repeated_sepsis": "recurence"})
    with pytest.raises(EvidenceError, match="expected an alternative of the reading `lymphoma_ratio`"):
        reading_choices({"lymphoma_ratio": "highest"})


def test_two_readings_that_disagree_on_a_parameter_are_refused() -> None:
    selected = {"multiple_episodes": "at_least_two", "historical_prevention": "not_contained"}
    with pytest.raises(EvidenceError, match="expected one value for `opsi_mean_rate_per_year`, found two"):
        reading_parameters(selected)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("taken: frailty", "taken: fraily", "did you mean `frailty`"),
        ("taken: frailty", "taken: recurrence", "expected the reading taken to keep the ledger's values"),
        ("infection_frailty_variance: 0", "infection_frailty_varianc: 0", "did you mean `infection_frailty_variance`"),
        ("infection_frailty_variance: 0", "infection_frailty_variance: -1", "from 0 on"),
        ("0.73 x opsi_mean_rate_per_year", "0.73 x opsi_mean_rat_per_year", "did you mean `opsi_mean_rate_per_year`"),
        ("0.73 x opsi_mean_rate_per_year", "0.73 times opsi_mean_rate_per_year", "expected a number"),
        ("acts_through: fit\n    meaning: Whether", "acts_through: fits\n    meaning: Whether", "did you mean `fit`"),
        ("opsi_deaths_counted: death_of_sepsis}", "opsi_deaths_counted: death}", "death_of_sepsis or"),
        ("choices: {alive_at_entry: required}", "choices: {alive_at_entri: required}", "did you mean `alive_at_entry`"),
        ("in_strategies: {pulse_days: 5}", "in_strategies: {puls_days: 5}", "did you mean `pulse_days`"),
        ("in_strategies: {pulse_days: 5}", "in_strategies: {pulse_days: 0}", "above 0"),
        ("    question: Why does sepsis", "    asked: Why does sepsis", "found `asked`"),
    ],
)
def test_a_mistake_in_the_file_is_told_at_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert TEXT.count(old) == 1
    path = tmp_path / "readings.yaml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(EvidenceError, match=message) as caught:
        read_readings(path, load_ledger())
    assert caught.value.file == "readings.yaml"
    assert caught.value.line == TEXT[: TEXT.index(old)].count("\n") + 1
