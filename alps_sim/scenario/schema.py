"""A scenario: everything that is said about a run, in the words of its file.

Each field tells its meaning in the text under it; `alps-sim schema` prints them. The strictness (unknown keys, types, ranges)
is in the sections; places in files are the loader's.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self, cast

from pydantic import (
    BeforeValidator,
    Field,
    InstanceOf,
    PlainSerializer,
    PrivateAttr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from alps_sim.evidence.distributions import KINDS, Distribution, parse_distribution
from alps_sim.evidence.ledger import Ledger, load_priors, luck
from alps_sim.evidence.readings import reading_parameters
from alps_sim.scenario.errors import described, suggestion
from alps_sim.scenario.patients import Population
from alps_sim.scenario.references import Reference, with_values
from alps_sim.scenario.strategy import Strategy
from alps_sim.scenario.words import EachOnce, OutcomeName, PositiveYears, Section, Share, Text, problem

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Patients = Annotated[int, Field(ge=1, le=100_000_000)]
Seed = Annotated[int, Field(ge=0, lt=2**64)]
SweptValue = Annotated[float, Field(ge=0.0, le=1.0e9)]
Windows = Annotated[tuple[PositiveYears, ...], Field(strict=False, min_length=1, max_length=12), EachOnce()]


class Discounting(Section):
    """Annual discount rates; applied continuously as ln(1 + rate)."""

    cost_per_year: Share
    """For costs."""
    effect_per_year: Share
    """For life-years and QALYs."""


class ParameterDraws(Section):
    """How much is computed for the uncertainty of the parameters."""

    draws: Annotated[int, Field(ge=0, le=100_000)]
    """Joint draws of all parameters from the evidence ledger; 0 for none."""
    patients_per_draw: Patients
    """Patients simulated in each draw, the same in all."""


def _as_distribution(value: Any) -> Distribution | None:
    """A distribution as the ledger writes it, that can be drawn from."""
    if value is None or isinstance(value, Distribution):
        return value
    if not isinstance(value, str):
        raise problem(f"expected a distribution such as `beta(alpha=60, beta=4)`, found {described(value)}")
    try:
        distribution = parse_distribution(value)
    except ValueError as error:
        raise problem(str(error)) from None
    if distribution.is_fixed:
        raise problem("expected a distribution to draw from, found `fixed`; leave it out, the value is held then")
    return distribution


def _as_text(value: Distribution | None) -> str | None:
    return None if value is None else str(value)


Drawn = Annotated[
    InstanceOf[Distribution] | None,
    BeforeValidator(_as_distribution),
    PlainSerializer(_as_text),
    WithJsonSchema({"type": "string", "pattern": rf"^\s*({'|'.join(KINDS)})\([^()]*\)\s*$"}),
]


class Override(Section):
    """A parameter of the evidence ledger given another value."""

    value: float
    """In the unit of the ledger."""
    distribution: Drawn = None
    """What is drawn for parameter uncertainty, as in the ledger (`lognormal(median=0.004, sigma=0.4)`); the value itself if not said."""
    note: str = ""
    """Why."""
    source: str = ""
    """Where the value comes from."""

    @property
    def interval(self) -> tuple[float, float]:
        """Bounds of 95% of what is drawn; the value itself if it is held."""
        if self.distribution is None:
            return self.value, self.value
        return self.distribution.ppf(0.025), self.distribution.ppf(0.975)


class SweepRequest(Section):
    """A sweep that the report contains: outcomes of all strategies against the values of one parameter."""

    parameter: Text
    """Name in the evidence ledger."""
    low: SweptValue
    """Lowest value."""
    high: SweptValue
    """Highest value."""
    values: Annotated[int, Field(ge=2, le=101)]
    """How many values, evenly spaced, both ends among them."""
    logarithmic: bool = False
    """Whether the logarithms are evenly spaced."""
    outcomes: Annotated[tuple[OutcomeName, ...], Field(strict=False, min_length=1, max_length=6), EachOnce()]
    """What is shown, a figure each; in the headline window."""
    patients: Patients
    """Patients simulated at each value."""

    @model_validator(mode="after")
    def _values_rise(self) -> Self:
        """The range is not empty, and has logarithms if they are asked for."""
        if self.high <= self.low:
            raise problem(f"expected more than low ({self.low:g}), found {self.high:g}; correct one", "high")
        if self.logarithmic and self.low <= 0.0:
            raise problem(f"expected a value above 0 on a logarithmic scale, found {self.low:g}; correct it or remove `logarithmic`", "low")
        return self


class Replica(Section):
    """The published cohort that a scenario replicates."""

    cohort: Name
    """Identifier of the cohort, as in the published targets."""
    size: Annotated[int, Field(ge=1, le=100_000)]
    """Patients in the published cohort."""
    cohorts: Annotated[int, Field(ge=1, le=100_000)]
    """How many such cohorts are simulated; `patients` is size x cohorts."""


def _as_override(value: Any) -> Any:
    """A bare number is an override without a note."""
    if isinstance(value, str):
        raise problem(f"expected a number, or a mapping with `value`, found {described(value)}")
    return {"value": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


Overrides = dict[str, Annotated[Override, BeforeValidator(_as_override)]]


class Scenario(Section):
    """Everything that is said about a run."""

    name: Name
    """Identifier, the folder of its results: small letters, digits and underscores."""
    title: Text
    """One line for headings."""
    description: Text
    """What is asked and for whom."""
    shows: str = ""
    """What the comparison is meant to show and how to read it, for the report: the question, what is held equal, what to look at, what it
    cannot show. No results: these are the run's to tell."""
    seed: Seed
    """Key of the random numbers: the same seed, the same lives."""
    patients: Patients
    """Patients simulated under each strategy."""
    windows_years: Windows
    """Windows from the index in which outcomes are counted, ascending; the lifetime is always added."""
    comparator: Text
    """The strategy with which the others are compared."""
    discounting: Discounting
    """Discount rates."""
    currency: Text
    """Currency of the unit costs."""
    price_year: Annotated[int, Field(ge=1980, le=2100)]
    """Price year of the unit costs."""
    life_table_period: Annotated[int, Field(ge=1900, le=2100)]
    """Year of the period life table for background death."""
    readings: dict[str, Text] = Field(default_factory=dict)
    """Alternatives taken where the published source can be read in two ways, by the reading's identifier; the others as in the ledger."""
    parameters: Overrides = Field(default_factory=dict)
    """Overrides by name of the evidence ledger: a number, or a mapping with value, note and source."""
    population: Population
    """Who the patients are."""
    parameter_draws: ParameterDraws
    """Parameter uncertainty."""
    strategies: Annotated[dict[Name, Strategy], Field(min_length=1)]
    """The strategies by name, in the order of the reports."""
    sweeps: Annotated[tuple[SweepRequest, ...], Field(strict=False, max_length=6)] = ()
    """Sweeps that the report contains; each takes as long as a run of so many patients for every value."""
    replica: Replica | None = None
    """The published cohort this scenario replicates, if it does."""
    _references: tuple[Reference, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _comparator_is_a_strategy(self) -> Self:
        """The comparator is one of the strategies, windows ascend, and a replica's patients add up."""
        if self.comparator not in self.strategies:
            hint = suggestion(self.comparator, self.strategies)
            raise problem(
                f"expected the name of a strategy as `comparator`, found '{self.comparator}', which is not among them; {hint}", "comparator"
            )
        if list(self.windows_years) != sorted(self.windows_years):
            raise problem("expected ascending years, found another order; sort them", "windows_years")
        swept = [request.parameter for request in self.sweeps]
        for number, name in enumerate(swept):
            if name in swept[:number]:
                raise problem(f"expected each parameter in one sweep, found `{name}` in two; put their outcomes together", "sweeps")
        if self.replica is not None and self.patients != self.replica.size * self.replica.cohorts:
            product = self.replica.size * self.replica.cohorts
            raise problem(f"expected {product}, the replica's size x cohorts, found {self.patients}; correct one", "patients")
        return self

    def with_references(self, references: tuple[Reference, ...]) -> Self:
        """The scenario that knows which of its numbers the ledger gives.

        Parameters
        ----------
        references
            Of `scenario.references.resolve_references`.
        """
        known = self.model_copy()
        known._references = references
        return known

    def replaced(self, **sections: Any) -> Self:
        """The scenario with sections in place of its own, their numbers as they stand there.

        Parameters
        ----------
        **sections
            By name. A number that the ledger gave in the section before is no longer the ledger's.
        """
        kept = tuple((path, name) for path, name in self._references if path[0] not in sections)
        return self.model_copy(update=sections).with_references(kept)

    @property
    def references(self) -> tuple[Reference, ...]:
        """Where its numbers are the ledger's, and the parameters that give them."""
        return self._references

    def at(self, values: Mapping[str, float]) -> Self:
        """The scenario with the numbers that the ledger gives at other values of it.

        Parameters
        ----------
        values
            Value of every ledger parameter by name.
        """
        return cast("Self", with_values(self, self._references, values))

    def parameter_values(self, ledger: Ledger) -> dict[str, float]:
        """Values of all parameters in this scenario: the ledger's, then readings, then overrides.

        Parameters
        ----------
        ledger
            The evidence ledger.

        Returns
        -------
        dict
            Value of every ledger parameter, by name, in the ledger's order.
        """
        return ledger.values(self.override_values(ledger.values()))

    def override_values(self, known: Mapping[str, float] | None = None, draw: int | None = None) -> dict[str, float]:
        """Values that replace those of the ledger: of the readings taken, and over them the explicit overrides.

        Parameters
        ----------
        known
            Values of the ledger, of which a reading may take a multiple; its central ones if not given.
        draw
            Number of a draw, in which overrides with a distribution are drawn from it, and share the luck that the ledger says; none for
            the base case.
        """
        ledger = load_priors()
        given = {
            name: override.value
            if draw is None or override.distribution is None
            else override.distribution.ppf(luck(ledger[name].moves_with, draw, self.seed))
            for name, override in self.parameters.items()
        }
        of_readings = reading_parameters(self.readings, {**known, **given}) if known is not None else reading_parameters(self.readings)
        return {**of_readings, **given}
