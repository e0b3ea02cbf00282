"""By what lives are split: each stratum is known before an event or a decision, so what comes less what is expected has mean zero."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from alps_sim.verification.assumptions import Assumptions, FloatArray
from alps_sim.verification.forms import immunosuppressed, in_transition, steroid_risk, without_spleen
from alps_sim.verification.infection import takes_up_prevention
from alps_sim.verification.journal import SINCE_SURGERY_YEARS
from alps_sim.verification.words import crossed, first_that_holds, words_at

Words = pd.Categorical

AGE_BANDS: Final = ("0-5", "6-11", "12-17", "18-39", "40-64", "65+")
AGE_BAND_STARTS: Final = (6.0, 12.0, 18.0, 40.0, 65.0)


def _banded(values: Any, bounds: Sequence[float], names: Sequence[str]) -> Words:
    """The band of each value; a value on a bound is in the upper one."""
    return words_at(np.searchsorted(np.asarray(bounds), values, side="right"), names)


def _spleen(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return pd.Categorical(pieces["spleen"])


def _since_surgery(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    since = (0.5 * (pieces["start"] + pieces["end"]) - pieces["removed_at"]).fillna(-1.0).to_numpy(np.float64)
    names = ("not operated", *(f"{first:g}-{last:g} y" for first, last in pairwise((0.0, *SINCE_SURGERY_YEARS))), "later")
    return _banded(since, (0.0, *SINCE_SURGERY_YEARS), names)


def _surgery(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    asplenic = without_spleen(pieces)
    young = asplenic & (pieces["age_at_removal"] < assumptions.values["young_splenectomy_before_years"]).to_numpy()
    named = {"removed under 5 y": young, "relapsed": asplenic & pieces["relapsed"].to_numpy(), "in remission": asplenic}
    return first_that_holds(named, "spleen in place")


def _or_none(words: Words) -> Words:
    """Words with one for nothing."""
    return words.rename_categories({"": "none"})


def _agent(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return crossed(_or_none(pieces["agent"].array), pieces["agent_answering"], "answering")


def _course(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return crossed(_or_none(pieces["course"].array), pieces["course_answering"], "answering")


def _age(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return _banded(pieces["age"], AGE_BAND_STARTS, AGE_BANDS)


def _decline(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    """The year after each end of the decline apart, where a decline by completed years would differ."""
    first, last = assumptions.values["flare_decline_start_years"], assumptions.values["flare_decline_end_years"]
    bounds = sorted((first, first + 1.0, last, last + 1.0))
    return _banded(pieces["age"], bounds, ("before", "its first year", "later", "the year after it", "long after"))


def _steroid(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    on = pieces["on_steroid"].to_numpy()
    high = (pieces["steroid_mg_per_kg"] >= assumptions.values["high_dose_mg_per_kg_per_day"]).to_numpy()
    return first_that_holds({"high dose": on & high, "low dose": on, "shortly after": steroid_risk(pieces, assumptions)}, "off")


def _exposure(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    values, taken = assumptions.values, pieces["course_mg_per_kg"]
    on = pieces["on_steroid"]
    bands = {
        "above the high cumulative dose": on & (taken > values["high_cumulative_mg_per_kg"]),
        "above the upper bound": on & (taken >= values["fracture_dose_high_mg_per_kg"]),
        "between the bounds": on & (taken >= values["fracture_dose_low_mg_per_kg"]),
        "below the lower bound": on,
    }
    return first_that_holds(bands, "off")


def _phase(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return pd.Categorical(pieces["phase"])


def _infection_risk(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    risks = {
        "hypogammaglobulinaemia": pieces["hypogammaglobulinaemia"],
        "diabetes": pieces["diabetes"],
        "immunosuppressed": immunosuppressed(pieces, assumptions),
    }
    return crossed(first_that_holds(risks, "none"), without_spleen(pieces), "asplenic")


def _neutropenia(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    in_flare = pieces["neutropenic_flare"].to_numpy() & pieces["phase"].isin(["flare", "refractory"]).to_numpy()
    after = pieces["rituximab_neutropenia"].to_numpy()
    return first_that_holds({"G-CSF": pieces["gcsf"], "both": in_flare & after, "after rituximab": after, "in a flare": in_flare}, "none")


def _prevention(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    takes_up = {"taken up": takes_up_prevention(pieces, assumptions)}
    return crossed(first_that_holds(takes_up, "not taken up"), in_transition(pieces, assumptions), "transition years")


def _bone(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return crossed(first_that_holds({"low density": pieces["low_bone_density"]}, "normal"), pieces["on_steroid"], "on steroid")


def _genotype(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return pd.Categorical(pieces["genotype"])


def _sex(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return pd.Categorical(pieces["sex"])


def _flare_frailty(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return first_that_holds({"above the mean": pieces["flare_frailty"] > 1.0}, "below the mean")


def _infection_frailty(pieces: pd.DataFrame, assumptions: Assumptions) -> Words:
    return first_that_holds({"above the mean": pieces["infection_frailty"] > 1.0}, "below the mean")


STRATA: Final[dict[str, Callable[[pd.DataFrame, Assumptions], Words]]] = {
    "spleen": _spleen,
    "since surgery": _since_surgery,
    "surgery": _surgery,
    "agent": _agent,
    "course": _course,
    "age": _age,
    "decline": _decline,
    "steroid": _steroid,
    "steroid exposure": _exposure,
    "phase": _phase,
    "infection risk": _infection_risk,
    "neutropenia": _neutropenia,
    "prevention": _prevention,
    "bone": _bone,
    "genotype": _genotype,
    "sex": _sex,
    "flare frailty": _flare_frailty,
    "infection frailty": _infection_frailty,
}
"""Label of each piece, by what the lives are split."""

REFRACTORINESS: Final = "refractoriness"
"""A split of decisions alone."""
REFRACTORINESS_BANDS: Final = ("answers well", "average", "answers badly")
REFRACTORINESS_BOUNDS: Final = (-0.5, 0.5)


def refractoriness(z: FloatArray) -> Words:
    """How refractory patients are, by the score z that agents and steroids share.

    Parameters
    ----------
    z
        (n,) scores.
    """
    return _banded(z, REFRACTORINESS_BOUNDS, REFRACTORINESS_BANDS)


EPISODE: Final = "episode"
"""The one split of hazards that differs between processes: first or later event of the process itself."""


def episode(pieces: pd.DataFrame, process: str) -> Words:
    """Whether the next event of a process would be the first.

    Parameters
    ----------
    pieces
        Of a history.
    process
        Its name.
    """
    return first_that_holds({"later": pieces[f"earlier_{process}"] > 0}, "first")
