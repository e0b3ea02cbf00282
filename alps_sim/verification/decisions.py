"""The second account of decisions: each occasion in the log, what came of it, and the probability that docs/model.md gives it.

As with hazards, nothing is shared with the rules but the parameter values, so a probability that the rules get wrong shows as
outcomes less probabilities.
"""

from typing import Final

from alps_sim.verification.answers import ANSWERS
from alps_sim.verification.harms import HARMS
from alps_sim.verification.occasions import Decision
from alps_sim.verification.onset import ONSET

DECISION_ACCOUNTS: Final[dict[str, Decision]] = {**ONSET, **ANSWERS, **HARMS}
"""Occasions of each decision by its name, which is no process's."""

DECISIONS: Final = tuple(DECISION_ACCOUNTS)
