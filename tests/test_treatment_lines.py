"""Who is given which line, and when: bridges, occasions, ages reached, hypersplenism now, and waiting for what is scarce."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any, Final

import numpy as np
import pytest
from pydantic import ValidationError

from alps_sim.engines.clinic import Clinic
from alps_sim.engines.cohort import simulate_block
from alps_sim.outcomes.block import BLOCK_SIZE, CONTROLS
from alps_sim.population import draw_population
from alps_sim.rules import accounts, codes, events
from alps_sim.rules.body import weight_of
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.strategy import Line
from tests import worlds

FIVE: Final = 5.0
A_MOMENT: Final = 1e-9
ALL_LINEAGES: Final = 7
QUIET_YEARS: Final = 3.0
"""After which the main scenario weans."""
WINDOW_YEARS: Final = 3.0
"""In which flares count together under early splenectomy."""
CANCERS: Final = {events.HODGKIN_LYMPHOMA, events.NON_HODGKIN_LYMPHOMA, events.OTHER_MALIGNANCY}
RESUMED, BRIDGE = 1.0, 2.0
"""Values of an `agent_start` line."""

Lines = list[tuple[float, int, int, float]]
"""Time, kind, code and value of a patient's event lines."""


def of_strategy(inputs: Inputs, name: str) -> Inputs:
    """The inputs with one strategy alone."""
    return replace(inputs, strategies=tuple(one for one in inputs.strategies if one.name == name))


def children(inputs: Inputs, age_years: float) -> Inputs:
    """All patients of one age at the index, followed for life."""
    return worlds.for_life(worlds.with_patients(inputs, age_years, 60.0, cytopenia_share=1.0))


def lives(inputs: Inputs, patients: int = BLOCK_SIZE) -> Iterator[tuple[Any, Lines]]:
    """Row and event lines of each patient."""
    result = worlds.live(inputs, patients, keep_events=True)
    rows = dict(zip(result.rows["patient"].tolist(), result.rows, strict=True))
    columns = (result.events[name].tolist() for name in ("patient", "time", "kind", "code", "value"))
    for patient, lines in groupby(zip(*columns, strict=True), key=lambda line: line[0]):
        yield rows[patient], [line[1:] for line in lines]


def first_cancer(row: Any) -> float:
    """Time of the first lymphoma; NEVER if there is none."""
    return float(row["first_lymphoma_time"])


def first(lines: Lines, kind: int) -> float:
    """Time of the first line of a kind; NEVER if there is none."""
    return next((time for time, its, _, _ in lines if its == kind), codes.NEVER)


def of_neutrophils_alone(lines: Lines, time: float) -> bool:
    """Whether the last flare until a time was of neutrophils alone, which is no reason to take a spleen out."""
    return [code for when, kind, code, _ in lines if kind == events.FLARE and when <= time][-1] & ALL_LINEAGES == codes.NEUTROPENIA_BIT


# Bridges


def test_a_child_on_a_bridge_is_referred_when_flares_come_close_together_from_five_on_and_never_while_quiet(main_inputs: Inputs) -> None:
    referred = 0
    for row, lines in lives(of_strategy(children(main_inputs, 2.5), "early_splenectomy"), 4 * BLOCK_SIZE):
        age, phase, bridged, free, last, chain = row["age_at_index"], codes.PHASE_NONE, False, True, -codes.NEVER, 0
        referrals = {time for time, kind, code, _ in lines if kind == events.LOG_REFERRAL and code == 0}
        for time, kind, code, value in lines:
            if kind in (events.FLARE, events.BREAKTHROUGH):
                chain = 1 if time - last > WINDOW_YEARS else chain + (kind == events.FLARE)
                last = time
            if kind == events.LOG_PHASE:
                phase = code
            elif kind == events.LOG_AGENT_START:
                assert value == BRIDGE or age + time >= FIVE - A_MOMENT
                bridged = value == BRIDGE
            elif kind == events.LOG_AGENT_STOP:
                bridged = False
            elif kind == events.LOG_REFERRAL and bridged:
                free = code == 1
                referred += 1
                assert age + time >= FIVE - A_MOMENT
                assert phase != codes.PHASE_NONE
            elif kind == events.FLARE:
                awaited = bridged and free and code & ALL_LINEAGES != codes.NEUTROPENIA_BIT and age + time > FIVE and chain > 1
                assert not awaited or time in referrals or first(lines, events.LOG_DEATH) <= time or first_cancer(row) <= time
    assert referred > 100


