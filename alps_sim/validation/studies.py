"""A published study as the validation sees it: its patients as a scenario, its size, and the figures it published."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import alps_sim
from alps_sim.evidence.errors import EvidenceError, suggestion
from alps_sim.evidence.readings import reading_choices
from alps_sim.evidence.targets import Cohort, Observed, Target, load_targets, target_cohorts
from alps_sim.outcomes.properties import Flags, Rows, everyone
from alps_sim.outcomes.statistics import SELECTIONS, STATISTICS, Statistic
from alps_sim.scenario import Scenario, load_scenario

SCENARIOS: Final = Path(alps_sim.__file__).parent.parent / "scenarios"
"""The shipped scenarios, beside the package."""


@dataclass(frozen=True)
class Figure:
    """One published figure and the statistic that is computed from a simulated cohort in its place.

    Attributes
    ----------
    identifier, description
        Name and words.
    observed
        What was published.
    statistic
        From the observed rows of a cohort to the figure.
    target_class
        INPUT, CALIBRATED or HELD_OUT.
    source, note
        Publication, and what to know when comparing.
    bound
        `at_least` or `at_most` if it only bounds the simulated figure, else empty.
    overlaps
        Figures that count patients whom this one counts.
    informs
        What was set with an eye on it.
    """

    identifier: str
    description: str
    observed: Observed
    statistic: Statistic
    target_class: str
    source: str
    note: str = ""
    bound: str = ""
    overlaps: tuple[str, ...] = ()
    informs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    """A cohort with its published figures.

    Attributes
    ----------
    identifier, description
        Name and words.
    scenario
        Who the patients are and how they were treated, with a single strategy.
    size
        Patients in the study.
    figures
        What was published of it.
    among
        Which of the scenario's observed patients the study was of.
    years_earlier
        By so much the study looked at them before the end of the scenario's observation.
    """

    identifier: str
    description: str
    scenario: Scenario
    size: int
    figures: tuple[Figure, ...]
    among: Callable[[Rows], Flags] = everyone
    years_earlier: float = 0.0

    @property
    def patients(self) -> tuple[str, str]:
        """Name of whom to simulate: studies of the same patients under the same strategy share their lives."""
        return self.scenario.name, next(iter(self.scenario.strategies))


def published_studies() -> list[Study]:
    """All cohorts of the package's published figures.

    Raises
    ------
    EvidenceError
        If a figure asks for a statistic that is not computed, or a cohort for a selection or scenario that does not exist.
    """
    choices = reading_choices({})
    targets = [target.read_with(choices) for target in load_targets()]
    return [_study(cohort, [target for target in targets if target.cohort == name]) for name, cohort in target_cohorts().items()]


def _study(cohort: Cohort, targets: Sequence[Target]) -> Study:
    among = SELECTIONS[_known(cohort.among, SELECTIONS, cohort.identifier)]
    figures = tuple(_figure(target) for target in targets)
    return Study(cohort.identifier, cohort.description, _scenario(cohort), cohort.size, figures, among, cohort.years_earlier)


def _figure(target: Target) -> Figure:
    statistic = STATISTICS[_known(target.statistic, STATISTICS, target.identifier)]
    return Figure(
        target.identifier,
        target.description,
        target.observed,
        statistic,
        target.target_class,
        target.source,
        target.note,
        target.bound,
        target.overlaps,
        target.informs,
    )


def _scenario(cohort: Cohort) -> Scenario:
    """The shipped scenario of a cohort, with one strategy."""
    file = SCENARIOS / f"{cohort.scenario}.yaml"
    if not file.is_file():
        raise EvidenceError(f"expected the scenario of the cohort `{cohort.identifier}`, found no file '{file}'; run from a full checkout")
    scenario = load_scenario(file)
    name = cohort.strategy or scenario.comparator
    _known(name, scenario.strategies, cohort.identifier)
    return with_strategy(scenario, name)


def with_strategy(scenario: Scenario, name: str) -> Scenario:
    """The scenario with one of its strategies alone.

    Parameters
    ----------
    scenario
        As loaded.
    name
        Of the strategy.
    """
    return scenario.model_copy(update={"strategies": {name: scenario.strategies[name]}, "comparator": name})


def _known(name: str, known: Iterable[str], entry: str) -> str:
    if name not in known:
        raise EvidenceError(f"expected a name known to the comparison in `{entry}`, found `{name}`; {suggestion(name, known)}")
    return name
