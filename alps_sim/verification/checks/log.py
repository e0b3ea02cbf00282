"""What must hold in every life, read from the event log: order, death, the spleen, doses, and the counters."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from alps_sim.outcomes.block import BlockResult
from alps_sim.verification.bench import Bench
from alps_sim.verification.finding import ROUNDING, Check, Finding, concluded, not_applicable
from alps_sim.verification.lives import by_strategy, counter, lines_of, per_patient, total

GROUP: Final = "Lives, event by event"
ORAL: Final = 0
INTRAVENOUS: Final = 1
"""Codes of a steroid dose."""

COUNTED: Final = {
    "flares": ("flare",),
    "breakthroughs": ("breakthrough",),
    "sepsis_episodes": ("sepsis",),
    "splenectomised": ("splenectomy",),
    "lymphomas": ("hodgkin_lymphoma", "non_hodgkin_lymphoma"),
    "other_malignancies": ("other_malignancy",),
    "transfusions": ("transfusion",),
    "severe_bleeds": ("severe_bleed",),
    "infection_admissions": ("infection_admission",),
    "neutropenic_infections": ("neutropenic_infection",),
    "transplantations": ("transplantation",),
    "treatment_failure": ("treatment_failure",),
    "deaths": ("death",),
}
"""Outcomes and the kinds of lines that they count."""


def _ends(result: BlockResult) -> Any:
    """(patients,) death or the end of observation, years since the index."""
    return np.minimum(result.rows["death_time"], result.rows["observation_years"])


def _owner(result: BlockResult, lines: Any) -> Any:
    """(lines,) position of the patient of each line."""
    return lines["patient"].astype(np.int64) - int(result.rows["patient"][0])


def _disordered(bench: Bench, result: BlockResult) -> Iterator[str]:
    lines = result.events
    owner, new = _owner(result, lines), np.diff(lines["patient"], prepend=-1) != 0
    if new.sum() != result.rows.size or (np.diff(lines["patient"]) < 0).any():
        yield f"{int(new.sum())} runs of lines for {result.rows.size} patients"
        return
    back = ~new & (np.diff(lines["time"], prepend=0.0) < 0.0)
    if back.any():
        yield f"time goes back in patient {lines['patient'][back][0]}"
    entry = list(bench.words.kinds).index("entry")
    if (lines["kind"][new] != entry).any() or (lines["time"][new] != 0.0).any():
        yield "a life does not begin with its entry at time 0"
    late = lines["time"] > _ends(result)[owner]
    if late.any():
        line = lines[late][0]
        yield f"{bench.words.kinds[line['kind']]} of patient {line['patient']} at {line['time']:.4g} years, after the end of the life"


def _wrong_deaths(bench: Bench, result: BlockResult) -> Iterator[str]:
    deaths = lines_of(result, bench.words, "death")
    times = per_patient(result, deaths)
    dead = result.rows["death_cause"] >= 0
    if not np.array_equal(times, dead):
        patient = int(np.argmax(times != dead))
        yield f"{times[patient]} deaths logged of patient {result.rows['patient'][patient]}, {int(dead[patient])} in the row"
        return
    owner = _owner(result, deaths)
    rows = result.rows[owner]
    if not np.array_equal(rows["death_cause"], deaths["code"]) or not np.array_equal(rows["death_time"], deaths["time"]):
        yield "time or cause of a death differs between row and log"
    if not (rows["death_cause"] < len(bench.words.causes_of_death)).all():
        yield f"a cause of death is {rows['death_cause'].max()}, which has no name"
    last = np.append(np.diff(result.events["patient"]) != 0, True)
    is_death = result.events["kind"] == list(bench.words.kinds).index("death")
    if (is_death & ~last).any():
        line = result.events[np.flatnonzero(is_death & ~last)[0] + 1]
        yield f"{bench.words.kinds[line['kind']]} of patient {line['patient']} after death"


def _wrong_spleens(bench: Bench, result: BlockResult) -> Iterator[str]:
    operations = lines_of(result, bench.words, "splenectomy")
    prior = result.rows["years_since_prior_splenectomy"] >= 0.0
    often = per_patient(result, operations) + prior > 1
    if often.any():
        yield f"the spleen of patient {result.rows['patient'][often][0]} is removed twice"
    removed_at = np.where(prior, 0.0, np.inf)
    np.minimum.at(removed_at, _owner(result, operations), operations["time"])
    later = lines_of(result, bench.words, "spleen_size", "referral_for_splenectomy", "spleen_regression", "spleen_shrinkage")
    ghosts = later[later["time"] > removed_at[_owner(result, later)]]
    if ghosts.size:
        yield f"{bench.words.kinds[ghosts[0]['kind']]} of patient {ghosts[0]['patient']} without a spleen"


def _overdoses(bench: Bench, result: BlockResult) -> Iterator[str]:
    values = bench.values
    intravenous = values["methylprednisolone_maximum_mg_per_day"] * values["methylprednisolone_prednisone_equivalence"]
    doses = lines_of(result, bench.words, "steroid_dose")
    for route, name, cap in ((ORAL, "oral", values["prednisone_maximum_mg_per_day"]), (INTRAVENOUS, "IV", intravenous)):
        given = doses["value"][doses["code"] == route]
        if ((given < 0.0) | (given > cap * (1.0 + ROUNDING))).any():
            yield f"{name} steroid of {given.min():.4g} to {given.max():.4g} mg prednisone-equivalent a day, the cap is {cap:.4g}"
    courses = lines_of(result, bench.words, "course_start")
    for code, agent in enumerate(bench.words.agents):
        cap = values[f"drug.{agent}.dose_maximum_mg"] * values[f"drug.{agent}.course_infusions"]
        given = courses["value"][courses["code"] == code]
        if (given > cap * (1.0 + ROUNDING)).any():
            yield f"a course of {given.max():.4g} mg {agent}, the cap is {cap:.4g}"


def _miscounts(bench: Bench, result: BlockResult) -> Iterator[str]:
    for outcome, kinds in COUNTED.items():
        logged, counted = per_patient(result, lines_of(result, bench.words, *kinds)), counter(result, outcome)[:, -1]
        if not np.array_equal(logged, counted):
            patient = int(np.argmax(logged != counted))
            yield f"{outcome} of patient {result.rows['patient'][patient]} is {counted[patient]:g}, the log has {logged[patient]}"
    unlike = (result.rows["counters"] != result.counters[:, -1]).any(axis=1)
    if unlike.any():
        yield f"the row of patient {result.rows['patient'][unlike][0]} holds other counters than its last window"


def _lost_time(bench: Bench, result: BlockResult) -> Iterator[str]:
    censuses = bench.inputs().censuses
    lived = np.minimum(_ends(result)[:, None], censuses[None, :])
    years = counter(result, "life_years")
    wrong = ~np.isclose(years, lived, rtol=ROUNDING, atol=0.0)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0])
        patient = result.rows["patient"][place[0]]
        yield f"{years[place]:.9g} life-years of patient {patient}, lived were {lived[place]:.9g}"


def _in_all(bench: Bench, look: Any) -> list[str]:
    """What a look at the lives under each strategy finds wrong."""
    return [f"under {name}: {wrong}" for name, result in by_strategy(bench.strategies, bench.base) for wrong in look(bench, result)]


def _lines(bench: Bench) -> str:
    return f"{sum(result.events.size for result in bench.base):,} lines of {bench.sample} patients under each strategy"


def _order(bench: Bench) -> Finding:
    return concluded(_in_all(bench, _disordered), _lines(bench))


def _one_death(bench: Bench) -> Finding:
    return concluded(
        _in_all(bench, _wrong_deaths), f"{total(bench.base, 'deaths'):g} deaths, each of one cause and the last line of a life"
    )


def _one_spleen(bench: Bench) -> Finding:
    prior = sum(int((result.rows["years_since_prior_splenectomy"] >= 0.0).sum()) for result in bench.base)
    operated = total(bench.base, "splenectomised") + prior
    if not operated:
        return not_applicable(f"no spleen is removed in {bench.sample} patients of the scenario as it is")
    return concluded(_in_all(bench, _wrong_spleens), f"{operated:g} spleens removed, none twice")


def _doses(bench: Bench) -> Finding:
    given = sum(lines_of(result, bench.words, "steroid_dose", "course_start").size for result in bench.base)
    if not given:
        return not_applicable(f"no steroid and no course is given in {bench.sample} patients of the scenario as it is")
    return concluded(_in_all(bench, _overdoses), f"{given:,} doses, all within their caps")


def _counters(bench: Bench) -> Finding:
    return concluded(_in_all(bench, _miscounts), f"{len(COUNTED)} counters agree with the log in every life")


def _time_lived(bench: Bench) -> Finding:
    return concluded(_in_all(bench, _lost_time), "in every life and window")


CHECKS: Final = (
    Check(
        "order",
        GROUP,
        "Time goes forward and stops",
        "Read the event log of every life.",
        "Lines in order of time, from the entry at 0 to death or the end of observation, none later.",
        _order,
        0.2,
    ),
    Check(
        "one_death",
        GROUP,
        "Death comes once, of one cause",
        "Compared deaths in the log with the rows of the patients.",
        "One death of one named cause for each who died, none for the others, nothing after it.",
        _one_death,
        0.1,
    ),
    Check(
        "one_spleen",
        GROUP,
        "The spleen is removed once",
        "Followed spleens through the log.",
        "No second splenectomy; nothing about the size of a spleen that is out, no referral.",
        _one_spleen,
        0.1,
    ),
    Check(
        "doses",
        GROUP,
        "Doses keep their caps",
        "Compared every steroid dose and every course of infusions with its maximum.",
        "None above it, none negative.",
        _doses,
        0.1,
    ),
    Check(
        "counters",
        GROUP,
        "Counters count what happened",
        "Counted the lines of the log of every life.",
        "The same numbers as the counters of the life; rows hold the counters of the last window.",
        _counters,
        0.2,
    ),
    Check(
        "time_lived",
        GROUP,
        "Life-years are the years lived",
        "Compared life-years with time of death, end of observation and window.",
        "The same, but for rounding (a relative 1e-12).",
        _time_lived,
        0.1,
    ),
)
"""Checks of single lives."""
