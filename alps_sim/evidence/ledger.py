"""The evidence ledger: every parameter of the model with value, unit, distribution, range, source, grade and note.

The files in `ledger/` are the only place where a number of the model stands. Each entry is read strictly; nothing has a default.
`low` and `high` bound what is published or assumed; they may be left out of a fixed entry, whose range is then its value.
`moves_with` names a parameter whose luck a draw shares: what is ordered by nature (exposure tertiles, severe and mild) keeps its order
in nearly every draw, and how well an agent works at all is uncertain in all lineages together. No other dependence between parameters is
assumed; a fit finds its own.
"""

import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from alps_sim.evidence.distributions import Distribution, parse_distribution
from alps_sim.evidence.errors import EvidenceError, suggestion
from alps_sim.evidence.posterior import PROVENANCE, Contraction, FittedBlock, Posterior, load_posterior
from alps_sim.evidence.source import FOLDER, Located, read_source

FILES: Final = (
    "patient",
    "flares",
    "acute_treatment",
    "agents",
    "splenectomy",
    "sepsis",
    "malignancy",
    "steroid_toxicity",
    "utilities",
    "costs",
    "settings",
    "study",
)
"""Files of the ledger in reading order, which is the order of the parameters."""

GRADES: Final = {
    "PAPER": "stated in Rao, Front Pediatr 2015;3:65",
    "SEEN": "read in the cited publication",
    "DERIVED": "arithmetic on published figures",
    "RECALLED": "believed, not verified",
    "ASSUMED": "no data, an explicit assumption",
}
"""How far a number can be trusted, the most trusted first."""

WORDS: Final = {"per_m2, per_kg or fixed": ("per_m2", "per_kg", "fixed"), "yes or no": (False, True)}
"""Units of entries that are words: the value of the parameter is the word's place."""

DRAWS_AT_ONCE: Final = 128
"""Draws of one parameter that are made together."""
WORDS_A_COUNTER: Final = 4
"""Of Philox4x64."""

UNCERTAIN_GRADES: Final = ("RECALLED", "ASSUMED")
"""Grades of evidence that a reader must know of."""

_REQUIRED: Final = ("value", "unit", "distribution", "source", "grade", "note")
_OPTIONAL: Final = ("low", "high", "moves_with")


@dataclass(frozen=True)
class Parameter:
    """One entry of the ledger.

    Attributes
    ----------
    name
        As in docs/model.md, `drug.<agent>.<field>` or `unit_cost.<resource>`.
    value
        Base case, in `unit`; for an entry that is a word, its place in WORDS.
    distribution
        What a draw of the parameters is taken from.
    low, high
        The published or assumed range; a deterministic sensitivity analysis goes to its ends.
    grade
        A key of GRADES.
    file, line
        Where the entry stands.
    moves_with
        Parameter whose luck it shares in a draw, itself if none.
    """

    name: str
    value: float
    unit: str
    distribution: Distribution
    low: float
    high: float
    source: str
    grade: str
    note: str
    file: str
    line: int
    moves_with: str

    @property
    def word(self) -> str | None:
        """The value as a word, for an entry that is one."""
        if self.unit not in WORDS:
            return None
        word = WORDS[self.unit][int(self.value)]
        return word if isinstance(word, str) else ("yes" if word else "no")


