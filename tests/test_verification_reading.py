"""Reading a life from its log, and integrating hazards over it, on lives written by hand."""

import math
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.evidence.tables import background_death_per_year, body_size, lymphoma_incidence_per_year
from alps_sim.rules import codes
from alps_sim.rules.events import LOG_KINDS
from alps_sim.rules.events import PROCESSES as RULE_PROCESSES
from alps_sim.rules.state import LOG_DTYPE
from alps_sim.verification import (
    COMPARED,
    INTENSITIES,
    MULTIPLIERS,
    PROCESSES,
    Assumptions,
    Vocabularies,
    events_in_words,
    histories,
    judge,
)
from alps_sim.verification.check import Tally, scores
from alps_sim.verification.forms import steroid_risk
from alps_sim.verification.history import History

WORDS = Vocabularies(LOG_KINDS, codes.EPISODE_PHASES, codes.SPLEENS, codes.AGENTS, codes.SEXES, codes.GENOTYPES, codes.CAUSES_OF_DEATH)
END = 30.0
ONE_IN_THE_LEDGER = ("recurrence", "splenectomised", "immunosuppressed,", "hypersplenism, answer to vincristine")
"""Beginnings of multipliers that make no difference unless a scenario changes them."""
Line = tuple[float, str, int, float]


def assumptions(**changes: float) -> Assumptions:
    values = load_ledger().values()
    plain = Assumptions(
        values,
        1.0,
        0.8,
        0.05,
        background_death_per_year(2017),
        lymphoma_incidence_per_year(),
        body_size(values["adult_weight_male_kg"], 70.0),
    )
    return plain.with_values(**changes)


def patients(**changes: object) -> pd.DataFrame:
    one = {
        "patient": 7,
        "sex": "female",
        "genotype": "ALPS-FAS",
        "age_at_index": 4.5,
        "has_cytopenia": 1,
        "spleen_at_index": "massive",
        "flare_frailty": 2.0,
        "infection_frailty": 3.0,
        "refractoriness": 0.0,
        "lineages": 7,
        "first_lineage": 1,
        "weight_z": 0.0,
        "prevention_luck": 0.5,
        "years_since_prior_splenectomy": -1.0,
        "observation_years": codes.NEVER,
        "death_time": END,
        **changes,
    }
    table = pd.DataFrame([one])
    for name, words in (("sex", codes.SEXES), ("genotype", codes.GENOTYPES), ("spleen_at_index", codes.SPLEENS)):
        table[name] = pd.Categorical(table[name], categories=list(words))
    return table


def read(lines: list[Line], under: Assumptions, **changes: object) -> History:
    log = np.zeros(len(lines) + 1, LOG_DTYPE)
    for place, (time, kind, code, value) in enumerate([(0.0, "entry", 2, 4.5), *lines]):
        log[place] = (time, value, 7, code, LOG_KINDS.index(kind))
    return histories(events_in_words(log, WORDS), patients(**changes), under)


def between(history: History, first: float, last: float) -> pd.DataFrame:
    pieces = history.pieces
    return pieces[(pieces["start"] >= first - 1e-9) & (pieces["end"] <= last + 1e-9)]


def test_processes_are_those_of_the_log() -> None:
    assert PROCESSES == RULE_PROCESSES


def test_pieces_cover_the_life_without_gap() -> None:
    history = read([(1.0, "steroid_dose", 0, 20.0), (1.5, "steroid_dose", 0, 0.0)], assumptions())
    pieces = history.pieces
    assert pieces["start"].iloc[0] == 0.0
    assert pieces["end"].iloc[-1] == END
    assert np.array_equal(pieces["start"].iloc[1:], pieces["end"].iloc[:-1])
    assert (pieces["end"] > pieces["start"]).all()
    completed = np.floor(4.5 + pieces["start"] + 1e-9)
    assert (4.5 + pieces["end"] <= completed + 1.0 + 1e-9).all(), "no piece spans a birthday"


def test_no_piece_spans_a_change_of_stratum() -> None:
    under = assumptions(flare_decline_start_years=8.3)
    ages = np.array(under.breakpoint_ages())
    for history in (read([(2.3, "splenectomy", 0, 0.0)], under), read([], under, years_since_prior_splenectomy=1.1)):
        pieces = history.pieces
        for bounds, starts in ((ages, 4.5), (np.array([0.25, 2.0, 10.0]), -pieces["removed_at"].iloc[-1])):
            first = (pieces["start"] + starts).to_numpy()[:, None] + 1e-9
            last = (pieces["end"] + starts).to_numpy()[:, None] - 1e-9
            assert not ((first < bounds) & (bounds < last)).any()


