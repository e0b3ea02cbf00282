"""The figures of a publication beside those that simulated cohorts of its size would have given.

Two predictive intervals are told apart. The narrower holds the parameters at their central values: what such a cohort could find
by chance. The wider draws the parameters too: what the model, with all that is not known, would have expected.
"""

from typing import Final

import numpy as np
import pandas as pd

from alps_sim.evidence.targets import Target, load_targets
from alps_sim.outcomes.observation import STATISTICS, predict

COLUMNS: Final = (
    "statistic",
    "description",
    "class",
    "published",
    "published_value",
    "simulated",
    "chance_low",
    "chance_high",
    "predictive_mean",
    "predictive_low",
    "predictive_high",
    "cohorts",
    "source",
)


def targets_of(cohort: str) -> tuple[Target, ...]:
    """Published figures of a cohort that simulated cohorts can be asked for.

    Parameters
    ----------
    cohort
        Identifier of the cohort, as in the published targets.
    """
    return tuple(target for target in load_targets() if target.cohort == cohort and target.statistic in STATISTICS)


def compare(cohort: str, central: pd.DataFrame, drawn: pd.DataFrame | None) -> pd.DataFrame:
    """Published figures of a cohort beside the simulated ones.

    Parameters
    ----------
    cohort
        Identifier of the cohort.
    central
        Statistics of simulated cohorts under the central parameter values (`observation.cohort_statistics`).
    drawn
        The same under draws of the parameters; None if none were run.

    Returns
    -------
    pandas.DataFrame
        A row a published figure, columns COLUMNS; `chance_*` is the 95% predictive interval by chance alone, `predictive_*` that with
        the uncertainty of the parameters in it, empty without draws.
    """
    by_chance = predict(central).set_index("statistic")
    in_all = predict(drawn).set_index("statistic") if drawn is not None else None
    rows = [_row(target, by_chance, in_all) for target in targets_of(cohort)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(target: Target, by_chance: pd.DataFrame, in_all: pd.DataFrame | None) -> tuple[object, ...]:
    """One published figure."""
    chance = by_chance.loc[target.statistic]
    wide = in_all.loc[target.statistic] if in_all is not None else {"mean": np.nan, "low": np.nan, "high": np.nan}
    return (
        target.statistic,
        target.description,
        target.target_class,
        str(target.observed),
        target.observed.value,
        chance["mean"],
        chance["low"],
        chance["high"],
        wide["mean"],
        wide["low"],
        wide["high"],
        chance["cohorts"],
        target.source,
    )


def comparison_text(table: pd.DataFrame) -> str:
    """The comparison for the screen.

    Parameters
    ----------
    table
        Of `compare`.
    """
    lines = [f"{'published figure':44s} {'published':>14s} {'simulated':>9s}   95% by chance    95% with parameters drawn"]
    for row in table.itertuples():
        published = f"{row.published} = {row.published_value:.2f}" if "/" in str(row.published) else f"{row.published}"
        chance = f"{row.chance_low:.2f} to {row.chance_high:.2f}"
        wide = f"{row.predictive_low:.2f} to {row.predictive_high:.2f}" if not np.isnan(float(str(row.predictive_low))) else "no draws"
        lines.append(f"{str(row.description)[:44]:44s} {published:>14s} {row.simulated:9.2f}   {chance:13s}    {wide}")
    return "\n".join(lines)
