"""Studies of a scenario besides its run, for Python and for the command line: sweeps, and the same child under two strategies."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from alps_sim.analysis.sweep import Sweep, asked_of, run_sweep
from alps_sim.analysis.variation import OPTION, Variation, check_variations, variation_of
from alps_sim.draws import Progress, no_progress
from alps_sim.evidence.ledger import load_ledger
from alps_sim.gathering import warm_up
from alps_sim.report.comparable import comparing
from alps_sim.scenario import Scenario, ScenarioError
from alps_sim.scenario.errors import suggestion
from alps_sim.scenario.overrides import why_unread
from alps_sim.scenario.translate import translate
from alps_sim.simulation import resolve
from alps_sim.teaching.choices import DEFAULT_RULE, RULES, Rule
from alps_sim.teaching.twin import Twin, make_twin

SWEEP_PATIENTS: Final = 5000
"""Patients under each strategy, unless the user says otherwise: 21 values of two strategies take some ten seconds."""

Vary = str | Variation


def sweep(
    scenario: str | Path | Scenario,
    vary: Vary | Sequence[Vary],
    outcomes: str | Sequence[str],
    *,
    window: str = "",
    patients: int | None = None,
    seed: int | None = None,
    strategies: Sequence[str] | None = None,
    workers: int | None = None,
    settings: Mapping[str, Any] | None = None,
    draws: int = 0,
    progress: Progress = no_progress,
) -> Sweep:
    """Sweep one or two parameters of a scenario, on the same patients.

    Parameters
    ----------
    scenario
        Scenario file, or a scenario as loaded.
    vary
        `PARAMETER=LOW:HIGH:N`, or with `:log`; one or two.
    outcomes
        Identifiers in the registry of outcomes; the same lives serve all.
    window
        Years as in `window_years`; the headline window if empty.
    patients
        Patients under each strategy; 5,000 if not given.
    seed, strategies
        In place of the scenario's.
    workers
        Threads; all processors if not given. Results do not depend on it.
    settings
        Parameter values by ledger name, over those of the scenario.
    draws
        Joint draws of all other parameters at each value; 0 for none.
    progress
        Told how far the work is.

    Returns
    -------
    Sweep
        `table` (a row an outcome, value and strategy) and `flips` (where two strategies change places).

    Raises
    ------
    ScenarioError
        If anything is wrong with the scenario, the settings or what is varied; before anything is simulated.
    """
    variations = [variation_of(one) if isinstance(one, str) else one for one in _several(vary)]
    asked, ledger = tuple(_several(outcomes)), load_ledger()
    check_variations(variations, ledger, settings)
    whole = _swept(scenario, patients, seed, strategies, settings or {}, variations)
    asked_of(whole, asked, window, draws)
    warm_up(translate(whole, whole.parameter_values(ledger)), progress)
    threads = workers or os.cpu_count() or 1
    return run_sweep(whole, ledger, variations, asked, window, threads, progress, draws, comparing(whole.strategies))


def _several(given: Any) -> Sequence[Any]:
    """One thing, or a sequence of them, as a sequence."""
    return [given] if isinstance(given, str | Variation) else given


def _swept(
    scenario: str | Path | Scenario,
    patients: int | None,
    seed: int | None,
    strategies: Sequence[str] | None,
    settings: Mapping[str, Any],
    vary: Sequence[Variation],
) -> Scenario:
    """The scenario with its own values, after it was resolved at both ends of what is varied."""
    whole = resolve(scenario, patients, seed, strategies, settings)
    for one in vary:
        unread = why_unread(one.parameter, whole)
        if unread:
            message = f"expected a parameter that these strategies read, found `{one.parameter}`, but {unread}; vary another"
            raise ScenarioError(message, file=f"{OPTION} {one.parameter}")
    for end in ("low", "high"):
        values = {one.parameter: getattr(one, end) for one in vary}
        try:
            resolve(scenario, patients, seed, strategies, {**settings, **values})
        except ScenarioError as error:
            name = error.file.removeprefix("--set ")
            raise (ScenarioError(error.message, file=f"{OPTION} {name}") if name in values else error) from None
    return whole if patients is not None else whole.replaced(patients=SWEEP_PATIENTS, replica=None)


def twin(
    scenario: str | Path | Scenario,
    strategies: Sequence[str] | None = None,
    *,
    patient: int | None = None,
    pick: str = DEFAULT_RULE,
    patients: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> Twin:
    """The same child under two strategies.

    Parameters
    ----------
    scenario
        Scenario file, or a scenario as loaded.
    strategies
        Names of the first and the second; the first one that is not the comparator, and the comparator, if not given.
    patient
        Number of the child; chosen by `pick` if not given.
    pick
        Rule of choice: `typical`, `largest-difference`, `saved` or `harmed`.
    patients
        Children looked at; all of the scenario, at most 5,000, if not given.
    seed
        In place of the scenario's.
    workers
        Threads; all processors if not given. The result does not depend on it.
    settings
        Parameter values by ledger name, over those of the scenario.
    progress
        Told how far the work is.

    Returns
    -------
    Twin
        `story` (Markdown), `lives`, `table` and `events` (data frames).

    Raises
    ------
    ScenarioError
        If the scenario is wrong, or there is no such child.
    """
    whole = resolve(scenario, seed=seed, settings=settings)
    if pick not in RULES:
        raise ScenarioError(f"expected a rule of choice, found '{pick}'; {suggestion(pick, RULES)}", file="pick")
    return make_twin(whole, load_ledger(), strategies, patient, Rule(pick), patients, workers or os.cpu_count() or 1, progress)