def test_steroids_and_their_after_effect() -> None:
    under = assumptions()
    history = read([(1.0, "steroid_dose", 0, 20.0), (1.2, "steroid_dose", 0, 10.0), (1.4, "steroid_dose", 0, 0.0)], under)
    weight = under.body[1, 5, 1]
    first, second, after = between(history, 1.0, 1.2), between(history, 1.2, 1.4), between(history, 1.4, 1.4 + 30 / 365.25)
    assert first["steroid_mg_per_kg"].to_numpy() == pytest.approx(20.0 / weight)
    assert first["course_mg_per_kg"].to_numpy() == pytest.approx(0.0), "exposure is looked at when the dose changes"
    assert second["course_mg_per_kg"].to_numpy() == pytest.approx(0.2 * 365.25 * 20.0 / weight)
    assert steroid_risk(after, under).all()
    assert not after["on_steroid"].any()
    assert not steroid_risk(between(history, 1.4 + 30 / 365.25, END), under).any()


def test_agents_spleen_and_flares() -> None:
    lines: list[Line] = [
        (0.0, "flare", 4 + 1, 0.0),
        (0.0, "phase", codes.PHASE_FLARE, 0.0),
        (0.3, "agent_start", codes.SIROLIMUS, 0.0),
        (0.5, "agent_answer", codes.SIROLIMUS, 0.2),
        (0.5, "phase", codes.PHASE_NONE, 0.0),
        (2.0, "flare", 2, 0.0),
        (3.0, "agent_stop", codes.SIROLIMUS, 2.0),
        (3.0, "splenectomy", 0, 0.0),
        (5.0, "relapse_after_splenectomy", 0, 0.0),
        (5.0, "flare", 1, 0.0),
    ]
    history = read(lines, assumptions())
    assert list(history.events["process"]) == ["flare", "relapse_after_splenectomy"], "neither the index flare nor the relapse is one"
    assert list(history.pieces["end"].iloc[history.events["piece"]]) == [2.0, 5.0]
    assert set(between(history, 0.0, 0.5)["phase"]) == {"flare"}
    assert between(history, 0.0, 0.5)["neutropenic_flare"].all()
    assert set(between(history, 0.3, 3.0)["agent"]) == {"sirolimus"}
    assert set(between(history, 3.0, END)["agent"]) == {""}
    assert between(history, 0.5, 3.0)["agent_answering"].all()
    assert not between(history, 0.0, 0.5)["agent_answering"].any()
    assert set(between(history, 0.0, 3.0)["spleen"]) == {"massive"}
    assert set(between(history, 3.0, END)["spleen"]) == {"removed"}
    assert not between(history, 3.0, 5.0)["relapsed"].any()
    assert between(history, 5.0, END)["relapsed"].all()


def test_flare_hazard_is_the_quadrature_of_the_model() -> None:
    under = assumptions(flare_decline_start_years=8.3, flare_decline_end_years=17.9)
    values = under.values
    history = read([(0.0, "phase", codes.PHASE_NONE, 0.0)], under)
    young, adult = values["flare_rate_young_per_year"], values["flare_rate_adult_per_year"]

    def hazard(time: float) -> float:
        share = min(max((4.5 + time - 8.3) / (17.9 - 8.3), 0.0), 1.0)
        return 2.0 * young * math.exp(share * math.log(adult / young))

    expected = quad(hazard, 0.0, END, points=[3.8, 13.4])[0]
    assert INTENSITIES["flare"](history.pieces, under).sum() == pytest.approx(expected, rel=1e-9)


def test_sepsis_hazard_is_the_quadrature_of_the_model() -> None:
    under = assumptions()
    values = under.values
    history = read([(0.2, "splenectomy", 0, 0.0), (10.0, "diabetes", 0, 0.0)], under)
    shape, years = values["opsi_shape"], values["opsi_reference_years"]
    rate = values["opsi_mean_rate_per_year"] * years ** (1.0 - shape)

    def hazard(time: float) -> float:
        age = 4.5 + time
        kept = 0.8 * (values["prevention_transition_ratio"] if 16.0 <= age < 21.0 else 1.0)
        prevention = 1.0 - kept + kept * values["prevention_rate_ratio"]
        product = values["splenectomy_under_5_ratio"] * (values["diabetes_sepsis_ratio"] if time > 10.0 else 1.0)
        return rate * shape * (time - 0.2) ** (shape - 1.0) * 3.0 * min(product, values["sepsis_multiplier_cap"]) * prevention

    bounds = [0.2, 1.0, 10.0, 11.5, 16.5, END]
    asplenic = sum(quad(hazard, first, last)[0] for first, last in pairwise(bounds))
    before = 0.2 * 3.0 * values["sepsis_with_spleen_per_year"]
    assert INTENSITIES["sepsis"](history.pieces, under).sum() == pytest.approx(before + asplenic, rel=1e-7)


