"""Which intervals of parameter uncertainty are driven by assumption, and the mark and the footnote that say so beside them."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from alps_sim.outcomes.definitions import OUTCOMES
from alps_sim.outcomes.drivers import read_drivers

ASSUMED_MARK: Final = "†"
"""Stands behind an interval of parameter uncertainty that assumptions move more than evidence does."""
_NAMED: Final = 2


def driven_note(uncertainty: pd.DataFrame | None, outcomes: Sequence[str], window: str, compared: Sequence[str] = ()) -> str:
    """What the mark means, with the assumptions that move each outcome most; empty if nothing is marked.

    Parameters
    ----------
    uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    outcomes
        Identifiers of the outcomes that are shown.
    window
        Years as in `window_years`.
    compared
        Identifiers of those of which differences are shown too.
    """
    if uncertainty is None:
        return ""
    shown = (uncertainty["comparator"].fillna("") == "") | uncertainty["outcome"].isin(compared)
    rows = uncertainty[uncertainty["driven_by_assumption"] & shown & (uncertainty["window_years"].astype(str) == window)]
    told = [_told(outcome, rows[rows["outcome"] == outcome]) for outcome in outcomes if (rows["outcome"] == outcome).any()]
    if not told:
        return ""
    return (
        f"{ASSUMED_MARK} Driven by assumption: the draws move this number mostly with parameters that no study gives and the published "
        f"figures do not fix: {'; '.join(told)}. A number without the mark may hang on many assumptions that each move it little."
    )


def _told(outcome: str, rows: pd.DataFrame) -> str:
    """An outcome with the assumptions that most often move it."""
    shares: dict[str, float] = {}
    for found in map(read_drivers, rows["drivers"]):
        for name in found.assumed:
            shares[name] = shares.get(name, 0.0) + found.shares[name]
    names = sorted(shares, key=lambda name: (-shares[name], name))[:_NAMED]
    label = OUTCOMES[outcome].label
    return f"{label if label[:2].isupper() else label[:1].lower() + label[1:]} with {' and '.join(names)}"
