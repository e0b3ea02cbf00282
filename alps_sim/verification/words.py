"""A run's events and patients in words: what the verification reads.

The codes of the rules are not known here. Whoever runs the check hands over the vocabularies; from then on a thing is called by
its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

EVENT_COLUMNS: Final = ("patient", "time", "kind", "code", "value", "word")
"""patient number; time, years since the index; kind, a word of the log; code and value as in docs/outputs.md; word, what the code
names if it names a thing, else empty."""

PATIENT_COLUMNS: Final = (
    "patient",
    "sex",
    "genotype",
    "age_at_index",
    "has_cytopenia",
    "spleen_at_index",
    "flare_frailty",
    "infection_frailty",
    "refractoriness",
    "lineages",
    "first_lineage",
    "weight_z",
    "prevention_luck",
    "years_since_prior_splenectomy",
    "observation_years",
    "death_time",
)
"""Attributes that the second account reads; sex, genotype and spleen_at_index as words, lineages as in the code of a flare line and
the first of them as its place there, times in years, a prior splenectomy that did not happen as a negative number."""

NAMES_AGENT: Final = ("agent_start", "agent_answer", "agent_stop", "course_start", "course_answer", "course_stop")
"""Kinds of lines whose code is an agent."""
NAMES_SPLEEN: Final = ("entry", "spleen_size")
"""Kinds of lines whose code is a size of the spleen."""


@dataclass(frozen=True)
class Vocabularies:
    """The words behind the codes, each in the order of its codes.

    Attributes
    ----------
    kinds
        Kinds of log lines.
    phases
        Phases of a cytopenia episode.
    spleens
        Sizes of the spleen.
    agents
        Long-term agents.
    sexes, genotypes
        Of the patients.
    causes_of_death
        Each death has one.
    """

    kinds: Sequence[str]
    phases: Sequence[str]
    spleens: Sequence[str]
    agents: Sequence[str]
    sexes: Sequence[str]
    genotypes: Sequence[str]
    causes_of_death: Sequence[str]


def events_in_words(events: np.ndarray[Any, Any], words: Vocabularies) -> pd.DataFrame:
    """Log lines with EVENT_COLUMNS.

    Parameters
    ----------
    events
        (n,) log lines with the fields time, value, patient, code, kind.
    words
        The vocabularies.
    """
    kind = np.asarray(events["kind"], dtype=np.int64)
    code = np.asarray(events["code"], dtype=np.int64)
    named = _named_codes(kind, code, words)
    return pd.DataFrame(
        {
            "patient": np.asarray(events["patient"], dtype=np.int64),
            "time": np.asarray(events["time"], dtype=np.float64),
            "kind": words_at(kind, words.kinds),
            "code": code,
            "value": np.asarray(events["value"], dtype=np.float64),
            "word": named,
        }
    )


def words_at(places: np.ndarray[Any, Any], names: Sequence[str]) -> "pd.Categorical[Any]":
    """Words by their positions.

    Parameters
    ----------
    places
        (n,) positions in `names`.
    names
        All words, each once.
    """
    return pd.Categorical.from_codes(np.asarray(places, dtype=np.int64), pd.Index(list(names)))


def first_that_holds(conditions: Mapping[str, Any], otherwise: str) -> "pd.Categorical[Any]":
    """The name of the first condition that holds.

    Parameters
    ----------
    conditions
        (n,) booleans by name.
    otherwise
        The name where none holds.
    """
    each = [np.asarray(condition, dtype=bool) for condition in conditions.values()]
    place = np.full(each[0].shape, len(each), dtype=np.int64)
    for position in reversed(range(len(each))):
        place[each[position]] = position
    return words_at(place, (*conditions, otherwise))


def crossed(words: "pd.Categorical[Any]", flag: Any, suffix: str) -> "pd.Categorical[Any]":
    """Words with and without something.

    Parameters
    ----------
    words
        (n,).
    flag
        (n,) where there is something.
    suffix
        What it adds to the word.
    """
    names = [str(word) for word in words.categories]
    codes = words.codes + len(names) * np.asarray(flag, dtype=np.int64)
    return words_at(codes, [*names, *(f"{name}, {suffix}" for name in names)])


def _named_codes(kind: np.ndarray[Any, Any], code: np.ndarray[Any, Any], words: Vocabularies) -> "pd.Categorical[Any]":
    """The name of what each code stands for, empty for a code that names nothing."""
    vocabulary_of: Mapping[str, Sequence[str]] = {
        **dict.fromkeys(NAMES_AGENT, words.agents),
        **dict.fromkeys(NAMES_SPLEEN, words.spleens),
        "phase": words.phases,
    }
    every_word = list(dict.fromkeys(["", *words.phases, *words.spleens, *words.agents]))
    place = np.zeros(kind.size, dtype=np.int64)
    for name, vocabulary in vocabulary_of.items():
        lines = kind == list(words.kinds).index(name)
        place[lines] = np.array([every_word.index(word) for word in vocabulary])[code[lines]]
    return words_at(place, every_word)


def patients_in_words(rows: np.ndarray[Any, Any], words: Vocabularies) -> pd.DataFrame:
    """Patients with PATIENT_COLUMNS.

    Parameters
    ----------
    rows
        (n,) one row a patient, with fields of the names of PATIENT_COLUMNS.
    words
        The vocabularies.
    """
    vocabulary_of = {"sex": words.sexes, "genotype": words.genotypes, "spleen_at_index": words.spleens}
    table = pd.DataFrame({name: np.asarray(rows[name]) for name in PATIENT_COLUMNS})
    for name, vocabulary in vocabulary_of.items():
        table[name] = words_at(table[name].to_numpy(np.int64), vocabulary)
    return table
