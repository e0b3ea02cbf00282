"""The trade-off in words, made from the numbers: what a strategy has more of than the comparator and what less, and how sure it is.

A difference is settled if it is beyond simulation error and the 95% parameter interval of the paired difference lies on the same
side of zero. Directions are never written down, they follow from the numbers. What comes first is the first outcome of the
answer, whatever it speaks for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from alps_sim.plots.intervals import parameter_intervals
from alps_sim.report.comparable import MARK, NOTHING_UNLIKE, Unlike, compares

NOUNS: Final = {
    "opsi_deaths": ("OPSI deaths", "fewer"),
    "deaths": ("deaths from any cause", "fewer"),
    "treatment_failure": ("treatment failure", "less"),
    "flares_per_year": ("flares", "fewer"),
    "prednisone_mg_per_kg_per_year": ("steroid", "less"),
}
"""What the answer speaks of, in its order: the outcome in a sentence, and the word for less of it."""

ENOUGH_DRAWS: Final = 40
"""Draws from which their 2.5th and 97.5th percentiles are more than the outermost of them."""

Verdict = Literal["settled", "in_this_run", "within_error", "none"]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Change:
    """How one outcome differs from that under the comparator.

    Attributes
    ----------
    outcome
        Identifier.
    more
        Whether there is more of it.
    verdict
        `settled` by the evidence, only `in_this_run` (beyond simulation error), `within_error` of the simulation, or `none` at all.
    """

    outcome: str
    more: bool
    verdict: Verdict

    @property
    def noun(self) -> str:
        """The outcome in a sentence."""
        return NOUNS[self.outcome][0]

    def __str__(self) -> str:
        return f"{'more' if self.more else NOUNS[self.outcome][1]} {self.noun}"


def trade_offs(
    differences: pd.DataFrame,
    uncertainty: pd.DataFrame | None,
    window: str,
    unlike: Unlike = NOTHING_UNLIKE,
    named: Callable[[str], str] = str,
) -> dict[str, str]:
    """For each strategy but the comparator, a few sentences on how it differs from the comparator.

    Parameters
    ----------
    differences
        Columns of `differences.csv`; may be empty.
    uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    window
        Years as in `window_years`.
    unlike
        Of `comparable.unlike`: what is not compared.
    named
        How a strategy is called.
    """
    found = {}
    for name, rows in differences[differences["window_years"] == window].groupby("strategy", sort=False):
        by_outcome = {row["outcome"]: row for row in rows.to_dict("records")}
        strategy, comparator = str(name), str(rows["comparator"].iloc[0])
        like = [outcome for outcome in NOUNS if compares(outcome, strategy, comparator, unlike)]
        changes = [_change(by_outcome[outcome], _known(uncertainty, outcome, window, strategy)) for outcome in like]
        sentences = _sentences(changes, uncertainty is not None)
        sentences += [f"Its {NOUNS[outcome][0]} does not compare ({MARK})." for outcome in NOUNS if outcome not in like]
        found[strategy] = " ".join([f"{named(strategy)} {sentences[0]}", *sentences[1:]])
    return found


def caveat(uncertainty: pd.DataFrame | None) -> str:
    """What the words on certainty mean in these sentences.

    Parameters
    ----------
    uncertainty
        Columns of `parameter_uncertainty.csv`; None if no draws were run.
    """
    if uncertainty is None:
        return "Parameter uncertainty was not run, so what the evidence settles is not known."
    if _draws(uncertainty) < ENOUGH_DRAWS:
        return f"{_draws(uncertainty)} draws of the evidence are too few to tell what it settles; {ENOUGH_DRAWS} are enough."
    return '"Nearly all draws": the 95% parameter interval of the difference excludes zero.'


def _draws(uncertainty: pd.DataFrame) -> int:
    return int(uncertainty["draws"].iloc[0])


def _known(uncertainty: pd.DataFrame | None, outcome: str, window: str, strategy: str) -> Interval | None:
    if uncertainty is None or _draws(uncertainty) < ENOUGH_DRAWS:
        return None
    return parameter_intervals(uncertainty, outcome, window, difference=True).get(strategy)


def _change(row: dict[Any, Any], known: Interval | None) -> Change:
    """The change of one outcome from its row of the differences and its parameter interval."""
    return Change(row["outcome"], row["mean"] > 0.0, _verdict(row["mean"], (row["ci_low"], row["ci_high"]), known))


def _verdict(mean: float, simulation: Interval, known: Interval | None) -> Verdict:
    if mean == 0.0 and simulation == (0.0, 0.0) and known in (None, (0.0, 0.0)):
        return "none"
    if not _same_side(mean, simulation):
        return "within_error"
    return "settled" if known is not None and _same_side(mean, known) else "in_this_run"


def _same_side(mean: float, interval: Interval) -> bool:
    """Whether an interval lies wholly on the side of zero where the estimate is."""
    return interval[0] > 0.0 if mean > 0.0 else interval[1] < 0.0


def _sentences(changes: Sequence[Change], draws: bool) -> list[str]:
    """Sentences in order of certainty; the first has no subject yet."""
    settled, in_this_run, within, none = (
        [change for change in changes if change.verdict == verdict] for verdict in ("settled", "in_this_run", "within_error", "none")
    )
    found = [f"has {_directed(settled)}{_each(settled)} in nearly all draws of the evidence."] if settled else []
    also = "also " if settled and in_this_run else ""
    if in_this_run or within:
        found.append(f"{also}{_unsettled(in_this_run, within, draws)}")
    if none:
        found.append(f"does not differ at all in {_nouns(none)}.")
    return [text if place == 0 else f"It {text}" for place, text in enumerate(found)]


def _unsettled(in_this_run: Sequence[Change], within: Sequence[Change], draws: bool) -> str:
    """What lies beyond simulation error but not beyond the parameter uncertainty, and what not even beyond simulation error."""
    sure = " in this run" if draws else f"{_each(in_this_run)} beyond simulation error"
    parts = [f"has {_directed(in_this_run)}{sure}"] if in_this_run else []
    parts += [f"differs by no more than simulation error in {_nouns(within)}"] if within else []
    return ", and ".join(parts) + ("; the evidence does not settle that." if draws else ".")


def _each(changes: Sequence[Change]) -> str:
    return ", each" if len(changes) > 1 else ""


def _directed(changes: Sequence[Change]) -> str:
    """More of this and that, but less of the other; the direction of the first change comes first."""
    first = changes[0].more
    groups = [[str(change) for change in changes if change.more == direction] for direction in (first, not first)]
    return ", but ".join(_listed(group) for group in groups if group)


def _nouns(changes: Sequence[Change]) -> str:
    return _listed([change.noun for change in changes])


def _listed(texts: Sequence[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last
