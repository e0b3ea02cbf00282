"""What lives are worth and what they cost: utilities, prices, discounting, and the books."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from alps_sim.scenario.schema import Discounting
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import PASS, Check, Finding, concluded
from alps_sim.verification.lives import by_strategy, counter, counter_names, first_difference, not_above, total, without_money

GROUP: Final = "Quality, cost and discounting"
UTILITIES: Final = ("utility", "ratio to the stable state")
"""Units of the ledger's utilities."""
UNDISCOUNTED: Final = Discounting(cost_per_year=0.0, effect_per_year=0.0)
HIGHER: Final = 0.05
"""Added to a discount rate."""
LIVED: Final = ("rows", "counters", "books", "residuals")
"""What prices do not touch, once costs are set aside; the books hold quantities."""
TOTALS: Final = ("life_years", "qalys", "cost")


def _utilities(bench: Bench) -> tuple[str, ...]:
    return tuple(name for name, parameter in bench.ledger.parameters.items() if parameter.unit in UTILITIES)


def _prices(bench: Bench) -> tuple[str, ...]:
    return tuple(name for name in bench.ledger.parameters if name.startswith("unit_cost."))


def _lives(bench: Bench, values: Mapping[str, float] | None = None, **sections: Any) -> Any:
    return bench.live(bench.inputs(values, **sections))


def _utilities_one(bench: Bench) -> Finding:
    results = _lives(bench, dict.fromkeys(_utilities(bench), 1.0), discounting=UNDISCOUNTED)
    failures = [
        f"under {name} {other} are {counter(result, other).sum():.12g}, life-years {counter(result, 'life_years').sum():.12g}"
        for name, result in by_strategy(bench.strategies, results)
        for other in ("qalys", "qalys_discounted")
        if not np.array_equal(counter(result, other), counter(result, "life_years"))
    ]
    return concluded(failures, f"QALYs = life-years = {total(results, 'qalys'):.9g}, equal to the last bit in every life and window")


def _utilities_zero(bench: Bench) -> Finding:
    results = _lives(bench, dict.fromkeys(_utilities(bench), 0.0))
    found = {name: counter(result, "qalys").sum() for name, result in by_strategy(bench.strategies, results)}
    return concluded([f"{value:.9g} QALYs under {name}" for name, value in found.items() if value != 0.0], "0 QALYs under every strategy")


def _each_utility_lower(bench: Bench) -> Finding:
    before, failures, lowered = bench.live(bench.inputs(patients=bench.few)), [], 0
    for name in _utilities(bench):
        after = bench.live(bench.inputs({name: bench.values[name] / 2.0}, bench.few))
        raised = [not not_above(counter(two, "qalys"), counter(one, "qalys")) for one, two in zip(before, after, strict=True)]
        failures += [f"half of {name} raised QALYs of a patient"] if any(raised) else []
        lowered += total(after, "qalys") < total(before, "qalys")
    return concluded(failures, f"{len(_utilities(bench))} utilities, none raised QALYs of anybody; {lowered} of them lowered some")


def _prices_zero(bench: Bench) -> Finding:
    results = _lives(bench, dict.fromkeys(_prices(bench), 0.0))
    found = {name: counter(result, "cost").sum() for name, result in by_strategy(bench.strategies, results)}
    return concluded([f"a cost of {value:.9g} under {name}" for name, value in found.items() if value != 0.0], "0 under every strategy")


def _prices_doubled(bench: Bench) -> Finding:
    results = _lives(bench, {name: 2.0 * bench.values[name] for name in _prices(bench)})
    failures = []
    for name, one, two in zip(bench.strategies, bench.base, results, strict=True):
        if not np.array_equal(2.0 * counter(one, "cost"), counter(two, "cost")):
            failures.append(f"cost under {name} from {counter(one, 'cost').sum():.9g} to {counter(two, 'cost').sum():.9g}")
        if difference := first_difference(without_money(one), without_money(two), LIVED):
            failures.append(f"lives under {name} changed with the prices: {difference}")
    return concluded(failures, "exactly twice the cost in every life and window, and the same lives")


def _each_price_higher(bench: Bench) -> Finding:
    before, failures, raised = bench.live(bench.inputs(patients=bench.few)), [], 0
    for name in _prices(bench):
        after = bench.live(bench.inputs({name: 2.0 * bench.values[name]}, bench.few))
        lower = [not not_above(counter(one, "cost"), counter(two, "cost")) for one, two in zip(before, after, strict=True)]
        failures += [f"twice {name} lowered the cost of a patient"] if any(lower) else []
        raised += total(after, "cost") > total(before, "cost")
    return concluded(failures, f"{len(_prices(bench))} prices, none lowered anybody's cost; {raised} of them raised it")


