"""From log lines to pieces of life in which nothing changes.

A piece runs from one line of a patient to the next. Lines that are not in the log are added where a hazard or a stratum changes
by itself: birthdays, the ages named in the model, and a fixed time after some events. Pieces carry what was said last before
them. A stratum that changed within a piece would be told by where the piece ends, so by the event itself, and be biased.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray

DAYS_PER_YEAR: Final = 365.25
OLDEST_YEARS: Final = 130
SINCE_SURGERY_YEARS: Final = (0.25, 2.0, 10.0)
"""Times since the removal of the spleen at which lives are split."""
ADDED: Final = "added"
"""Kind of a line that is not in the log and at which nothing is decided."""
BIRTHDAY: Final = "birthday"

BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Lines:
    """All lines of some patients, in order of patient and time; each patient's first is the `entry`.

    Attributes
    ----------
    owner
        (n,) position of the patient in the table of patients.
    time
        (n,) years since the index.
    end
        (n,) time of the next line of the patient, or the end of observation.
    kind, word
        (n,) words.
    code, value
        (n,) as in the log.
    """

    owner: IntArray
    time: FloatArray
    end: FloatArray
    kind: pd.Categorical
    word: pd.Categorical
    code: IntArray
    value: FloatArray

    def among(self, *kinds: str) -> BoolArray:
        """Whether each line is of one of some kinds."""
        first, *others = (self.kind.codes == self._places[kind] for kind in kinds)
        for other in others:
            first |= other
        return np.asarray(first, dtype=bool)

    @cached_property
    def _places(self) -> dict[str, int]:
        """Position of each kind among all."""
        return {kind: place for place, kind in enumerate(self.kind.categories)}

    @cached_property
    def entry(self) -> BoolArray:
        """Whether each line is the first of a patient."""
        return self.among("entry")

    @cached_property
    def entry_position(self) -> IntArray:
        """Position of the first line of each line's patient."""
        return np.maximum.accumulate(np.where(self.entry, self.positions, 0))

    @cached_property
    def steroid_dose(self) -> FloatArray:
        """Dose of steroids from each line on, mg a day."""
        return np.asarray(self.last(self.among("steroid_dose"), self.value, 0.0), dtype=np.float64)

    @cached_property
    def positions(self) -> IntArray:
        """Position of each line."""
        return np.arange(self.time.size)

    @cached_property
    def begins_moment(self) -> BoolArray:
        """Whether each line has another patient or another time than the line before."""
        changes = (self.owner[1:] != self.owner[:-1]) | (self.time[1:] != self.time[:-1])
        return np.append(True, changes)

    @cached_property
    def moment(self) -> IntArray:
        """Number of the moment that each line is of: lines of a patient with the same time."""
        return np.cumsum(self.begins_moment) - 1

    @cached_property
    def before_moment(self) -> IntArray:
        """Position of the last line before the moment of each line, or the entry: what it says was known before any decision."""
        first = np.maximum.accumulate(np.where(self.begins_moment, self.positions, 0))
        return np.maximum(first - 1, self.entry_position)

    def last(self, lines: BoolArray, values: Any, at_entry: Any) -> Any:
        """What the last of some lines said, up to and including each line.

        Parameters
        ----------
        lines
            (n,) which lines speak.
        values
            (n,) what they say.
        at_entry
            What holds before any of them, one value or (n,).
        """
        said = np.where(lines, values, at_entry)
        speaker = np.maximum.accumulate(np.where(lines | self.entry, self.positions, 0))
        return said[speaker]

    def place(self, word: str) -> int:
        """Position of a word among those that lines can name.

        Parameters
        ----------
        word
            Any word of the vocabularies.
        """
        return list(self.word.categories).index(word)

    def words(self, of: Any = None) -> IntArray:
        """The words that lines name, or other words of the same vocabularies, by position.

        Parameters
        ----------
        of
            Categorical (n,); by default the lines' own words.
        """
        if of is None:
            return np.asarray(self.word.codes, dtype=np.int64)
        places = np.array([self.place(word) for word in of.categories], dtype=np.int64)
        return np.asarray(places[of.codes], dtype=np.int64)

    def last_word(self, lines: BoolArray, words: IntArray, at_entry: Any) -> pd.Categorical:
        """The word of the last of some lines, as `last`.

        Parameters
        ----------
        lines
            (n,) which lines speak.
        words
            (n,) positions of what they say.
        at_entry
            What holds before any of them, a word or (n,) positions.
        """
        first = self.place(at_entry) if isinstance(at_entry, str) else at_entry
        return pd.Categorical.from_codes(self.last(lines, words, first), self.word.categories).remove_unused_categories()

    def switched(self, on: BoolArray, off: BoolArray) -> BoolArray:
        """Whether something is on: after a line of `on`, until a line of `off`; off at entry."""
        return np.asarray(self.last(on | off, on, False), dtype=bool)

    def count(self, lines: BoolArray) -> IntArray:
        """How many of some lines the patient has had, up to and including each line."""
        total = np.cumsum(lines, dtype=np.int64)
        return np.asarray(total - (total - lines)[self.entry_position], dtype=np.int64)


