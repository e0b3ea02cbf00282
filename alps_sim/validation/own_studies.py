"""The patients of a user's figure as a scenario: a shipped one in which population, surgery, agents and follow-up are replaced."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from alps_sim.rules.codes import GENOTYPES
from alps_sim.scenario import Scenario, load_scenario
from alps_sim.scenario.patients import LogNormal, Observation, Population, PriorSplenectomy, TruncatedLogNormal
from alps_sim.scenario.references import Reference
from alps_sim.scenario.schema import ParameterDraws
from alps_sim.scenario.strategy import Line, Strategy, Weaning
from alps_sim.validation.own_figures import BY_INDICATION, OwnFigure, Spans
from alps_sim.validation.studies import SCENARIOS, Figure, Study, with_strategy

PATIENTS: Final = 40_000
PATIENTS_PER_DRAW: Final = 1_000
"""About so many are simulated, by chance alone and in each draw, unless their number is told."""
COHORTS: Final = (20, 400)
COHORTS_PER_DRAW: Final = (1, 20)
"""Fewest and most cohorts these are cut into."""
OWN: Final = "OWN"
"""Class of a user's figure: whether it was held out, the user must know."""
PRIOR: Final = PriorSplenectomy(share=1.0, median_years_before=4.0, log_sd=0.8)
WEANING: Final = Weaning(quiet_years=3.0, minimum_age_years=18.0, attempts=2)
"""As in the replicas of drugs but for mycophenolate, from which nobody was told to have been weaned."""
"""Of asplenic patients who start a drug: as in the replica of the MMF series, an assumption."""
_WIDEST_YEARS: Final = 120.0


def own_studies(figures: Mapping[str, OwnFigure]) -> list[Study]:
    """One study a figure.

    Parameters
    ----------
    figures
        Of `load_own_figures`.
    """
    return [_study(name, figure) for name, figure in figures.items()]


def _study(name: str, figure: OwnFigure) -> Study:
    published = Figure(name, figure.description, figure.as_observed(), figure.as_statistic(), OWN, figure.source, figure.note)
    return Study(name, figure.description, own_scenario(name, figure), figure.n, (published,))


def own_scenario(name: str, figure: OwnFigure) -> Scenario:
    """Patients and treatment of a figure, with what is not told as in the replicas of the NIH cohort.

    Parameters
    ----------
    name
        Of the figure.
    figure
        As read.
    """
    base = _base("nih_cohort" if figure.splenectomised == BY_INDICATION else "nih_mmf")
    strategy = next(iter(base.strategies.values()))
    if figure.splenectomised != BY_INDICATION:
        strategy = _treated(strategy, figure)
    draws = ParameterDraws(draws=0, patients_per_draw=_whole_cohorts(PATIENTS_PER_DRAW, figure.n, COHORTS_PER_DRAW))
    changes = {
        "name": name,
        "replica": None,
        "patients": _whole_cohorts(PATIENTS, figure.n, COHORTS),
        "population": _population(base.population, figure),
        "parameter_draws": draws,
        "strategies": {name: strategy},
        "comparator": name,
    }
    return base.replaced(**changes).with_references(tuple(_kept(base, name)))


def _kept(base: Scenario, name: str) -> Iterator[Reference]:
    """Numbers of the base that stay the ledger's: of how its patients were treated, not of ages and follow-up."""
    for path, parameter in base.references:
        if path[:1] == ("strategies",):
            yield ("strategies", name, *path[2:]), parameter
        elif path[:2] not in {("population", "age_at_index_years"), ("population", "observation")}:
            yield path, parameter


def _whole_cohorts(patients: int, size: int, limits: tuple[int, int]) -> int:
    """About so many patients, in a number of cohorts within the limits."""
    return size * min(max(patients // size, limits[0]), limits[1])


@lru_cache(maxsize=2)
def _base(name: str) -> Scenario:
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")
    return with_strategy(scenario, scenario.comparator)


def _treated(strategy: Strategy, figure: OwnFigure) -> Strategy:
    """Splenectomy with the first flare if the spleen comes out then, and the agents in their order."""
    words = [*(["splenectomy"] if figure.splenectomised and not figure.came_without_spleen else []), *figure.treatments]
    changes = {"lines": tuple(Line(treatment=word) for word in words), "description": figure.description, "weaning": WEANING}
    return strategy.model_copy(update=changes)


def _population(base: Population, figure: OwnFigure) -> Population:
    lag = figure.follow_up.enrolled_after
    observation = Observation(
        entry_lag_years=_log_normal(lag, figure.n) if lag is not None else None,
        follow_up_years=truncated_log_normal(figure.follow_up, figure.n),
        alive_at_entry=True,
    )
    changes = {
        "genotype_shares": {genotype: figure.genotypes.get(genotype, 0.0) for genotype in GENOTYPES},
        "male_share": figure.male_share,
        "age_at_index_years": truncated_log_normal(figure.age_years, figure.n) if figure.age_years is not None else None,
        "prior_splenectomy": PRIOR if figure.came_without_spleen else None,
        "observation": observation,
    }
    return base.model_copy(update=changes)


def _log_normal(spans: Spans, n: int) -> LogNormal:
    cut = truncated_log_normal(spans, n)
    return LogNormal(median=cut.median, log_sd=cut.log_sd)


def truncated_log_normal(spans: Spans, n: int) -> TruncatedLogNormal:
    """The log-normal distribution within the published range that has the published median or mean.

    Without a published spread, that under which the range is what n patients are expected to show.

    Parameters
    ----------
    spans
        Median or mean, and range or spread.
    n
        Patients in the study.
    """
    low, high = spans.range_years or (0.0, _WIDEST_YEARS)
    low = max(low, 0.01)
    spread = spans.log_sd if spans.log_sd is not None else _spread(low, high, n)
    centre = spans.median_years or spans.mean_years or low
    found = _median if spans.median_years is not None else _mean
    if spread == 0.0:
        return TruncatedLogNormal(median=centre, log_sd=0.0, minimum=low, maximum=high)
    ends = np.log([low, high])
    beyond = [found(end, spread, ends) - centre for end in ends]
    # a centre that no median within the range gives is met as nearly as can be
    location = float(brentq(lambda place: found(place, spread, ends) - centre, *ends)) if beyond[0] * beyond[1] < 0 else np.log(centre)
    return TruncatedLogNormal(median=float(np.exp(location)), log_sd=spread, minimum=low, maximum=high)


def _spread(low: float, high: float, n: int) -> float:
    """Standard deviation of the logarithm under which n values are expected to reach from low to high."""
    outermost = -float(ndtri(0.625 / (max(n, 2) + 0.25)))  # Blom 1958, expected extreme of n standard normal values
    return float(np.log(high / low)) / (2.0 * outermost)


def _median(location: float, spread: float, ends: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    below = ndtr((ends - location) / spread)
    return float(np.exp(location + spread * ndtri(below.mean())))


def _mean(location: float, spread: float, ends: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    z = (ends - location) / spread
    whole, shifted = np.diff(ndtr(z))[0], np.diff(ndtr(z - spread))[0]
    return float(np.exp(location + spread**2 / 2.0) * shifted / whole)
