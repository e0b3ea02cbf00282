"""A strategy as a clinician would say it: the acute ladder, when long-term treatment begins, the lines in order, prevention."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from alps_sim.rules.codes import (
    ACUTE_STEPS,
    ON_AGENT_PULSE,
    RITUXIMAB,
    SPLEEN_MASSIVE,
    SPLEEN_MODERATE,
    SPLEENS,
    SPLENECTOMY,
    STEP_IV_METHYLPREDNISOLONE,
    STEP_ORAL_PREDNISONE,
    STEPS_ON_AGENT,
    TREATMENTS,
    VINCRISTINE,
)
from alps_sim.scenario.words import (
    AcuteTreatment,
    Days,
    Dose,
    EachOnce,
    EndOfTreatment,
    IvigUse,
    Lineage,
    LineOccasion,
    LongTermTreatment,
    Mechanism,
    Months,
    Occasion,
    OrWord,
    PositiveShare,
    PositiveWeeks,
    PositiveYears,
    Rate,
    Section,
    Severity,
    Share,
    SpleenSize,
    StepOnAgent,
    Text,
    Weeks,
    Years,
    problem,
)

ORAL: Final = ACUTE_STEPS[STEP_ORAL_PREDNISONE]
INTRAVENOUS: Final = ACUTE_STEPS[STEP_IV_METHYLPREDNISOLONE]
PULSE: Final = STEPS_ON_AGENT[ON_AGENT_PULSE]
NO_BRIDGES: Final = (TREATMENTS[RITUXIMAB], TREATMENTS[VINCRISTINE], TREATMENTS[SPLENECTOMY])
"""Treatments that are not taken day by day."""
Spleens = Annotated[tuple[SpleenSize, ...], Field(strict=False, min_length=1), EachOnce()]
Lineages = Annotated[tuple[Lineage, ...], Field(strict=False, min_length=1), EachOnce()]
Ends = Annotated[tuple[EndOfTreatment, ...], Field(strict=False, min_length=1), EachOnce()]
Treatments = Annotated[tuple[LongTermTreatment, ...], Field(strict=False, min_length=1), EachOnce()]
Occasions = Annotated[tuple[Occasion, ...], Field(strict=False, min_length=1), EachOnce()]
LineOccasions = Annotated[tuple[LineOccasion, ...], Field(strict=False, min_length=1), EachOnce()]


class AgeRange(Section):
    """The ages at which something is an option; what is not said is not asked."""

    minimum_age_years: Years | None = None
    """From this age."""
    maximum_age_years: PositiveYears | None = None
    """Below this age."""

    @model_validator(mode="after")
    def _ages_in_order(self) -> Self:
        """The age range is not empty."""
        low, high = self.minimum_age_years, self.maximum_age_years
        if low is not None and high is not None and high <= low:
            raise problem(f"expected more than minimum_age_years ({low:g}), found {high:g}; correct one", "maximum_age_years")
        return self


class StepConditions(AgeRange):
    """When a step of the acute ladder is tried; what is not said is not asked."""

    severity: Severity | None = None
    """Only in a flare of this severity."""
    mechanism: Mechanism | None = None
    """Only in a cytopenia of this mechanism."""
    hypersplenism: bool | None = None
    """Only with (true) or without (false) a massive spleen or sequestration."""
    answering_agent: bool | None = None
    """Only if a long-term agent is answering (true) or none is (false); not asked at a severe bleed."""


class AcuteStep(Section):
    """One step of the acute ladder, tried in turn until one answers."""

    treatment: AcuteTreatment
    """What is given."""
    dose_mg_per_kg_per_day: Dose | None = None
    """Dose of the steroid (prednisone or methylprednisolone), before the adult cap."""
    days: Days | None = None
    """Days at that dose; the answer is known at their end."""
    severe_dose_mg_per_kg_per_day: Dose | None = None
    """Dose in a severe flare; as otherwise if not said."""
    severe_days: Days | None = None
    """Days in a severe flare; as otherwise if not said."""
    taper_dose_mg_per_kg_per_day: Dose | None = None
    """Oral prednisone from which the taper starts; the dose of the step itself if it is oral."""
    ivig: IvigUse | None = None
    """Whether IVIG goes with the intravenous pulse; never if not said."""
    conditions: StepConditions = Field(default=StepConditions(), alias="if")
    """Conditions, all of which must hold."""

    @model_validator(mode="after")
    def _fitting_doses(self) -> Self:
        """A steroid step has dose and days, the others have none; IVIG goes with a pulse; a pulse says its taper."""
        steroid = self.treatment in (ORAL, INTRAVENOUS)
        for key in ("dose_mg_per_kg_per_day", "days"):
            if steroid and getattr(self, key) is None:
                raise problem(f"expected `{key}` for {self.treatment}, found none; add it")
        for key in type(self).model_fields:
            if not steroid and key not in ("treatment", "conditions") and getattr(self, key) is not None:
                raise problem(f"expected no `{key}` for {self.treatment}, found one; its dose is in the evidence ledger; remove it", key)
        if self.treatment == INTRAVENOUS and self.taper_dose_mg_per_kg_per_day is None:
            raise problem("expected `taper_dose_mg_per_kg_per_day`, the oral prednisone after the pulse, found none; add it")
        if self.treatment == ORAL and self.ivig is not None:
            raise problem(f"expected `ivig` with {INTRAVENOUS} only, found it with {ORAL}; remove it", "ivig")
        return self


class BeginLongTermTreatment(Section):
    """The occasions on which a patient without a long-term agent is given one."""

    at: Occasions
    """Any of these is enough."""
    flare_number: Annotated[int, Field(ge=1, le=50)] | None = None
    """Which significant flare since the index, if `flare_number` is among the occasions; the index flare is the first."""
    flare_window_years: PositiveYears | None = None
    """Flares count together only if none comes longer than this after the flare or breakthrough before; all count if not said."""
    delay_weeks: Weeks
    """From the occasion to the first dose."""

    @model_validator(mode="after")
    def _flare_number_is_said(self) -> Self:
        """The number of the flare is given if and only if it is an occasion."""
        if "flare_number" in self.at and self.flare_number is None:
            raise problem("expected `flare_number: 2` or another number, since `at` names flare_number; add it")
        for key in ("flare_number", "flare_window_years"):
            if "flare_number" not in self.at and getattr(self, key) is not None:
                raise problem("expected `flare_number` among the occasions of `at`, found it missing there; add it or remove this", key)
        return self


class LineConditions(AgeRange):
    """When a line of long-term treatment is an option; what is not said is not asked."""

    spleen: Spleens | None = None
    """With a spleen of one of these sizes; `none` is a spleen of normal size, `removed` none at all."""
    mechanism: Mechanism | None = None
    """If this was the mechanism of the last flare."""
    hypersplenism: bool | None = None
    """With (true) or without (false) a massive spleen or sequestration."""
    lineages_include: Lineages | None = None
    """If at least one of these is among the patient's lineages, as far as flares have shown them."""
    flare_lineages_include: Lineages | None = None
    """If at least one of these takes part in the last flare."""
    lineages_only: Lineages | None = None
    """If the patient has no other lineage than these."""
    after: Ends | None = None
    """If the treatment before ended in one of these ways; with `tried`, if each of those did."""
    tried: Treatments | None = None
    """If all of these have been tried."""
    minimum_flares: Annotated[int, Field(ge=1, le=50)] | None = None
    """From this many significant flares since the index."""
    occasions: LineOccasions | None = None
    """If one of these brought it up, `treatment_failed` for the end of the treatment before; any without it."""

    @model_validator(mode="after")
    def _hypersplenism_of_a_spleen(self) -> Self:
        """Hypersplenism is of an enlarged spleen, and one that is massive always has it: a line that asks otherwise is never taken."""
        sizes = set(self.spleen or SPLEENS)
        if self.hypersplenism is True and not sizes & {SPLEENS[SPLEEN_MODERATE], SPLEENS[SPLEEN_MASSIVE]}:
            raise problem(f"expected an enlarged spleen for hypersplenism, found {', '.join(sorted(sizes))}; remove one", "hypersplenism")
        if self.hypersplenism is False and sizes == {SPLEENS[SPLEEN_MASSIVE]}:
            raise problem("expected true with a massive spleen, which is always hypersplenism, found false; remove it", "hypersplenism")
        return self


