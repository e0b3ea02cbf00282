"""Extreme values: what is switched off does not happen, what is made certain happens to everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from alps_sim.outcomes.block import BlockResult
from alps_sim.scenario.strategy import Strategy
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import Check, Finding, concluded, not_applicable
from alps_sim.verification.lives import by_strategy, counter, lines_of, total

GROUP: Final = "Extreme values"
NEVER_RELAPSE: Final = {"relapse_after_splenectomy_scale_years": 1.0e9, "relapse_after_splenectomy_shape": 10.0}
"""A share of 1e-69 of all patients relapses within a century."""
HARDLY_EVER: Final = 1e-15
"""A rate per year for those whose ratio is asked for too, so that they cannot be 0."""
SURGERY: Final = ("splenectomy", "splenectomy_assessment")


@dataclass(frozen=True)
class Absence:
    """Something switched off.

    Attributes
    ----------
    name, title, done
        As of a check.
    values
        Parameters that switch it off.
    outcomes
        What must not happen any more.
    """

    name: str
    title: str
    done: str
    values: Mapping[str, float]
    outcomes: tuple[str, ...]


ABSENCES: Final = (
    Absence("no_opsi", "Without its hazard no OPSI", "Set the hazard of OPSI to 0.", {"opsi_mean_rate_per_year": 0.0}, ("opsi_episodes",)),
    Absence(
        "no_sepsis",
        "Without its hazards no sepsis",
        "Set the hazards of sepsis with and without a spleen to 0.",
        {"opsi_mean_rate_per_year": 0.0, "sepsis_with_spleen_per_year": 0.0},
        ("sepsis_episodes",),
    ),
    Absence(
        "no_relapse",
        "With the relapse clock stopped no relapse",
        "Set the scale of the relapse clock to 1e9 years.",
        NEVER_RELAPSE,
        ("relapse_after_splenectomy",),
    ),
    Absence(
        "no_breakthrough",
        "Without its hazard no breakthrough",
        "Set the hazard of breakthroughs to 0.",
        {"breakthrough_per_year": 0.0},
        ("breakthroughs",),
    ),
    Absence(
        "no_bleed",
        "Without its probability no severe bleed",
        "Set the probabilities of severe bleeds to 0.",
        {"severe_bleed_probability_severe_flare": 0.0, "severe_bleed_probability_mild_flare": 0.0},
        ("severe_bleeds",),
    ),
    Absence(
        "no_lymphoma",
        "Without its incidence no lymphoma",
        "Set the incidence ratios of lymphoma to 0.",
        {"hodgkin_incidence_ratio": 0.0, "non_hodgkin_incidence_ratio": 0.0, "non_hodgkin_incidence_ratio_late": 0.0},
        ("lymphomas",),
    ),
    Absence(
        "no_leukaemia",
        "Without its hazard no leukaemia",
        "Set the hazards of leukaemia to 0.",
        {"other_malignancy_per_year": 0.0, "other_malignancy_on_drugs_per_year": 0.0},
        ("other_malignancies", "transplantations"),
    ),
    Absence(
        "no_infection",
        "Without their hazards no admissions for infection",
        "Set the hazards of infection admissions and neutropenic infections to 0.",
        {
            "infection_admission_per_year": 0.0,
            "infection_admission_on_immunosuppression_per_year": 0.0,
            "neutropenic_infection_per_year": 0.0,
        },
        ("infection_admissions", "neutropenic_infections"),
    ),
)


def _absent(absence: Absence, bench: Bench) -> Finding:
    before = {outcome: total(bench.base, outcome) for outcome in absence.outcomes}
    if not any(before.values()):
        return not_applicable(f"no {absence.outcomes[0].replace('_', ' ')} in {bench.sample} patients of the scenario as it is")
    results = bench.live(bench.inputs(absence.values))
    failures = [
        f"{counter(result, outcome)[:, -1].sum():g} {outcome} under {name}"
        for name, result in by_strategy(bench.strategies, results)
        for outcome in absence.outcomes
        if counter(result, outcome).any()
    ]
    return concluded(failures, "none; as the scenario is " + ", ".join(f"{count:g} {outcome}" for outcome, count in before.items()))


def _changed_strategies(bench: Bench, change: Callable[[Strategy], Strategy]) -> dict[str, Strategy]:
    return {name: change(strategy) for name, strategy in bench.settled.strategies.items()}


def _perfect_prevention(bench: Bench) -> Finding:
    before = total(bench.base, "opsi_episodes")
    if not before:
        return not_applicable(f"no OPSI in {bench.sample} patients of the scenario as it is")
    everybody = {"uptake": 1.0, "adherence": 1.0}
    strategies = _changed_strategies(bench, lambda one: one.model_copy(update={"prevention": one.prevention.model_copy(update=everybody)}))
    values = {"prevention_rate_ratio": 0.0, "prevention_transition_ratio": 1.0}
    results = bench.live(bench.inputs(values, strategies=strategies))
    found = {name: counter(result, "opsi_episodes").sum() for name, result in by_strategy(bench.strategies, results)}
    return concluded([f"{count:g} under {name}" for name, count in found.items() if count], f"no OPSI; as the scenario is {before:g}")


def _no_answers(bench: Bench) -> Finding:
    answers = ("agent_answer", "course_answer")
    before = sum(lines_of(result, bench.words, *answers).size for result in bench.base)
    if not before:
        return not_applicable(f"no long-term agent answers in {bench.sample} patients of the scenario as it is")
    values = {name: 0.0 for name in bench.values if name.startswith("drug.") and ".response_probability_" in name}
    results = bench.live(bench.inputs({**values, "refractoriness_correlation": 0.0}), keep_events=True)
    found = {name: lines_of(result, bench.words, *answers).size for name, result in by_strategy(bench.strategies, results)}
    return concluded([f"{count} answers under {name}" for name, count in found.items() if count], f"none; as the scenario is {before}")


def _no_flares(bench: Bench) -> Finding:
    rates = {"flare_rate_young_per_year": HARDLY_EVER, "flare_rate_adult_per_year": HARDLY_EVER}
    results = bench.live(bench.inputs({**rates, **NEVER_RELAPSE}))
    failures = []
    for name, result in by_strategy(bench.strategies, results):
        flares, ill = counter(result, "flares")[:, -1], result.rows["has_cytopenia"]
        failures += [] if np.array_equal(flares, ill) else [f"{flares.sum():g} flares of {ill.sum()} patients with cytopenia under {name}"]
    return concluded(
        failures, f"everybody with cytopenia has the flare of the index alone; as the scenario is {total(bench.base, 'flares'):g}"
    )


def _no_frailty(bench: Bench) -> Finding:
    results = bench.live(bench.inputs({"flare_frailty_variance": 0.0, "infection_frailty_variance": 0.0}))
    failures = [
        f"{frailty} of a patient under {name} is {result.rows[frailty][result.rows[frailty] != 1.0][0]:g}"
        for name, result in by_strategy(bench.strategies, results)
        for frailty in ("flare_frailty", "infection_frailty")
        if (result.rows[frailty] != 1.0).any()
    ]
    return concluded(failures, "1 in every patient")


def _deaths(bench: Bench, result: BlockResult, causes: tuple[str, ...]) -> Any:
    """(patients,) whether each died of one of some causes."""
    codes = [bench.words.causes_of_death.index(cause) for cause in causes]
    return np.isin(result.rows["death_cause"], codes)


def _fatal_sepsis(bench: Bench) -> Finding:
    if not total(bench.base, "sepsis_episodes"):
        return not_applicable(f"no sepsis in {bench.sample} patients of the scenario as it is")
    results = bench.live(bench.inputs({"opsi_fatality_probability": 1.0, "sepsis_fatality_probability": 1.0}))
    failures, episodes = [], 0.0
    for name, result in by_strategy(bench.strategies, results):
        septic, died = counter(result, "sepsis_episodes")[:, -1], _deaths(bench, result, ("opsi", "other_sepsis"))
        episodes += septic.sum()
        if not np.array_equal(septic, died):
            failures.append(f"{septic.sum():g} episodes and {died.sum()} deaths of sepsis under {name}")
    return concluded(failures, f"{episodes:g} episodes, each the patient's only one and the cause of death")


def _fatal_operation(bench: Bench) -> Finding:
    if not total(bench.base, "splenectomised"):
        return not_applicable(f"no splenectomy in {bench.sample} patients of the scenario as it is")
    results = bench.live(bench.inputs({"splenectomy_operative_death_probability": 1.0}))
    failures, operated = [], 0.0
    for name, result in by_strategy(bench.strategies, results):
        surgery, died = counter(result, "splenectomised")[:, -1], _deaths(bench, result, ("operative",))
        operated += surgery.sum()
        if not np.array_equal(surgery, died):
            failures.append(f"{surgery.sum():g} operations and {died.sum()} operative deaths under {name}")
    return concluded(failures, f"{operated:g} operations, each the cause of death")


def _without_surgery(strategy: Strategy) -> Strategy:
    """A strategy that never operates."""
    lines = tuple(line for line in strategy.lines if line.treatment not in SURGERY)
    ladder = tuple(step for step in strategy.acute_ladder if step.treatment not in SURGERY)
    return strategy.model_copy(update={"lines": lines, "acute_ladder": ladder, "splenectomy_for_splenomegaly_per_year": 0.0})


def _no_surgery(bench: Bench) -> Finding:
    before = total(bench.base, "splenectomised")
    if not before:
        return not_applicable(f"no splenectomy in {bench.sample} patients of the scenario as it is")
    results = bench.live(bench.inputs(strategies=_changed_strategies(bench, _without_surgery)))
    failures = []
    for name, result in by_strategy(bench.strategies, results):
        operated = counter(result, "splenectomised")[:, -1].sum()
        failures += [f"{operated:g} operated on under {name}"] if operated else []
        has_spleen = result.rows["years_since_prior_splenectomy"] < 0.0
        septic = counter(result, "opsi_episodes")[has_spleen].sum()
        failures += [f"{septic:g} OPSI under {name} in patients who came with a spleen"] if septic else []
    return concluded(failures, f"nobody operated on, no OPSI in those who have a spleen; as the scenario is {before:g} operations")


def _absence_check(absence: Absence) -> Check:
    expected = f"No {' and no '.join(outcome.replace('_', ' ') for outcome in absence.outcomes)}."
    return Check(absence.name, GROUP, absence.title, absence.done, expected, partial(_absent, absence), 0.4)


CHECKS: Final = (
    *(_absence_check(absence) for absence in ABSENCES),
    Check(
        "perfect_prevention",
        GROUP,
        "Perfect prevention prevents",
        "Prevention taken up and kept to by all, with a rate ratio of 0.",
        "No OPSI.",
        _perfect_prevention,
        0.4,
    ),
    Check(
        "no_answers",
        GROUP,
        "Agents that never answer never answer",
        "Set the response probabilities of all long-term agents to 0.",
        "No answer in the event log.",
        _no_answers,
        0.6,
    ),
    Check(
        "no_flares",
        GROUP,
        "Without their hazard no further flares",
        f"Set the flare rates to {HARDLY_EVER:g} a year and stopped the relapse clock.",
        "Patients with cytopenia have the flare of the index and no other.",
        _no_flares,
        0.4,
    ),
    Check(
        "no_frailty",
        GROUP,
        "Without variance no frailty",
        "Set the variances of both frailties to 0.",
        "Both 1 in every patient.",
        _no_frailty,
        0.4,
    ),
    Check(
        "fatal_sepsis",
        GROUP,
        "Always fatal sepsis comes once",
        "Set the fatality of sepsis with and without a spleen to 1.",
        "Each episode the patient's only one and the cause of death.",
        _fatal_sepsis,
        0.4,
    ),
    Check(
        "fatal_operation",
        GROUP,
        "An always fatal operation is survived by nobody",
        "Set the operative mortality of splenectomy to 1.",
        "Everybody operated on dies of it.",
        _fatal_operation,
        0.4,
    ),
    Check(
        "no_surgery",
        GROUP,
        "Without surgery no OPSI",
        "Took splenectomy out of every strategy.",
        "Nobody operated on; no OPSI in patients who come with a spleen.",
        _no_surgery,
        0.4,
    ),
)
"""Checks of extreme values."""
