"""What is kept of a pair of lives beside their events: who the child is, what came out, how the child was chosen. Of JSON types."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from alps_sim.outcomes.definitions import LIFETIME
from alps_sim.rules.doses import DOSE_BASES
from alps_sim.teaching.choices import Rule
from alps_sim.teaching.exposure import Body


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Child(_Kept):
    """The child at the index.

    Attributes
    ----------
    patient
        Number in the population.
    lineages
        Words of LINEAGES; empty without cytopenia.
    years_since_prior_splenectomy
        At the index; None with the spleen in place.
    weight_kg, surface_m2
        By completed age from 0.
    """

    patient: int
    sex: str
    genotype: str
    age_at_index: float
    lineages: tuple[str, ...]
    spleen_at_index: str
    years_since_prior_splenectomy: float | None
    weight_kg: tuple[float, ...]
    surface_m2: tuple[float, ...]

    @property
    def body(self) -> Body:
        """Weight and surface by age."""
        return Body(self.weight_kg, self.surface_m2)


class DrugDose(_Kept):
    """How a long-term agent is dosed: mg on a basis (`per_m2`, `per_kg` or `fixed`), at most so many mg."""

    basis: str
    mg: float
    maximum_mg: float

    def at(self, body: Body, age: float) -> float:
        """Mg a day (an infusion's for a course agent) at an age in years."""
        sizes = dict(zip(DOSE_BASES, (body.surface_at(age), body.weight_at(age), 1.0), strict=True))
        return min(self.mg * sizes[self.basis], self.maximum_mg)


class Arm(_Kept):
    """One strategy and what came out of it for this child.

    Attributes
    ----------
    place
        Of the strategy in the scenario, counted from 0: the strategy's colour.
    takes_prevention
        Whether this child takes up vaccines and prophylaxis without a spleen.
    prevention_adherence
        Share of the time in which those who take it up keep to it.
    row
        The patient's row of `patients.parquet`.
    windows
        Value of each outcome by window label.
    """

    strategy: str
    description: str
    place: int
    takes_prevention: bool
    prevention_adherence: float
    row: dict[str, Any]
    windows: dict[str, dict[str, float]]

    @property
    def lifetime(self) -> dict[str, float]:
        """Outcomes of the whole life."""
        return self.windows[LIFETIME]


class Looked(_Kept):
    """The patients looked at, by whether they are alive at the end of the headline window under the two strategies.

    Attributes
    ----------
    saved
        Dead under the first strategy, alive under the second.
    harmed
        Alive under the first, dead under the second.
    median_qaly_difference
        Median over patients of the absolute difference in QALYs.
    """

    patients: int
    alive_under_both: int
    dead_under_both: int
    saved: int
    harmed: int
    median_qaly_difference: float


class Record(_Kept):
    """Everything that figure and story need beside the events.

    Attributes
    ----------
    years
        Of the headline window.
    observed
        Whether lives end with an observation, as in a replica, not only with death.
    methylprednisolone_equivalence
        Mg of prednisone that equal a mg of methylprednisolone.
    drugs
        Dose of each agent.
    rule
        By which the child was chosen; None if named by number.
    """

    scenario: str
    title: str
    seed: int
    version: str
    years: str
    observed: bool
    methylprednisolone_equivalence: float
    drugs: dict[str, DrugDose]
    child: Child
    arms: tuple[Arm, Arm]
    rule: Rule | None
    looked: Looked
