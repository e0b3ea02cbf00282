"""What calibration has left: joint draws of the fitted parameters, and under which rules, figures and priors they were fitted.

The files in `posterior/` are written by `alps-sim calibrate`. One table a cohort holds draws with a column a parameter; parameters of
one table are drawn together, since the figures tell some combinations better than their parts. Without the files the ledger's priors hold.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.source import FOLDER, read_source, shown_name

POSTERIOR: Final = FOLDER / "posterior"
OF_READINGS: Final = FOLDER / "posterior_of_readings"
"""A folder for each alternative under which the cohort is fitted by itself."""
PROVENANCE: Final = "provenance.yaml"
LEARNED: Final = "learned.csv"
_KEYS: Final = ("rules", "cohorts_fitted")
"""What a provenance must tell for its draws to be read."""
_MORE_KEYS: Final = (
    "fitted_under",
    "readings",
    "figures",
    "priors",
    "replicas",
    "first_cohorts",
    "lives",
    "given",
    "cohorts_simulated",
    "seed",
)

IDENTIFIED: Final = 0.2
"""Contraction from which a parameter counts as calibrated; one below it keeps its prior, whatever it is called."""
LABELS: Final = ("prior, not calibrated", "hardly calibrated", "calibrated")
"""Of a contraction below the bar, of one whose error holds it, and of one above."""
_NORMAL_95: Final = 1.96


@dataclass(frozen=True)
class Contraction:
    """How far the published figures narrowed a parameter.

    Attributes
    ----------
    share
        One minus the posterior variance of the normal score: 0 for one that the figures tell nothing of.
    error
        Standard error of it, from the finite number of cohorts that the posterior is made of.
    """

    share: float
    error: float = 0.0

    @property
    def label(self) -> str:
        """Of LABELS, by the 95% interval."""
        reach = _NORMAL_95 * self.error
        return LABELS[int(self.share + reach >= IDENTIFIED) + int(self.share - reach >= IDENTIFIED)]

    @property
    def calibrated(self) -> bool:
        """Whether the figures narrowed it beyond the bar, its error allowed for; what did not counts as assumed."""
        return self.label == LABELS[-1]

    def __str__(self) -> str:
        return f"{self.share:.2f} ± {self.error:.2f}"


@dataclass(frozen=True)
class FittedBlock:
    """Posterior draws of the parameters fitted to one cohort.

    Attributes
    ----------
    cohort
        Identifier of the cohort in the published targets.
    names
        Fitted parameters.
    draws
        (draws, parameters), in the ledger's units.
    contractions
        (parameters,) what the figures tell of each.
    """

    cohort: str
    names: tuple[str, ...]
    draws: np.ndarray[Any, np.dtype[np.float64]]
    contractions: tuple[Contraction, ...]

    @property
    def identity(self) -> str:
        """Short hash of the draws: two runs under the same ones have the same."""
        return identity(*self.names, self.draws.tobytes().hex())

    def means(self) -> dict[str, float]:
        """Posterior mean of each parameter: the base case."""
        return dict(zip(self.names, self.draws.mean(axis=0).tolist(), strict=True))

    def intervals(self) -> dict[str, tuple[float, float]]:
        """95% posterior interval of each parameter."""
        low, high = np.percentile(self.draws, (2.5, 97.5), axis=0)
        return dict(zip(self.names, zip(low.tolist(), high.tolist(), strict=True), strict=True))

    def row(self, uniform: float) -> dict[str, float]:
        """One joint draw.

        Parameters
        ----------
        uniform
            Between 0 and 1; chooses the draw.
        """
        place = min(int(uniform * len(self.draws)), len(self.draws) - 1)
        return dict(zip(self.names, self.draws[place].tolist(), strict=True))


@dataclass(frozen=True)
class Posterior:
    """All that was fitted.

    Attributes
    ----------
    blocks
        One of each cohort.
    provenance
        Identity of the rules, figures and priors, and how the fit was made, by key.
    """

    blocks: tuple[FittedBlock, ...]
    provenance: Mapping[str, str]


def load_posterior(folder: Path = POSTERIOR) -> Posterior | None:
    """The posterior in a folder; None if nothing has been fitted.

    Parameters
    ----------
    folder
        Of `alps-sim calibrate`; the package's own if not given.

    Raises
    ------
    EvidenceError
        If a table is broken.
    """
    if not (folder / PROVENANCE).is_file():
        return None
    keys = read_source(folder / PROVENANCE).mapping(_KEYS, _MORE_KEYS)
    cohorts = [name.strip() for name in str(keys["cohorts_fitted"].value).split(",")]
    blocks = tuple(_read_block(folder, cohort) for cohort in cohorts)
    return Posterior(blocks, {key: str(item.value) for key, item in keys.items()})


def fitted_readings(folder: Path = OF_READINGS) -> dict[tuple[str, str], Path]:
    """Folders of the posteriors that were fitted under other readings, by reading and alternative.

    Parameters
    ----------
    folder
        That holds them; the package's own if not given.
    """
    found = {}
    for path in sorted(folder.glob(f"*/{PROVENANCE}")):
        reading, _, alternative = str(read_source(path).mapping((*_KEYS, "readings"), _MORE_KEYS)["readings"].value).partition(": ")
        found[reading, alternative] = path.parent
    return found


def _read_block(folder: Path, cohort: str) -> FittedBlock:
    path = folder / f"{cohort}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = list(csv.reader(file))
        draws = np.array(rows, dtype=np.float64)
        with (folder / LEARNED).open(encoding="utf-8", newline="") as file:
            contractions = {row["parameter"]: _contraction(row) for row in csv.DictReader(file)}
        block = FittedBlock(cohort, tuple(names), draws, tuple(contractions[name] for name in names))
    except (OSError, ValueError, KeyError) as error:
        raise EvidenceError(f"expected posterior draws, found: {error}; run `alps-sim calibrate`", shown_name(path), 1) from error
    if draws.ndim != 2 or draws.shape[1] != len(names) or not draws.size or not np.isfinite(draws).all():
        raise EvidenceError(
            "expected rows of finite numbers under each name, one a draw, found others or none; run `alps-sim calibrate`",
            shown_name(path),
            1,
        )
    return block


def _contraction(row: Mapping[str, str]) -> Contraction:
    return Contraction(float(row["contraction"]), float(row["contraction_error"]))


def identity(*parts: str) -> str:
    """Short hash of some texts: the identity of what a fit hangs on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]
