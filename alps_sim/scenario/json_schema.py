"""A JSON Schema (draft 2020-12) of scenario files, by which an editor completes keys, words and parameters and marks mistakes.

Made from the schema of a scenario and the evidence, with what the loader takes beyond them: a file that extends another may leave
out whatever lies beneath, strategies may share keys, and the ledger may give a number.
"""

import json
from copy import deepcopy
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from alps_sim.evidence.ledger import GRADES, WORDS, Parameter, load_ledger
from alps_sim.evidence.readings import Reading, load_readings
from alps_sim.evidence.tables import life_table_periods
from alps_sim.evidence.targets import target_cohorts
from alps_sim.rules.codes import ACUTE_STEPS, GENOTYPES
from alps_sim.scenario.overrides import possible_range
from alps_sim.scenario.patients import LOGNORMAL, QUANTILES
from alps_sim.scenario.references import WORD
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.strategy import INTRAVENOUS, NO_BRIDGES, ORAL, AcuteStep

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TITLE: Final = "alps-sim scenario"
LEFT_TO_CHECK: Final = (
    "that a name given elsewhere exists: a strategy in `comparator` or `only_strategies`, a file in `extends`",
    "that keys left out are said in the file beneath or in `every_strategy`, and that something uses what every strategy shares",
    "that numbers fit each other: genotype shares that add up to 1, patients = size x cohorts, ascending windows, quantiles and ages",
    "that a line does not ask for hypersplenism without an enlarged spleen, or for none with a massive one",
    "that a number of the ledger fits its place, and that currency and price year are those of the ledger",
    "that something in the scenario reads an override, a reading or what is swept, and that two readings agree",
    "that a parameter can take the ends of the range over which it is swept, and that the range is not empty",
    "the numbers within a distribution written as text",
    "whole numbers written with a point (2.0), and .inf and .nan",
    "a key given twice",
)
"""What JSON Schema cannot say, and only `alps-sim check` tells."""

_REFERENCE: Final = "#/$defs/"
_PART: Final = "Part"
"""End of the name of a section of which keys may be left out."""
_LIMITS: Final = ("type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


class _OfFiles(GenerateJsonSchema):
    """The schema of what stands in files: nothing is null, and sections have no default that an editor should offer."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if not isinstance(found.get("default"), str | int | float):
            found.pop("default", None)
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_text() -> str:
    """The schema as the text of a JSON file."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def scenario_schema() -> Schema:
    """The schema of scenario files.

    Returns
    -------
    dict
        JSON types. A file that extends another is a `ScenarioPart`, any other a `Scenario`.
    """
    sections = _sections() | _evidence()
    _add_names_and_layers(sections)
    part = _name_of_part("Scenario", sections)
    sections[part]["required"] = ["name"]
    sections["QuantilesPart"]["required"] = ["distribution"]  # without it a log-normal is meant
    _ask_for_all(sections["Scenario"], _name_of_part("Strategy", sections))
    for name, rules in _rules().items():
        sections[name]["allOf"] = rules
    return {
        "$schema": DIALECT,
        "title": TITLE,
        "description": "A scenario of alps-sim. `alps-sim check FILE` also tells what this schema cannot.",
        "$comment": "Left to `alps-sim check`: " + "; ".join(LEFT_TO_CHECK),
        "type": "object",
        "if": {"required": ["extends"]},
        "then": _reference(part),
        "else": _reference("Scenario"),
        "$defs": dict(sorted(sections.items())),
    }


def _reference(name: str) -> Schema:
    return {"$ref": _REFERENCE + name}


def _sections() -> dict[str, Schema]:
    """The sections of a scenario by name; each number may be named from the ledger, but for those that replace the ledger's own."""
    whole = Scenario.model_json_schema(schema_generator=_OfFiles)
    sections: dict[str, Schema] = {**whole.pop("$defs"), "Scenario": whole}
    for name, section in sections.items():
        section.pop("title", None)
        if name != "Override":
            sections[name] = _or_from_ledger(section)
    for name, word in (("TruncatedLogNormal", LOGNORMAL), ("Quantiles", QUANTILES)):
        sections[name]["properties"]["distribution"] = {"const": word, "description": "Its form."}
    sections["Quantiles"]["required"].append("distribution")
    sections["Override"].pop("required")  # a layer may add a note to a value beneath
    return sections


def _or_from_ledger(schema: Any) -> Any:
    """A schema whose numbers may also be named."""
    if isinstance(schema, list):
        return [_or_from_ledger(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "number":
        number = {key: schema[key] for key in _LIMITS if key in schema}
        rest = {key: value for key, value in schema.items() if key not in number}
        return {**rest, "anyOf": [number, _reference("FromLedger")]}
    # two forms may both fit a part of a distribution
    return {"anyOf" if key == "oneOf" else key: _or_from_ledger(value) for key, value in schema.items()}


def _evidence() -> dict[str, Schema]:
    """What a scenario may name of the evidence."""
    numbers = {name: parameter for name, parameter in load_ledger().parameters.items() if parameter.unit not in WORDS}
    return {
        "FromLedger": {
            "type": "string",
            "enum": [WORD + name for name in numbers],
            "description": "The number is that of a parameter of the evidence ledger, and is drawn and fitted with it.",
        },
        "Parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _parameter(parameter) for name, parameter in numbers.items()},
        },
        "Readings": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _reading(reading) for name, reading in load_readings().items()},
        },
    }


