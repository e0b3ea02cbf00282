"""What must hold in every life of every scenario, whatever its parameters: order, bounds, and what excludes what.

The lives of a sample of generated scenarios are lived once and looked at by every test; what a failing life came from is in
the message. The last tests see to it that the sample reaches what the others forbid or bound.
"""

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from alps_sim.engines.cohort import simulate_block
from alps_sim.outcomes.block import BlockResult
from alps_sim.outcomes.resources import account_prices
from alps_sim.population import draw_population
from alps_sim.rules import accounts, codes, events
from alps_sim.rules.codes import NEVER, SPLEEN_REMOVED
from alps_sim.scenario.inputs import Inputs
from tests import strategies, worlds

EXAMPLES: Final = 60
PATIENTS: Final = 40
ROUNDING: Final = 1e-12

Line = tuple[float, int, int, float]
"""Time, kind, code, value of an event line."""


@dataclass(frozen=True, repr=False)
class Life:
    """One patient under one strategy of a generated scenario."""

    inputs: Inputs
    strategy: int
    row: Any
    lines: list[Line]

    def __repr__(self) -> str:
        """Where it came from, and the whole of it."""
        story = "\n".join(f"{time:9.4f} {events.LOG_KINDS[kind]} {code} {value:g}" for time, kind, code, value in self.lines)
        return f"seed {self.inputs.seed}, strategy {self.strategy}, patient {self.row['patient']}\n{story}"

    def times(self, *kinds: int) -> list[float]:
        """Times of all lines of some kinds."""
        return [time for time, kind, _, _ in self.lines if kind in kinds]

    @property
    def end(self) -> float:
        """Death or the end of observation, years since index."""
        return float(min(self.row["death_time"], self.row["observation_years"]))


@functools.cache
def blocks() -> list[tuple[Inputs, BlockResult]]:
    """Blocks of lives from generated scenarios, harsh and as they come, under each strategy."""
    gathered: list[tuple[Inputs, BlockResult]] = []

    @given(inputs=strategies.inputs())
    @settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.generate))
    def gather(inputs: Inputs) -> None:
        attributes = draw_population(inputs, 0, 0, PATIENTS)
        numbers = range(len(inputs.strategies))
        gathered.extend((inputs, simulate_block(inputs, strategy, attributes, keep_events=True)) for strategy in numbers)

    gather()
    return gathered


def lives_of(inputs: Inputs, block: BlockResult) -> Iterator[Life]:
    """The lives of one block, each with its own event lines."""
    ends = np.searchsorted(block.events["patient"], block.rows["patient"], side="right")
    start = 0
    for row, end in zip(block.rows, ends, strict=True):
        part = block.events[start:end]
        columns = (part[name].tolist() for name in ("time", "kind", "code", "value"))
        yield Life(inputs, block.strategy, row, list(zip(*columns, strict=True)))
        start = end


@functools.cache
def lives() -> list[Life]:
    """The lives of all blocks."""
    return [life for inputs, block in blocks() for life in lives_of(inputs, block)]


def by_moment(life: Life) -> Iterator[list[Line]]:
    """The lines of a life, all of one moment together."""
    moment: list[Line] = []
    for line in life.lines:
        if moment and line[0] != moment[0][0]:
            yield moment
            moment = []
        moment.append(line)
    yield moment


# Time and death


def test_times_begin_at_the_index_and_never_go_back() -> None:
    for life in lives():
        times = [line[0] for line in life.lines]
        assert times[0] == 0.0
        assert life.lines[0][1] == events.LOG_ENTRY
        assert all(earlier <= later for earlier, later in pairwise(times)), life


def test_death_comes_once_and_is_the_last_thing_that_happens() -> None:
    for life in lives():
        deaths = [i for i, line in enumerate(life.lines) if line[1] == events.LOG_DEATH]
        if life.row["death_cause"] == codes.ALIVE:
            assert deaths == [], life
            assert life.row["death_time"] == NEVER
        else:
            assert deaths == [len(life.lines) - 1], life
            time, _, cause, _ = life.lines[-1]
            assert (time, cause) == (life.row["death_time"], life.row["death_cause"])


def test_nothing_happens_after_the_end_of_observation() -> None:
    for life in lives():
        assert life.lines[-1][0] <= life.row["observation_years"]
        observed_to_the_end = life.row["death_cause"] == codes.ALIVE
        assert observed_to_the_end == (life.lines[-1][1] == events.END_OF_OBSERVATION), life


# Episodes and steroids