@dataclass(frozen=True)
class Ledger:
    """All parameters, in file order.

    Attributes
    ----------
    parameters
        By name.
    fitted
        Posterior draws that take the place of the distributions of their parameters; none in the priors.
    fitted_rules
        Identity of the rules under which they were fitted; empty in the priors.
    """

    parameters: Mapping[str, Parameter]
    fitted: tuple[FittedBlock, ...] = ()
    fitted_rules: str = ""

    def __getitem__(self, name: str) -> Parameter:
        """The parameter of that name.

        Raises
        ------
        EvidenceError
            If there is none, with the nearest names.
        """
        if name not in self.parameters:
            raise EvidenceError(f"expected a parameter of the ledger, found `{name}`; {suggestion(name, self.parameters)}")
        return self.parameters[name]

    def contraction(self, name: str) -> Contraction | None:
        """How far the published figures narrowed a parameter; None if it was not fitted.

        Parameters
        ----------
        name
            Of a parameter.
        """
        for block in self.fitted:
            if name in block.names:
                return block.contractions[block.names.index(name)]
        return None

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Range of each parameter: the 95% posterior interval of a fitted one, else what is published or assumed."""
        given = {name: (one.low, one.high) for name, one in self.parameters.items()}
        return given | {name: bounds for block in self.fitted for name, bounds in block.intervals().items()}

    @cached_property
    def assumed(self) -> frozenset[str]:
        """Parameters that rest on an assumption or a recollection, and that no published figure has narrowed either."""
        uncertain = [name for name, parameter in self.parameters.items() if parameter.grade in UNCERTAIN_GRADES]
        narrowed = {name for block in self.fitted for name, told in zip(block.names, block.contractions, strict=True) if told.calibrated}
        return frozenset(uncertain) - narrowed

    def varying(self, held: Collection[str] = ()) -> tuple[str, ...]:
        """Parameters that vary from draw to draw, one of those that share their luck.

        Parameters
        ----------
        held
            Parameters that a scenario holds at one value.
        """
        found: dict[str, str] = {}
        for name, one in self.parameters.items():
            if name not in held and self._varies(name):
                found.setdefault(one.moves_with, name)
        return tuple(found.values())

    def _varies(self, name: str) -> bool:
        """Whether a parameter has a distribution or posterior draws."""
        return not self[name].distribution.is_fixed or any(name in block.names for block in self.fitted)

    def values(self, overrides: Mapping[str, float] | None = None) -> dict[str, float]:
        """Base-case values by name, with some of them replaced.

        Raises
        ------
        EvidenceError
            If an override is not in the ledger or not a finite number.
        """
        values = {name: parameter.value for name, parameter in self.parameters.items()}
        return _overridden(self, values, overrides or {})

    def draw(self, draw: int, seed: int, overrides: Mapping[str, float] | None = None) -> dict[str, float]:
        """Values by name of one draw from the distributions.

        One uniform a parameter, a function of seed, draw and the parameter's name alone: a new parameter changes no other. Fitted
        parameters come from one row of their posterior.

        Parameters
        ----------
        draw
            Number of the draw, from 0.
        seed
            Key of the generator, 64 bits.
        overrides
            Values held fixed in every draw.
        """
        values = {
            name: parameter.value if parameter.distribution.is_fixed else parameter.distribution.ppf(luck(parameter.moves_with, draw, seed))
            for name, parameter in self.parameters.items()
        }
        for block in self.fitted:
            values |= block.row(luck(f"posterior of {block.cohort}", draw, seed))
        return _overridden(self, values, overrides or {})


def with_posterior(priors: Ledger, blocks: tuple[FittedBlock, ...], rules: str = "") -> Ledger:
    """The ledger with what was fitted laid over it: posterior means as values, joint posterior draws as draws.

    Parameters
    ----------
    priors
        The ledger as it is written.
    blocks
        Posterior draws of some of its parameters.
    rules
        Identity of the rules under which they were fitted.

    Raises
    ------
    EvidenceError
        If a fitted parameter is not in the ledger.
    """
    means = {name: value for block in blocks for name, value in block.means().items()}
    for name in means:
        priors[name]
    parameters = {name: replace(one, value=means[name]) if name in means else one for name, one in priors.parameters.items()}
    return Ledger(parameters, blocks, rules)


def _overridden(ledger: Ledger, values: dict[str, float], overrides: Mapping[str, float]) -> dict[str, float]:
    for name, value in overrides.items():
        parameter = ledger[name]
        if not math.isfinite(value):
            raise EvidenceError(f"expected a finite number for `{name}` ({parameter.unit}), found {value!r}")
        values[name] = float(value)
    return values


def luck(name: str, draw: int, seed: int) -> float:
    """The uniform in (0, 1) that a draw gives to a parameter.

    Philox4x64-10 with the seed and a hash of the name as key and the draw as counter.
    """
    block, place = divmod(draw, DRAWS_AT_ONCE)
    return ((_words(name, seed, block)[place] >> 12) + 0.5) * 2.0**-52


@lru_cache(maxsize=8192)
def _words(name: str, seed: int, block: int) -> tuple[int, ...]:
    """First word of each counter of a block of draws. A generator a draw took forty times as long, a tenth of a validation."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    key = np.array([seed % 2**64, int.from_bytes(digest, "little")], dtype=np.uint64)
    words = np.random.Philox(key=key, counter=block * DRAWS_AT_ONCE).random_raw(WORDS_A_COUNTER * DRAWS_AT_ONCE)
    return tuple(int(word) for word in words[::WORDS_A_COUNTER])


