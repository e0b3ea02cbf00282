"""Does the second account agree with the lives, and does the check find each multiplier that is left out?

Lives of shipped scenarios, some as shipped and some with parameters that make rare processes frequent and the fatal ones mild, so
that every multiplier has power. First the unaltered check: all processes, decisions, strata, strategies and set-ups are one family
with 1% error by Holm's method. Then each multiplier of the model is taken out of the account; it must make the check fail in at
least one set-up. With 4,096 patients a set-up the whole takes about 15 minutes on one core and 2.5 GB of memory.

    python tests/long/verify_intensity.py [--patients 4096] [--setups shipped,frequent]
"""

import argparse
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.block import BLOCK_SIZE
from alps_sim.population import draw_population
from alps_sim.rules import codes
from alps_sim.rules.events import LOG_KINDS
from alps_sim.scenario import load_scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.translate import translate
from alps_sim.verification import (
    COMPARED,
    MULTIPLIERS,
    Multiplier,
    Trial,
    Vocabularies,
    events_in_words,
    histories,
    judge,
    patients_in_words,
)
from alps_sim.verification.checks.chance import assumptions_of

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
PATIENTS = 4096
WORDS = Vocabularies(LOG_KINDS, codes.EPISODE_PHASES, codes.SPLEENS, codes.AGENTS, codes.SEXES, codes.GENOTYPES, codes.CAUSES_OF_DEATH)

HARMLESS = {
    "opsi_fatality_probability": 0.0,
    "sepsis_fatality_probability": 0.0,
    "thrombosis_fatality_probability": 0.0,
    "neutropenic_infection_fatality_probability": 0.0,
    "infection_admission_fatality_probability": 0.0,
    "cytopenia_death_probability": 0.0,
    "intracranial_fatality_probability": 0.0,
}
"""Frequent processes must not end the lives in which they are watched."""

FREQUENT = {
    **HARMLESS,
    "sepsis_with_spleen_per_year": 0.1,
    "opsi_mean_rate_per_year": 0.2,
    "sepsis_recurrence_ratio": 1.5,
    "sepsis_multiplier_cap": 4.0,
    "immunosuppression_sepsis_ratio_asplenic": 1.5,
    "infection_admission_per_year": 0.05,
    "infection_admission_on_immunosuppression_per_year": 0.15,
    "diabetes_per_year": 0.005,
    "hypertension_per_year": 0.005,
    "hypertension_per_year_on_steroid": 0.2,
    "thrombosis_per_year": 0.02,
    "thrombosis_after_splenectomy_per_year": 0.1,
    "thrombosis_early_ratio": 5.0,
    "osteonecrosis_per_year": 0.02,
    "fracture_per_year": 0.3,
    "low_bone_density_probability": 0.1,
    "breakthrough_per_year": 5.0,
}
"""Complications often enough to be compared stratum by stratum."""

MALIGNANT = {
    **HARMLESS,
    "lymphoma_ratio_splenectomised": 2.0,
    "lymphoma_ratio_immunosuppressed": 3.0,
    "lymphoma_ratio_alps_u": 1.5,
    "hodgkin_relative_survival_young": 0.6,
    "hodgkin_relative_survival_old": 0.2,
    "non_hodgkin_relative_survival_young": 0.7,
    "non_hodgkin_relative_survival_old": 0.3,
    "other_malignancy_per_year": 0.002,
    "other_malignancy_on_drugs_per_year": 0.02,
    "leukaemia_death_per_year": 0.3,
}
"""Malignancies and what modifies them."""

STEROID = {
    **FREQUENT,
    "steroid_burst_days": 365.0,
    "osteonecrosis_on_steroid_ratio": 6.0,
    "osteonecrosis_high_cumulative_ratio": 3.0,
}
"""Long after-effects of steroids."""

LATE_LINES = {
    **HARMLESS,
    **{
        f"drug.{agent}.response_probability_{lineage}": probability
        for agent, probability in (("mmf", 0.02), ("sirolimus", 0.02), ("hydroxychloroquine", 0.02), ("thiopurine", 0.02))
        for lineage in ("aiha", "itp", "neutropenia")
    },
    **{f"drug.vincristine.response_probability_{lineage}": 0.95 for lineage in ("aiha", "itp", "neutropenia")},
    "drug.vincristine.loss_of_response_per_year": 0.2,
    "drug.ciclosporin.loss_of_response_per_year": 0.5,
    "flare_rate_young_per_year": 2.0,
    "flare_rate_adult_per_year": 1.0,
    "breakthrough_per_year": 8.0,
    "hypertension_per_year_on_steroid": 0.5,
    "hypertension_ciclosporin_ratio": 4.0,
}
"""The agents that come last."""

