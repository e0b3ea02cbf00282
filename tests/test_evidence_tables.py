"""Tables by age and sex: as published, in the units of the rules."""

import math

import numpy as np
import pytest

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import load_ledger
from alps_sim.evidence.source import FOLDER
from alps_sim.evidence.tables import (
    UTILITY_BANDS,
    FloatArray,
    background_death_per_year,
    body_size,
    life_table_periods,
    lymphoma_incidence_per_year,
    table_rows,
    table_sources,
    utility_norm,
)
from alps_sim.rules.codes import FEMALE, HODGKIN, LYMPHOMAS, MALE, NON_HODGKIN, SEXES

BODY = body_size(90.0, 77.0)
L, M, S, HEIGHT = range(4)


def life_expectancy(hazard: FloatArray) -> float:
    """Mean length of life from birth under a yearly constant hazard, the last one for ever."""
    alive = np.concatenate([[1.0], np.exp(-np.cumsum(hazard))])
    return float(np.sum(alive[:-1] * -np.expm1(-hazard) / hazard) + alive[-1] / hazard[-1])


def test_every_table_has_its_source_and_every_source_its_table() -> None:
    assert set(table_sources()) == {path.name for path in (FOLDER / "tables").glob("*.csv")}


def test_background_death_turns_probabilities_into_hazards() -> None:
    hazard = background_death_per_year(2017)
    assert hazard.shape == (len(SEXES), 120)
    row = table_rows("us_period_life_table_qx.csv")[40]
    assert -math.expm1(-hazard[MALE, 40]) == pytest.approx(float(row["M2017"]), rel=1e-12)
    assert -math.expm1(-hazard[FEMALE, 40]) == pytest.approx(float(row["F2017"]), rel=1e-12)


def test_life_expectancy_is_that_published_for_2017() -> None:
    hazard = background_death_per_year(2017)
    assert life_expectancy(hazard[MALE]) == pytest.approx(75.97, abs=0.02)
    assert life_expectancy(hazard[FEMALE]) == pytest.approx(80.96, abs=0.02)


def test_lives_grow_longer_from_1980_to_2010_and_women_live_longer() -> None:
    expectancies = [[life_expectancy(hazard) for hazard in background_death_per_year(period)] for period in (1980, 1990, 2000, 2010)]
    assert expectancies == sorted(expectancies)
    assert all(male < female for male, female in expectancies)


def test_all_hazards_of_death_are_finite_and_positive() -> None:
    for period in life_table_periods():
        hazard = background_death_per_year(period)
        assert np.all(np.isfinite(hazard))
        assert np.all(hazard > 0)


def test_a_year_without_life_table_is_refused_with_those_there_are() -> None:
    with pytest.raises(EvidenceError, match=r"1980, 1990, 2000, 2010, 2015, 2017, found 2016"):
        background_death_per_year(2016)


def test_lymphoma_incidence_is_per_person_year_by_kind_sex_and_age() -> None:
    incidence = lymphoma_incidence_per_year()
    assert incidence.shape == (len(LYMPHOMAS), len(SEXES), 120)
    assert incidence[HODGKIN, FEMALE, 22] == pytest.approx(4.18e-5)
    assert incidence[NON_HODGKIN, MALE, 60] == pytest.approx(48.35e-5)
    assert incidence[NON_HODGKIN, MALE, 64] == incidence[NON_HODGKIN, MALE, 60] != incidence[NON_HODGKIN, MALE, 65]


def test_a_suppressed_cell_of_the_incidence_is_nought() -> None:
    incidence = lymphoma_incidence_per_year()
    assert np.all(incidence[HODGKIN, :, :5] == 0)
    assert np.all(incidence[NON_HODGKIN, :, 0] == 0)
    assert np.all(incidence[:, :, 5:] > 0)


def test_the_oldest_group_holds_to_the_end_of_life() -> None:
    incidence = lymphoma_incidence_per_year()
    assert np.all(incidence[:, :, 85:] == incidence[:, :, 85:86])
    assert incidence[NON_HODGKIN, FEMALE, 119] == pytest.approx(77.53e-5)


def test_published_rates_are_cases_over_population() -> None:
    for row in table_rows("us_2019_lymphoma_incidence.csv"):
        for kind in ("HL", "NHL"):
            for sex in ("M", "F"):
                if row[f"{kind}_{sex}_cases"]:
                    rate = float(row[f"{kind}_{sex}_cases"]) / float(row[f"pop_{sex}"]) * 1e5
                    assert float(row[f"{kind}_{sex}_per100k"]) == pytest.approx(rate, abs=0.006)


def test_body_size_at_a_completed_age_is_the_reference_at_that_age() -> None:
    assert BODY.shape == (len(SEXES), 120, 4)
    assert BODY[MALE, 10].tolist() == [-1.2067, 32.09, 0.1789, 138.8]
    assert BODY[FEMALE, 2].tolist() == [-0.7522, 12.13, 0.1077, 85.4]


def test_the_first_year_of_life_is_read_at_half_a_year() -> None:
    assert BODY[MALE, 0, M] == 8.16
    assert BODY[FEMALE, 0, HEIGHT] == 66.1


def test_after_20_the_median_goes_straight_to_the_adult_mean_at_30_and_stays() -> None:
    assert BODY[MALE, 20, M] == 70.6
    assert BODY[MALE, 25, M] == pytest.approx((70.6 + 90.0) / 2)
    assert np.all(BODY[MALE, 30:, M] == 90.0)
    assert np.all(BODY[FEMALE, 30:, M] == 77.0)


def test_after_20_height_and_the_shape_of_the_weights_stay() -> None:
    for place in (L, S, HEIGHT):
        assert np.all(BODY[:, 20:, place] == BODY[:, 20:21, place])


def test_children_grow_every_year() -> None:
    assert np.all(np.diff(BODY[:, :21, M], axis=1) > 0)
    assert np.all(np.diff(BODY[:, :19, HEIGHT], axis=1) > 0)


def test_surface_by_mosteller_is_that_of_the_reference() -> None:
    for row in table_rows("cdc2000_body_size_by_age.csv"):
        for sex in ("boy", "girl"):
            surface = math.sqrt(float(row[f"{sex}_cm_P50"]) * float(row[f"{sex}_kg_P50"]) / 3600)
            assert surface == pytest.approx(float(row[f"{sex}_bsa"]), abs=0.001)


def test_the_utility_norm_changes_at_the_bounds_of_its_bands_only() -> None:
    values = load_ledger().values()
    norm = utility_norm(values)
    assert norm.shape == (120,)
    assert (norm[17], norm[18], norm[29], norm[30], norm[119]) == (
        values["utility_norm_child"],
        values["utility_norm_18_29"],
        values["utility_norm_18_29"],
        values["utility_norm_30_44"],
        values["utility_norm_75_plus"],
    )
    changes = set((np.nonzero(np.diff(norm))[0] + 1).tolist())
    assert changes == {start for _, start in UTILITY_BANDS if start > 0}
