"""A user's own published figures: the file's format, read as strictly as a scenario.

Each field tells its meaning in the text under it; `docs/validation.md` describes them with examples.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from alps_sim.evidence.targets import Observed
from alps_sim.outcomes import properties as p
from alps_sim.outcomes.incidence import lymphoma_by, relapse_by, survival_by
from alps_sim.outcomes.statistics import STATISTICS, Statistic, rate, share
from alps_sim.scenario.errors import described
from alps_sim.scenario.messages import scenario_error
from alps_sim.scenario.patients import GenotypeWord
from alps_sim.scenario.schema import Name
from alps_sim.scenario.source import read_tree
from alps_sim.scenario.words import LongTermTreatment, PositiveYears, Section, Share, Spread, Text, Word, Years, problem

BY_INDICATION: Final = "by_indication"
FROM: Final = ("presentation", "splenectomy", "drug_start")


@dataclass(frozen=True)
class Kind:
    """A statistic that a user's figure may be.

    Attributes
    ----------
    definition
        In words.
    make
        From the years (or age) of the figure to its value in a cohort; the years are 0 where none are asked for.
    years
        The key that tells the years, `by_years` or `by_age_years`; empty if none is asked for.
    unit
        One of `outcomes.statistics.UNITS`.
    needs
        `splenectomised`, `spleen` or `treatments` if it has a denominator only then; empty if in any patients.
    """

    definition: str
    make: Callable[[float], Callable[[p.Rows], float]]
    years: str = ""
    unit: str = "share"
    needs: str = ""


def _as_registered(identifier: str, needs: str) -> Kind:
    """A kind that is one of the registered statistics."""
    statistic = STATISTICS[identifier]
    return Kind(statistic.definition, lambda years: statistic.value, "", statistic.unit, needs)


KINDS: Final[dict[str, Kind]] = {
    "share_with_opsi": _as_registered("one_opsi", "splenectomised"),
    "opsi_deaths_per_splenectomised": _as_registered("opsi_deaths", "splenectomised"),
    "opsi_episodes_per_septic_patient": _as_registered("opsi_episodes_per_septic_patient", "splenectomised"),
    "opsi_episodes_per_person_year": Kind(
        "OPSI / years after splenectomy", lambda years: rate(p.opsi_episodes, p.years_after_splenectomy), "", "per year", "splenectomised"
    ),
    "septic_patients_per_person_year": _as_registered("one_opsi_per_person_year", "splenectomised"),
    "septic_patients_per_person_year_at_risk": Kind(
        "patients with OPSI / years after splenectomy up to the first one",
        lambda years: rate(p.one_opsi, p.years_at_risk_of_first_opsi),
        "",
        "per year",
        "splenectomised",
    ),
    "share_relapsed_after_splenectomy": Kind(
        "relapse by some years after splenectomy, Kaplan-Meier",
        lambda years: lambda rows: relapse_by(rows, years),
        "by_years",
        needs="splenectomised",
    ),
    "share_septic_with_spleen": Kind(
        "patients with sepsis while the spleen is in place / all", lambda years: share(p.septic_with_spleen, p.everyone), needs="spleen"
    ),
    "infection_admissions_per_person_year": Kind(
        "admissions for infection of any kind / years observed",
        lambda years: rate(p.admissions_for_any_infection, p.observed_years),
        "",
        "per year",
    ),
    "share_with_lymphoma": Kind("lymphoma by an age, product-limit", lambda years: lambda rows: lymphoma_by(rows, years), "by_age_years"),
    "share_responding_at_first": _as_registered("initial_responders", "treatments"),
    "share_responding_long_term": _as_registered("long_term_responders", "treatments"),
    "share_in_remission_after_course": _as_registered("course_remissions", "treatments"),
    "survival": Kind("alive some years after the beginning, Kaplan-Meier", lambda years: lambda rows: survival_by(rows, years), "by_years"),
}
"""The statistics that a user's figure may be, by name."""

KindWord = Annotated[str, Word(tuple(KINDS), "a statistic")]
FromWord = Annotated[str, Word(FROM, "a beginning of the follow-up")]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