def test_a_bridge_that_holds_is_not_given_up_for_a_flare_that_stands_alone(main_inputs: Inputs) -> None:
    alone = 0
    for row, lines in lives(of_strategy(children(main_inputs, 2.5), "early_splenectomy"), 4 * BLOCK_SIZE):
        held, signs, last = False, 0, -codes.NEVER
        referrals = {time for time, kind, _, _ in lines if kind == events.LOG_REFERRAL}
        for time, kind, _, value in lines:
            if kind == events.LOG_AGENT_START:
                bridged, held, signs = value == BRIDGE, False, 0
            elif kind in (events.LOG_AGENT_ANSWER, events.LOG_AGENT_STOP):
                held = kind == events.LOG_AGENT_ANSWER and bridged
            elif kind in (events.FLARE, events.BREAKTHROUGH):
                signs += held
                if kind == events.FLARE and held and signs == 1 and time - last > WINDOW_YEARS and row["age_at_index"] + time > FIVE:
                    alone += 1
                    assert time not in referrals
                last = time
    assert alone > 100


def test_a_bridge_is_no_treatment_failure_and_may_be_given_again_after_the_relapse(main_inputs: Inputs) -> None:
    again = 0
    for row, lines in lives(of_strategy(children(main_inputs, 2.5), "early_splenectomy")):
        operation, failure = first(lines, events.SPLENECTOMY_DONE), first(lines, events.LOG_TREATMENT_FAILURE)
        assert failure >= min(FIVE - row["age_at_index"], first(lines, events.LOG_DEATH))
        starts = [(time, code) for time, kind, code, _ in lines if kind == events.LOG_AGENT_START]
        before = {code for time, code in starts if time < operation}
        again += bool(before & {code for time, code in starts if time > operation})
    assert again > 10


def test_what_failed_is_given_again_only_after_surgery_for_the_spleen_that_made_it_fail(main_inputs: Inputs) -> None:
    failed, again = 0, 0
    for _, lines in lives(of_strategy(main_inputs, "mmf_then_sirolimus"), 8 * BLOCK_SIZE):
        spent: set[int] = set()
        operated = False
        for _, kind, code, value in lines:
            operated |= kind == events.SPLENECTOMY_DONE
            if kind == events.LOG_AGENT_START and value != RESUMED:
                again += code in spent
                assert operated or code not in spent
            if kind == events.LOG_AGENT_STOP and value > 0.0:
                spent.add(code)
                failed += 1
    assert failed > 1000
    assert again > 50


@pytest.mark.parametrize("treatment", ["splenectomy", "rituximab"])
def test_what_is_not_taken_day_by_day_is_no_bridge(treatment: str) -> None:
    with pytest.raises(ValidationError, match="expected an agent taken day by day for a bridge"):
        Line.model_validate({"treatment": treatment, "bridge": True})


# Ages and occasions


def test_a_refractory_child_is_looked_at_again_on_the_birthday_that_opens_a_line(main_inputs: Inputs) -> None:
    """Under steroids alone surgery is the rescue, from five years of age."""
    waited = 0
    for row, lines in lives(of_strategy(children(main_inputs, 4.2), "steroids_alone"), 4 * BLOCK_SIZE):
        birthday = FIVE - row["age_at_index"]
        phases = [code for time, kind, code, _ in lines if kind == events.LOG_PHASE and time < birthday]
        refractory = phases and phases[-1] == codes.PHASE_REFRACTORY and not of_neutrophils_alone(lines, birthday)
        if refractory and first(lines, events.LOG_DEATH) > birthday:
            waited += 1
            assert first(lines, events.LOG_REFERRAL) == pytest.approx(birthday, abs=A_MOMENT)
    assert waited > 10