AGES = {
    **HARMLESS,
    "flare_rate_young_per_year": 4.0,
    "flare_rate_adult_per_year": 0.2,
    "flare_decline_start_years": 8.1,
    "flare_decline_end_years": 12.1,
    "transition_start_age_years": 14.5,
    "transition_end_age_years": 19.5,
    "adherence_child": 0.3,
    "adherence_transition": 0.1,
    "adherence_adult": 0.3,
    "non_hodgkin_taper_start_years": 30.5,
    "non_hodgkin_taper_end_years": 60.5,
    "non_hodgkin_incidence_ratio": 200.0,
    "spleen_regression_per_year": 0.2,
}
"""Other ages at which hazards change, not whole years, as parameter draws have them."""

NEUTROPENIC = {
    **HARMLESS,
    "lineage_weight_neutropenia": 500.0,
    "lineage_count_weight_two": 5.0,
    "lineage_count_weight_three": 5.0,
    "spleen_massive_probability": 0.0,
    "spleen_none_probability": 0.7,
    "neutropenic_infection_per_year": 10.0,
    "rituximab_neutropenia_probability": 0.8,
    "rituximab_hypogammaglobulinaemia_probability": 0.8,
    "rituximab_neutropenia_infection_ratio": 0.2,
    "sepsis_with_spleen_per_year": 0.1,
    "opsi_mean_rate_per_year": 0.2,
    "oral_prednisone_response_probability": 0.4,
    "iv_methylprednisolone_response_probability": 0.4,
}
"""Isolated neutropenia, long flares, and what rituximab leaves behind."""

DECISIVE = {
    "refractoriness_correlation": 0.5,
    "sepsis_with_spleen_per_year": 0.05,
    "opsi_mean_rate_per_year": 0.1,
    "opsi_fatality_probability": 0.2,
    "sepsis_fatality_probability": 0.05,
    "adrenal_suppression_probability": 0.5,
    "adrenal_suppression_months": 60.0,
    "adrenal_suppression_fatality_ratio": 3.0,
    "severe_flare_probability": 0.4,
    "severe_bleed_probability_severe_flare": 0.3,
    "severe_bleed_probability_mild_flare": 0.1,
    "intracranial_fatality_probability": 0.1,
    "cytopenia_death_probability": 0.01,
    "sequestration_probability_massive": 0.7,
    "sequestration_steroid_response_ratio": 0.4,
    "ivig_added_response_probability": 0.7,
    "oral_prednisone_response_probability": 0.7,
    "iv_methylprednisolone_response_probability": 0.4,
    "breakthrough_per_year": 5.0,
    "long_course_days": 100.0,
}
"""Decisions often enough to be compared, and what they hang on."""

HYPERSPLENIC = {
    **HARMLESS,
    "spleen_massive_probability": 0.5,
    "spleen_none_probability": 0.2,
    "oral_prednisone_response_probability": 0.4,
    "iv_methylprednisolone_response_probability": 0.4,
}
"""Many large spleens, and steroids that leave work to the agents."""

OF_MMF = ("mmf", "sirolimus", "hydroxychloroquine", "tpo_mimetic", "thiopurine", "rituximab", "vincristine")
OF_RITUXIMAB = ("rituximab", "mmf", "sirolimus", "ciclosporin", "vincristine")


def hypersplenic(agents: Sequence[str]) -> dict[str, float]:
    """Parameters under which the agents of a replica fail often, and more often with hypersplenism."""
    names = [f"drug.{agent}.response_probability_{lineage}" for agent in agents for lineage in ("aiha", "itp", "neutropenia")]
    ratios = [f"drug.{agent}.hypersplenism_response_ratio" for agent in agents]
    return {**HYPERSPLENIC, **dict.fromkeys(names, 0.4), **dict.fromkeys(ratios, 0.25)}


@dataclass(frozen=True)
class SetUp:
    """Lives to check: a shipped scenario with changed parameters."""

    scenario: str
    strategies: tuple[str, ...]
    parameters: Mapping[str, float]


