"""What goes in: parameters, shares and tables can be what they say they are, and so can what is drawn of them."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from alps_sim.scenario.overrides import override_warnings, possible_range
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import Check, Finding, concluded

GROUP: Final = "Inputs"
DRAWS: Final = 50


def _impossible(bench: Bench, values: Mapping[str, float], what: str) -> Iterator[str]:
    """Values outside what their quantity can be."""
    for name, parameter in bench.ledger.parameters.items():
        low, high = possible_range(parameter)
        if not low <= values[name] <= high:
            yield f"{name} {what} {values[name]:g}, possible are {low:g} to {high:g} ({parameter.unit})"


def _shares(bench: Bench) -> dict[str, float]:
    """Shares that the scenario itself names."""
    population = bench.settled.population
    shares = {f"share of {genotype}": share for genotype, share in population.genotype_shares.items()}
    shares |= {"male_share": population.male_share, "cytopenia_share": population.cytopenia_share}
    for name, strategy in bench.settled.strategies.items():
        shares[f"uptake of prevention under {name}"] = strategy.prevention.uptake
        shares[f"adherence to prevention under {name}"] = strategy.prevention.adherence
        shares |= {f"uptake of line {number} of {name}": line.uptake for number, line in enumerate(strategy.lines, 1)}
    return shares


def _bad_tables(bench: Bench) -> Iterator[str]:
    """Tables with numbers that cannot be."""
    inputs = bench.inputs()
    for name in ("death_per_year", "lymphoma_per_year", "utility_norm", "unit_cost"):
        table = getattr(inputs, name)
        if not np.isfinite(table).all() or (table < 0.0).any():
            yield f"the table {name} holds {table[~(table >= 0.0)].flat[0]}, expected numbers from 0"
    if (inputs.utility_norm > 1.0).any():
        yield f"the population norm of utility reaches {inputs.utility_norm.max():g}, expected 1 at most"


def _values(bench: Bench) -> Finding:
    shares = _shares(bench)
    failures = [*_impossible(bench, bench.values, "is")]
    failures += [f"{name} is {share:g}, expected 0 to 1" for name, share in shares.items() if not 0.0 <= share <= 1.0]
    together = sum(bench.settled.population.genotype_shares.values())
    if abs(together - 1.0) > 1e-6:
        failures.append(f"the shares of the genotypes add up to {together:g}, expected 1")
    failures += _bad_tables(bench)
    warned = override_warnings(bench.scenario, bench.ledger)
    unusual = f"; worth a look: {'; '.join(warned)}" if warned else ""
    return concluded(failures, f"{len(bench.values)} parameters, {len(shares)} shares and 4 tables are possible{unusual}")


def _drawn(bench: Bench) -> Finding:
    failures: list[str] = []
    sums = dict.fromkeys(bench.ledger.parameters, 0.0)
    for draw in range(DRAWS):
        values = bench.ledger.draw(draw, bench.scenario.seed)
        failures += _impossible(bench, values, f"in draw {draw} is")
        sums = {name: sums[name] + values[name] for name in sums}
    for name, parameter in bench.ledger.parameters.items():
        mean, slack = sums[name] / DRAWS, 1e-9 * max(abs(parameter.high), 1.0)
        if not parameter.low - slack <= mean <= parameter.high + slack:
            failures.append(f"{name} is {mean:g} in the mean of the draws, its range is {parameter.low:g} to {parameter.high:g}")
    return concluded(failures, f"{DRAWS} draws of {len(sums)} parameters are possible, and their means lie in the ledger's ranges")


CHECKS: Final = (
    Check(
        "values_possible",
        GROUP,
        "Parameters can be what they are",
        "Looked at every parameter value, every share the scenario names, and the tables of death, lymphoma, utility and unit costs.",
        "Probabilities, shares and utilities within 0 and 1, nothing negative; shares of genotypes add up to 1.",
        _values,
        0.2,
    ),
    Check(
        "draws_possible",
        GROUP,
        "Drawn parameters can be what they are",
        f"Drew all parameters {DRAWS} times from their distributions.",
        "Every drawn value possible; each parameter's mean over the draws within the ledger's range.",
        _drawn,
        2.0,
    ),
)
"""Checks of the inputs."""