def test_a_line_for_an_occasion_is_taken_on_no_other(main_inputs: Inputs) -> None:
    inputs = of_strategy(main_inputs, "mmf_then_sirolimus")
    lines = worlds.part(inputs.strategies[0].lines, 0, 1).copy()
    lines["occasions"] = codes.TRIGGER_STEROID_DEPENDENCE
    everything = {"triggers": codes.TRIGGER_FIRST_PULSE | codes.TRIGGER_STEROID_DEPENDENCE, "start_delay_years": 0.0}
    taken = 0
    for _, life in lives(worlds.with_strategy(inputs, everything, lines)):
        start = first(life, events.LOG_AGENT_START)
        if start < codes.NEVER:
            taken += 1
            assert first(life, events.LOG_STEROID_DEPENDENCE) <= start
    assert taken > 50


def test_flares_count_together_only_within_the_window(main_inputs: Inputs) -> None:
    """A second flare later than the window after the last sign of disease is no reason for surgery."""
    late = 0
    for _, lines in lives(of_strategy(main_inputs, "early_splenectomy")):
        signs = [time for time, kind, _, _ in lines if kind in (events.FLARE, events.BREAKTHROUGH)]
        flares = [time for time, kind, _, _ in lines if kind == events.FLARE]
        bridged = any(kind == events.LOG_AGENT_START and value == BRIDGE for _, kind, _, value in lines)
        if len(flares) > 1 and not bridged and flares[1] < first(lines, events.LOG_REFERRAL) + A_MOMENT:
            gap = flares[1] - max(time for time in signs if time < flares[1])
            if gap > WINDOW_YEARS:
                late += 1
                assert first(lines, events.LOG_REFERRAL) > flares[1]
    assert late > 50


def test_a_referral_for_a_refractory_flare_is_called_off_if_the_flare_ends_before_surgery(main_inputs: Inputs) -> None:
    called_off = 0
    for _, lines in lives(of_strategy(main_inputs, "steroids_alone"), 8 * BLOCK_SIZE):
        for time, kind, code, _ in lines:
            if kind == events.LOG_REFERRAL and code == 1:
                called_off += 1
                assert (time, events.LOG_FLARE_END) in {line[:2] for line in lines}
    assert called_off > 20


def test_a_breakthrough_is_met_with_at_least_the_dose_of_figure_1(main_inputs: Inputs) -> None:
    met = 0
    inputs = children(of_strategy(main_inputs, "steroids_alone"), 6.0)
    least = inputs.parameters["reescalation_prednisone_mg_per_kg_per_day"][0]
    result = worlds.live(inputs, 300, keep_events=True)
    kinds, doses = result.events["kind"], result.events
    weights = body_weights(inputs, result.rows, doses)
    highest = inputs.parameters["prednisone_maximum_mg_per_day"][0]
    for place in np.flatnonzero(kinds == events.BREAKTHROUGH):
        after = place + np.flatnonzero(kinds[place:] == events.LOG_STEROID_DOSE)[0]
        if doses["time"][after] == doses["time"][place]:
            met += 1
            assert doses["value"][after] >= min(least * weights[after], highest) - 1e-6
    assert met > 300


def test_a_refractory_flare_is_kept_on_a_reduced_dose_that_grows_with_the_child(main_inputs: Inputs) -> None:
    inputs = children(of_strategy(main_inputs, "steroids_alone"), 2.0)
    reduced = inputs.parameters["refractory_reduced_prednisone_mg_per_kg_per_day"][0]
    result = worlds.live(inputs, keep_events=True)
    lines, weights = result.events, body_weights(inputs, result.rows, result.events)
    phases = np.where(lines["kind"] == events.LOG_PHASE, lines["code"], -1)
    held, phase = 0, -1
    for place in range(lines.size):
        if lines["kind"][place] == events.LOG_ENTRY:
            phase = -1
        phase = phases[place] if phases[place] >= 0 else phase
        birthday = lines["kind"][place] == events.LOG_STEROID_DOSE and is_birthday(result.rows, lines[place])
        if phase == codes.PHASE_REFRACTORY and birthday and lines["value"][place] / weights[place] < 0.5:
            held += 1
            assert lines["value"][place] / weights[place] == pytest.approx(reduced, rel=1e-9)
    assert held > 20