def read_lines(events: pd.DataFrame, patients: pd.DataFrame, assumptions: Assumptions) -> Lines:
    """Log lines with the added ones among them, up to the end of each patient's observation.

    Parameters
    ----------
    events
        With EVENT_COLUMNS.
    patients
        With PATIENT_COLUMNS, one row a patient.
    assumptions
        Ages and times at which hazards change.

    Raises
    ------
    ValueError
        If a line belongs to no patient of the table, or a patient has no `entry` line.
    """
    owner = pd.Index(patients["patient"]).get_indexer(events["patient"])
    if (owner < 0).any():
        raise ValueError(f"expected lines of the patients given, found patient {events['patient'].to_numpy()[owner < 0][0]}")
    if np.bincount(owner[events["kind"] == "entry"], minlength=len(patients)).tolist() != [1] * len(patients):
        raise ValueError("expected one `entry` line a patient; was the log kept in full?")
    ends = np.minimum(patients["death_time"].to_numpy(np.float64), patients["observation_years"].to_numpy(np.float64))
    logged = events.assign(owner=owner, logged=True)[["owner", "time", "kind", "word", "code", "value", "logged"]]
    added = _added_lines(logged, patients, ends, assumptions)
    table = pd.concat(_in_common_words(logged, added), ignore_index=True)
    order = np.lexsort((~table["logged"].to_numpy(bool), table["time"].to_numpy(), table["owner"].to_numpy()))
    return _with_ends(table.iloc[order], ends)


def _in_common_words(logged: pd.DataFrame, added: pd.DataFrame) -> list[pd.DataFrame]:
    """Both tables with the same categories, so that laying them together keeps them."""
    kinds = list(dict.fromkeys([*logged["kind"].cat.categories, ADDED, BIRTHDAY]))
    words = logged["word"].cat.categories
    return [
        part.assign(kind=pd.Categorical(part["kind"], categories=kinds), word=pd.Categorical(part["word"], categories=words))
        for part in (logged, added)
    ]


def _with_ends(table: pd.DataFrame, ends: FloatArray) -> Lines:
    """Each line with the time of the next."""
    owner, time = table["owner"].to_numpy(np.int64), table["time"].to_numpy(np.float64)
    last = np.append(owner[1:] != owner[:-1], True)
    following = np.append(time[1:], 0.0)
    end = np.where(last, ends[owner], following)
    return Lines(
        owner=owner,
        time=time,
        end=np.maximum(end, time),
        kind=pd.Categorical(table["kind"]),
        word=pd.Categorical(table["word"]),
        code=table["code"].to_numpy(np.int64),
        value=table["value"].to_numpy(np.float64),
    )


def _added_lines(logged: pd.DataFrame, patients: pd.DataFrame, ends: FloatArray, assumptions: Assumptions) -> pd.DataFrame:
    """Birthdays, named ages, and what comes a fixed time after an event."""
    parts = [_at_ages(patients, np.arange(1.0, OLDEST_YEARS), BIRTHDAY), _at_ages(patients, np.array(assumptions.breakpoint_ages()), ADDED)]
    values = assumptions.values
    no_steroid = (logged["kind"] == "steroid_dose") & (logged["value"] == 0.0)
    malignancy = logged["kind"].isin(["hodgkin_lymphoma", "non_hodgkin_lymphoma", "other_malignancy"])
    parts.append(_after(logged[no_steroid], values["steroid_burst_days"] / DAYS_PER_YEAR))
    for years in (values["thrombosis_early_days"] / DAYS_PER_YEAR, *SINCE_SURGERY_YEARS):
        parts.append(_after(logged[logged["kind"] == "splenectomy"], years))
        parts.append(_after_prior_splenectomy(patients, years))
    parts.append(_after(logged[malignancy], values["malignancy_risk_years"]))
    added = pd.concat(parts, ignore_index=True)
    added = added[(added["time"] > 0.0) & (added["time"] < ends[added["owner"].to_numpy(np.int64)])]
    return added.assign(word="", code=0, value=0.0, logged=False)


def _at_ages(patients: pd.DataFrame, ages: FloatArray, kind: str) -> pd.DataFrame:
    """A line for each patient at each age."""
    time = ages[None, :] - patients["age_at_index"].to_numpy(np.float64)[:, None]
    owner = np.broadcast_to(np.arange(len(patients))[:, None], time.shape)
    return pd.DataFrame({"owner": owner.ravel(), "time": time.ravel(), "kind": kind})


def _after(lines: pd.DataFrame, years: float) -> pd.DataFrame:
    """A line a fixed time after each of some lines."""
    return pd.DataFrame({"owner": lines["owner"].to_numpy(), "time": lines["time"].to_numpy() + years, "kind": ADDED})


def _after_prior_splenectomy(patients: pd.DataFrame, years: float) -> pd.DataFrame:
    """A line a fixed time after an operation before the index."""
    since = patients["years_since_prior_splenectomy"].to_numpy(np.float64)
    owner = np.flatnonzero(since >= 0.0)
    return pd.DataFrame({"owner": owner, "time": years - since[owner], "kind": ADDED})
