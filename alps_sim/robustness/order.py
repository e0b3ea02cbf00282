"""Whether the order of the strategies holds under an alternative: pair by pair, beyond simulation error or within it.

The order to hold is that of the pairs which the base case tells apart beyond simulation error. A pair *holds* if the alternative tells
it apart the same way, *fades* if it does not tell it apart, and *turns* if it tells it apart the other way. A pair that the base case
does not tell apart has no order to lose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from alps_sim.robustness.measures import Difference, Measure

Verdict = Literal["holds", "fades", "turns", "open"]

HOLDS: Final = "holds"
FADES: Final = "fades"
TURNS: Final = "turns"
OPEN: Final = "open"
UNCHANGED: Final = "unchanged"
NOT_RUN: Final = "not run"


@dataclass(frozen=True)
class Pair:
    """Two strategies under the base case and under an alternative.

    Attributes
    ----------
    measure
        On which they are compared.
    first, second
        Names, in the scenario's order.
    before, after
        First less second in the base case and under the alternative.
    """

    measure: Measure
    first: str
    second: str
    before: Difference
    after: Difference

    @property
    def verdict(self) -> Verdict:
        """What becomes of the order of the two."""
        if self.before.sign == 0:
            return "open"
        if self.after.sign == 0:
            return "fades"
        return "holds" if self.after.sign == self.before.sign else "turns"

    @property
    def swapped(self) -> bool:
        """Whether the estimates have changed places, be it within simulation error."""
        return self.before.mean * self.after.mean < 0.0

    @property
    def better(self) -> str:
        """Which of the two is better under the alternative."""
        return self.first if (self.after.mean < 0.0) == self.measure.less_is_better else self.second

    @property
    def words(self) -> str:
        """The two as the alternative orders them."""
        return f"{self.better} before {self.second if self.better == self.first else self.first}"


def order_verdict(pairs: Sequence[Pair]) -> Verdict:
    """What becomes of the order of all strategies: it turns if a pair turns, fades if a pair fades, else holds if there is one.

    Parameters
    ----------
    pairs
        Of one measure under one alternative. If the base case tells none of them apart there is no order: it is open.
    """
    found = {pair.verdict for pair in pairs}
    return "turns" if TURNS in found else "fades" if FADES in found else "holds" if HOLDS in found else "open"


def order_words(pairs: Sequence[Pair]) -> str:
    """What becomes of the order, with the pairs that lost it.

    Parameters
    ----------
    pairs
        Of one measure under one alternative.
    """
    turned = [pair.words for pair in pairs if pair.verdict == TURNS]
    faded = [f"{pair.first} and {pair.second}" for pair in pairs if pair.verdict == FADES]
    swapped = [pair.words for pair in pairs if pair.swapped and pair.verdict in (OPEN, FADES)]
    texts = [f"turned beyond simulation error: {', '.join(turned)}"] if turned else []
    texts += [f"no longer told apart: {', '.join(faded)}"] if faded else []
    texts += [] if texts else [str(order_verdict(pairs))]
    texts += [f"swapped within simulation error: {', '.join(swapped)}"] if swapped else []
    return "; ".join(texts)


def conclusions(table: pd.DataFrame) -> pd.DataFrame:
    """How many alternatives leave the order of each outcome as it is.

    Parameters
    ----------
    table
        Columns of `robustness.csv`.

    Returns
    -------
    pandas.DataFrame
        outcome, window_years, run, holds, unchanged (of those that hold), fades, turns, open (no order to hold), turned_by.
    """
    run = table[(table["reading"] != "") & (table["order"] != NOT_RUN)].drop_duplicates(
        ["alternative", "reading", "outcome", "window_years"]
    )
    rows = [_counted(str(outcome), str(window), part) for (outcome, window), part in run.groupby(["outcome", "window_years"], sort=False)]
    return pd.DataFrame(rows, columns=["outcome", "window_years", "run", HOLDS, UNCHANGED, FADES, TURNS, OPEN, "turned_by"])


def _counted(outcome: str, window: str, part: pd.DataFrame) -> tuple[object, ...]:
    counts = part["order"].value_counts()
    fades, turns, same, nothing = (int(counts.get(verdict, 0)) for verdict in (FADES, TURNS, UNCHANGED, OPEN))
    turned = part[part["order"] == TURNS].to_dict("records")
    names = "; ".join(f"{row['reading']}: {row['alternative']} ({row['order_words']})" for row in turned)
    return outcome, window, len(part), int(counts.get(HOLDS, 0)) + same, same, fades, turns, nothing, names