class Line(Section):
    """One line of long-term treatment: the first not yet tried whose conditions hold is taken."""

    treatment: LongTermTreatment
    """The agent, or splenectomy."""
    conditions: LineConditions = Field(default=LineConditions(), alias="if")
    """Conditions, all of which must hold."""
    uptake: PositiveShare = 1.0
    """Share of patients for whom their centre takes the line."""
    bridge: bool = False
    """Whether the agent is only to bridge the time until a line that is no bridge becomes possible, such as surgery at an age. It does
    not count as an intended treatment, and unless it failed it may be given again later."""

    @model_validator(mode="after")
    def _bridges_are_daily_agents(self) -> Self:
        """Surgery is no bridge to anything, and a course is over by itself."""
        if self.bridge and self.treatment in NO_BRIDGES:
            raise problem(f"expected an agent taken day by day for a bridge, found `{self.treatment}`; remove `bridge`", "bridge")
        return self


class Weaning(Section):
    """When a long-term agent that answers is stopped."""

    quiet_years: PositiveYears
    """Years without a flare."""
    minimum_age_years: Years
    """From this age."""
    attempts: Annotated[int, Field(ge=1, le=100)]
    """How often it is tried in a life; a patient who has flared after so many stays on treatment."""


class Prevention(Section):
    """Prevention of infection without a spleen: vaccines, penicillin, education."""

    uptake: Share
    """Share of patients who take it up."""
    adherence: Share
    """Share of the time in which they keep to it."""