def _true_false_or_word(value: object) -> object:
    """True, false, or `by_indication`."""
    if isinstance(value, bool) or value == BY_INDICATION:
        return value
    raise problem(f"expected true, false or {BY_INDICATION}, found {described(value)}; choose one")


class Spans(Section):
    """Years told by their median or mean and a range or a log-normal spread."""

    median_years: PositiveYears | None = None
    """Their median."""
    mean_years: PositiveYears | None = None
    """Their mean, if not the median."""
    range_years: Annotated[tuple[Years, PositiveYears] | None, Field(strict=False)] = None
    """Least and most."""
    log_sd: Spread | None = None
    """Standard deviation of the logarithm; from the range and n if not told."""

    @model_validator(mode="after")
    def _one_centre(self) -> Self:
        """Median or mean, one of them, within the range; a range or a spread."""
        if (self.median_years is None) == (self.mean_years is None):
            raise problem("expected `median_years` or `mean_years`, found both or none; give one")
        if self.range_years is None and self.log_sd is None:
            raise problem("expected `range_years: [least, most]` or `log_sd`, found neither; add one")
        centre = self.median_years or self.mean_years or 0.0
        if self.range_years is not None and not self.range_years[0] < centre < self.range_years[1]:
            raise problem(f"expected a range around {centre:g}, found {list(self.range_years)}; correct one", "range_years")
        return self


class FollowUp(Spans):
    """How long patients were observed, and from when."""

    since: FromWord = Field(alias="from")
    """From when."""
    enrolled_after: Spans | None = None
    """Time from that beginning to enrolment, if later: only those alive then are seen, and what came before counts."""


