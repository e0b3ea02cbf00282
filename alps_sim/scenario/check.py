"""What a scenario would run, in words: for the user who wants to know before running."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.evidence.readings import find_reading
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.overrides import override_warnings
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.strategy import Line, Strategy


def check_scenario(path: str | Path, settings: Mapping[str, Any] | None = None) -> str:
    """Check a scenario and tell what will be run.

    Parameters
    ----------
    path
        The scenario file.
    settings
        As for `load_scenario`.

    Returns
    -------
    str
        Lines of text: the run, the patients, each strategy, overrides and readings in force, warnings.

    Raises
    ------
    ScenarioError
        If the scenario cannot be run.
    """
    scenario = load_scenario(path, settings)
    ledger = load_ledger()
    parts = (
        _run(scenario),
        _patients(scenario),
        _strategies(scenario),
        _overrides(scenario, ledger),
        _readings(scenario),
        _warnings(scenario, ledger),
    )
    return "\n".join(line for part in parts for line in part)


def _run(scenario: Scenario) -> list[str]:
    windows = ", ".join(f"{years:g}" for years in scenario.windows_years)
    draws = scenario.parameter_draws
    lines = [
        f"{scenario.name}: {scenario.title}",
        f"  {scenario.patients:,} patients under each strategy ({len(scenario.strategies)}), seed {scenario.seed}",
        f"  outcomes at {windows} years and over the lifetime, compared with {scenario.comparator}",
        f"  discounting {scenario.discounting.cost_per_year:.1%} (cost) and {scenario.discounting.effect_per_year:.1%} (effect) a year, "
        f"{scenario.currency} of {scenario.price_year}, life table of {scenario.life_table_period}",
    ]
    if draws.draws:
        lines.append(f"  parameter uncertainty: {draws.draws} draws of {draws.patients_per_draw:,} patients")
    if scenario.replica:
        lines.append(f"  replica of {scenario.replica.cohort}: {scenario.replica.cohorts} cohorts of {scenario.replica.size}")
    return lines


def _patients(scenario: Scenario) -> list[str]:
    population = scenario.population
    genotypes = ", ".join(f"{share:.0%} {genotype}" for genotype, share in population.genotype_shares.items())
    age = population.age_at_index_years
    ages = f"median {age.median:.3g} years, {age.minimum:g}-{age.maximum:g}" if age else "as in the evidence ledger"
    lines = [f"patients: {genotypes}; {population.male_share:.0%} male; {population.cytopenia_share:.0%} with cytopenia; age {ages}"]
    if population.prior_splenectomy:
        lines.append(f"  {population.prior_splenectomy.share:.0%} without a spleen at the index")
    seen = population.observation
    if seen:
        lag = f"{seen.entry_lag_years.median:g} years after the index" if seen.entry_lag_years else "at the index"
        lines.append(f"  enrolled {lag}, followed for {seen.follow_up_years.median:g} years (medians)")
    return lines


def _strategies(scenario: Scenario) -> list[str]:
    lines = ["strategies:"]
    for name, strategy in scenario.strategies.items():
        lines += [f"  {name}: {strategy.description}", *(f"    {line}" for line in _strategy(strategy))]
    return lines


def _strategy(strategy: Strategy) -> list[str]:
    begin = strategy.begin_long_term_treatment
    occasions = ", ".join(f"flare {begin.flare_number}" if word == "flare_number" else word.replace("_", " ") for word in begin.at)
    ladder = ", then ".join(step.treatment.replace("_", " ") for step in strategy.acute_ladder)
    return [
        f"flare: {ladder}; taper over {strategy.taper_weeks:g} weeks",
        f"long-term treatment at {occasions}, {begin.delay_weeks:g} weeks later: " + "; ".join(_line(line) for line in strategy.lines),
        f"prevention after splenectomy: uptake {strategy.prevention.uptake:g}, adherence {strategy.prevention.adherence:g}",
    ]


def _line(line: Line) -> str:
    given = line.conditions.model_dump(exclude_none=True)
    asked = ", ".join(f"{key.replace('_', ' ')} {_value(value, ' and ' if key == 'tried' else ' or ')}" for key, value in given.items())
    share = f" in {line.uptake:.0%}" if line.uptake < 1.0 else ""
    return f"{line.treatment}{share}" + (f" (if {asked})" if asked else "")


def _value(value: object, conjunction: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return conjunction.join(str(item).replace("_", " ") for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _overrides(scenario: Scenario, ledger: Ledger) -> list[str]:
    if not scenario.parameters:
        return ["parameters: all as in the evidence ledger"]
    lines = ["parameters that differ from the evidence ledger:"]
    for name, given in scenario.parameters.items():
        known = ledger.parameters[name]
        why = "; ".join(text for text in (given.note, given.source) if text)
        spread = f" drawn from {given.distribution}" if given.distribution else ""
        lines.append(f"  {name} = {given.value:g} {known.unit}{spread}, ledger {known.value:g}" + (f" ({why})" if why else ""))
    return lines


def _readings(scenario: Scenario) -> list[str]:
    if not scenario.readings:
        return ["readings of the published source: all as in the evidence ledger"]
    taken = {name: find_reading(name).alternative(alternative) for name, alternative in scenario.readings.items()}
    return ["readings of the published source:", *(f"  {name}: {way.name} ({way.meaning})" for name, way in taken.items())]


def _warnings(scenario: Scenario, ledger: Ledger) -> list[str]:
    found = override_warnings(scenario, ledger)
    return [f"warning: {text}" for text in found] or ["no warnings"]
