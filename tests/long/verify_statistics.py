"""Do the 95% intervals cover, and how many patients do they save? (`make verify-statistics`)

The model of `tests/statistics_model.py`, in both variants, at 500, 2,000 and 20,000 patients over 1,000 seeds: the intervals of
eight outcomes in the 20-year window, for each strategy and for the paired difference, against the truth by quadrature. The
claim fails where coverage lies below 95% beyond chance: one-sided binomial tests, all in one family with 1% error by Holm's
method. An interval of a rare outcome may cover more than 95%, being exact; that is shown and not failed. With 1,000 seeds a true
coverage of 91% is found with probability 0.9 or more, also in the first step of Holm's method over 144 tests.

The saving is the variance of independent unadjusted sampling (from the pooled plain variances) over the variance that the
adjusted paired difference had over the seeds; it must be at least 5 for OPSI deaths and life-years at every size. At 500 patients
fewer than 50 OPSI deaths are to be expected, but more than 50 OPSI episodes: the estimate is adjusted all the same (`decided`).
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binom

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from alps_sim.outcomes.accumulate import Totals, block_moments, sums_in_one_order
from alps_sim.outcomes.summary import difference_table, summary_table
from tests import statistics_model as model

SIZES = (500, 2_000, 20_000)
VARIANTS = (model.FRAILTY, model.RECURRENCE)
NAMED = (
    "opsi_deaths",
    "opsi_episodes",
    "deaths",
    "life_years",
    "qalys",
    "flares",
    "flares_per_year",
    "prednisone_mg_per_kg_per_year",
)
FAMILY_ERROR = 0.01
LEAST_SAVING = 5.0


def one_seed(seed: int, patients: int, variant: model.Variant) -> pd.DataFrame:
    """Estimates and intervals of the named outcomes from one seed."""
    totals = Totals(2, len(model.WINDOWS), comparator=1)
    with sums_in_one_order():
        for block in model.blocks(seed, patients, variant):
            totals.add(block_moments(block, 1, model.KNOWN))
    summary = summary_table(totals, model.STRATEGIES, model.WINDOWS)
    difference = difference_table(totals, model.STRATEGIES, model.WINDOWS).assign(strategy="difference")
    table = pd.concat([summary, difference], ignore_index=True)
    table = table[(table["window_years"] == "20") & table["outcome"].isin(NAMED)]
    return table[["strategy", "outcome", "mean", "se", "ci_low", "ci_high", "se_plain", "controls"]]


def true_values(variant: model.Variant) -> pd.Series:
    """Truth of each strategy's outcomes and of the difference."""
    values = {name: model.truth(position, 20.0, variant) for position, name in enumerate(model.STRATEGIES)}
    values["difference"] = {name: values["surgery"][name] - values["drug"][name] for name in NAMED}
    return pd.Series({(strategy, name): values[strategy][name] for strategy in values for name in NAMED}, name="truth")


def measure(patients: int, variant: model.Variant, seeds: int, workers: int) -> pd.DataFrame:
    """Coverage, bias and saving of every named outcome at one size."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        tables = list(pool.map(partial(one_seed, patients=patients, variant=variant), range(1, seeds + 1), chunksize=10))
    everything = pd.concat(tables).set_index(["strategy", "outcome"])
    everything["truth"] = true_values(variant).reindex(everything.index)
    everything["covered"] = everything["ci_low"].le(everything["truth"]) & everything["ci_high"].ge(everything["truth"])
    everything["plain_variance"] = everything["se_plain"] ** 2
    grouped = everything.groupby(level=[0, 1], sort=False)
    result = pd.DataFrame(
        {
            "covered": grouped["covered"].sum(),
            "coverage": grouped["covered"].mean(),
            "bias_in_se": (grouped["mean"].mean() - grouped["truth"].first()) / grouped["mean"].std(),
            "se_over_sd": grouped["se"].mean() / grouped["mean"].std(),
            "controls": grouped["controls"].mean(),
            "variance": grouped["mean"].var(),
        }
    )
    independent = grouped["plain_variance"].mean()
    result["saving"] = np.nan
    for name in NAMED:
        both = independent["surgery", name] + independent["drug", name]
        result.loc[("difference", name), "saving"] = both / result.loc[("difference", name), "variance"]
    return result.drop(columns="variance").assign(variant=variant.name, patients=patients).reset_index()


def judge(results: pd.DataFrame, seeds: int) -> pd.DataFrame:
    """Add the one-sided p-value and the verdict by Holm's method over the whole family."""
    p = binom.cdf(results["covered"], seeds, 0.95)
    order = np.argsort(p)
    passed = np.ones(len(p), dtype=bool)
    for rank, position in enumerate(order):
        if p[position] > FAMILY_ERROR / (len(p) - rank):
            break
        passed[position] = False
    return results.assign(p=p, result=np.where(passed, "PASS", "FAIL"))


def main() -> int:
    """Measure, print every number, and return 1 if a claim fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    arguments = parser.parse_args()
    results = pd.concat(
        [measure(n, variant, arguments.seeds, arguments.workers) for variant in VARIANTS for n in arguments.sizes], ignore_index=True
    )
    results = judge(results, arguments.seeds)
    print(results.to_string(float_format=lambda x: f"{x:.4g}"))
    savings = results[(results["strategy"] == "difference") & results["outcome"].isin(["opsi_deaths", "life_years"])]
    enough = bool((savings["saving"] >= LEAST_SAVING).all())
    failures = results[results["result"] == "FAIL"]
    print(f"\n{len(results)} intervals tested, {len(failures)} below 95% beyond chance (family error {FAMILY_ERROR:.0%}).")
    print(f"Lowest coverage {results['coverage'].min():.1%}.")
    sizes = ", ".join(str(size) for size in arguments.sizes)
    print(f"Saving at least {LEAST_SAVING:g} at {sizes} patients: {'PASS' if enough else 'FAIL'}.")
    return 0 if enough and failures.empty else 1


if __name__ == "__main__":
    sys.exit(main())