NEXT_PHASES: Final = {
    "none": {"flare"},
    "flare": {"taper", "refractory"},
    "taper": {"flare", "clearance", "maintenance"},
    "clearance": {"none", "flare"},
    "refractory": {"taper"},
    "maintenance": {"flare", "taper"},
}
"""The course of an episode; a transplantation ends it from any phase by way of `clearance`."""


def test_phases_follow_one_another_as_the_model_says() -> None:
    for life in lives():
        before = "none"
        for moment in by_moment(life):
            transplanted = any(kind == events.TRANSPLANTATION for _, kind, _, _ in moment)
            for _, kind, code, _ in moment:
                if kind == events.LOG_PHASE:
                    phase = codes.EPISODE_PHASES[code]
                    assert phase in NEXT_PHASES[before] | ({"clearance"} if transplanted else set()), (before, phase, life)
                    before = phase


def test_steroids_are_taken_in_all_phases_but_none_and_clearance() -> None:
    """A taper without a dose, or a dose without an episode, would be a rule forgotten."""
    for life in lives():
        phase, dose = codes.PHASE_NONE, 0.0
        for moment in by_moment(life):
            for _, kind, code, value in moment:
                phase = code if kind == events.LOG_PHASE else phase
                dose = value if kind == events.LOG_STEROID_DOSE else dose
            if life.end > moment[0][0]:
                assert (dose > 0.0) == (phase not in (codes.PHASE_NONE, codes.PHASE_CLEARANCE)), (moment[0][0], life)


def test_steroid_doses_keep_their_caps() -> None:
    for life in lives():
        parameters = life.inputs.parameters[0]
        intravenous = parameters.methylprednisolone_maximum_mg_per_day * parameters.methylprednisolone_prednisone_equivalence
        caps = (parameters.prednisone_maximum_mg_per_day, intravenous)
        for _, kind, code, value in life.lines:
            assert kind != events.LOG_STEROID_DOSE or 0.0 <= value <= caps[code] * (1.0 + ROUNDING), life


def test_a_flare_ends_before_the_next_begins() -> None:
    for life in lives():
        is_open = False
        for _, kind, _, _ in life.lines:
            if kind in (events.FLARE, events.BREAKTHROUGH):
                assert not is_open, life
                is_open = True
            elif kind in (events.LOG_FLARE_END, events.TRANSPLANTATION):
                is_open = False


def test_nobody_without_cytopenia_has_flares_or_is_treated_for_them() -> None:
    kinds = (events.FLARE, events.BREAKTHROUGH, events.RELAPSE_AFTER_SPLENECTOMY, events.LOG_STEROID_DOSE)
    treatments = (events.LOG_AGENT_START, events.LOG_COURSE_START, events.LOG_TRANSFUSION, events.LOG_GCSF, events.LOG_IVIG)
    well = [life for life in lives() if life.row["has_cytopenia"] == 0]
    assert len(well) > 50
    for life in well:
        assert life.times(*kinds, *treatments) == [], life


def test_everybody_with_cytopenia_begins_with_a_flare() -> None:
    for life in lives():
        if life.row["has_cytopenia"] == 1:
            assert life.times(events.FLARE)[0] == 0.0, life


# Long-term treatment


def assert_alternates(life: Life, start: int, answer: int, stop: int) -> None:
    """Of one kind of treatment one at a time: it starts, may answer once, and stops."""
    taken, answered = None, False
    for _, kind, code, _ in life.lines:
        if kind == start:
            assert taken is None, life
            taken, answered = code, False
        elif kind == answer:
            assert taken == code, life
            assert not answered, life
            answered = True
        elif kind == stop:
            assert taken == code, life
            taken = None


def test_an_agent_answers_or_stops_only_after_it_started_and_one_is_taken_at_a_time() -> None:
    for life in lives():
        assert_alternates(life, events.LOG_AGENT_START, events.LOG_AGENT_ANSWER, events.LOG_AGENT_STOP)
        assert_alternates(life, events.LOG_COURSE_START, events.LOG_COURSE_ANSWER, events.LOG_COURSE_STOP)


def test_agents_are_daily_or_courses_as_the_ledger_says_and_never_anti_d() -> None:
    assert not [word for word in (*codes.TREATMENTS, *dict(accounts.RESOURCES)) if "anti" in word]
    for life in lives():
        courses = life.inputs.agents["course_infusions"] > 0.0
        for _, kind, code, _ in life.lines:
            if kind in (events.LOG_AGENT_START, events.LOG_COURSE_START):
                assert 0 <= code < codes.AGENT_COUNT
                assert courses[code] == (kind == events.LOG_COURSE_START), life