class Found(Section):
    """What was published: a count (of n, or over person_years), or a value."""

    count: Count | None = None
    """Patients or events."""
    person_years: Annotated[float, Field(gt=0.0)] | None = None
    """Time over which events were counted."""
    value: Annotated[float, Field(ge=0.0)] | None = None
    """The share, mean or rate, if no count was published."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """A count or a value; person-years only with a count."""
        if (self.count is None) == (self.value is None):
            raise problem("expected `count` or `value`, found both or none; give one")
        if self.person_years is not None and self.count is None:
            raise problem(
                "expected `person_years` with a `count`, found it with a value; give the count, or the rate alone", "person_years"
            )
        return self


class OwnFigure(Section):
    """One published figure with the patients it was found in."""

    description: Text
    """In words, for table and figure."""
    genotypes: dict[GenotypeWord, Share]
    """Share of each genotype; together 1."""
    male_share: Share = 0.5
    """Share of boys and men."""
    age_years: Spans | None = None
    """Age at the beginning of the follow-up; as at the first cytopenia in the evidence ledger if not told."""
    splenectomised: Annotated[bool | str, BeforeValidator(_true_false_or_word)]
    """Whether the patients' spleens were taken out at the beginning (true), never (false), or `by_indication` as in the NIH cohort."""
    treatments: Annotated[tuple[LongTermTreatment, ...], Field(strict=False, max_length=12)]
    """Long-term agents in the order in which they are given; an empty list for steroids alone, or where surgery is by indication."""
    follow_up: FollowUp
    """How long, and from when."""
    n: Annotated[int, Field(ge=1, le=10_000)]
    """Patients among whom the figure was found."""
    statistic: KindWord
    """What the figure is."""
    by_years: PositiveYears | None = None
    """Years after the beginning, for a statistic that asks for them."""
    by_age_years: PositiveYears | None = None
    """Age, for a statistic that asks for it."""
    observed: Found
    """What was published."""
    source: Text
    """Publication."""
    note: str = ""
    """What to know when comparing."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Shares add up, years are told where asked for, and the statistic has a denominator in these patients."""
        if abs(sum(self.genotypes.values()) - 1.0) > 1e-6:
            raise problem(f"expected shares that add up to 1, found {sum(self.genotypes.values()):g}; correct them", "genotypes")
        self._check_years()
        self._check_patients()
        self._check_observed()
        return self

    def _check_years(self) -> None:
        asked = KINDS[self.statistic].years
        for key in ("by_years", "by_age_years"):
            told = getattr(self, key) is not None
            if told and key != asked:
                raise problem(f"expected no `{key}` for {self.statistic}, found one; remove it", key)
            if not told and key == asked:
                raise problem(f"expected `{key}` for {self.statistic}, found none; add it")

    def _check_patients(self) -> None:
        needs = KINDS[self.statistic].needs
        if needs == "splenectomised" and self.splenectomised is False:
            raise problem(f"expected patients without a spleen for {self.statistic}, found `splenectomised: false`", "splenectomised")
        if needs == "spleen" and self.splenectomised is True:
            raise problem(f"expected patients with a spleen for {self.statistic}, found `splenectomised: true`", "splenectomised")
        if needs == "treatments" and not self.treatments:
            raise problem(f"expected the agent that was answered for {self.statistic}, found no treatments; name it", "treatments")
        if "splenectomy" in self.treatments:
            raise problem("expected agents, found splenectomy; say `splenectomised` instead", "treatments")
        if self.splenectomised == BY_INDICATION and self.treatments:
            raise problem(f"expected no treatments with `{BY_INDICATION}`, which has those of the NIH cohort; empty the list", "treatments")
        if self.follow_up.since == "splenectomy" and self.splenectomised is not True:
            raise problem("expected `splenectomised: true` for a follow-up from splenectomy; correct one", "splenectomised")
        if self.came_without_spleen and KINDS[self.statistic].years == "by_years" and needs:
            raise problem("expected a follow-up from splenectomy for relapse after it, found one from drug_start; correct it", "follow_up")
        if self.follow_up.since == "drug_start" and not self.treatments:
            raise problem("expected the drug that was started, found no treatments; name it", "treatments")

    def _check_observed(self) -> None:
        count, years = self.observed.count, self.observed.person_years
        is_rate = KINDS[self.statistic].unit == "per year"
        if count is not None and is_rate and years is None:
            raise problem(f"expected `person_years` beside the count for {self.statistic}, found none; add them", "observed")
        if years is not None and not is_rate:
            raise problem(f"expected no `person_years` for {self.statistic}, found some; remove them", "observed")
        if count is not None and not is_rate and (count > self.n or KINDS[self.statistic].unit != "share"):
            raise problem(f"expected at most {self.n} of {self.n} patients, or a value, found a count of {count}; correct it", "observed")

    @property
    def came_without_spleen(self) -> bool:
        """Whether the spleen was out when the follow-up began with a drug."""
        return self.splenectomised is True and self.follow_up.since == "drug_start"

    def as_observed(self) -> Observed:
        """What was published, as the comparison takes it."""
        count, years, value = self.observed.count, self.observed.person_years, self.observed.value
        if count is None:
            return Observed(value or 0.0, n=self.n)
        if years is not None:
            return Observed(count / years, count, None, years)
        return Observed(count / self.n, count, self.n)

    def as_statistic(self) -> Statistic:
        """What is computed from a simulated cohort."""
        kind = KINDS[self.statistic]
        years = self.by_years or self.by_age_years or 0.0
        return Statistic(self.statistic, kind.definition, kind.make(years), kind.unit)


class OwnFigures(Section):
    """A file of published figures."""

    figures: Annotated[dict[Name, OwnFigure], Field(min_length=1)]
    """The figures by name."""


def load_own_figures(path: Path) -> dict[str, OwnFigure]:
    """Read a file of published figures.

    Parameters
    ----------
    path
        The YAML file.

    Returns
    -------
    dict
        The figures by name, in file order.

    Raises
    ------
    ScenarioError
        At the first mistake, with file, line and column, what was expected, what was found, and what to do.
    """
    tree = read_tree(path, str(path), "a file of published figures", "figures")
    try:
        return OwnFigures.model_validate(tree.plain()).figures
    except ValidationError as error:
        raise scenario_error(error, tree) from None