def is_birthday(rows: Any, line: Any) -> bool:
    """Whether a line is of a birthday."""
    age = rows["age_at_index"][line["patient"] - rows["patient"][0]] + line["time"]
    return abs(age - round(age)) < A_MOMENT


# Hypersplenism


def test_rescue_surgery_is_for_a_spleen_that_is_enlarged_now(main_inputs: Inputs) -> None:
    """Sequestration in the last flare is no reason once a drug has brought the spleen to its normal size."""
    referred = 0
    inputs = of_strategy(main_inputs, "mmf_then_sirolimus")
    all_lines = inputs.strategies[0].lines
    without_last_resort = worlds.with_strategy(inputs, {}, worlds.part(all_lines, 0, all_lines.size - 1))
    for _, lines in lives(without_last_resort, 4 * BLOCK_SIZE):
        spleen, sequestered = -1, False
        for _, kind, code, _ in lines:
            if kind in (events.LOG_ENTRY, events.LOG_SPLEEN_SIZE):
                spleen = code
            elif kind == events.FLARE:
                sequestered = code & 16 > 0
            elif kind == events.LOG_REFERRAL and code == 0:
                referred += 1
                assert spleen == codes.SPLEEN_MASSIVE or (spleen == codes.SPLEEN_MODERATE and sequestered)
    assert referred > 100


# Waiting