# The spleen


def test_the_spleen_is_removed_at_most_once_and_does_not_come_back() -> None:
    later = {events.SPLENECTOMY_DONE, events.LOG_SPLEEN_SIZE, events.LOG_REFERRAL, events.SPLEEN_REGRESSION, events.SPLEEN_SHRINKAGE}
    for life in lives():
        removed = life.lines[0][2] == SPLEEN_REMOVED
        assert removed == (life.row["years_since_prior_splenectomy"] >= 0.0)
        for time, kind, code, _ in life.lines:
            assert not (removed and kind in later), life
            assert kind != events.LOG_SPLEEN_SIZE or code in (codes.SPLEEN_NONE, codes.SPLEEN_MODERATE, codes.SPLEEN_MASSIVE)
            if kind == events.SPLENECTOMY_DONE:
                removed = True
                assert life.row["splenectomy_time"] == time


def test_no_flare_comes_in_remission_after_splenectomy() -> None:
    """From surgery to the relapse, which is itself the first flare after it."""
    for life in lives():
        for time in life.times(events.FLARE, events.BREAKTHROUGH):
            assert not 0.0 <= life.row["splenectomy_time"] < time < life.row["relapse_time"], life
        if life.row["relapse_time"] < NEVER:
            assert life.row["relapse_time"] in life.times(events.FLARE), life


# Transplantation

OF_ALPS: Final = {
    "flare", "breakthrough", "relapse_after_splenectomy", "spontaneous_remission", "loss_of_response", "intolerance", "organ_toxicity",
    "acute_step_end", "taper_step", "maintenance_review", "cytopenia_death", "treatment_start", "agent_effect", "weaning",
    "splenectomy", "splenectomy_for_splenomegaly", "steroid_dose", "agent_start", "course_start", "referral_for_splenectomy",
    "steroid_dependence", "transfusion",
}  # fmt: skip
"""What only ALPS brings. Neutropenia and a remission after rituximab outlast it."""


def assert_transplantation_ends_alps(life: Life) -> None:
    """No line that belongs to ALPS after a transplantation."""
    if transplanted := life.times(events.TRANSPLANTATION):
        later = (events.LOG_KINDS[kind] for time, kind, _, _ in life.lines if time > transplanted[0])
        late = [word for word in later if word in OF_ALPS]
        assert late == [], f"{late}\n{life}"


def test_nothing_of_alps_comes_after_transplantation() -> None:
    for life in lives():
        assert_transplantation_ends_alps(life)


@pytest.mark.parametrize("strategy", range(5))
def test_nothing_of_alps_comes_after_transplantation_where_it_is_frequent(main_inputs: Inputs, strategy: int) -> None:
    """After splenectomy and relapse too, which few of the generated patients reach before leukaemia."""
    frequent = {"other_malignancy_per_year": 0.05, "other_malignancy_on_drugs_per_year": 0.05, "transplant_mortality_probability": 0.0}
    inputs = worlds.with_strategy(worlds.with_parameters(main_inputs, frequent), {"splenectomy_for_splenomegaly_per_year": 0.2})
    block = worlds.live(inputs, 512, strategy, keep_events=True)
    assert (block.counters[:, -1, accounts.C_TRANSPLANTATIONS] > 0.0).sum() > 100
    for life in lives_of(inputs, block):
        assert_transplantation_ends_alps(life)


# Counters and books

SHARES: Final = ("treatment_failure", "relapse_after_splenectomy", "splenectomised", "deaths")


def test_counters_are_not_negative_and_never_fall() -> None:
    for _, block in blocks():
        assert (block.counters >= 0.0).all()
        assert (np.diff(block.counters, axis=1) >= 0.0).all()


@pytest.mark.parametrize("name", SHARES)
def test_what_comes_once_is_counted_once(name: str) -> None:
    for _, block in blocks():
        assert np.isin(block.counters[..., accounts.COUNTERS.index(name)], (0.0, 1.0)).all()


def test_life_years_are_the_time_lived_in_each_window() -> None:
    for inputs, block in blocks():
        end = np.minimum(block.rows["death_time"], block.rows["observation_years"])
        expected = np.minimum(end[:, None], inputs.censuses)
        assert np.allclose(block.counters[..., accounts.C_LIFE_YEARS], expected, rtol=ROUNDING, atol=0.0)


