"""Which child is shown: rules that are stated, and how common what they show is among all patients looked at."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from alps_sim.draws import Progress
from alps_sim.engines.cohort import simulate
from alps_sim.outcomes.definitions import BASE_INDEX, base_values, headline_window
from alps_sim.scenario import ScenarioError
from alps_sim.scenario.inputs import Inputs
from alps_sim.teaching.choices import Rule, stated
from alps_sim.teaching.record import Looked

Array = np.ndarray[Any, Any]

NEAR: Final = ("life_years", "qalys", "flares", "prednisone_mg_per_kg")
"""Outcomes in which the typical child lies near the medians."""


@dataclass(frozen=True)
class Look:
    """What was seen of each child, for n patients from number 0 on under the two strategies.

    Attributes
    ----------
    years
        Of the window looked at.
    values
        (2, n, len(NEAR)) outcomes at its end.
    died
        (2, n) whether dead by then.
    death_time
        (2, n) years since the index.
    """

    years: str
    values: Array
    died: Array
    death_time: Array

    @property
    def qaly_difference(self) -> Array:
        """(n,) QALYs under the second strategy less those under the first."""
        qalys = self.values[:, :, NEAR.index("qalys")]
        difference: Array = qalys[1] - qalys[0]
        return difference

    @property
    def saved(self) -> Array:
        """(n,) whether dead under the first strategy and alive under the second."""
        flags: Array = self.died[0] & ~self.died[1]
        return flags

    @property
    def harmed(self) -> Array:
        """(n,) whether alive under the first strategy and dead under the second."""
        flags: Array = ~self.died[0] & self.died[1]
        return flags

    def counted(self) -> Looked:
        """How common it is to be saved, or harmed."""
        return Looked(
            patients=self.died.shape[1],
            alive_under_both=int((~self.died[0] & ~self.died[1]).sum()),
            dead_under_both=int((self.died[0] & self.died[1]).sum()),
            saved=int(self.saved.sum()),
            harmed=int(self.harmed.sum()),
            median_qaly_difference=float(np.median(np.abs(self.qaly_difference))),
        )


def look_at(inputs: Inputs, patients: int, workers: int, progress: Progress) -> Look:
    """Live the lives of the first patients of a scenario under its two strategies.

    Parameters
    ----------
    inputs
        The translated scenario, of two strategies.
    patients
        How many patients.
    workers
        Threads; the result does not depend on it.
    progress
        Told how far the work is.
    """
    years = headline_window(inputs.windows)
    window, columns = inputs.windows.index(years), [BASE_INDEX[name] for name in NEAR]
    values, died, times = [], [], []
    done = 0
    for block, _ in simulate(replace(inputs, patients=patients), workers):
        outcomes = np.stack([base_values(result, window) for result in block])
        values.append(outcomes[:, :, columns])
        died.append(outcomes[:, :, BASE_INDEX["deaths"]] > 0.0)
        times.append(np.stack([result.rows["death_time"] for result in block]))
        done += outcomes.shape[1]
        progress("looking at patients", done, patients)
    return Look(years, np.concatenate(values, axis=1), np.concatenate(died, axis=1), np.concatenate(times, axis=1))


def choose(look: Look, rule: Rule) -> int:
    """Number of the child that a rule chooses; ties go to the lowest number.

    Parameters
    ----------
    look
        At all patients.
    rule
        The rule.

    Raises
    ------
    ScenarioError
        If there is no such child among those looked at.
    """
    if rule == Rule.TYPICAL:
        return int(np.argmin(_distances(look.values)))
    if rule == Rule.LARGEST_DIFFERENCE:
        return int(np.argmax(np.abs(look.qaly_difference)))
    among, dead_under = (look.saved, 0) if rule == Rule.SAVED else (look.harmed, 1)
    if not among.any():
        raise ScenarioError(_nobody(look, rule), file="--pick")
    times = look.death_time[dead_under]
    away = np.where(among, np.abs(times - np.median(times[among])), np.inf)
    return int(np.argmin(away))


def _distances(values: Array) -> Array:
    """(n,) sum over strategies and outcomes of the distance from the median, each divided by its mean over all patients."""
    away = np.abs(values - np.median(values, axis=1, keepdims=True))
    mean = away.mean(axis=1, keepdims=True)
    scaled = np.divide(away, mean, out=np.zeros_like(away), where=mean > 0.0)
    distances: Array = scaled.sum(axis=(0, 2))
    return distances


def _nobody(look: Look, rule: Rule) -> str:
    others = ", ".join(name for name in Rule if name != rule)
    wanted = stated(rule, look.years).partition(";")[0]
    found = f"found none among the {look.died.shape[1]:,} patients looked at"
    return f"expected {wanted}, {found}; look at more with --patients, or choose another rule ({others})"
