"""Is the program built right? A second, plain account of every process and decision, and the check of lives against it.

`words` turns a run's codes into words, `journal` and `history` cut lives into pieces, `intensity` integrates each hazard over
them as docs/model.md tells, `occasions` and `decisions` find each decision and its probability, `check` compares, `multipliers`
shows that the check can fail. `alps-sim verify` puts a user's own
scenario on the `bench` and runs the `registry` of `checks` on it; `advishe` fills the validation report. Nothing here knows the rules.
"""

from alps_sim.verification.account import COMPARED
from alps_sim.verification.assumptions import Assumptions
from alps_sim.verification.check import Tally, Verdict, histories, judge
from alps_sim.verification.decisions import DECISIONS
from alps_sim.verification.intensity import INTENSITIES, PROCESSES
from alps_sim.verification.multipliers import MULTIPLIERS, Multiplier
from alps_sim.verification.trial import Trial
from alps_sim.verification.words import Vocabularies, events_in_words, patients_in_words

__all__ = [
    "COMPARED",
    "DECISIONS",
    "INTENSITIES",
    "MULTIPLIERS",
    "PROCESSES",
    "Assumptions",
    "Multiplier",
    "Tally",
    "Trial",
    "Verdict",
    "Vocabularies",
    "events_in_words",
    "histories",
    "judge",
    "patients_in_words",
]