class Scarce(Clinic):
    """A clinic in which one service is always taken for a week."""

    service = codes.SERVICE_BED
    years = 7.0 / codes.DAYS_PER_YEAR

    def waiting_years(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        waiting = np.zeros(len(codes.SERVICES))
        waiting[self.service] = self.years
        return waiting


class FullChairs(Scarce):
    service = codes.SERVICE_INFUSION_CHAIR


def clinic_lines(clinic: type[Clinic], inputs: Inputs, patients: int) -> np.ndarray[Any, Any]:
    """Event lines of some patients in a clinic."""
    return clinic(inputs, 0, draw_population(inputs, 0, 0, patients), keep_events=True).run().events


def test_a_pulse_waits_for_a_bed_under_oral_prednisone(main_inputs: Inputs) -> None:
    """In the first flare nothing has gone another way yet: the pulse comes a week later, and prednisone by mouth fills the week."""
    inputs = worlds.with_parameters(of_strategy(main_inputs, "mmf_then_sirolimus"), {"cytopenia_death_probability": 0.0})
    pulses = [clinic_lines(clinic, inputs, 200) for clinic in (Clinic, Scarce)]
    at_once, later = (lines[(lines["kind"] == events.LOG_STEROID_DOSE) & (lines["code"] == 1) & (lines["time"] < 0.03)] for lines in pulses)
    immediate = at_once[at_once["time"] == 0.0]
    assert immediate.size > 20
    delayed = {line["patient"]: line["time"] for line in later[::-1]}
    assert all(delayed[line["patient"]] == pytest.approx(Scarce.years, abs=A_MOMENT) for line in immediate)
    held = pulses[1][(pulses[1]["kind"] == events.LOG_STEROID_DOSE) & (pulses[1]["time"] == 0.0)]
    assert set(immediate["patient"]) <= set(held[(held["code"] == 0) & (held["value"] > 0.0)]["patient"])
    starts = pulses[1]["kind"] == events.ACUTE_STEP_START
    assert starts.sum() >= immediate.size


def test_a_course_waits_for_an_infusion_chair(main_inputs: Inputs) -> None:
    """A ladder of rituximab alone: everybody's first course comes once lymphoma is ruled out in the first flare, or a wait after that."""
    excluded = float(main_inputs.parameters["lymphoma_exclusion_delay_days"][0]) / codes.DAYS_PER_YEAR
    inputs = of_strategy(main_inputs, "mmf_then_sirolimus")
    steps = worlds.part(inputs.strategies[0].steps, 0, 1).copy()
    steps["kind"], steps["if_severity"] = codes.STEP_RITUXIMAB, codes.ANY
    inputs = replace(inputs, strategies=(replace(inputs.strategies[0], steps=steps),))
    for clinic, expected in ((Clinic, 0.0), (FullChairs, Scarce.years)):
        lines = clinic_lines(clinic, inputs, 20)
        courses = lines[lines["kind"] == events.LOG_COURSE_START]
        firsts = {line["patient"]: line["time"] for line in courses[::-1]}
        assert len(firsts) == 20
        assert all(time == pytest.approx(excluded + expected, abs=A_MOMENT) for time in firsts.values())


# Courses


def test_a_course_is_given_for_cytopenia_that_is_there_or_held_by_steroids(main_inputs: Inputs) -> None:
    inputs = worlds.with_parameters(of_strategy(main_inputs, "mmf_then_sirolimus"), {"lymphoma_exclusion_delay_days": 0.0})
    given, needed = 0, {codes.PHASE_FLARE, codes.PHASE_REFRACTORY, codes.PHASE_MAINTENANCE}
    for _, lines in lives(worlds.with_strategy(inputs, {"start_delay_years": 0.0}), 4 * BLOCK_SIZE):
        phase = codes.PHASE_NONE
        for _, kind, code, _ in lines:
            phase = code if kind == events.LOG_PHASE else phase
            if kind == events.LOG_COURSE_START:
                given += 1
                assert phase in needed
    assert given > 100


# The taper after an answer


def test_a_taper_falls_with_every_step_also_from_the_adult_maximum(main_inputs: Inputs) -> None:
    """The dose by weight of a heavy adult is far above the maximum: the taper starts from what is given."""
    tapers = 0
    for _, lines in lives(children(of_strategy(main_inputs, "steroids_alone"), 30.0), 100):
        tapering, last = False, 0.0
        for _, kind, code, value in lines:
            if kind == events.LOG_PHASE:
                tapering, last = code == codes.PHASE_TAPER, codes.NEVER
            elif kind == events.LOG_STEROID_DOSE and tapering:
                tapers += 1
                assert value < last
                last = value
    assert tapers > 1000


def test_a_pulse_cut_short_by_an_answer_is_followed_by_its_own_oral_taper(main_inputs: Inputs) -> None:
    """Surgery or an agent may clear the counts while methylprednisolone runs: nobody goes on by mouth with its dose."""
    cut_short = 0
    for inputs in (of_strategy(main_inputs, name) for name in ("early_splenectomy", "mmf_then_sirolimus")):
        highest = inputs.strategies[0].steps["taper_dose_mg_per_kg_per_day"].max()
        result = worlds.live(inputs, keep_events=True)
        doses = result.events[result.events["kind"] == events.LOG_STEROID_DOSE]
        weights = body_weights(inputs, result.rows, doses)
        after_pulse = np.flatnonzero((doses["code"][1:] == 0) & (doses["code"][:-1] == 1) & (doses["value"][1:] > 0.0)) + 1
        per_kg = doses["value"][after_pulse] / weights[after_pulse]
        cut_short += after_pulse.size
        assert (per_kg <= highest + A_MOMENT).all()
    assert cut_short > 100


def body_weights(inputs: Inputs, rows: Any, lines: Any) -> np.ndarray[Any, Any]:
    """Weight in kg of the patient of each line at its time."""
    place = lines["patient"] - rows["patient"][0]
    age = (rows["age_at_index"][place] + lines["time"] + A_MOMENT).astype(int)
    bodies = inputs.body[rows["sex"][place], age]
    return np.array([weight_of(body, z) for body, z in zip(bodies, rows["weight_z"][place], strict=True)])


# Luck with a drug that is given again


def test_a_drug_that_answered_as_a_bridge_answers_again_after_the_relapse(main_inputs: Inputs) -> None:
    again = 0
    for _, lines in lives(of_strategy(children(main_inputs, 2.5), "early_splenectomy"), 8 * BLOCK_SIZE):
        good: set[int] = set()
        for place, (_, kind, code, value) in enumerate(lines):
            if kind == events.LOG_AGENT_ANSWER:
                good.add(code)
            elif kind == events.LOG_AGENT_STOP and value > 0.0:
                good.discard(code)
            elif kind == events.LOG_AGENT_START and code in good and value != RESUMED:
                later = [(its, whose) for _, its, whose, _ in lines[place + 1 :] if its in (events.LOG_AGENT_ANSWER, events.LOG_AGENT_STOP)]
                if later and later[0][0] == events.LOG_AGENT_ANSWER:
                    again += 1
                stop = next((line for line in lines[place + 1 :] if line[1] == events.LOG_AGENT_STOP), None)
                assert stop is None or stop[3] != codes.AFTER_NO_ANSWER
    assert again > 50


def test_luck_with_a_drug_tried_again_is_fair(main_inputs: Inputs) -> None:
    """Answers minus their probabilities have mean zero, also where a drug is given again because it failed before (4.5 standard errors)."""
    for name in ("mmf_then_sirolimus", "sirolimus_first"):
        inputs = of_strategy(main_inputs, name)
        results = [
            simulate_block(inputs, 0, draw_population(inputs, 0, first, BLOCK_SIZE)) for first in range(0, 100 * BLOCK_SIZE, BLOCK_SIZE)
        ]
        place = CONTROLS.index("agent_response")
        residuals = np.concatenate([result.residuals[:, -1, place] for result in results])
        assert abs(residuals.mean()) < 4.5 * residuals.std() / np.sqrt(residuals.size)


# What a second reading as a clinician has mended


def test_a_spleen_of_normal_size_is_never_removed_for_neutropenia_alone_by_the_lineages_seen(main_inputs: Inputs) -> None:
    """Under this reading a large spleen that holds the neutrophils is a reason, so nobody here has one."""
    referrals = 0
    small = {"spleen_none_probability": 1.0, "spleen_massive_probability": 0.0}
    for _, lines in lives(worlds.with_parameters(of_strategy(main_inputs, "early_splenectomy"), small), 2 * BLOCK_SIZE):
        seen = 0
        for _, kind, code, _ in lines:
            if kind == events.FLARE:
                seen |= code & ALL_LINEAGES
            elif kind == events.LOG_REFERRAL and code == 0:
                referrals += 1
                assert seen != codes.NEUTROPENIA_BIT
    assert referrals > 1000


def test_an_agent_that_harms_a_long_quiet_patient_is_replaced_with_the_next_flare(main_inputs: Inputs) -> None:
    """Three quiet years are those after which the strategy weans."""
    inputs, harm, watched = of_strategy(main_inputs, "mmf_then_sirolimus"), {1 << 2, 1 << 3}, 0
    for _, lines in lives(inputs, 2 * BLOCK_SIZE):
        last, waiting, phase = 0.0, False, codes.PHASE_NONE
        for time, kind, code, value in lines:
            if kind in (events.FLARE, events.BREAKTHROUGH):
                last, waiting = time, False
            elif kind == events.LOG_PHASE:
                phase = code
            elif kind == events.LOG_AGENT_STOP and value in harm and phase == codes.PHASE_NONE and time - last >= QUIET_YEARS:
                waiting, watched = True, watched + 1
            elif kind == events.LOG_AGENT_START:
                assert not waiting
    assert watched > 100


def test_a_severe_bleed_is_never_treated_with_oral_prednisone_alone(main_inputs: Inputs) -> None:
    bleeds = 0
    for _, lines in lives(of_strategy(main_inputs, "mmf_then_sirolimus"), 4 * BLOCK_SIZE):
        at_once = {(time, kind) for time, kind, code, value in lines if kind != events.LOG_STEROID_DOSE or code == 1}
        for time, kind, _, _ in lines:
            if kind == events.LOG_SEVERE_BLEED and first(lines, events.LOG_DEATH) > time:
                bleeds += 1
                assert (time, events.LOG_STEROID_DOSE) in at_once
    assert bleeds > 100


def test_nothing_elective_is_done_during_chemotherapy(main_inputs: Inputs) -> None:
    months = main_inputs.parameters["lymphoma_treatment_months"][0]
    treated = 0
    for row, lines in lives(of_strategy(main_inputs, "early_splenectomy"), 4 * BLOCK_SIZE):
        begin = first_cancer(row)
        end = begin + months / 12.0
        treated += begin < codes.NEVER
        during = {kind for time, kind, code, _ in lines if begin <= time < end and not (kind == events.LOG_REFERRAL and code == 1)}
        assert events.LOG_AGENT_START not in during
        assert events.SPLENECTOMY_DONE not in during
    assert treated > 100


# What a third reading as a clinician has mended


def test_an_agent_weaned_in_quiet_years_is_resumed_with_the_next_flare_whether_or_not_it_had_failed_unseen(main_inputs: Inputs) -> None:
    resumed, shown = 0, 0
    for _, lines in lives(of_strategy(main_inputs, "mmf_then_sirolimus"), 4 * BLOCK_SIZE):
        weaned = codes.NO_AGENT
        if {kind for _, kind, _, _ in lines} & CANCERS:
            continue
        for place, (time, kind, code, _) in enumerate(lines):
            if kind == events.WEANING:
                weaned = code
            elif kind in (events.SPLENECTOMY_DONE, events.LOG_DEATH):
                weaned = codes.NO_AGENT
            elif kind == events.FLARE and weaned != codes.NO_AGENT:
                after = [(what, which, how) for when, what, which, how in lines[place:] if when == time]
                if (events.LOG_DEATH in {what for what, _, _ in after}) or not after:
                    continue
                assert (events.LOG_AGENT_START, weaned, RESUMED) in after
                assert events.LOG_REFERRAL not in {what for what, _, _ in after}
                resumed, weaned = resumed + 1, codes.NO_AGENT
                end = next((line for line in lines[place:] if line[1] in (events.LOG_AGENT_ANSWER, events.LOG_AGENT_STOP)), None)
                shown += end is not None and end[1] == events.LOG_AGENT_STOP and end[3] == codes.AFTER_NO_ANSWER
    assert resumed > 500
    assert shown > 50


def test_a_spleen_grows_back_in_the_time_it_took_to_shrink(main_inputs: Inputs) -> None:
    """Never in the moment in which the agent stops."""
    months = main_inputs.parameters["spleen_shrinkage_months"][0]
    grown = 0
    for _, lines in lives(of_strategy(main_inputs, "sirolimus_first"), 2 * BLOCK_SIZE):
        size, ends = 0, {time for time, kind, _, _ in lines if kind == events.LOG_AGENT_STOP}
        for time, kind, code, _ in lines:
            if kind == events.LOG_ENTRY:
                size = code
            elif kind == events.LOG_SPLEEN_SIZE:
                if code > size:
                    grown += 1
                    assert time not in ends
                    assert any(end <= time - months / 12.0 + A_MOMENT for end in ends) or time >= months / 12.0
                size = code
    assert grown > 100


def test_rescue_surgery_asks_how_each_of_the_drugs_tried_has_ended(main_inputs: Inputs) -> None:
    """The last agent's failure says nothing of one that was only not borne."""
    failed, looked = codes.AFTER_NO_ANSWER | codes.AFTER_RESPONSE_LOST, 0
    asked = {codes.AGENTS.index("mmf"), codes.AGENTS.index("sirolimus")}
    inputs = of_strategy(main_inputs, "mmf_then_sirolimus")
    rescue = next(i for i, line in enumerate(inputs.strategies[0].lines) if line.treatment == codes.SPLENECTOMY)
    inputs = worlds.with_strategy(inputs, {}, worlds.part(inputs.strategies[0].lines, 0, rescue + 1).copy())
    for _, lines in lives(inputs, 4 * BLOCK_SIZE):
        ends: dict[int, int] = {}
        for _, kind, code, value in lines:
            if kind == events.LOG_AGENT_STOP and value > 0.0:
                ends[code] = int(value)
            elif kind == events.LOG_REFERRAL and code == 0:
                looked += 1
                assert all(ends[agent] & failed for agent in asked)
    assert looked > 50


def test_when_the_last_drug_fails_in_a_refractory_flare_what_is_left_comes_at_once(main_inputs: Inputs) -> None:
    inputs = of_strategy(main_inputs, "mmf_then_sirolimus")
    lines = inputs.strategies[0].lines
    kept = np.concatenate([worlds.part(lines, 0, 1), worlds.part(lines, lines.size - 1, lines.size)]).view(np.recarray)
    at_once = 0
    for row, life in lives(worlds.with_strategy(inputs, {}, kept), 4 * BLOCK_SIZE):
        phase, spleen_left, chemotherapy = codes.PHASE_NONE, True, first_cancer(row)
        for time, kind, code, value in life:
            if kind == events.LOG_PHASE:
                phase = code
            elif kind in (events.SPLENECTOMY_DONE, events.LOG_REFERRAL):
                spleen_left = False
            elif kind == events.LOG_AGENT_STOP and value > 0.0 and phase == codes.PHASE_REFRACTORY and spleen_left and time < chemotherapy:
                age = row["age_at_index"] + time
                if FIVE < age < 75.0 and not of_neutrophils_alone(life, time):
                    at_once += 1
                    assert any(its == events.LOG_REFERRAL for when, its, _, _ in life if when == time)
    assert at_once > 20


def test_immunoglobulin_is_not_repeated_within_three_weeks(main_inputs: Inputs) -> None:
    given = 0
    for _, lines in lives(of_strategy(main_inputs, "mmf_then_sirolimus")):
        times = [time for time, kind, _, _ in lines if kind == events.LOG_IVIG]
        given += len(times)
        assert all(later - earlier >= 21.0 / codes.DAYS_PER_YEAR - A_MOMENT for earlier, later in pairwise(times))
    assert given > 1000


def test_an_agent_is_laid_aside_for_chemotherapy_and_resumed_with_a_flare_after_it(main_inputs: Inputs) -> None:
    months = main_inputs.parameters["lymphoma_treatment_months"][0]
    aside, resumed = 0, 0
    for row, lines in lives(of_strategy(main_inputs, "mmf_then_sirolimus"), 8 * BLOCK_SIZE):
        begin = first_cancer(row)
        aside += (begin, events.LOG_AGENT_STOP) in {(time, kind) for time, kind, _, _ in lines}
        stopped = {code for time, kind, code, _ in lines if time == begin and kind == events.LOG_AGENT_STOP}
        restarts = [(time, code, value) for time, kind, code, value in lines if kind == events.LOG_AGENT_START and time > begin]
        if restarts and stopped:
            assert restarts[0][0] >= begin + months / 12.0
            resumed += restarts[0][1] in stopped and restarts[0][2] == RESUMED
    assert aside > 50
    assert resumed > 10


def test_whoever_has_come_through_an_opsi_takes_up_prevention(main_inputs: Inputs) -> None:
    """Nobody takes it up before in this scenario, so one course of vaccines a survivor is all that is booked."""
    inputs = worlds.with_strategy(of_strategy(main_inputs, "early_splenectomy"), {"prevention_uptake": 0.0})
    inputs = worlds.with_parameters(inputs, {"opsi_fatality_probability": 0.0, "opsi_mean_rate_per_year": 0.2})
    result = worlds.live(inputs, BLOCK_SIZE)
    survivors = np.count_nonzero(result.rows["first_opsi_time"] < codes.NEVER)
    courses = result.books[:, :, accounts.ACCOUNTS.index(("vaccination_courses", "prevention")), 0].sum()
    assert survivors > 200
    assert courses == survivors
