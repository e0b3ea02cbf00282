"""Is the comparison fair: the same patients with the same luck under each strategy, whatever it is called and wherever it stands."""

from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.population import draw_population
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import Check, Finding, concluded, not_applicable
from alps_sim.verification.lives import by_strategy, first_difference

GROUP: Final = "Fair comparison"
AGAIN: Final = "_again"
KEYS: Final = ("strategy", "comparator", "outcome", "window_years")
ONE_STRATEGY: Final = "the scenario has one strategy only"
RUN_FEW: Final = 512
"""Patients where tables are made too."""


def _same_patients(bench: Bench) -> Finding:
    drawn = draw_population(bench.inputs(), 0, 0, bench.sample)
    failures = [
        f"{field} of patient {drawn['patient'][int(np.argmax(result.rows[field] != drawn[field]))]} is another under {name}"
        for name, result in by_strategy(bench.strategies, bench.base)
        for field in drawn.dtype.names or ()
        if not np.array_equal(result.rows[field], drawn[field])
    ]
    return concluded(failures, f"{bench.sample} patients with the same {len(drawn.dtype.names or ())} attributes under every strategy")


def _equal_arms(bench: Bench) -> Finding:
    doubled = {label: strategy for name, strategy in bench.settled.strategies.items() for label, strategy in _twice(name, strategy)}
    inputs = bench.inputs(patients=min(bench.patients, RUN_FEW), strategies=doubled)
    results = bench.live(inputs)
    failures = []
    for position, name in enumerate(bench.strategies):
        difference = first_difference(results[2 * position], results[2 * position + 1])
        failures += [f"{name} and its copy differ: {difference}"] if difference else []
    table = bench.collect(inputs).differences()
    own = table[table["strategy"] == bench.scenario.comparator + AGAIN]
    apart = own[(own["mean"] != 0.0) | (own["se"] != 0.0)]
    failures += [f"{row.outcome} at {row.window_years} differs by {row.mean:.3g} (SE {row.se:.3g})" for row in apart.itertuples()]
    return concluded(failures, f"{len(bench.strategies)} strategies live as their copies; {len(own)} reported differences are exactly 0")


def _twice(name: str, strategy: Any) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return (name, strategy), (name + AGAIN, strategy)


def _swapped(bench: Bench) -> Finding:
    names = bench.strategies
    if len(names) < 2:
        return not_applicable(ONE_STRATEGY)
    patients = min(bench.patients, RUN_FEW)
    before = bench.collect(bench.inputs(patients=patients))
    strategies = bench.settled.strategies
    reordered = bench.collect(bench.inputs(patients=patients, strategies={name: strategies[name] for name in reversed(names)}))
    other_name = dict(zip(names, reversed(names), strict=True))
    renamed = bench.collect(
        bench.inputs(
            patients=patients,
            strategies={other_name[name]: strategies[name] for name in names},
            comparator=other_name[bench.scenario.comparator],
        )
    )
    failures = []
    for what, after, naming in (("order", reordered, {}), ("names", renamed, other_name)):
        for table in ("summary", "differences"):
            failures += _changed(getattr(before, table)(), getattr(after, table)(), naming, f"{table} after another {what}")
    return concluded(failures, "summary and differences are the same numbers under the other names and in the other order")


def _changed(before: pd.DataFrame, after: pd.DataFrame, naming: dict[str, str], what: str) -> list[str]:
    """The first number that is another once the strategies have their new names."""
    keys = [key for key in KEYS if key in before]
    named = before.assign(
        **{key: before[key].map(lambda name: naming.get(name, name)) for key in ("strategy", "comparator") if key in before}
    )
    one, two = (table.set_index(keys).sort_index() for table in (named, after))
    numbers = one.select_dtypes("number").columns
    different = (one[numbers] != two[numbers]) & ~(one[numbers].isna() & two[numbers].isna())
    if not different.to_numpy().any():
        return []
    row, column = (int(index) for index in np.argwhere(different.to_numpy())[0])
    left, right = (table[numbers].to_numpy(np.float64)[row, column] for table in (one, two))
    place = ", ".join(str(key) for key in one.index[row])
    return [f"{what}: {list(numbers)[column]} of {place} is {right:.9g}, was {left:.9g}"]


def _alone(bench: Bench) -> Finding:
    if len(bench.strategies) < 2:
        return not_applicable(ONE_STRATEGY)
    together, failures = bench.live(bench.inputs(patients=bench.few)), []
    for position, (name, strategy) in enumerate(bench.settled.strategies.items()):
        alone = bench.live(bench.inputs(patients=bench.few, strategies={name: strategy}, comparator=name))
        difference = first_difference(together[position], alone[0])
        failures += [f"{name} alone: {difference}"] if difference else []
    return concluded(failures, f"{len(bench.strategies)} strategies, each lived alone, gave the lives that it gave among the others")


CHECKS: Final = (
    Check(
        "same_patients",
        GROUP,
        "Every strategy treats the same patients",
        "Drew the patients once more and compared them with those under each strategy.",
        "All attributes the same in all patients.",
        _same_patients,
        0.2,
    ),
    Check(
        "equal_arms",
        GROUP,
        "Equal strategies differ by exactly 0",
        "Set a copy of itself beside each strategy.",
        "The same lives to the last bit; all reported differences and their errors exactly 0.",
        _equal_arms,
        3.0,
    ),
    Check(
        "swapped",
        GROUP,
        "Names and order of strategies do not matter",
        "Turned the order of the strategies round, then gave them each other's names.",
        "Every number of summary and differences goes with its strategy, exactly.",
        _swapped,
        4.0,
    ),
    Check(
        "alone",
        GROUP,
        "A strategy has the same lives alone",
        "Ran each strategy without the others.",
        "The same lives to the last bit.",
        _alone,
        0.6,
    ),
)
"""Checks of the comparison."""