def _no_discounting(bench: Bench) -> Finding:
    results = _lives(bench, discounting=UNDISCOUNTED)
    failures = []
    for name, result in by_strategy(bench.strategies, results):
        for outcome in TOTALS:
            plain, discounted = counter(result, outcome), counter(result, f"{outcome}_discounted")
            if not np.array_equal(plain, discounted):
                failures.append(f"{outcome} under {name} are {plain.sum():.12g}, discounted {discounted.sum():.12g}")
    return concluded(failures, "life-years, QALYs and cost are the same with and without, to the last bit")


def _higher_rates(bench: Bench) -> Finding:
    rates, failures = bench.scenario.discounting, []
    higher = {key: min(getattr(rates, key) + HIGHER, 1.0) for key in ("cost_per_year", "effect_per_year")}
    changed = {"cost_per_year": ("cost",), "effect_per_year": ("life_years", "qalys")}
    for key, rate in higher.items():
        results = _lives(bench, discounting=rates.model_copy(update={key: rate}))
        for name, one, two in zip(bench.strategies, bench.base, results, strict=True):
            for outcome in TOTALS:
                before, after = counter(one, f"{outcome}_discounted"), counter(two, f"{outcome}_discounted")
                right = not_above(after, before) if outcome in changed[key] else np.array_equal(after, before)
                failures += [] if right else [f"{outcome} under {name} from {before.sum():.9g} to {after.sum():.9g} with {key} {rate:g}"]
    return concluded(failures, "each rate lowered its own totals or left them, in every life, and left the others alone")


def _totals_in_order(bench: Bench) -> Finding:
    pairs = (("qalys", "life_years"), *((f"{outcome}_discounted", outcome) for outcome in TOTALS), ("opsi_episodes", "sepsis_episodes"))
    failures = []
    for name, result in by_strategy(bench.strategies, bench.base):
        if not np.isfinite(result.counters).all() or (result.counters < 0.0).any():
            bad = np.argwhere(~(result.counters >= 0.0) | ~np.isfinite(result.counters))[0]
            failures.append(f"{counter_names(result)[bad[2]]} under {name} is {result.counters[tuple(bad)]}")
        failures += [
            f"{less} exceed {more} in a life under {name}"
            for less, more in pairs
            if not not_above(counter(result, less), counter(result, more))
        ]
    return concluded(failures, f"in all {bench.sample} lives under each strategy")


def _books(bench: Bench) -> Finding:
    table = bench.collected.books_check()
    failures = [
        f"{row.total} under {row.strategy}: books {row.from_books:.12g}, patients {row.from_patients:.12g}"
        for row in table[table["result"] != PASS].itertuples()
    ]
    return concluded(failures, f"{len(table)} totals agree; largest relative difference {table['relative_difference'].max():.1g}")


CHECKS: Final = (
    Check(
        "utilities_one",
        GROUP,
        "With perfect health QALYs are life-years",
        "Set all utilities to 1 and discounted nothing.",
        "QALYs = life-years, exactly, in every life and window.",
        _utilities_one,
        0.4,
    ),
    Check("utilities_zero", GROUP, "Without utility no QALYs", "Set all utilities to 0.", "0 QALYs.", _utilities_zero, 0.4),
    Check(
        "each_utility_lower",
        GROUP,
        "A lower utility never raises QALYs",
        "Halved each utility by itself.",
        "Nobody has more QALYs in any window.",
        _each_utility_lower,
        3.0,
    ),
    Check("prices_zero", GROUP, "Without prices no cost", "Set all unit costs to 0.", "A cost of 0.", _prices_zero, 0.4),
    Check(
        "prices_doubled",
        GROUP,
        "Twice the prices, twice the cost",
        "Doubled all unit costs.",
        "Exactly twice the cost in every life and window; lives, quantities and luck unchanged.",
        _prices_doubled,
        0.6,
    ),
    Check(
        "each_price_higher",
        GROUP,
        "A higher price never lowers cost",
        "Doubled each unit cost by itself.",
        "Nobody costs less in any window.",
        _each_price_higher,
        4.0,
    ),
    Check(
        "no_discounting",
        GROUP,
        "A discount rate of 0 changes nothing",
        "Set both discount rates to 0.",
        "Discounted = undiscounted life-years, QALYs and cost, exactly.",
        _no_discounting,
        0.4,
    ),
    Check(
        "higher_rates",
        GROUP,
        "A higher discount rate never gives more",
        f"Raised the rate of costs, then that of effects, by {HIGHER:g}.",
        "No discounted total of that kind is higher in any life; those of the other kind are unchanged, exactly.",
        _higher_rates,
        0.8,
    ),
    Check(
        "totals_in_order",
        GROUP,
        "Totals are in order",
        "Looked at all counters of all lives.",
        "Finite, not negative; QALYs within life-years, discounted within undiscounted, OPSI within sepsis.",
        _totals_in_order,
        0.1,
    ),
    Check(
        "books",
        GROUP,
        "The books add up to the patients' totals",
        "Summed what was booked by item, cause, year and age band, and the patients' own totals.",
        "Life-years, QALYs and cost, plain and discounted, agree to a relative 1e-12.",
        _books,
        3.0,
    ),
)
"""Checks of quality, cost and discounting."""
