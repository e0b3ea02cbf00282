"""What is fitted to what: each published cohort has its own parameters, and no parameter is fitted twice.

A block simulates the replica of one cohort at its real size. All uncertain parameters of the model are drawn from their priors
in every simulated cohort; those named here are looked for in the figures, the others are averaged over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from alps_sim.evidence.distributions import Distribution
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.readings import Alternative, find_reading, reading_choices
from alps_sim.evidence.targets import CALIBRATED, Cohort, Target, load_targets, target_cohorts
from alps_sim.outcomes.observation import observe
from alps_sim.outcomes.properties import Rows
from alps_sim.outcomes.statistics import SELECTIONS, STATISTICS


@dataclass(frozen=True)
class Figure:
    """A published figure as it is asked of a simulated cohort.

    Attributes
    ----------
    target
        The figure.
    part
        The smaller study that it comes from, of a part of the cohort or of an earlier time. As many of the cohort's such patients as that
        study had are asked, so that the figure is as uncertain as it was. None if it was about the whole cohort.
    """

    target: Target
    part: Cohort | None = None


def figure_values(figures: Sequence[Figure], rows: Rows) -> list[float]:
    """Figures of a simulated cohort, NaN where one has no denominator; each part of the cohort is looked at once.

    Parameters
    ----------
    figures
        In the order of the values.
    rows
        Of `outcomes.observation.observe`.
    """
    seen = {part: _seen_by(part, rows) for part in dict.fromkeys(figure.part for figure in figures)}
    found = [(STATISTICS[figure.target.statistic], seen[figure.part]) for figure in figures]
    return [statistic.value(patients) if patients.size else float("nan") for statistic, patients in found]


def _seen_by(part: Cohort | None, rows: Rows) -> Rows:
    """The patients of a smaller study as it saw them; all of them for none."""
    if part is None:
        return rows
    then = observe(rows, part.years_earlier)
    return then.compress(SELECTIONS[part.among](then))[: part.size]


@dataclass(frozen=True)
class Block:
    """A cohort and what is fitted to it.

    Attributes
    ----------
    cohort
        Identifier of the cohort in the published targets, and name of the scenario that replicates it.
    fitted
        Parameters of the ledger.
    parts
        Smaller studies, of a part of this cohort, whose figures are asked of it too.
    reading
        Reading and alternative under which the cohort is fitted by itself; empty for those taken.
    tied
        Parameters that are one and the same under this reading: the second is set to the first, which is fitted.
    replica
        Scenario that replicates the cohort under this reading; empty for the one of its name.
    """

    cohort: str
    fitted: tuple[str, ...]
    parts: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()
    tied: Mapping[str, str] = field(default_factory=dict)
    replica: str = ""

    @property
    def name(self) -> str:
        """The cohort, or the alternative under which it is fitted."""
        return self.reading[1] if self.reading else self.cohort

    @property
    def scenario(self) -> str:
        """Name of the scenario that is simulated."""
        return self.replica or self.cohort

    @property
    def alternative(self) -> Alternative | None:
        """The alternative under which the cohort is fitted; None for the readings taken."""
        return find_reading(self.reading[0]).alternative(self.reading[1]) if self.reading else None

    @property
    def choices(self) -> Mapping[str, str]:
        """Named choices in force."""
        return reading_choices({self.reading[0]: self.reading[1]} if self.reading else {})

    @property
    def priors(self) -> Mapping[str, Distribution]:
        """What is believed in place of the ledger's distributions."""
        return self.alternative.priors if self.alternative else {}

    @property
    def held(self) -> Mapping[str, float]:
        """What the reading sets and is not fitted."""
        return self.alternative.beside((*self.fitted, *self.tied.values()), load_priors().values()) if self.alternative else {}

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures that are fitted: those of the cohort, then those of smaller studies."""
        of = {name: [one.read_with(self.choices) for one in _calibrated(name)] for name in (self.cohort, *self.parts)}
        own = [Figure(target) for target in of[self.cohort]]
        return (*own, *(Figure(target, target_cohorts()[name]) for name in self.parts for target in of[name]))

    @property
    def targets(self) -> tuple[Target, ...]:
        """The published figures that are fitted."""
        return tuple(figure.target for figure in self.figures)


def _calibrated(cohort: str) -> list[Target]:
    """The figures of a cohort that are fitted."""
    return [target for target in load_targets() if target.cohort == cohort and target.target_class == CALIBRATED]


def _agent(agent: str, *fields: str, lineages: Sequence[str] = ("aiha",)) -> tuple[str, ...]:
    """Fields of an agent, with its response in a lineage, which the others share, or in each where they were reported apart."""
    responses = tuple(f"response_probability_{lineage}" for lineage in lineages)
    return tuple(f"drug.{agent}.{field}" for field in (*responses, *fields))


BLOCKS: Final = (
    Block(
        "nih_cohort",
        (
            "flare_rate_young_per_year",
            "flare_rate_adult_per_year",
            "flare_frailty_variance",
            "breakthrough_per_year",
            "flare_ratio_after_splenectomy_relapse",
            "relapse_after_splenectomy_shape",
            "relapse_after_splenectomy_scale_years",
            "spleen_massive_probability",
            "opsi_mean_rate_per_year",
            "opsi_shape",
            "infection_frailty_variance",
            "opsi_fatality_probability",
            "splenectomy_under_5_ratio",
            "prevention_rate_ratio",
            "sepsis_with_spleen_per_year",
            "nih_cytopenia_share",
            "nih_splenectomy_uptake",
            "nih_splenectomy_for_splenomegaly_per_year",
            "nih_long_term_uptake",
            "nih_prevention_adherence",
            "nih_entry_lag_median_years",
            "nih_follow_up_median_years",
        ),
        # prior information on repetition, from a survey elsewhere; and operations and time at risk, of half the patients some years earlier
        parts=("french_asplenic", "nih_asplenic_subset"),
    ),
    Block(
        "nih_mmf",
        (
            *_agent("mmf", "hypersplenism_response_ratio", "loss_of_response_per_year", "flare_rate_ratio", "intolerance_per_year"),
            "nih_mmf_follow_up_median_years",
        ),
    ),
    Block("nih_sirolimus", _agent("sirolimus", "loss_of_response_per_year", "flare_rate_ratio", "intolerance_per_year")),
    Block("nih_rituximab", _agent("rituximab", "loss_of_response_per_year", "flare_rate_ratio", lineages=("aiha", "itp", "neutropenia"))),
)
"""All that is fitted, under the readings taken."""

_COHORT: Final = BLOCKS[0]
_MMF: Final = BLOCKS[1]
_OWN_CLOCK: Final = (
    "relapse_after_splenectomy_shape",
    "relapse_after_splenectomy_scale_years",
    "flare_ratio_after_splenectomy_relapse",
)
OTHER_STRUCTURES: Final = (
    replace(
        _COHORT,
        fitted=(*(name for name in _COHORT.fitted if name not in _OWN_CLOCK), "flare_ratio_in_remission"),
        reading=("relapse_after_splenectomy", "damped_flares"),
        tied={"flare_ratio_in_remission": "flare_ratio_after_splenectomy_relapse"},
    ),
    # the survey's 1.9 episodes a septic patient are left out: they are what speaks against this reading
    replace(_COHORT, parts=_COHORT.parts[1:], reading=("multiple_episodes", "at_least_two")),
    replace(_COHORT, reading=("entry_into_the_cohort", "all")),
    # one episode multiplies the hazard of the next in place of a frailty
    replace(
        _COHORT,
        fitted=tuple("sepsis_recurrence_ratio" if name == "infection_frailty_variance" else name for name in _COHORT.fitted),
        reading=("repeated_sepsis", "recurrence"),
    ),
    replace(_MMF, reading=("mmf_age_range", "to_15_years"), replica="nih_mmf_to_15_years"),
)
"""A cohort under other structures of the model or readings of its figures: a bank and a fit each, never mixed."""


def block_named(name: str) -> Block:
    """The block of a cohort, or of an alternative.

    Parameters
    ----------
    name
        Of `Block.name`.
    """
    return next(block for block in (*BLOCKS, *OTHER_STRUCTURES) if block.name == name)


def summary(target: Target, value: float) -> float:
    """A figure on a scale on which its scatter is nearly the same everywhere: arc sine of the root of a share, log of the others.

    Parameters
    ----------
    target
        The published figure; a count of n is a share, and so is a value below 1 of n patients.
    value
        Published or simulated, not negative.
    """
    if is_share(target):
        return float(np.arcsin(np.sqrt(min(max(value, 0.0), 1.0))))
    return float(np.log(max(value, LEAST_VALUE)))


LEAST_VALUE: Final = 1e-3
"""A median or mean of nearly nothing counts as this, to have a logarithm."""


def is_share(target: Target) -> bool:
    """Whether a figure is a share of patients."""
    return target.observed.n is not None and (target.observed.count is not None or target.observed.value <= 1.0)


def observed_summaries(targets: tuple[Target, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(targets,) the published figures on the scale of `summary`."""
    return np.array([summary(target, target.observed.value) for target in targets])
