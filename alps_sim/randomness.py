"""A counter-based generator: every draw is a function of what it is for, not of what was drawn before.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"). The key is the seed, the
counter is (draw index, stream, patient, replication). The strategy is in neither, so a patient has the same luck under each.

The scalar generator works on 64-bit words masked to 32 bits with typed constants: mixing signed and unsigned words would
become floating point in compiled code.
"""

import math
from typing import Any, Final

import numpy as np

from alps_sim.accelerate import compiled
from alps_sim.rules.events import PROCESSES

DECISIONS: Final = (
    "population",
    "flare_lineages",
    "flare_severity",
    "flare_mechanism",
    "severe_bleed",
    "intracranial_bleed",
    "intracranial_fatality",
    "intracranial_sequelae",
    "transfusion",
    "cytopenia_death",
    "acute_response",
    "agent_response",
    "agent_effect_time",
    "line_uptake",
    "spleen_shrinkage",
    "operative_death",
    "operative_complication",
    "open_operation",
    "sepsis_fatality",
    "sepsis_pneumococcal",
    "sepsis_sequelae",
    "infection_fatality",
    "neutropenic_infection_fatality",
    "hypogammaglobulinaemia",
    "rituximab_neutropenia",
    "immunoglobulin_recovery_time",
    "transplant",
    "transplant_mortality",
    "thrombosis_fatality",
    "low_bone_density",
    "growth_retardation",
    "cushingoid",
    "cataract",
    "adrenal_suppression",
    "neutrophil_recovery_time",
)
"""Decisions with a stream of their own. A new one goes to the end: the place is the stream's number."""

STREAMS: Final = PROCESSES + DECISIONS
"""The registry of named streams: processes first, with the numbers they have among the events."""

_FIRST = len(PROCESSES)
POPULATION: Final = _FIRST + 0
FLARE_LINEAGES: Final = _FIRST + 1
FLARE_SEVERITY: Final = _FIRST + 2
FLARE_MECHANISM: Final = _FIRST + 3
SEVERE_BLEED: Final = _FIRST + 4
INTRACRANIAL_BLEED: Final = _FIRST + 5
INTRACRANIAL_FATALITY: Final = _FIRST + 6
INTRACRANIAL_SEQUELAE: Final = _FIRST + 7
TRANSFUSION: Final = _FIRST + 8
CYTOPENIA_DEATH_DECISION: Final = _FIRST + 9
ACUTE_RESPONSE: Final = _FIRST + 10
AGENT_RESPONSE: Final = _FIRST + 11
AGENT_EFFECT_TIME: Final = _FIRST + 12
LINE_UPTAKE: Final = _FIRST + 13
SPLEEN_SHRINKAGE_DECISION: Final = _FIRST + 14
OPERATIVE_DEATH: Final = _FIRST + 15
OPERATIVE_COMPLICATION: Final = _FIRST + 16
OPEN_OPERATION: Final = _FIRST + 17
SEPSIS_FATALITY: Final = _FIRST + 18
SEPSIS_PNEUMOCOCCAL: Final = _FIRST + 19
SEPSIS_SEQUELAE: Final = _FIRST + 20
INFECTION_FATALITY: Final = _FIRST + 21
NEUTROPENIC_INFECTION_FATALITY: Final = _FIRST + 22
HYPOGAMMAGLOBULINAEMIA: Final = _FIRST + 23
RITUXIMAB_NEUTROPENIA: Final = _FIRST + 24
IMMUNOGLOBULIN_RECOVERY_TIME: Final = _FIRST + 25
TRANSPLANT: Final = _FIRST + 26
TRANSPLANT_MORTALITY: Final = _FIRST + 27
THROMBOSIS_FATALITY: Final = _FIRST + 28
LOW_BONE_DENSITY: Final = _FIRST + 29
GROWTH_RETARDATION: Final = _FIRST + 30
CUSHINGOID: Final = _FIRST + 31
CATARACT: Final = _FIRST + 32
ADRENAL_SUPPRESSION: Final = _FIRST + 33
NEUTROPHIL_RECOVERY_TIME: Final = _FIRST + 34

_MASK = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_5 = np.uint64(5)
_6 = np.uint64(6)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2^-53


@compiled
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four random 32-bit words of a counter under a key, by ten Philox rounds.

    Parameters
    ----------
    c0, c1, c2, c3
        Counter words, each below 2^32.
    k0, k1
        Key words, each below 2^32.
    """
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * c0
        product_1 = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (
            (product_1 >> _32) ^ c1 ^ k0,
            product_1 & _MASK,
            (product_0 >> _32) ^ c3 ^ k1,
            product_0 & _MASK,
        )
        k0 = (k0 + _WEYL_0) & _MASK
        k1 = (k1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


@compiled
def uniform(seed: np.uint64, replication: np.uint64, patient: int, stream: int, index: int) -> float:
    """One uniform number in (0, 1) with 53 random bits, neither 0 nor 1.

    Parameters
    ----------
    seed
        Key of the generator, 64 bits.
    replication, patient, stream, index
        What the draw is for; each below 2^32.
    """
    w0, w1, _, _ = philox(
        np.uint64(index),
        np.uint64(stream),
        np.uint64(patient),
        np.uint64(replication),
        seed & _MASK,
        seed >> _32,
    )
    high = np.int64(w0 >> _5)
    low = np.int64(w1 >> _6)
    value = (high * 67108864.0 + low + 0.5) * _TO_UNIT
    return min(value, 1.0 - _TO_UNIT)


@compiled
def unit_exponential(seed: np.uint64, replication: np.uint64, patient: int, stream: int, index: int) -> float:
    """One exponential number of mean 1, by inversion of the uniform of the same counter."""
    return -math.log(uniform(seed, replication, patient, stream, index))


def uniforms(
    seed: int,
    replication: int,
    patients: np.ndarray[Any, np.dtype[np.int64]],
    stream: int,
    index: int | np.ndarray[Any, np.dtype[np.int64]],
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The numbers of `uniform` for many patients at once, equal to the last bit.

    Parameters
    ----------
    patients
        (n,) patient numbers.
    index
        One, or (k, 1) of them.

    Returns
    -------
    numpy.ndarray
        (n,) or (k, n) uniforms in (0, 1).
    """
    indices = np.asarray(index, dtype=np.int64)
    numbers = np.empty((indices.size, patients.size))
    _fill(numbers, np.uint64(seed), np.uint64(replication), patients, stream, indices.ravel())
    return numbers.reshape(np.broadcast_shapes(patients.shape, indices.shape))


@compiled
def _fill(numbers: Any, seed: np.uint64, replication: np.uint64, patients: Any, stream: int, indices: Any) -> None:
    """Draw (indices, patients) uniforms; in steps of whole arrays it took 5 to 20 times as long."""
    for row in range(indices.size):
        for place in range(patients.size):
            numbers[row, place] = uniform(seed, replication, patients[place], stream, indices[row])
