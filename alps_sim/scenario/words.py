"""The vocabulary of scenario files: words with codes, numbers with units and ranges, and sections that refuse unknown keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from alps_sim.rules import codes
from alps_sim.rules.accounts import COUNTERS
from alps_sim.scenario.errors import described, suggestion

ANTI_D: Final = ("anti_d", "winrho", "anti-d")
ANTI_D_REASON: Final = (
    "anti-D is not given in ALPS: one patient of the published cohort had severe haemolysis after it, and most are DAT positive; remove it"
)


def problem(message: str, key: str | None = None) -> PydanticCustomError:
    """An error of a section, to be reported at one of its keys.

    Parameters
    ----------
    message
        What was expected, what was found, what to do.
    key
        The key of the section at which to report; the section itself by default.
    """
    return PydanticCustomError("scenario", "{message}", {"message": message, "key": key})


def unknown_key(key: str, known: Sequence[str]) -> str:
    """What is told of a key that is not known."""
    return f"expected a key known here, found `{key}`; {suggestion(key, known)}"


class Section(BaseModel):
    """A mapping of a scenario file: fixed, strict about types, and without unknown keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        serialize_by_alias=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        """Refuse the first unknown key by name, with the nearest known one."""
        if not isinstance(data, dict):
            return data
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data:
            if key not in known:
                raise problem(unknown_key(str(key), known), str(key))
        return data


@dataclass(frozen=True)
class Word:
    """Annotation of a text that must be one of the words of a vocabulary.

    Attributes
    ----------
    words
        The vocabulary; the position of a word is its code.
    meaning
        What the words name, for errors.
    """

    words: tuple[str, ...]
    meaning: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], CoreSchema]) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "enum": list(self.words)}

    def _checked(self, value: Any) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        if isinstance(value, str) and value.lower() in ANTI_D:
            raise problem(f"expected {self.meaning}, found `{value}`; {ANTI_D_REASON}")
        raise problem(f"expected {self.meaning}, found {described(value)}; {suggestion(str(value), self.words)}")


@dataclass(frozen=True)
class OrWord:
    """Annotation that lets one word stand for the absence of a section.

    Attributes
    ----------
    word
        The word, such as `none`.
    """

    word: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._absent, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"const": self.word}]}

    def _absent(self, value: Any) -> Any:
        if isinstance(value, str):
            if value != self.word:
                hint = suggestion(value, [self.word])
                raise problem(f"expected `{self.word}` or a mapping of keys, found {described(value)}; {hint}")
            return None
        return value


@dataclass(frozen=True)
class EachOnce:
    """Annotation of a list that is a set: nothing stands in it twice."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "uniqueItems": True}

    def _checked(self, values: Sequence[Any]) -> Sequence[Any]:
        for index, value in enumerate(values):
            if value in values[:index]:
                raise problem(f"expected each word once, found {described(value)} twice; remove one")
        return values


AcuteTreatment = Annotated[str, Word(codes.ACUTE_STEPS, "an acute treatment")]
LongTermTreatment = Annotated[str, Word(codes.TREATMENTS, "a long-term treatment")]
Severity = Annotated[str, Word(codes.SEVERITIES, "a severity of the flare")]
Mechanism = Annotated[str, Word(codes.MECHANISMS, "a mechanism of the cytopenia")]
Lineage = Annotated[str, Word(codes.LINEAGES, "a lineage")]
SpleenSize = Annotated[str, Word(codes.SPLEENS, "a spleen size")]
StepOnAgent = Annotated[str, Word(codes.STEPS_ON_AGENT, "what meets a severe flare under an agent")]
IvigUse = Annotated[str, Word(codes.IVIG_USES, "when IVIG is given")]
EndOfTreatment = Annotated[str, Word(codes.AFTER, "how the treatment before ended")]
Occasion = Annotated[str, Word(codes.OCCASIONS, "an occasion to begin long-term treatment")]
LineOccasion = Annotated[str, Word(codes.LINE_OCCASIONS, "an occasion to take a line")]
"""The other triggers always hold and are not for the scenario to say."""

OUTCOMES: Final = (
    *COUNTERS,
    "sepsis_with_spleen_episodes",
    *("opsi_deaths" if cause == "opsi" else f"deaths_{cause}" for cause in codes.CAUSES_OF_DEATH),
    "flares_per_year",
    "prednisone_mg_per_kg_per_year",
    "steroid_days_per_year",
)
"""Outcomes that a scenario can name: those of the registry of outcomes, which come after scenarios."""
OutcomeName = Annotated[str, Word(OUTCOMES, "an outcome")]

Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A share of patients or of time, 0 to 1."""
PositiveShare = Annotated[float, Field(gt=0.0, le=1.0)]
PositiveYears = Annotated[float, Field(gt=0.0, le=120.0)]
Years = Annotated[float, Field(ge=0.0, le=120.0)]
Months = Annotated[float, Field(gt=0.0, le=120.0)]
Weeks = Annotated[float, Field(ge=0.0, le=104.0)]
PositiveWeeks = Annotated[float, Field(gt=0.0, le=104.0)]
Days = Annotated[float, Field(gt=0.0, le=90.0)]
Dose = Annotated[float, Field(gt=0.0, le=50.0)]
"""A dose of steroid in mg per kg and day."""
Rate = Annotated[float, Field(ge=0.0, le=10.0)]
"""A hazard per year."""
Spread = Annotated[float, Field(ge=0.0, le=5.0)]
"""A standard deviation of a logarithm."""
Text = Annotated[str, Field(min_length=1)]
