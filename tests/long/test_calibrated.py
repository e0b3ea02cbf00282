"""The shipped fit reaches the figures it was fitted to, and this test notices what would not.

Each case simulates the published cohorts under 400 draws: a minute or two. The bar is that of `validation.criteria`: predictive mean
within one standard deviation of chance, predictive interval at most twice as wide as chance alone makes it. What misses it is listed
with its reason.
"""

from collections.abc import Mapping
from typing import Final

import pandas as pd
import pytest

from alps_sim.evidence.ledger import load_ledger, load_priors
from alps_sim.validation.compare import compare
from alps_sim.validation.criteria import calibrated
from alps_sim.validation.parameters import ParameterSource, beliefs, multiplied
from alps_sim.validation.replicate import Effort
from tests.unseen import fitted_studies

MISSED: Final[Mapping[str, str]] = {
    "splenectomy_age_median": "8.7 y against 10, of an earlier subset: 5.6 y is read as the age at first cytopenia, not at presentation",
    "mmf_initial_response": "90% against 94%: a constant hazard of loss that leaves 44 of 64 takes one in thirteen within that year",
}
"""Figures that the fit does not reach, and the reason."""
MOVED_SD: Final = 0.25
"""A figure beyond the bar that a defect has moved by less, in standard deviations of chance, was next to it or beyond it before."""
DRAWS: Final = 400
"""From 100 draws a width is uncertain by a tenth and a distance by a fifth of a standard deviation, which is too much beside a bar."""

DEFECTS: Final[Mapping[str, Mapping[str, float]]] = {
    "sepsis_hazard": {"opsi_mean_rate_per_year": 2.0},
    "fatality": {"opsi_fatality_probability": 2.0},
    "relapse_scale": {"relapse_after_splenectomy_scale_years": 2.0},
    "loss_on_mmf": {"drug.mmf.loss_of_response_per_year": 2.0},
}
SEEN_BY: Final = {
    "sepsis_hazard": "septic_after_splenectomy",
    "fatality": "opsi_deaths",
    "relapse_scale": "relapse_4_years",
    "loss_on_mmf": "mmf_long_term_response",
}
UNSEEN: Final[Mapping[str, Mapping[str, float]]] = {
    "sepsis_shape": {"opsi_shape": 1.25},
    "sepsis_with_spleen": {"sepsis_with_spleen_per_year": 2.0},
    "young_age": {"splenectomy_under_5_ratio": 2.0},
    "flares_after_relapse": {"flare_ratio_after_splenectomy_relapse": 0.5},
}
"""Defects that no published figure shows: the parameters keep their priors, and the report says so."""


def reached(source: ParameterSource) -> pd.DataFrame:
    return calibrated(compare(fitted_studies(), source, Effort(draws=DRAWS, workers=2), lambda what, done, of: None)).set_index("figure")


def seen_by(defect: Mapping[str, float], of_the_fit: pd.DataFrame) -> set[str]:
    """Figures that a defect has moved, and to where they are not reached."""
    found = reached(multiplied(beliefs(load_ledger()), defect))
    moved = (found["distance_sd"] - of_the_fit["distance_sd"]).abs()
    return set(found.index[~found["close"] & (moved >= MOVED_SD)])


@pytest.fixture(scope="module")
def of_the_fit() -> pd.DataFrame:
    return reached(beliefs(load_ledger()))


def test_the_posterior_reaches_its_figures_but_for_those_listed(of_the_fit: pd.DataFrame) -> None:
    missed = of_the_fit.index[~(of_the_fit["close"] & of_the_fit["narrow"])]
    assert set(missed) == set(MISSED), of_the_fit.loc[missed, ["distance_sd", "width_ratio"]].to_string()


def test_the_prior_does_not() -> None:
    found = reached(beliefs(load_priors()))
    assert (~(found["close"] & found["narrow"])).sum() > 3 + len(MISSED)


@pytest.mark.parametrize("defect", DEFECTS)
def test_nor_does_a_fit_with_a_planted_defect(defect: str, of_the_fit: pd.DataFrame) -> None:
    assert SEEN_BY[defect] in seen_by(DEFECTS[defect], of_the_fit)


@pytest.mark.parametrize("defect", UNSEEN)
def test_what_the_published_figures_cannot_see_is_known(defect: str, of_the_fit: pd.DataFrame) -> None:
    assert seen_by(UNSEEN[defect], of_the_fit) == set()
