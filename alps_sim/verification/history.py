"""What holds in each piece of a life: phase, spleen, treatment, steroids, complications.

Read from the log line by line as docs/outputs.md explains it, never from the rules' own state.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.journal import BIRTHDAY, DAYS_PER_YEAR, BoolArray, IntArray, Lines

NO_AGENT: Final = ""
NEUTROPENIA_BIT: Final = 4
"""In the code of a flare line."""
LONG_AGO: Final = -1.0e6
"""A time before every life, years."""
FROM_PATIENT: Final = (
    "sex",
    "genotype",
    "flare_frailty",
    "infection_frailty",
    "refractoriness",
    "lineages",
    "first_lineage",
    "prevention_luck",
)
"""Attributes that every piece carries."""
LEAST_LMS_BASE: Final = 0.05
"""1 + L S z is kept at or above this: beyond it the reference says nothing."""


@dataclass(frozen=True)
class History:
    """Pieces of lives in which no hazard jumps; n pieces of m patients.

    Attributes
    ----------
    pieces
        (n rows) one piece: `owner` (position of the patient), `start`, `end` (years since the index), `age` (at the middle) and
        the columns that `read_history` fills.
    events
        (e rows) events of hazard-driven processes: `process`, `piece` (position in `pieces` of the piece that it ends), `time`.
    lines
        All lines.
    states
        (one row a line) what holds from each line on, with the columns of `pieces`; those that last are the pieces.
    lasting
        (n,) rows of `states` that are the pieces.
    patients
        Number of patients, m.
    """

    pieces: pd.DataFrame
    events: pd.DataFrame
    lines: Lines
    states: pd.DataFrame
    lasting: IntArray
    patients: int


def read_history(lines: Lines, patients: pd.DataFrame, processes: tuple[str, ...], assumptions: Assumptions) -> History:
    """Read what holds between the lines, and which lines are events of a process.

    Parameters
    ----------
    lines
        All lines of the patients.
    patients
        With PATIENT_COLUMNS.
    processes
        Names of the hazard-driven processes.
    assumptions
        For the body and the times after which something ends.

    Returns
    -------
    History
        Pieces of no length are left out; events belong to the piece that they end.
    """
    of_patient = patients.iloc[lines.owner].reset_index(drop=True)
    middle = 0.5 * (lines.time + lines.end)
    columns: dict[str, Any] = {"owner": lines.owner, "start": lines.time, "end": lines.end, "age": of_patient["age_at_index"] + middle}
    for name in FROM_PATIENT:
        columns[name] = of_patient[name]
    columns["cytopenia"] = of_patient["has_cytopenia"].to_numpy() > 0
    columns |= _episode(lines) | _spleen(lines, of_patient) | _treatment(lines) | _complications(lines)
    columns |= _steroids(lines, of_patient, middle, assumptions)
    columns |= _earlier_events(lines, processes)
    table = pd.DataFrame(columns)
    lasting = lines.end > lines.time
    pieces = table[lasting].reset_index(drop=True)
    return History(pieces, _events(lines, processes, lasting), lines, table, np.flatnonzero(lasting), len(patients))


def _events(lines: Lines, processes: tuple[str, ...], lasting: BoolArray) -> pd.DataFrame:
    """Events of the processes, each with the piece that ends there."""
    kinds = np.array([process in processes for process in lines.kind.categories])
    driven = kinds[lines.kind.codes] & ~_flares_not_driven(lines)
    place = np.flatnonzero(driven)
    pieces_so_far = np.cumsum(lasting)
    return pd.DataFrame(
        {
            "process": lines.kind[place],
            "piece": (pieces_so_far - lasting)[place] - 1,  # the last lasting piece before the line
            "time": lines.time[place],
        }
    )


def _flares_not_driven(lines: Lines) -> BoolArray:
    """Flare lines that are no event of the flare process: the index flare, and the flare that is the relapse."""
    relapse_time = lines.last(lines.among("relapse_after_splenectomy"), lines.time, LONG_AGO)
    flare = lines.among("flare")
    return np.asarray(flare & ((lines.time == 0.0) | (relapse_time == lines.time)), dtype=bool)


def _earlier_events(lines: Lines, processes: tuple[str, ...]) -> dict[str, IntArray]:
    """Number of events of each process so far."""
    driven = ~_flares_not_driven(lines)
    present = set(lines.kind.categories)
    zero = np.zeros(lines.time.size, dtype=np.int64)
    return {f"earlier_{name}": lines.count(lines.among(name) & driven) if name in present else zero for name in processes}


def _episode(lines: Lines) -> dict[str, Any]:
    """The cytopenia episode: its phase, whether neutropenia takes part, whether G-CSF is given."""
    lineages = lines.last(lines.among("flare"), lines.code, 0)
    gcsf = lines.last(lines.among("gcsf"), lines.code, 0)
    begins = lines.among("phase") & (lines.words() == lines.place("taper"))
    reductions = lines.count(lines.among("taper_step"))
    since_begin = reductions - lines.last(begins, reductions, 0)
    return {
        "tapered_share": (since_begin + 0.5) / np.maximum(lines.last(begins, lines.value, 1.0), 1.0),
        "phase": lines.last_word(lines.among("phase"), lines.words(), "none"),
        "neutropenic_flare": lineages & NEUTROPENIA_BIT > 0,
        "gcsf": gcsf > 0,
    }


def _spleen(lines: Lines, of_patient: pd.DataFrame) -> dict[str, Any]:
    """Size of the spleen, time of its removal, sepsis since, referral, relapse."""
    operation, referral = lines.among("splenectomy"), lines.among("referral_for_splenectomy")
    since = of_patient["years_since_prior_splenectomy"].to_numpy(np.float64)
    prior = since >= 0.0
    size_lines = lines.among("spleen_size") | operation
    at_index = lines.words(of_patient["spleen_at_index"].array)
    at_index[prior] = lines.place("removed")
    said = np.where(operation, lines.place("removed"), lines.words())
    removed_at = lines.last(operation, lines.time, np.where(prior, -since, np.nan))
    return {
        "spleen": lines.last_word(size_lines, said, at_index),
        "removed_at": removed_at,
        "came_through_opsi": lines.switched(lines.among("sepsis") & ~np.isnan(removed_at), np.zeros(lines.time.size, dtype=bool)),
        "age_at_removal": of_patient["age_at_index"].to_numpy(np.float64) + removed_at,
        "relapsed": lines.switched(lines.among("relapse_after_splenectomy"), operation) | prior,
        "awaiting_splenectomy": lines.switched(referral & (lines.code == 0), operation | (referral & (lines.code == 1))),
    }


def _treatment(lines: Lines) -> dict[str, Any]:
    """The long-term agent and the course agent, and whether they answer; the aftermath of rituximab."""
    found: dict[str, Any] = {}
    for name, lost in (("agent", "loss_of_response"), ("course", "end_of_course_remission")):
        start, answer, stop = (lines.among(f"{name}_{what}") for what in ("start", "answer", "stop"))
        found[name] = lines.last_word(start | stop, np.where(start, lines.words(), lines.place(NO_AGENT)), NO_AGENT)
        no_answer = start | stop | lines.among(lost)  # a loss may stay unseen: the agent is taken but no longer answers
        found[f"{name}_answering"] = lines.switched(answer, no_answer)
    for name, recovery in (("hypogammaglobulinaemia", "immunoglobulin_recovery"), ("rituximab_neutropenia", "neutrophil_recovery")):
        found[name] = lines.switched(lines.among(name), lines.among(recovery))
    return found


def _complications(lines: Lines) -> dict[str, Any]:
    """Lasting complications, malignancies and transplantation."""
    never = np.zeros(lines.time.size, dtype=bool)
    found: dict[str, Any] = {name: lines.switched(lines.among(name), never) for name in ("hypertension", "diabetes", "osteonecrosis")}
    found["low_bone_density"] = lines.switched(lines.among("low_bone_density"), never)
    found["transplanted"] = lines.switched(lines.among("transplantation"), never)
    lymphoma = lines.among("hodgkin_lymphoma", "non_hodgkin_lymphoma")
    overcome = lines.among("transplantation", "leukaemia_risk_end")
    lymphoma_treated = lines.switched(lymphoma, lines.among("lymphoma_treatment_end"))
    found["in_chemotherapy"] = lymphoma_treated | lines.switched(lines.among("other_malignancy"), overcome)
    for kind in ("hodgkin_lymphoma", "non_hodgkin_lymphoma", "other_malignancy"):
        found[f"{kind}_at"] = lines.last(lines.among(kind), lines.time, np.nan)
    return found


def _steroids(lines: Lines, of_patient: pd.DataFrame, middle: FloatArray, assumptions: Assumptions) -> dict[str, Any]:
    """Dose by weight, exposure of the present course, and when the last course ended."""
    spoken = lines.among("steroid_dose")
    dose = lines.steroid_dose
    ended = lines.last(spoken & (lines.value == 0.0), lines.time, LONG_AGO)
    per_kg = dose / _weight(of_patient, middle, assumptions.body)
    taken = _taken_in_course(lines, dose, per_kg)
    looked = lines.last(spoken | lines.among(BIRTHDAY), taken, 0.0)
    return {
        "steroid_mg_per_kg": per_kg,
        "on_steroid": dose > 0.0,
        "steroid_ended": ended,
        "course_mg_per_kg": np.where(dose > 0.0, looked, 0.0),
    }


def _weight(of_patient: pd.DataFrame, middle: FloatArray, body: FloatArray) -> FloatArray:
    """Weight in kg by the LMS reference at the patient's own centile, at completed age."""
    age = of_patient["age_at_index"].to_numpy(np.float64) + middle
    row = body[(of_patient["sex"] == "female").to_numpy(np.int64), np.minimum(age.astype(np.int64), body.shape[1] - 1)]
    power, median, spread = row[:, 0], row[:, 1], row[:, 2]
    base = np.maximum(1.0 + power * spread * of_patient["weight_z"].to_numpy(np.float64), LEAST_LMS_BASE)
    return np.asarray(median * base ** (1.0 / power), dtype=np.float64)


def _taken_in_course(lines: Lines, dose: FloatArray, per_kg: FloatArray) -> FloatArray:
    """Prednisone mg/kg taken in the present course before each line."""
    taken = per_kg * (lines.end - lines.time) * DAYS_PER_YEAR
    before = np.cumsum(taken) - taken
    dose_before = np.append(0.0, dose[:-1])
    begins = lines.among("steroid_dose") & (dose > 0.0) & (dose_before == 0.0)
    return np.asarray(before - lines.last(begins, before, before), dtype=np.float64)