class Monitoring(Section):
    """Routine care."""

    visit_interval_months: Months
    """Between visits of a patient without a long-term agent; each agent has its own interval in the evidence ledger."""
    drug_levels: bool
    """Whether drug levels are measured for agents that have them."""


class Strategy(Section):
    """One way to treat, from the first significant cytopenia on."""

    description: Text
    """What it is, in a sentence or two, for the report."""
    acute_ladder: Annotated[tuple[AcuteStep, ...], Field(strict=False, min_length=1, max_length=12)]
    """Treatment of a flare, step by step."""
    taper_weeks: PositiveWeeks
    """Length of the oral taper after an answer."""
    begin_long_term_treatment: BeginLongTermTreatment
    """When the first line begins."""
    lines: Annotated[tuple[Line, ...], Field(strict=False, max_length=24)]
    """Long-term treatments in order; a treatment may stand in several lines with different conditions, and is taken once."""
    weaning: Annotated[Weaning | None, OrWord("none")]
    """When an answering agent is stopped, or `none`."""
    severe_flare_on_agent: StepOnAgent = PULSE
    """What a severe flare is met with while a long-term agent seems to answer: `pulse`, the short oral one of the paper's Figure 1, or
    `ladder`, as without an agent. A severe bleed always gets the ladder, a mild flare always the pulse."""
    gcsf_for_isolated_neutropenia: bool
    """Whether G-CSF is given for infection in isolated neutropenia without an enlarged spleen."""
    prevention: Prevention
    """Prevention of infection after splenectomy."""
    monitoring: Monitoring
    """How often the patient is seen, and whether drug levels are taken."""
    splenectomy_for_splenomegaly_per_year: Rate = 0.0
    """Yearly rate of removing a massive spleen for its size alone, as was once done."""
    intended_treatments: Annotated[int, Field(ge=0, le=24)] = 1
    """Treatment failure is the next long-term agent or splenectomy begun after this many; surgery of the acute ladder always is."""
