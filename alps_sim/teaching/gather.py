"""From simulated lives to the record that is kept of them: who the child is, and what came out under each strategy."""

import math
from collections.abc import Sequence
from typing import Any

from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.definitions import BASE, base_values
from alps_sim.outcomes.parquet import patient_table
from alps_sim.provenance import program_version
from alps_sim.rules.body import weight_of
from alps_sim.rules.codes import AGENTS, SEXES
from alps_sim.rules.doses import DOSE_BASES
from alps_sim.scenario import Scenario
from alps_sim.scenario.inputs import Inputs
from alps_sim.teaching.choices import Rule
from alps_sim.teaching.pick import Look
from alps_sim.teaching.record import Arm, Child, DrugDose, Record


def record_of(
    scenario: Scenario, inputs: Inputs, blocks: Sequence[BlockResult], places: Sequence[int], look: Look, rule: Rule | None
) -> Record:
    """The record of one child.

    Parameters
    ----------
    scenario, inputs
        Of the two strategies, as resolved and translated.
    blocks
        The child alone under each of them.
    places
        Of the two strategies in the scenario as it was written.
    look
        At all patients.
    rule
        By which the child was chosen; None if named by number.
    """
    rows = [patient_table(block, list(scenario.strategies)).to_pylist()[0] for block in blocks]
    first, second = (_arm(scenario, inputs, block, row, place) for block, row, place in zip(blocks, rows, places, strict=True))
    return Record(
        scenario=scenario.name,
        title=scenario.title,
        seed=scenario.seed,
        version=program_version(),
        years=look.years,
        observed=scenario.population.observation is not None,
        methylprednisolone_equivalence=float(inputs.parameters["methylprednisolone_prednisone_equivalence"][0]),
        drugs={agent: _dose(inputs.agents[place]) for place, agent in enumerate(AGENTS)},
        child=_child(inputs, rows[0]),
        arms=(first, second),
        rule=rule,
        looked=look.counted(),
    )


def _arm(scenario: Scenario, inputs: Inputs, block: BlockResult, row: dict[str, Any], place: int) -> Arm:
    strategy = inputs.strategies[block.strategy]
    outcomes = [outcome.identifier for outcome in BASE]
    return Arm(
        strategy=strategy.name,
        description=scenario.strategies[strategy.name].description,
        place=place,
        takes_prevention=bool(row["prevention_luck"] < strategy.strategy["prevention_uptake"][0]),
        prevention_adherence=float(strategy.strategy["prevention_adherence"][0]),
        row=row,
        windows={
            label: dict(zip(outcomes, map(float, base_values(block, window)[0]), strict=True))
            for window, label in enumerate(inputs.windows)
        },
    )


def _dose(agent: Any) -> DrugDose:
    return DrugDose(basis=DOSE_BASES[agent["dose_basis"]], mg=float(agent["dose_mg"]), maximum_mg=float(agent["dose_maximum_mg"]))


def _child(inputs: Inputs, row: dict[str, Any]) -> Child:
    body = inputs.body[SEXES.index(row["sex"])]
    weights = tuple(float(weight_of(of_age, row["weight_z"])) for of_age in body)
    return Child(
        patient=row["patient"],
        sex=row["sex"],
        genotype=row["genotype"],
        age_at_index=row["age_at_index"],
        lineages=tuple(row["lineages"].split("+")) if row["has_cytopenia"] else (),
        spleen_at_index=row["spleen_at_index"],
        years_since_prior_splenectomy=row["years_since_prior_splenectomy"],
        weight_kg=weights,
        surface_m2=tuple(math.sqrt(of_age[3] * weight / 3600.0) for of_age, weight in zip(body, weights, strict=True)),
    )