def test_lymphoma_ratio_falls_linearly() -> None:
    under = assumptions()
    values = under.values
    history = read([], under, age_at_index=20.5)
    table = under.lymphoma_per_year[1, 1]
    ages = [values["non_hodgkin_taper_start_years"], values["non_hodgkin_taper_end_years"]]
    ratios = [values["non_hodgkin_incidence_ratio"], values["non_hodgkin_incidence_ratio_late"]]
    steps = np.linspace(20.5, 50.5, 300_001)
    middle = 0.5 * (steps[1:] + steps[:-1])
    expected = float((table[middle.astype(int)] * np.interp(middle, ages, ratios)).sum() * (steps[1] - steps[0]))
    assert INTENSITIES["non_hodgkin_lymphoma"](history.pieces, under).sum() == pytest.approx(expected, rel=1e-6)


def test_nothing_happens_where_the_model_says_so() -> None:
    under = assumptions()
    healthy = read([(0.0, "phase", codes.PHASE_NONE, 0.0)], under, has_cytopenia=0)
    assert INTENSITIES["flare"](healthy.pieces, under).sum() == 0.0
    transplanted = read([(0.1, "splenectomy", 0, 0.0), (1.0, "transplantation", 0, 0.0)], under)
    later = between(transplanted, 1.0, END)
    for process in ("flare", "breakthrough", "relapse_after_splenectomy", "leukaemia_death"):
        assert INTENSITIES[process](later, under).sum() == 0.0, process


def test_an_impossible_event_fails() -> None:
    under = assumptions()
    tally = Tally(under)
    tally.add(read([(2.0, "relapse_after_splenectomy", 0, 0.0)], under, has_cytopenia=0))
    verdict = judge([tally.table()])
    failed = verdict.table[verdict.table["verdict"] == "FAIL"]
    assert not verdict.passed
    assert set(failed["process"]) == {"relapse_after_splenectomy"}
    assert "impossible" in set(failed["by"])


@pytest.mark.parametrize(("events", "expected"), [(120, 100.0), (3, 0.5), (0, 8.0), (10, 10.0)])
def test_scores_have_the_sign_of_the_surplus(events: int, expected: float) -> None:
    (z,), (p,) = scores(np.array([float(events)]), np.array([expected]))
    assert 0.0 < p <= 1.0
    assert z == 0.0 or (z > 0.0) == (events > expected)


def test_family_error_of_the_check_is_held() -> None:
    generator = np.random.default_rng(20150331)
    failures = 0
    for _ in range(400):
        expected = generator.uniform(0.1, 300.0, size=60)
        z, p = scores(generator.poisson(expected).astype(np.float64), expected)
        table = pd.DataFrame({"process": "x", "by": "y", "stratum": "z", "events": 0, "expected": expected})
        failures += not judge([table.assign(z=z, p=p)]).passed
    assert failures <= 12, "of 400 families at 1% error more than 12 fail with probability 0.0003"


def test_each_multiplier_changes_its_hazard() -> None:
    under = assumptions()
    names = [multiplier.name for multiplier in MULTIPLIERS]
    assert len(names) == len(set(names))
    for multiplier in MULTIPLIERS:
        assert multiplier.without(under) != under or multiplier.name.startswith(ONE_IN_THE_LEDGER), multiplier.name
        assert set(multiplier.processes) <= set(COMPARED)


def test_every_ratio_that_the_rules_read_is_taken_out_by_some_multiplier(ledger: Ledger) -> None:
    """But for those of quality, which the books check, and that of the reading of damped flares, which is 0 as taken."""
    words = {name: re.split(r"[._]", name) for name in ledger.parameters}
    ratios = [name for name in words if "ratio" in words[name] and not ledger[name].file.endswith("utilities.yaml")]
    under = assumptions().with_named_values(dict.fromkeys(ratios, 0.37))
    without = [multiplier.without(under).values for multiplier in MULTIPLIERS]
    taken_out = {name for name in ratios if any(values[name] != under.values[name] for values in without)}
    assert set(ratios) - taken_out == {"flare_ratio_in_remission"}


def test_unknown_parameters_and_patients_are_refused() -> None:
    with pytest.raises(KeyError, match="flare_rate"):
        assumptions().with_values(flare_rate=1.0)
    log = np.zeros(1, LOG_DTYPE)
    log[0] = (0.0, 4.5, 8, 2, LOG_KINDS.index("entry"))
    with pytest.raises(ValueError, match="found patient 8"):
        histories(events_in_words(log, WORDS), patients(), assumptions())
    log["patient"], log["kind"] = 7, LOG_KINDS.index("flare")
    with pytest.raises(ValueError, match="one `entry` line"):
        histories(events_in_words(log, WORDS), patients(), assumptions())
