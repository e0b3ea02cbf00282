"""The states of a life and the events that lead from one to another, drawn from lives that the code has lived (`make diagram`).

Nothing is drawn by hand: an arrow stands where some life of the main scenario under the priors went from one state to another, and names
the events after which it did. Rare arrows are left out, but for those of sepsis and death. The diagrams stand in docs/model.md, in the
language of Mermaid.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from alps_sim.engines.cohort import simulate
from alps_sim.evidence.ledger import load_priors
from alps_sim.rules import codes, events
from alps_sim.scenario import load_scenario
from alps_sim.scenario.translate import translate

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "model.md"
SCENARIO: Final = ROOT / "scenarios" / "early_splenectomy_vs_mmf_sirolimus.yaml"
PATIENTS: Final = 1024
LEAST_SHARE: Final = 0.002
"""An arrow, or an event beside it, is drawn from this share of what leaves a state on, unless a track says otherwise."""
MOST_EVENTS: Final = 4
"""Events named at an arrow."""
BEGIN: Final = "[*]"

State = str
Line = Any
"""A line of the event log: time, kind, code, value."""
NextState = Callable[[State, Line], State | None]


def _episode(state: State, line: Line) -> State | None:
    if line["kind"] == events.LOG_PHASE:
        return "quiet" if line["code"] == codes.PHASE_NONE else str(codes.EPISODE_PHASES[line["code"]])
    return "dead" if line["kind"] == events.LOG_DEATH else None


def _agent(state: State, line: Line) -> State | None:
    if line["kind"] == events.LOG_AGENT_STOP and state != "no_agent":
        return "no_agent"
    moves = {
        events.LOG_AGENT_START: "taken",
        events.LOG_AGENT_ANSWER: "answering",
        events.LOSS_OF_RESPONSE: "taken",
    }
    return moves.get(int(line["kind"]))


def _spleen(state: State, line: Line) -> State | None:
    if line["kind"] == events.LOG_REFERRAL:
        return "spleen_in_place" if line["code"] else "referred"
    moves = {events.SPLENECTOMY_DONE: "remission_after_splenectomy", events.RELAPSE_AFTER_SPLENECTOMY: "relapsed_without_spleen"}
    return moves.get(int(line["kind"]))


LYMPHOMA: Final[Mapping[int, State]] = {
    events.HODGKIN_LYMPHOMA: "treated",
    events.NON_HODGKIN_LYMPHOMA: "treated",
    events.LYMPHOMA_TREATMENT_END: "in_remission",
    events.LYMPHOMA_RISK_END: "past",
    events.LOG_DEATH: "dead",
}
LEUKAEMIA: Final[Mapping[int, State]] = {
    events.OTHER_MALIGNANCY: "leukaemia",
    events.LEUKAEMIA_RISK_END: "past",
    events.TRANSPLANTATION: "transplanted",
    events.LOG_DEATH: "dead",
}


def _disease(moves: Mapping[int, State]) -> NextState:
    """States of a disease that most never have: death is a move of those alone who have had it."""

    def next_state(state: State, line: Line) -> State | None:
        never_had = state not in moves.values()
        return None if never_had and line["kind"] == events.LOG_DEATH else moves.get(int(line["kind"]))

    return next_state


DEAD_OF_SEPSIS: Final[Mapping[int, State]] = {codes.DEATH_OPSI: "dead_of_OPSI", codes.DEATH_OTHER_SEPSIS: "dead_of_sepsis_with_spleen"}
WITH_SPLEEN: Final = ("spleen_in_place", "survived_sepsis_with_spleen")


def _sepsis(state: State, line: Line) -> State | None:
    """Sepsis is OPSI if the spleen has been removed; of deaths those of sepsis alone."""
    if line["kind"] == events.LOG_DEATH:
        return DEAD_OF_SEPSIS.get(int(line["code"]))
    if line["kind"] == events.SEPSIS:
        return "survived_sepsis_with_spleen" if state in WITH_SPLEEN else "survived_OPSI"
    return "spleen_removed" if line["kind"] == events.SPLENECTOMY_DONE else None


def _death(state: State, line: Line) -> State | None:
    return f"{codes.CAUSES_OF_DEATH[line['code']]}_death" if line["kind"] == events.LOG_DEATH else None


class Track(NamedTuple):
    """One diagram: states of a life that exclude one another.

    Attributes
    ----------
    title, start
        Heading, and the state in which a life begins.
    next_state
        From a state and a line of the event log to the next state; None if it stays.
    least_share
        An arrow, or an event beside it, is drawn from this share of what leaves a state on.
    settles
        Whether what a life only passes through at once is left out: whoever dies of a sepsis has not survived it before.
    """

    title: str
    start: State
    next_state: NextState
    least_share: float = LEAST_SHARE
    settles: bool = False


TRACKS: Final = (
    Track("A cytopenia episode", "quiet", _episode),
    Track("The long-term agent", "no_agent", _agent),
    Track("The spleen", "spleen_in_place", _spleen),
    Track("Sepsis", "spleen_in_place", _sepsis, least_share=0.0, settles=True),
    Track("Lymphoma", "no_lymphoma", _disease(LYMPHOMA)),
    Track("Acute leukaemia", "no_leukaemia", _disease(LEUKAEMIA)),
    Track("Death, each of one cause", "alive", _death, least_share=0.0),
)


def lives() -> Iterator[list[list[Line]]]:
    """Event lines of each life under each strategy, those of one instant together."""
    scenario = load_scenario(SCENARIO).model_copy(update={"patients": PATIENTS})
    inputs = translate(scenario, load_priors().values() | scenario.override_values())
    for block, _ in simulate(inputs, events_of=inputs.patients):
        for result in block:
            for life in np.split(result.events, np.flatnonzero(np.diff(result.events["patient"])) + 1):
                yield [list(lines) for _, lines in groupby(life, key=lambda line: float(line["time"]))]


def moves(life: list[list[Line]], track: Track) -> Iterator[tuple[State, State, str]]:
    """From where to where, and after which event, in the order of a life.

    The event is the first line of the instant: what happens at once is logged in order.
    """
    state = track.start
    for lines in life:
        passed = [state, *_passed(state, lines, track)]
        stages = [passed[0], passed[-1]] if track.settles else passed
        for old, new in pairwise(stages):
            if old != new:
                yield (BEGIN if lines[0]["time"] == 0.0 and old == track.start else old), new, events.LOG_KINDS[lines[0]["kind"]]
        state = passed[-1]


def _passed(state: State, lines: list[Line], track: Track) -> Iterator[State]:
    """States that a life comes into, in the order of lines of one instant."""
    for line in lines:
        new = track.next_state(state, line)
        if new is not None and new != state:
            yield new
            state = new


def diagram(track: Track, counted: Counter[tuple[State, State, str]]) -> list[str]:
    """Lines of one diagram."""
    leaving: Counter[State] = Counter()
    arrows: dict[tuple[State, State], Counter[str]] = defaultdict(Counter)
    for (state, new, event), times in counted.items():
        leaving[state] += times
        arrows[state, new][event] += times
    lines = [f"**{track.title}**", "", "```mermaid", "stateDiagram-v2"]
    for (state, new), by_event in sorted(arrows.items()):
        least = track.least_share * leaving[state]
        if by_event.total() < least:
            continue
        often = [event for event, times in by_event.most_common(MOST_EVENTS) if times >= least]
        named = [event.replace("_", " ") for event in often or [by_event.most_common(1)[0][0]]]
        lines.append(f"    {state} --> {new}: {', '.join(sorted(named))}{', ...' if len(by_event) > len(named) else ''}")
    return [*lines, "```", ""]


def diagrams() -> str:
    """All diagrams, as they stand in the page."""
    counted: list[Counter[tuple[State, State, str]]] = [Counter() for _ in TRACKS]
    for life in lives():
        for counter, track in zip(counted, TRACKS, strict=True):
            counter.update(moves(life, track))
    return "\n".join(line for counter, track in zip(counted, TRACKS, strict=True) for line in diagram(track, counter))


def page_with(text: str, page: str) -> str:
    """The page with the diagrams between its marks."""
    return re.sub(r"(?s)(<!-- diagrams -->\n).*(<!-- end of diagrams -->)", lambda found: f"{found[1]}{text}\n{found[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(page_with(diagrams(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