def test_quality_and_discounting_only_take_away() -> None:
    pairs = (("qalys", "life_years"), ("qalys_discounted", "qalys"), ("life_years_discounted", "life_years"), ("cost_discounted", "cost"))
    for _, block in blocks():
        for less, more in pairs:
            smaller, larger = (block.counters[..., accounts.COUNTERS.index(name)] for name in (less, more))
            assert (smaller <= larger * (1.0 + ROUNDING)).all(), (less, more)


COUNTED: Final[dict[str, Callable[[Line], bool]]] = {
    "flares": lambda line: line[1] == events.FLARE,
    "breakthroughs": lambda line: line[1] == events.BREAKTHROUGH,
    "sepsis_episodes": lambda line: line[1] == events.SEPSIS,
    "splenectomised": lambda line: line[1] == events.SPLENECTOMY_DONE,
    "lymphomas": lambda line: line[1] in (events.HODGKIN_LYMPHOMA, events.NON_HODGKIN_LYMPHOMA),
    "other_malignancies": lambda line: line[1] == events.OTHER_MALIGNANCY,
    "transfusions": lambda line: line[1] == events.LOG_TRANSFUSION,
    "severe_bleeds": lambda line: line[1] == events.LOG_SEVERE_BLEED,
    "infection_admissions": lambda line: line[1] == events.INFECTION_ADMISSION,
    "neutropenic_infections": lambda line: line[1] == events.NEUTROPENIC_INFECTION,
    "transplantations": lambda line: line[1] == events.TRANSPLANTATION,
    "treatment_failure": lambda line: line[1] == events.LOG_TREATMENT_FAILURE,
    "deaths": lambda line: line[1] == events.LOG_DEATH,
}
"""Counters of the lifetime and the event lines that they count."""


@pytest.mark.parametrize("name", COUNTED)
def test_counters_count_what_is_in_the_log(name: str) -> None:
    counted = np.concatenate([block.counters[:, -1, accounts.COUNTERS.index(name)] for _, block in blocks()])
    logged = [sum(map(COUNTED[name], life.lines)) for life in lives()]
    assert np.array_equal(counted, logged)


@pytest.mark.parametrize("suffix", ["", "_discounted"])
@pytest.mark.parametrize("total", ["life_years", "qalys", "cost"])
def test_books_add_up_to_the_patients_totals(total: str, suffix: str) -> None:
    """Quantities over years, age bands and causes, times their unit costs, to a relative 1e-12."""
    components = np.array([component for component, _ in accounts.ACCOUNTS])
    for inputs, block in blocks():
        by_account = block.books[..., 1 if suffix else 0].sum(axis=(0, 1))
        amounts = by_account * account_prices(inputs.unit_cost) if total == "cost" else by_account[components == total]
        expected = math.fsum(block.counters[:, -1, accounts.COUNTERS.index(total + suffix)])
        assert amounts.sum() == pytest.approx(expected, rel=ROUNDING), inputs.seed


# The sample itself

REACHED: Final = {
    "flare", "breakthrough", "relapse_after_splenectomy", "sepsis", "spontaneous_remission", "loss_of_response", "hodgkin_lymphoma",
    "non_hodgkin_lymphoma", "other_malignancy", "splenectomy_for_splenomegaly", "maintenance_review", "weaning", "splenectomy",
    "transplantation", "agent_stop", "course_stop", "spleen_size", "treatment_failure", "transfusion", "severe_bleed",
    "end_of_observation",
}  # fmt: skip


def test_the_sample_reaches_what_these_tests_are_about() -> None:
    assert set(events.LOG_KINDS) >= OF_ALPS, "a word that is no kind would forbid nothing"
    kinds = {events.LOG_KINDS[kind] for life in lives() for _, kind, _, _ in life.lines}
    assert kinds >= REACHED, REACHED - kinds
    phases = {code for life in lives() for _, kind, code, _ in life.lines if kind == events.LOG_PHASE}
    assert len(phases) == len(codes.EPISODE_PHASES)
    causes = {int(life.row["death_cause"]) for life in lives()}
    assert len(causes) >= len(codes.CAUSES_OF_DEATH) - 1, causes


def test_the_sample_has_lives_after_transplantation_and_both_caps_at_work() -> None:
    years = [life.end - life.times(events.TRANSPLANTATION)[0] for life in lives() if life.times(events.TRANSPLANTATION)]
    assert sum(years) > 100.0
    oral = [
        value >= life.inputs.parameters[0].prednisone_maximum_mg_per_day
        for life in lives()
        for _, kind, code, value in life.lines
        if kind == events.LOG_STEROID_DOSE and code == 0
    ]
    assert any(oral)
    assert not all(oral)