def rule_parameter_names(ledger: Ledger) -> tuple[str, ...]:
    """Names without a dot, in ledger order: the fields of the rules' parameter record."""
    return tuple(name for name in ledger.parameters if "." not in name)


@lru_cache(maxsize=1)
def load_priors() -> Ledger:
    """The ledger of the package as it is written, read once a process: what was believed before anything was fitted.

    Raises
    ------
    EvidenceError
        If an entry is not as it should be, with file and line.
    """
    return read_ledger([FOLDER / "ledger" / f"{name}.yaml" for name in FILES])


@lru_cache(maxsize=8)
def load_ledger(folder: Path | None = None) -> Ledger:
    """The ledger of the package with what was fitted laid over it, read once a process; the priors if nothing was.

    Parameters
    ----------
    folder
        Of `alps-sim calibrate`: its fits take the place of the shipped ones of the same cohorts.

    Raises
    ------
    EvidenceError
        If an entry is not as it should be, with file and line, or the folder holds no posterior.
    """
    found = [posterior for posterior in (load_posterior(), _own_posterior(folder)) if posterior is not None]
    blocks = {block.cohort: block for posterior in found for block in posterior.blocks}
    rules = dict.fromkeys(posterior.provenance["rules"] for posterior in found)
    return with_posterior(load_priors(), tuple(blocks.values()), " and ".join(rules)) if found else load_priors()


def _own_posterior(folder: Path | None) -> Posterior | None:
    if folder is None:
        return None
    posterior = load_posterior(folder)
    if posterior is None:
        raise EvidenceError(f"expected a folder of `alps-sim calibrate`, found no {PROVENANCE} in it; name another", str(folder))
    return posterior


def read_ledger(paths: list[Path]) -> Ledger:
    """Read a ledger from files, in their order.

    Raises
    ------
    EvidenceError
        For an unknown or missing key, a wrong grade, unit word or distribution, a value outside its range, a name given twice,
        or a `moves_with` that is not in the ledger.
    """
    parameters: dict[str, Parameter] = {}
    for path in paths:
        for name, entry in read_source(path).table().items():
            if name in parameters:
                first = parameters[name]
                raise entry.error(f"expected each parameter once, found `{name}` again; first in {first.file}:{first.line}")
            parameters[name] = _parameter(name, entry)
    for parameter in parameters.values():
        if parameter.moves_with not in parameters:
            hint = suggestion(parameter.moves_with, parameters)
            message = f"expected a parameter in `moves_with`, found `{parameter.moves_with}`; {hint}"
            raise EvidenceError(message, parameter.file, parameter.line)
    return Ledger(parameters)


def _parameter(name: str, entry: Located) -> Parameter:
    keys = entry.mapping(_REQUIRED, _OPTIONAL)
    unit = keys["unit"].text()
    distribution = _distribution(keys["distribution"])
    value = _value(keys["value"], unit)
    low, high = _range(entry, keys, value, distribution)
    grade = keys["grade"].text()
    if grade not in GRADES:
        raise keys["grade"].error(f"expected a grade, found `{grade}`; choose from {', '.join(GRADES)}")
    moves_with = keys["moves_with"].text() if "moves_with" in keys else name
    if moves_with != name and distribution.is_fixed:
        raise keys["moves_with"].error("expected a distribution beside `moves_with`, found a fixed parameter; remove one")
    return Parameter(
        name, value, unit, distribution, low, high, keys["source"].text(), grade, keys["note"].text(), entry.file, entry.line, moves_with
    )


def _distribution(item: Located) -> Distribution:
    try:
        return parse_distribution(item.text())
    except ValueError as error:
        raise item.error(str(error)) from None


def _value(item: Located, unit: str) -> float:
    if unit not in WORDS:
        return item.number()
    words = WORDS[unit]
    if not any(item.value is word or (isinstance(word, str) and item.value == word) for word in words):
        raise item.error(f"expected one of {', '.join(str(word).lower() for word in words)}, found {item.value!r}")
    return float(words.index(item.value))


def _range(entry: Located, keys: Mapping[str, Located], value: float, distribution: Distribution) -> tuple[float, float]:
    given = [key for key in ("low", "high") if key in keys]
    if not given and distribution.is_fixed:
        return value, value
    if len(given) < 2:
        raise entry.error("expected `low` and `high`, found no range; only a fixed parameter may leave both out")
    low, high = keys["low"].number(), keys["high"].number()
    if not low <= value <= high or low == high:
        raise keys["value"].error(f"expected a value between low {low:g} and high {high:g}, found {value:g}; correct one of the three")
    return low, high