MAIN = "early_splenectomy_vs_mmf_sirolimus"
BOTH = ("early_splenectomy", "mmf_then_sirolimus")
SETUPS = {
    "shipped": SetUp(MAIN, BOTH, {}),
    "frequent": SetUp(MAIN, BOTH, FREQUENT),
    "malignant": SetUp(MAIN, BOTH, MALIGNANT),
    "neutropenic": SetUp("nih_rituximab", ("rituximab",), NEUTROPENIC),
    "cohort": SetUp("nih_cohort", ("as_treated",), {**HARMLESS, "opsi_mean_rate_per_year": 0.2}),
    "steroids": SetUp(MAIN, ("steroids_alone",), STEROID),
    "late_lines": SetUp(MAIN, ("mmf_then_sirolimus",), LATE_LINES),
    "ages": SetUp(MAIN, ("mmf_then_sirolimus",), AGES),
    "prior": SetUp("nih_mmf", ("mmf",), {}),
    "decisions": SetUp(MAIN, BOTH, DECISIVE),
    "hypersplenism": SetUp("nih_mmf", ("mmf",), hypersplenic(OF_MMF)),
    "hypersplenism_after_rituximab": SetUp("nih_rituximab", ("rituximab",), hypersplenic(OF_RITUXIMAB)),
}


def try_strategy(
    inputs: Inputs,
    position: int,
    patients: int,
    multipliers: tuple[Multiplier, ...] = MULTIPLIERS,
    processes: tuple[str, ...] = COMPARED,
) -> Trial:
    """Lives of one strategy, block by block, checked with and without each multiplier."""
    assumptions = assumptions_of(inputs, inputs.strategies[position])
    trial = Trial(assumptions, multipliers, processes)
    for first in range(0, patients, BLOCK_SIZE):
        attributes = draw_population(inputs, 0, first, min(BLOCK_SIZE, patients - first))
        block = simulate_block(inputs, position, attributes, 0, keep_events=True)
        events, rows = events_in_words(block.events, WORDS), patients_in_words(block.rows, WORDS)
        trial.add(histories(events, rows, assumptions))
    return trial


def try_some(setup: str, strategy: str, patients: int, multipliers: Collection[str], processes: tuple[str, ...]) -> Trial:
    """One strategy of a set-up, with a few multipliers by name."""
    inputs = inputs_of(SETUPS[setup])
    position = [one.name for one in inputs.strategies].index(strategy)
    return try_strategy(inputs, position, patients, tuple(one for one in MULTIPLIERS if one.name in multipliers), processes)


def inputs_of(setup: SetUp) -> Inputs:
    """The set-up in arrays."""
    scenario = load_scenario(SCENARIOS / f"{setup.scenario}.yaml", dict(setup.parameters))
    return translate(scenario, scenario.parameter_values(load_ledger()))


def run_setup(name: str, patients: int) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    """Tables of the unaltered check and of the multipliers, one a strategy."""
    inputs = inputs_of(SETUPS[name])
    checks, trials = [], []
    for position, strategy in enumerate(inputs.strategies):
        if strategy.name not in SETUPS[name].strategies:
            continue
        started = time.monotonic()
        trial = try_strategy(inputs, position, patients)
        where = {"setup": name, "strategy": strategy.name}
        checks.append(trial.unaltered.table().assign(**where))
        trials.append(trial.table().assign(**where))
        print(f"{name}, {strategy.name}: {patients} patients in {time.monotonic() - started:.0f} s", flush=True)
    return checks, trials


def main() -> int:
    """Print both tables; the number of claims that fail."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--setups", default=",".join(SETUPS))
    options = parser.parse_args()
    checks: list[pd.DataFrame] = []
    trials: list[pd.DataFrame] = []
    for name in options.setups.split(","):
        check, trial = run_setup(name, options.patients)
        checks += check
        trials += trial
    verdict = judge(checks)
    pd.set_option("display.width", 220, "display.max_rows", None, "display.max_columns", None, "display.max_colwidth", 40)
    overall = verdict.table[verdict.table["by"] == "all"].drop(columns=["by", "stratum"])
    print("\nWhat came and the second account, all strata together\n", overall.round(3).to_string(index=False))
    failed = verdict.table[verdict.table["verdict"] == "FAIL"]
    if len(failed):
        print("\nFailed comparisons\n", failed.sort_values("p").round(3).to_string(index=False))
    print("\n" + verdict.statement)
    every = pd.concat(trials, ignore_index=True)
    best = every.loc[every["z"].abs().groupby(every["multiplier"], sort=False).idxmax()]
    print("\nWithout each multiplier: the comparison farthest off\n", best.round(3).to_string(index=False))
    missed = best.loc[~best["caught"], "multiplier"]
    print(f"\n{len(best) - len(missed)} of {len(best)} missing multipliers make the check fail; not: {', '.join(missed) or 'none'}.")
    return len(failed) + len(missed)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
