"""What is fitted to what: each published cohort has its own parameters, and no parameter is fitted twice.

A block simulates the replica of one cohort at its real size. All uncertain parameters of the model are drawn from their priors
in every simulated cohort; those named here are looked for in the figures, the others are averaged over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from alps_sim.evidence.targets import CALIBRATED, Target, load_targets
from alps_sim.outcomes.properties import Flags, Rows, one_opsi, splenectomised
from alps_sim.outcomes.statistics import STATISTICS


@dataclass(frozen=True)
class Figure:
    """A published figure as it is asked of a simulated cohort.

    Attributes
    ----------
    target
        The figure.
    among
        Of a smaller study than the cohort: whom it was about. As many of the cohort's such patients as the study had are asked, so
        that the figure is as uncertain as it was. None if it was about the whole cohort.
    """

    target: Target
    among: Callable[[Rows], Flags] | None = None

    def value(self, rows: Rows) -> float:
        """The figure in a simulated cohort; NaN where it has no denominator.

        Parameters
        ----------
        rows
            Of `outcomes.observation.observe`.
        """
        if self.among is not None:
            rows = rows[self.among(rows)][: self.target.observed.n]
        return STATISTICS[self.target.statistic].value(rows) if rows.size else float("nan")


@dataclass(frozen=True)
class Block:
    """A cohort and what is fitted to it.

    Attributes
    ----------
    cohort
        Identifier of the cohort in the published targets, and name of the scenario that replicates it.
    fitted
        Parameters of the ledger.
    also
        Figures of smaller studies that are asked of this cohort too, with whom they were about.
    """

    cohort: str
    fitted: tuple[str, ...]
    also: tuple[tuple[str, Callable[[Rows], Flags]], ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures that are fitted: those of the cohort, then those of smaller studies."""
        own = [Figure(target) for target in load_targets() if target.cohort == self.cohort and target.target_class == CALIBRATED]
        by_name = {target.identifier: target for target in load_targets()}
        return (*own, *(Figure(by_name[name], among) for name, among in self.also))

    @property
    def targets(self) -> tuple[Target, ...]:
        """The published figures that are fitted."""
        return tuple(figure.target for figure in self.figures)


def _agent(agent: str, *fields: str) -> tuple[str, ...]:
    """Fields of an agent, with its response in every lineage."""
    responses = tuple(f"response_probability_{lineage}" for lineage in ("aiha", "itp", "neutropenia"))
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
        # prior information on repetition, from a survey elsewhere; and the time at risk, of half the patients some years earlier
        also=(("episodes_per_septic_patient", one_opsi), ("years_after_splenectomy_mean", splenectomised)),
    ),
    Block(
        "nih_mmf",
        (*_agent("mmf", "loss_of_response_per_year", "flare_rate_ratio", "intolerance_per_year"), "nih_mmf_follow_up_median_years"),
    ),
    Block("nih_sirolimus", _agent("sirolimus", "loss_of_response_per_year", "flare_rate_ratio", "intolerance_per_year")),
    Block("nih_rituximab", _agent("rituximab", "loss_of_response_per_year", "flare_rate_ratio")),
)
"""All that is fitted."""


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
