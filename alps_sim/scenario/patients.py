"""Who the patients of a scenario are: the facts of its design that are not parameters of the disease.

What belongs to the disease (lineages, spleen size, frailties, and the age at the index unless replaced here) stands in the
evidence ledger; what belongs to the study that a scenario replicates stands here.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Final, Self

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from alps_sim.rules.codes import GENOTYPES
from alps_sim.scenario.words import OrWord, PositiveYears, Section, Share, Spread, Word, Years, problem

LOGNORMAL: Final = "lognormal"
QUANTILES: Final = "quantiles"
DISTRIBUTIONS: Final = (LOGNORMAL, QUANTILES)
DistributionWord = Annotated[str, Word(DISTRIBUTIONS, "a distribution")]
GenotypeWord = Annotated[str, Word(GENOTYPES, "a genotype")]


class TruncatedLogNormal(Section):
    """A log-normal distribution cut off at both ends, drawn by inversion between the cuts.

    Parameters are those before the cut, so the median of what is drawn lies a little nearer to the wider side.
    """

    distribution: DistributionWord = LOGNORMAL
    """Its name."""
    median: PositiveYears
    """Median in years before the cut."""
    log_sd: Spread
    """Standard deviation of the logarithm before the cut; 0 gives everybody the median."""
    minimum: Years
    """Lowest value in years."""
    maximum: PositiveYears
    """Highest value in years."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """The median lies between the cuts."""
        if self.maximum <= self.minimum:
            raise problem(f"expected more than minimum ({self.minimum:g}), found {self.maximum:g}; correct one", "maximum")
        if not self.minimum <= self.median <= self.maximum:
            raise problem(f"expected between {self.minimum:g} and {self.maximum:g}, found {self.median:g}; correct one", "median")
        return self


class Quantiles(Section):
    """A distribution by some of its quantiles, as a study may give them; its logarithm runs straight between them."""

    distribution: DistributionWord = QUANTILES
    """Its name."""
    shares: Annotated[tuple[Share, ...], Field(strict=False, min_length=2)]
    """Share of patients with less, from 0 to 1, rising."""
    years: Annotated[tuple[PositiveYears, ...], Field(strict=False, min_length=2)]
    """The years below which these shares lie, rising."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Both lists rise together, and the shares from 0 to 1."""
        if len(self.years) != len(self.shares):
            raise problem(f"expected {len(self.shares)} numbers, one for each share, found {len(self.years)}; correct one list", "years")
        if (self.shares[0], self.shares[-1]) != (0.0, 1.0):
            ends = f"{self.shares[0]:g} and {self.shares[-1]:g}"
            raise problem(f"expected shares from 0 (the lowest value) to 1 (the highest), found {ends}; add the ends", "shares")
        for key in ("shares", "years"):
            if not _rises(getattr(self, key)):
                raise problem("expected numbers that rise, found one that does not; put them in order", key)
        return self

    @property
    def logarithms(self) -> tuple[float, ...]:
        """Logarithms of the years."""
        return tuple(math.log(years) for years in self.years)

    @property
    def minimum(self) -> float:
        """Lowest value in years."""
        return self.years[0]

    @property
    def median(self) -> float:
        """Median in years."""
        return math.exp(float(np.interp(0.5, self.shares, self.logarithms)))

    @property
    def maximum(self) -> float:
        """Highest value in years."""
        return self.years[-1]


def _rises(numbers: Sequence[float]) -> bool:
    return all(one < other for one, other in pairwise(numbers))


def form_of(value: Any) -> str:
    """Which of the distributions a section means.

    Parameters
    ----------
    value
        The section, or a mapping of its keys.
    """
    name = value.get("distribution", LOGNORMAL) if isinstance(value, dict) else getattr(value, "distribution", LOGNORMAL)
    return QUANTILES if name == QUANTILES else LOGNORMAL


YearsDistribution = Annotated[Annotated[TruncatedLogNormal, Tag(LOGNORMAL)] | Annotated[Quantiles, Tag(QUANTILES)], Discriminator(form_of)]


class LogNormal(Section):
    """A log-normal distribution without a cut."""

    median: PositiveYears
    """Median in years."""
    log_sd: Spread
    """Standard deviation of the logarithm; 0 gives everybody the median."""


class PriorSplenectomy(Section):
    """Patients who come to the index without a spleen, their cytopenia relapsed."""

    share: Share
    """Share of the patients."""
    median_years_before: PositiveYears
    """Median time from the operation to the index, in years; at most the patient's age."""
    log_sd: Spread
    """Standard deviation of the logarithm of that time."""


class Observation(Section):
    """How a cohort study sees the patients: late entry and limited follow-up."""

    entry_lag_years: Annotated[LogNormal | None, OrWord("none")]
    """From the index to enrolment; `none` if enrolled at the index."""
    follow_up_years: YearsDistribution
    """From enrolment to the end of observation, if the patient lives."""
    alive_at_entry: bool
    """Whether only those alive at enrolment are in the cohort, as in every cohort that enrols the living."""


class Population(Section):
    """The patients of a scenario."""

    genotype_shares: dict[GenotypeWord, Share]
    """Share of each genotype; together 1."""
    male_share: Share
    """Share of boys and men."""
    cytopenia_share: Share
    """Share who ever have a significant cytopenia; 1 where the index is the first such cytopenia."""
    age_at_index_years: Annotated[YearsDistribution | None, OrWord("from_ledger")]
    """Age at the index, or `from_ledger`: log-normal by `age_at_index_median_years` and `age_at_index_log_sd`, cut to 1-53 years."""
    prior_splenectomy: Annotated[PriorSplenectomy | None, OrWord("none")]
    """Patients already without a spleen at the index, or `none`."""
    observation: Annotated[Observation | None, OrWord("lifetime")]
    """How they are followed; `lifetime`: from the index until death."""

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        """Every genotype has a share and the shares add up to 1."""
        missing = [genotype for genotype in GENOTYPES if genotype not in self.genotype_shares]
        if missing:
            raise problem(f"expected a share for `{missing[0]}`, found none; add it, 0 if there are none", "genotype_shares")
        total = sum(self.genotype_shares.values())
        if abs(total - 1.0) > 1e-6:
            raise problem(f"expected shares that add up to 1, found {total:g}; correct them", "genotype_shares")
        return self
