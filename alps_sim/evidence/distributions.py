"""How well a number is known: probability distributions with their quantile functions.

A distribution is written in the ledger as `kind(name=number, ...)`, for example `beta(alpha=60, beta=4)`. Drawing is by
inversion, one uniform a draw, so that equal luck means equal rank under any distribution.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import special

from alps_sim.evidence.errors import suggestion

Function = Callable[[Any, Mapping[str, float]], Any]


@dataclass(frozen=True)
class Kind:
    """A family of distributions.

    Attributes
    ----------
    required, optional
        Names of its parameters. `minimum` and `maximum` truncate.
    positive
        Those of them that must be above 0.
    quantile, cumulative
        Quantile function, of a number or an array, and distribution function, of a number, before truncation.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    positive: tuple[str, ...]
    quantile: Function
    cumulative: Function


def _lognormal_cumulative(x: float, p: Mapping[str, float]) -> float:
    return float(special.ndtr(np.log(x / p["median"]) / p["sigma"])) if x > 0 else 0.0


def _uniform_cumulative(x: float, p: Mapping[str, float]) -> float:
    return min(max((x - p["low"]) / (p["high"] - p["low"]), 0.0), 1.0)


KINDS: Final[Mapping[str, Kind]] = {
    "beta": Kind(
        ("alpha", "beta"),
        (),
        ("alpha", "beta"),
        lambda q, p: special.betaincinv(p["alpha"], p["beta"], q),
        lambda x, p: float(special.betainc(p["alpha"], p["beta"], min(max(x, 0.0), 1.0))),
    ),
    "gamma": Kind(
        ("shape", "rate"),
        ("maximum",),
        ("shape", "rate"),
        lambda q, p: special.gammaincinv(p["shape"], q) / p["rate"],
        lambda x, p: float(special.gammainc(p["shape"], max(x, 0.0) * p["rate"])),
    ),
    "lognormal": Kind(
        ("median", "sigma"),
        ("minimum", "maximum"),
        ("median", "sigma"),
        lambda q, p: p["median"] * np.exp(p["sigma"] * special.ndtri(q)),
        _lognormal_cumulative,
    ),
    "normal": Kind(
        ("mean", "sd"),
        ("minimum", "maximum"),
        ("sd",),
        lambda q, p: p["mean"] + p["sd"] * special.ndtri(q),
        lambda x, p: float(special.ndtr((x - p["mean"]) / p["sd"])),
    ),
    "uniform": Kind(("low", "high"), (), (), lambda q, p: p["low"] + q * (p["high"] - p["low"]), _uniform_cumulative),
}
"""The families that can be drawn. `fixed` stands beside them: known by decision or definition, never drawn."""

FIXED: Final = "fixed"


@dataclass(frozen=True)
class Distribution:
    """A distribution of one parameter.

    Attributes
    ----------
    kind
        A key of KINDS, or `fixed`.
    parameters
        Its numbers by name; empty if fixed.
    """

    kind: str
    parameters: Mapping[str, float]

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={number:g}" for name, number in self.parameters.items())
        return f"{self.kind}({inside})" if inside else self.kind

    @property
    def is_fixed(self) -> bool:
        """Whether it is never drawn."""
        return self.kind == FIXED

    def ppf(self, probability: float) -> float:
        """Quantile.

        Parameters
        ----------
        probability
            Between 0 and 1, both excluded.

        Raises
        ------
        ValueError
            If the parameter is fixed: it has a value but no quantiles.
        """
        return float(self.quantiles(probability))

    def quantiles(self, probabilities: Any) -> Any:
        """Quantiles of many probabilities at once.

        Parameters
        ----------
        probabilities
            Of any shape, between 0 and 1, both excluded.

        Raises
        ------
        ValueError
            If the parameter is fixed: it has a value but no quantiles.
        """
        if self.is_fixed:
            raise ValueError("expected a distribution, found a fixed parameter; use its value")
        kind = KINDS[self.kind]
        below = kind.cumulative(self.parameters["minimum"], self.parameters) if "minimum" in self.parameters else 0.0
        upto = kind.cumulative(self.parameters["maximum"], self.parameters) if "maximum" in self.parameters else 1.0
        return kind.quantile(below + probabilities * (upto - below), self.parameters)


_CALL: Final = re.compile(r"(?P<kind>[a-z]+)(?:\((?P<inside>[^()]*)\))?")
_ITEM: Final = re.compile(r"\s*(?P<name>[a-z]+)\s*=\s*(?P<number>[^\s]+)\s*")


def parse_distribution(text: str) -> Distribution:
    """Read a distribution as the ledger writes it.

    Parameters
    ----------
    text
        For example `lognormal(median=2.3, sigma=0.38)` or `fixed`.

    Raises
    ------
    ValueError
        What was expected and found.
    """
    call = _CALL.fullmatch(text.strip())
    if call is None:
        raise ValueError(f"expected a distribution such as `beta(alpha=60, beta=4)`, found '{text}'")
    name, inside = call["kind"], call["inside"]
    if name == FIXED and inside is None:
        return Distribution(FIXED, {})
    if name not in KINDS:
        raise ValueError(f"expected a known distribution, found `{name}`; {suggestion(name, (*KINDS, FIXED))}")
    numbers = _numbers(inside or "")
    _check(KINDS[name], name, numbers)
    return Distribution(name, numbers)


def _numbers(inside: str) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for part in inside.split(","):
        item = _ITEM.fullmatch(part)
        if item is None or item["name"] in numbers:
            raise ValueError(f"expected `name=number` with each name once, found '{part.strip()}'")
        try:
            numbers[item["name"]] = float(item["number"])
        except ValueError:
            raise ValueError(f"expected a number for `{item['name']}`, found '{item['number']}'") from None
        if not math.isfinite(numbers[item["name"]]):
            raise ValueError(f"expected a finite number for `{item['name']}`, found '{item['number']}'")
    return numbers


def _check(kind: Kind, name: str, numbers: Mapping[str, float]) -> None:
    known = kind.required + kind.optional
    for found in numbers:
        if found not in known:
            raise ValueError(f"expected {', '.join(known)} for `{name}`, found `{found}`; {suggestion(found, known)}")
    for key in kind.required:
        if key not in numbers:
            raise ValueError(f"expected `{key}` for `{name}`, found none")
    for key in kind.positive:
        if not numbers[key] > 0:
            raise ValueError(f"expected `{key}` above 0, found {numbers[key]:g}")
    for low, high in (("low", "high"), ("minimum", "maximum")):
        if low in numbers and high in numbers and not numbers[low] < numbers[high]:
            raise ValueError(f"expected `{low}` below `{high}`, found {numbers[low]:g} and {numbers[high]:g}")
