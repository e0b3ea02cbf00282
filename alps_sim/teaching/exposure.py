"""Steroid of a life by body weight: days, mg and mg/kg from one time to another."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from alps_sim.rules.codes import DAYS_PER_YEAR
from alps_sim.teaching.life import Dose, Life

_INSTANT: Final = 1e-9
"""Years; a birthday may be a last bit early when times are added."""


@dataclass(frozen=True)
class Body:
    """The patient's body by completed age.

    Attributes
    ----------
    weight_kg, surface_m2
        One number for each completed age from 0.
    """

    weight_kg: Sequence[float]
    surface_m2: Sequence[float]

    def weight_at(self, age: float) -> float:
        """Weight at an age in years, kg; it changes on birthdays."""
        return self.weight_kg[self._completed(age)]

    def surface_at(self, age: float) -> float:
        """Body surface at an age in years, m2."""
        return self.surface_m2[self._completed(age)]

    def _completed(self, age: float) -> int:
        return min(int(age + _INSTANT), len(self.weight_kg) - 1)


@dataclass(frozen=True)
class Exposure:
    """Steroid taken.

    Attributes
    ----------
    days
        With any systemic steroid.
    mg_per_kg
        Prednisone equivalent, intravenous pulses included.
    iv_mg_per_kg
        Of it, what was given as intravenous pulses.
    """

    days: float
    mg_per_kg: float
    iv_mg_per_kg: float


def pieces(life: Life, body: Body, begin: float, end: float) -> Iterator[tuple[Dose, float]]:
    """Doses between two times, cut at birthdays; each with the weight in kg.

    Parameters
    ----------
    life, body
        Of one patient.
    begin, end
        Years since the index.
    """
    for dose in life.steroids:
        start, stop = max(dose.begin, begin), min(dose.end, end)
        if start >= stop:
            continue
        birthdays = range(math.floor(life.age(start) + _INSTANT) + 1, math.ceil(life.age(stop) - _INSTANT))
        cuts = [start, *(birthday - life.age_at_index for birthday in birthdays), stop]
        for cut, until in pairwise(cuts):
            yield Dose(cut, until, dose.mg_per_day, dose.intravenous), body.weight_at(life.age((cut + until) / 2.0))


def exposure(life: Life, body: Body, begin: float, end: float) -> Exposure:
    """Steroid taken between two times.

    Parameters
    ----------
    life, body
        Of one patient.
    begin, end
        Years since the index.
    """
    days = mg_per_kg = iv_mg_per_kg = 0.0
    for dose, weight in pieces(life, body, begin, end):
        taken = dose.mg_per_day * (dose.end - dose.begin) * DAYS_PER_YEAR / weight
        days += dose.days
        mg_per_kg += taken
        iv_mg_per_kg += taken if dose.intravenous else 0.0
    return Exposure(days, mg_per_kg, iv_mg_per_kg)
