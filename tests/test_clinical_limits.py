"""What a clinician would not do, and what would not be just to count: seen in whole lives under the shipped strategies."""

from pathlib import Path
from typing import Final

import pytest

from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.block import BLOCK_SIZE
from alps_sim.rules import codes, events
from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.translate import translate
from tests.test_treatment_lines import ALL_LINEAGES, Lines, first, lives, of_strategy

ENLARGED: Final = {codes.SPLEEN_MODERATE, codes.SPLEEN_MASSIVE}
SEQUESTERED_FROM: Final = 16
"""From this code of a flare on its mechanism is sequestration."""


@pytest.fixture(scope="module")
def figure_1_inputs(root: Path, ledger: Ledger) -> Inputs:
    """The algorithm of Figure 1 alone."""
    scenario = load_scenario(root / "scenarios" / "figure_1_algorithm.yaml")
    return of_strategy(translate(scenario, scenario.parameter_values(ledger)), "figure_1_algorithm")


def spleens(lines: Lines) -> list[tuple[float, int]]:
    """Times and sizes of the spleen in the order of a life."""
    sizes = {events.LOG_ENTRY: None, events.LOG_SPLEEN_SIZE: None, events.SPLENECTOMY_DONE: codes.SPLEEN_REMOVED}
    return [(time, code if sizes[kind] is None else sizes[kind]) for time, kind, code, _ in lines if kind in sizes]  # type: ignore[misc]


def spleen_before(lines: Lines, time: float) -> int:
    """The size of the spleen just before a moment."""
    return [size for when, size in spleens(lines) if when < time or when == 0.0][-1]


def courses(lines: Lines) -> list[tuple[float, float]]:
    """Begin and end of each course of steroids that has ended."""
    found, begin = [], codes.NEVER
    for time, kind, _, dose in lines:
        if kind == events.LOG_STEROID_DOSE and dose > 0.0:
            begin = min(begin, time)
        elif kind == events.LOG_STEROID_DOSE and begin < codes.NEVER:
            found.append((begin, time))
            begin = codes.NEVER
    return found


def test_gcsf_is_never_given_with_an_enlarged_spleen(main_inputs: Inputs) -> None:
    """The paper keeps it to isolated neutropenia with infection, without significant splenic enlargement."""
    given = 0
    for strategy in ("early_splenectomy", "mmf_then_sirolimus"):
        for _, lines in lives(of_strategy(main_inputs, strategy), 16 * BLOCK_SIZE):
            for time in (time for time, kind, code, _ in lines if kind == events.LOG_GCSF and code == 1):
                given += 1
                assert spleen_before(lines, time) not in ENLARGED
    assert given > 10


def test_nobody_is_referred_for_surgery_by_a_flare_of_neutrophils_alone_without_a_spleen_that_causes_it(main_inputs: Inputs) -> None:
    """Whatever lineages earlier flares have shown."""
    others = 0
    for _, lines in lives(of_strategy(main_inputs, "early_splenectomy"), 8 * BLOCK_SIZE):
        flare, seen = 0, 0
        for time, kind, code, _ in lines:
            if kind == events.FLARE:
                flare, seen = code, seen | code & ALL_LINEAGES
            elif kind == events.LOG_REFERRAL and code == 0 and flare & ALL_LINEAGES == codes.NEUTROPENIA_BIT:
                others += seen != codes.NEUTROPENIA_BIT
                assert flare >= SEQUESTERED_FROM or spleen_before(lines, time) == codes.SPLEEN_MASSIVE
    assert others > 0


def test_rituximab_for_a_flare_is_no_failure_of_a_drug_not_yet_begun_but_of_one_that_was(figure_1_inputs: Inputs) -> None:
    """Figure 1 offers it after failed pulses, before or beside mycophenolate."""
    before, beside = 0, 0
    for _, lines in lives(figure_1_inputs, 8 * BLOCK_SIZE):
        drug, course = first(lines, events.LOG_AGENT_START), first(lines, events.LOG_COURSE_START)
        surgery, failure = first(lines, events.SPLENECTOMY_DONE), first(lines, events.LOG_TREATMENT_FAILURE)
        if course < drug < min(codes.NEVER, surgery):
            before += 1
            assert failure > drug or failure == first(lines, events.LOG_DEATH)
        elif drug < course < codes.NEVER:
            beside += 1
            assert failure <= course
    assert before > 100
    assert beside > 100


def test_steroids_without_end_harm_anew_every_year(main_inputs: Inputs) -> None:
    """What a long exposure does is decided when it ends or has lasted a year, so that endless maintenance does not escape it."""
    years = float(main_inputs.parameters["long_exposure_years"][0])
    harms, endless = {events.LOG_LOW_BONE_DENSITY, events.LOG_CUSHINGOID, events.LOG_CATARACT, events.LOG_ADRENAL_SUPPRESSION}, 0
    for _, lines in lives(of_strategy(main_inputs, "steroids_alone"), 2 * BLOCK_SIZE):
        exposures = {time for time, kind, _, _ in lines if kind == events.LONG_EXPOSURE_END}
        ends = {end for _, end in courses(lines)}
        for begin, end in courses(lines):
            due = [begin + number * years for number in range(1, int((end - begin) / years + 1e-9) + 1)]
            endless += len(due)
            assert sorted(time for time in exposures if begin < time < end) == pytest.approx([time for time in due if time < end])
        assert {time for time, kind, code, _ in lines if kind in harms and (kind != events.LOG_CUSHINGOID or code == 1)} <= exposures | ends
    assert endless > 100


def test_an_exposure_of_no_length_is_refused(main_scenario_path: Path) -> None:
    """It would end for ever without time going on."""
    with pytest.raises(ScenarioError, match="long_exposure_years"):
        load_scenario(main_scenario_path, {"long_exposure_years": 0.0})