def _parameter(parameter: Parameter) -> Schema:
    """An override of one parameter: a number, or a mapping with it."""
    low, high = possible_range(parameter)
    limits = {"minimum": low, "maximum": high}
    plausible = f" ({parameter.low:g} to {parameter.high:g})" if parameter.low < parameter.high else ""
    known = f"{parameter.value:g}{plausible}"
    return {
        "description": f"{parameter.unit}; ledger {known}; {parameter.grade}: {GRADES[parameter.grade]}. {parameter.note}",
        "anyOf": [{"type": "number", **limits}, _reference("Override")],
        "properties": {"value": limits},
    }


def _reading(reading: Reading) -> Schema:
    ways = [{"const": way.name, "description": way.meaning} for way in reading.alternatives.values()]
    return {"description": f"{reading.question} Taken if not said: {reading.taken}.", "oneOf": ways}


def _add_names_and_layers(sections: dict[str, Schema]) -> None:
    """What the section `Scenario` may name of the evidence, and the keys that lay files together."""
    scenario = sections["Scenario"]
    keys = scenario["properties"]
    keys["parameters"] = {"description": keys["parameters"]["description"], "allOf": [_reference("Parameters")]}
    keys["readings"] = {"description": keys["readings"]["description"], "allOf": [_reference("Readings")]}
    keys["life_table_period"]["enum"] = list(life_table_periods())
    sections["Replica"]["properties"]["cohort"]["enum"] = list(target_cohorts())
    sections["SweepRequest"]["properties"]["parameter"]["enum"] = list(sections["Parameters"]["properties"])
    sections["Population"]["properties"]["genotype_shares"]["required"] = list(GENOTYPES)
    ((pattern, strategy),) = keys["strategies"].pop("patternProperties").items()
    keys["strategies"]["propertyNames"]["pattern"] = pattern
    keys["strategies"]["additionalProperties"] = strategy
    scenario["properties"] = {**_layer_keys(_name_of_part("Strategy", sections)), **keys}


def _ask_for_all(scenario: Schema, strategy_part: str) -> None:
    """What a file that extends no other must say: the value of each override, and of its strategies all that they do not share."""
    keys = scenario["properties"]
    keys["parameters"]["additionalProperties"] = {"required": ["value"]}
    whole = keys["strategies"].pop("additionalProperties")
    scenario["allOf"] = [
        {
            "if": {"required": ["every_strategy"]},
            "then": {"properties": {"strategies": {"additionalProperties": _reference(strategy_part)}}},
            "else": {"properties": {"strategies": {"additionalProperties": whole}}},
        }
    ]


def _layer_keys(strategy_part: str) -> dict[str, Schema]:
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return {
        "extends": {"type": "string", "description": "Scenario file that this one is laid over, its path as seen from this file."},
        "every_strategy": {"description": "What all strategies share; each may replace it.", "allOf": [_reference(strategy_part)]},
        "only_strategies": {**names, "description": "Strategies to keep, in this order; all if not said."},
    }


def _name_of_part(name: str, sections: dict[str, Schema]) -> str:
    """Name of the section of which keys may be left out, made if it is not there; the section itself if it has none to leave out."""
    part = _partly(sections[name], sections)
    if part == sections[name]:
        return name
    sections[name + _PART] = part
    return name + _PART


def _partly(schema: Any, sections: dict[str, Schema]) -> Any:
    """A schema that asks for no key, but whole entries of lists, which no layer completes."""
    if isinstance(schema, list):
        return [_partly(item, sections) for item in schema]
    if not isinstance(schema, dict):
        return deepcopy(schema)
    part = {key: value if key == "items" else _partly(value, sections) for key, value in schema.items()}
    part.pop("minProperties", None)
    if isinstance(part.get("required"), list):
        part.pop("required")
    reference = part.get("$ref")
    if isinstance(reference, str):
        part["$ref"] = _REFERENCE + _name_of_part(reference.removeprefix(_REFERENCE), sections)
    return part


def _rules() -> dict[str, list[Schema]]:
    """What some keys ask of others, by section; the same rules as in the validators of the sections."""
    of_steroids = [field.alias or name for name, field in AcuteStep.model_fields.items()]
    of_steroids = [key for key in of_steroids if key not in ("treatment", "if")]
    others = [step for step in ACUTE_STEPS if step not in (ORAL, INTRAVENOUS)]
    numbered = ["flare_number", "flare_window_years"]
    by_number = {"required": ["at"], "properties": {"at": {"contains": {"const": "flare_number"}}}}
    by_others = {"required": ["at"], "properties": {"at": {"not": {"contains": {"const": "flare_number"}}}}}
    no_number = {"if": by_others, "then": _without(numbered)}
    return {
        "AcuteStep": [
            {"if": _is("treatment", [ORAL, INTRAVENOUS]), "then": {"required": ["dose_mg_per_kg_per_day", "days"]}},
            {"if": _is("treatment", [INTRAVENOUS]), "then": {"required": ["taper_dose_mg_per_kg_per_day"]}},
            {"if": _is("treatment", [ORAL]), "then": _without(["ivig"])},
            {"if": _is("treatment", others), "then": _without(of_steroids)},
        ],
        "BeginLongTermTreatment": [{"if": by_number, "then": {"required": ["flare_number"]}}, no_number],
        "BeginLongTermTreatmentPart": [no_number],
        "Line": [{"if": _is("bridge", [True]), "then": {"properties": {"treatment": {"not": {"enum": list(NO_BRIDGES)}}}}}],
    }


def _is(key: str, words: list[Any]) -> Schema:
    return {"required": [key], "properties": {key: {"enum": words}}}


def _without(keys: list[str]) -> Schema:
    return {"properties": dict.fromkeys(keys, False)}
