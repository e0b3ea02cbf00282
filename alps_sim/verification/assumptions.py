"""What an intensity is computed under: parameter values, the strategy's numbers, population tables.

A copy with one thing changed is how a multiplier is taken out of the intensity while the lives keep it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Assumptions:
    """Everything outside the patients that hazards depend on.

    Attributes
    ----------
    values
        Parameter values by ledger name.
    prevention_uptake, prevention_adherence
        Of the strategy, shares.
    splenectomy_for_splenomegaly_per_year
        Of the strategy.
    death_per_year
        (2, 120) background hazard by sex (male first) and completed age.
    lymphoma_per_year
        (2, 2, 120) population incidence: Hodgkin first; sex; completed age.
    body
        (2, 120, 4) L, M (kg), S of the weight reference and height (cm) by sex and completed age.
    flare_frailty, infection_frailty
        Whether the patients' frailties count. False only in an intensity that is meant to fail.
    remission_after_splenectomy
        Whether flares stay away after surgery until the relapse. False only in an intensity that is meant to fail.
    steroid_left_in_taper
        Whether the steroid left in a taper holds breakthroughs back. False only in an intensity that is meant to fail.
    spleen_regression_ages_years
        Ages between which the spleen falls by itself.
    """

    values: Mapping[str, float]
    prevention_uptake: float
    prevention_adherence: float
    splenectomy_for_splenomegaly_per_year: float
    death_per_year: FloatArray
    lymphoma_per_year: FloatArray
    body: FloatArray
    flare_frailty: bool = True
    infection_frailty: bool = True
    remission_after_splenectomy: bool = True
    steroid_left_in_taper: bool = True
    spleen_regression_ages_years: tuple[float, float] | None = None

    def with_values(self, **changes: float) -> Self:
        """A copy with other values of some scalar parameters.

        Parameters
        ----------
        **changes
            New values by ledger name.

        Raises
        ------
        KeyError
            If a name is not a parameter.
        """
        return self.with_named_values(changes)

    def with_named_values(self, changes: Mapping[str, float]) -> Self:
        """The same for names that contain dots.

        Parameters
        ----------
        changes
            New values by ledger name.

        Raises
        ------
        KeyError
            If a name is not a parameter.
        """
        unknown = [name for name in changes if name not in self.values]
        if unknown:
            raise KeyError(f"expected the name of a parameter, found `{unknown[0]}`")
        return replace(self, values={**self.values, **changes})

    def regression_ages(self) -> tuple[float, float]:
        """Ages between which the spleen may fall by itself: those of the decline of flares, unless given."""
        if self.spleen_regression_ages_years is not None:
            return self.spleen_regression_ages_years
        return self.values["flare_decline_start_years"], self.values["flare_decline_end_years"]

    def breakpoint_ages(self) -> tuple[float, ...]:
        """Ages at which a hazard or a stratum changes otherwise than on a birthday."""
        names = (
            "flare_decline_start_years",
            "flare_decline_end_years",
            "transition_start_age_years",
            "transition_end_age_years",
            "non_hodgkin_taper_start_years",
            "non_hodgkin_taper_end_years",
            "osteonecrosis_minimum_age_years",
        )
        a_year_later = (self.values[name] + 1.0 for name in names[:2])
        return (*(self.values[name] for name in names), *a_year_later, *self.regression_ages())
