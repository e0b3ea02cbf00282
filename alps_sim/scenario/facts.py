"""A scenario in a clinician's words: each part as a label and a phrase, once for all that tell of it (`check`, `diff`).

Each field of the schema is in one of the phrases, and equal phrases mean equal fields.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from alps_sim.evidence.ledger import Ledger
from alps_sim.evidence.readings import find_reading
from alps_sim.rules import codes
from alps_sim.scenario.patients import (
    LogNormal,
    Observation,
    Population,
    PriorSplenectomy,
    Quantiles,
    TruncatedLogNormal,
    YearsDistribution,
)
from alps_sim.scenario.phrases import NONE, LedgerNumber, amount, in_order, listed, number, percent, truth, words
from alps_sim.scenario.schema import Override, Scenario, SweepRequest
from alps_sim.scenario.strategy import INTRAVENOUS, AcuteStep, BeginLongTermTreatment, Line, Strategy, Weaning
from alps_sim.scenario.words import Section

Facts = dict[str, str]
"""Phrases by label."""

NOT_ASKED: Final = "not asked"
"""Of a condition that is not said."""
_DOSE: Final = "mg/kg a day"
_FOR_GOOD: Final = "to stay"
_SAME: Final = "the same"
_NEVER: Final = codes.IVIG_USES[codes.IVIG_NEVER]
_STEPS_ON_AGENT: Final = {"pulse": "a short oral pulse", "ladder": "the acute ladder"}
_USUAL: Final = {"in a severe flare": _SAME, "taper from": _SAME, "IVIG": _NEVER, "uptake": percent(1.0), "meant": _FOR_GOOD}
"""What need not be told of a treatment in a sentence."""


@dataclass(frozen=True)
class Given:
    """One treatment of an ordered list: a step of the acute ladder or a line of long-term treatment.

    Attributes
    ----------
    treatment
        Its name in prose.
    how
        How it is given.
    when
        Its conditions; what is not asked is left out.
    """

    treatment: str
    how: Facts
    when: Facts

    def __str__(self) -> str:
        how = "".join(f", {label} {phrase}" for label, phrase in self.how.items() if _USUAL.get(label) != phrase)
        when = ", ".join(f"{label} {phrase}" for label, phrase in self.when.items())
        return f"{self.treatment}{how}" + (f" (if {when})" if when else "")

    @property
    def facts(self) -> Facts:
        """How and when together."""
        return {**self.how, **{f"if {label}": phrase for label, phrase in self.when.items()}}


def with_names(scenario: Scenario, ledger: Ledger) -> Scenario:
    """The scenario whose numbers of the ledger tell the parameter that gives them; to be told, not run.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    """
    values = scenario.parameter_values(ledger)
    return scenario.at({name: LedgerNumber(values[name], name) for _, name in scenario.references})


def name_facts(scenario: Scenario) -> Facts:
    """How the scenario is called and what it asks."""
    return {"name": scenario.name, "title": scenario.title, "description": scenario.description, "shows": scenario.shows or NONE}


def run_facts(scenario: Scenario) -> Facts:
    """How much is simulated, and how it is counted."""
    windows = ", ".join(number(years) for years in scenario.windows_years)
    rates = scenario.discounting
    return {
        "simulated": f"{scenario.patients:,} patients under each strategy",
        "seed": str(scenario.seed),
        "outcomes counted": f"at {windows} years and over the lifetime",
        "compared with": scenario.comparator,
        "discounted": f"cost by {percent(rates.cost_per_year)} and effect by {percent(rates.effect_per_year)} a year",
        "prices": f"{scenario.currency} of {scenario.price_year}",
        "life table": f"of {scenario.life_table_period}",
        "parameter uncertainty": _draws(scenario),
        "replica": _replica(scenario),
        "sweeps in the report": "; ".join(map(_sweep, scenario.sweeps)) or NONE,
    }


def _draws(scenario: Scenario) -> str:
    asked = scenario.parameter_draws
    told = f"{amount(asked.draws, 'draw')} of {asked.patients_per_draw:,} patients"
    return told if asked.draws else f"none ({told})"


def _replica(scenario: Scenario) -> str:
    replica = scenario.replica
    return f"{amount(replica.cohorts, 'cohort')} of {replica.size} patients as {replica.cohort}" if replica else NONE


def _sweep(request: SweepRequest) -> str:
    scale = " on a logarithmic scale" if request.logarithmic else ""
    return (
        f"{', '.join(request.outcomes)} against {request.values} values of {request.parameter} from {number(request.low)} to "
        f"{number(request.high)}{scale}, {request.patients:,} patients at each"
    )


def patients_facts(population: Population) -> Facts:
    """Who the patients are."""
    shares = population.genotype_shares
    return {
        "genotypes": ", ".join(f"{percent(shares[genotype])} {genotype}" for genotype in in_order(list(shares), codes.GENOTYPES)),
        "male": percent(population.male_share),
        "with cytopenia": percent(population.cytopenia_share),
        "age at the index": _spread(population.age_at_index_years) if population.age_at_index_years else "as in the evidence ledger",
        "spleen removed before the index": _prior(population.prior_splenectomy),
        "observed": _observation(population.observation),
    }


def _spread(years: YearsDistribution | LogNormal) -> str:
    if isinstance(years, Quantiles):
        below = [f"{percent(share)} below {number(age)}" for share, age in zip(years.shares, years.years, strict=True)]
        return f"{listed(below, 'and')} years"
    told = f"median {amount(years.median, 'year')}, log SD {number(years.log_sd)}"
    if isinstance(years, TruncatedLogNormal):
        told += f", from {number(years.minimum)} to {number(years.maximum)}"
    return told


def _prior(prior: PriorSplenectomy | None) -> str:
    if prior is None:
        return NONE
    before = f"median {amount(prior.median_years_before, 'year')} before, log SD {number(prior.log_sd)}"
    return f"{percent(prior.share)} of patients, {before}"


def _observation(seen: Observation | None) -> str:
    if seen is None:
        return "from the index until death"
    enrolled = f"later ({_spread(seen.entry_lag_years)})" if seen.entry_lag_years else "at the index"
    who = "only those alive" if seen.alive_at_entry else "all, also the dead"
    return f"enrolled {enrolled}, {who}; follow-up {_spread(seen.follow_up_years)}"


def strategy_facts(strategy: Strategy) -> Facts:
    """A strategy but for its ordered lists, the acute ladder and the lines."""
    begin = strategy.begin_long_term_treatment
    return {
        "description": strategy.description,
        "taper after an answer": amount(strategy.taper_weeks, "week"),
        "long-term treatment begins": f"at {listed(_occasions(begin), 'or')}",
        "first dose": f"{amount(begin.delay_weeks, 'week')} after the occasion",
        "weaning": _weaning(strategy.weaning),
        "a severe flare while an agent answers": f"met by {_STEPS_ON_AGENT[strategy.severe_flare_on_agent]}",
        "G-CSF in isolated neutropenia": truth(strategy.gcsf_for_isolated_neutropenia),
        "prevention uptake": number(strategy.prevention.uptake),
        "prevention adherence": number(strategy.prevention.adherence),
        "visits without a long-term agent": f"every {amount(strategy.monitoring.visit_interval_months, 'month')}",
        "drug levels measured": truth(strategy.monitoring.drug_levels),
        "splenectomy for splenomegaly alone": f"{number(strategy.splenectomy_for_splenomegaly_per_year)} a year",
        "intended treatments": str(strategy.intended_treatments),
    }


def _occasions(begin: BeginLongTermTreatment) -> list[str]:
    apart = f" (those at most {amount(begin.flare_window_years, 'year')} apart)" if begin.flare_window_years else ""
    flare = f"flare {begin.flare_number}{apart}"
    return [flare if word == "flare_number" else _occasion(word) for word in in_order(begin.at, codes.OCCASIONS)]


def _occasion(word: str) -> str:
    return "refractory disease" if word == "refractory" else words(word)


def _line_occasions(chosen: tuple[str, ...]) -> str:
    return listed([_occasion(word) for word in in_order(chosen, codes.LINE_OCCASIONS)], "or")


def _weaning(weaning: Weaning | None) -> str:
    if weaning is None:
        return NONE
    tries = f"tried {'once' if weaning.attempts == 1 else f'{weaning.attempts} times'}"
    return f"after {amount(weaning.quiet_years, 'year')} without a flare, from age {number(weaning.minimum_age_years)}, {tries}"


def given_step(step: AcuteStep) -> Given:
    """A step of the acute ladder."""
    how: Facts = {}
    if step.dose_mg_per_kg_per_day is not None and step.days is not None:
        how = {
            "dose": f"{number(step.dose_mg_per_kg_per_day)} {_DOSE} for {amount(step.days, 'day')}",
            "in a severe flare": _severe(step),
            "taper from": _dose(step.taper_dose_mg_per_kg_per_day),
        }
    if step.treatment == INTRAVENOUS:
        how["IVIG"] = step.ivig or _NEVER
    return Given(words(step.treatment), how, conditions_asked(step.conditions))


def _severe(step: AcuteStep) -> str:
    if step.severe_days is None:
        return _dose(step.severe_dose_mg_per_kg_per_day)
    dose = "" if step.severe_dose_mg_per_kg_per_day is None else f"{_dose(step.severe_dose_mg_per_kg_per_day)} "
    return f"{dose}for {amount(step.severe_days, 'day')}"


def _dose(dose: float | None) -> str:
    return _SAME if dose is None else f"{number(dose)} {_DOSE}"


def given_line(line: Line) -> Given:
    """A line of long-term treatment."""
    how = {"uptake": percent(line.uptake), "meant": "as a bridge" if line.bridge else _FOR_GOOD}
    return Given(words(line.treatment), how, conditions_asked(line.conditions))


def _some(vocabulary: tuple[str, ...], conjunction: str = "or") -> Callable[[Any], str]:
    return lambda chosen: listed([words(word) for word in in_order(chosen, vocabulary)], conjunction)


def _spleens(sizes: tuple[str, ...]) -> str:
    normal = codes.SPLEENS[codes.SPLEEN_NONE]
    return listed(["of normal size" if size == normal else size for size in in_order(sizes, codes.SPLEENS)], "or")


_CONDITIONS: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "severity": ("flare", words),
    "mechanism": ("mechanism", words),
    "hypersplenism": ("hypersplenism", truth),
    "answering_agent": ("an agent answers", truth),
    "minimum_age_years": ("age from", number),
    "maximum_age_years": ("age below", number),
    "spleen": ("spleen", _spleens),
    "lineages_include": ("lineages include", _some(codes.LINEAGES)),
    "flare_lineages_include": ("the flare includes", _some(codes.LINEAGES)),
    "lineages_only": ("no lineage but", _some(codes.LINEAGES)),
    "after": ("after", _some(codes.AFTER)),
    "tried": ("tried", _some(codes.TREATMENTS, "and")),
    "minimum_flares": ("flares at least", str),
    "occasions": ("brought up by", _line_occasions),
}
"""Label and phrase of each condition of a step or a line."""


def conditions_asked(section: Section) -> Facts:
    """The conditions that a section asks.

    Parameters
    ----------
    section
        Conditions of a step or a line.
    """
    asked = {_CONDITIONS[key]: getattr(section, key) for key in type(section).model_fields}
    return {label: phrase(value) for (label, phrase), value in asked.items() if value is not None}


def override_phrase(given: Override) -> str:
    """The value of an override, whether it is drawn, and why it was set."""
    drawn = f"drawn from {given.distribution}" if given.distribution else "the same in every draw"
    why = [given.note] if given.note else []
    why += [f"source: {given.source}"] if given.source else []
    return f"{number(given.value)}, {drawn}" + (f" ({'; '.join(why)})" if why else "")


def reading_phrase(identifier: str, alternative: str) -> str:
    """A way to read the published source, with its meaning.

    Parameters
    ----------
    identifier, alternative
        As in a scenario.

    Raises
    ------
    EvidenceError
        If there is no such reading.
    """
    return f"{alternative} ({find_reading(identifier).alternative(alternative).meaning})"
