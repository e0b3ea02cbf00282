"""Tables by age and sex: background death, lymphoma incidence, body size, and the population's quality of life.

Arrays are by completed age 0-119 (the last place stands for all later ages) and by sex, male first. The files with their sources
stand in the folder `tables/`.
"""

import csv
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.source import FOLDER, read_source

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

AGES: Final = 120
"""Completed ages 0 to 119."""

SEX_LETTERS: Final = ("M", "F")
SEX_PREFIXES: Final = ("boy", "girl")

LYMPHOMA_PREFIXES: Final = ("HL", "NHL")
"""Hodgkin, non-Hodgkin."""

ADULT_WEIGHT_AGE: Final = 30
"""Age at which the median weight has reached the adult mean, years."""

UTILITY_BANDS: Final = (
    ("utility_norm_child", 0),
    ("utility_norm_18_29", 18),
    ("utility_norm_30_44", 30),
    ("utility_norm_45_54", 45),
    ("utility_norm_55_64", 55),
    ("utility_norm_65_74", 65),
    ("utility_norm_75_plus", 75),
)
"""Ledger name and first completed age of each band of the population norm."""

_PER: Final = 100_000.0


@lru_cache(maxsize=8)
def table_rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table as texts by column.

    Parameters
    ----------
    name
        File name in the folder of tables.
    """
    with (FOLDER / "tables" / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def table_sources() -> dict[str, dict[str, str]]:
    """Title, source, grade, columns and note of each table, by file name."""
    keys = ("title", "source", "grade", "columns", "note")
    entries = read_source(FOLDER / "tables" / "sources.yaml").table()
    return {name: {key: item.text() for key, item in entry.mapping(keys).items()} for name, entry in entries.items()}


def life_table_periods() -> tuple[int, ...]:
    """Years of the period life tables, ascending."""
    return tuple(sorted({int(column[1:]) for column in table_rows("us_period_life_table_qx.csv")[0] if column != "age"}))


@lru_cache(maxsize=8)
def background_death_per_year(period: int = 2017) -> FloatArray:
    """Background hazard of death.

    Parameters
    ----------
    period
        Year of the period life table.

    Returns
    -------
    numpy.ndarray
        (2, 120) per year, by sex and completed age.

    Raises
    ------
    EvidenceError
        If there is no table of that year.
    """
    if period not in life_table_periods():
        years = ", ".join(str(year) for year in life_table_periods())
        raise EvidenceError(f"expected a life table of one of the years {years}, found {period}; choose one of them")
    rows = table_rows("us_period_life_table_qx.csv")
    return _fixed(np.array([[-math.log1p(-float(row[f"{sex}{period}"])) for row in rows] for sex in SEX_LETTERS]))


@lru_cache(maxsize=1)
def lymphoma_incidence_per_year() -> FloatArray:
    """Incidence of lymphoma in the general population.

    Returns
    -------
    numpy.ndarray
        (2, 2, 120) per person-year, by kind (Hodgkin, non-Hodgkin), sex and completed age.
    """
    incidence = np.zeros((len(LYMPHOMA_PREFIXES), len(SEX_LETTERS), AGES))
    for row in table_rows("us_2019_lymphoma_incidence.csv"):
        first, last = _age_group(row["age"])
        for kind, prefix in enumerate(LYMPHOMA_PREFIXES):
            for sex, letter in enumerate(SEX_LETTERS):
                incidence[kind, sex, first : last + 1] = float(row[f"{prefix}_{letter}_per100k"] or 0.0) / _PER
    return _fixed(incidence)


def _fixed(table: FloatArray) -> FloatArray:
    """A table that nobody can change: it is read once and shared."""
    table.flags.writeable = False
    return table


def _age_group(text: str) -> tuple[int, int]:
    if text.endswith("+"):
        return int(text[:-1]), AGES - 1
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def body_size(adult_weight_male_kg: float, adult_weight_female_kg: float) -> FloatArray:
    """Reference weight and height by age.

    Parameters
    ----------
    adult_weight_male_kg, adult_weight_female_kg
        Weight to which the median has gone at age 30, kg.

    Returns
    -------
    numpy.ndarray
        (2, 120, 4) by sex and completed age: L, M (kg) and S of the weight, median height (cm).
    """
    body, oldest = _reference_body()
    grown = body.copy()
    ages = np.arange(AGES, dtype=np.float64)
    for sex, adult in enumerate((adult_weight_male_kg, adult_weight_female_kg)):
        upwards = np.interp(ages, [oldest, ADULT_WEIGHT_AGE], [body[sex, -1, 1], adult])
        grown[sex, :, 1] = np.where(ages > oldest, upwards, body[sex, :, 1])
    return grown


@lru_cache(maxsize=1)
def _reference_body() -> tuple[FloatArray, float]:
    """Body size by sex and age as in the reference, its last values kept beyond its oldest age; and that age."""
    rows = table_rows("cdc2000_body_size_by_age.csv")
    known = np.array([float(row["age_y"]) for row in rows])
    body = np.empty((len(SEX_PREFIXES), AGES, 4))
    for sex, prefix in enumerate(SEX_PREFIXES):
        for place, column in enumerate(("kg_L", "kg_P50", "kg_S", "cm_P50")):
            body[sex, :, place] = np.interp(np.arange(AGES), known, [float(row[f"{prefix}_{column}"]) for row in rows])
    return _fixed(body), float(known[-1])


def utility_norm(values: Mapping[str, float]) -> FloatArray:
    """Population norm of utility.

    Parameters
    ----------
    values
        Parameter values by ledger name.

    Returns
    -------
    numpy.ndarray
        (120,) by completed age.
    """
    starts = np.array([start for _, start in UTILITY_BANDS])
    norms = np.array([values[name] for name, _ in UTILITY_BANDS])
    return norms[np.searchsorted(starts, np.arange(AGES), side="right") - 1]
