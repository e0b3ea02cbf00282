"""What a posterior hangs on, by hashes; and whether changed rules still live the lives that it was fitted to.

A change of the rules' text makes a posterior that of other rules. Where the change leaves every life of the published cohorts as it was (an
equal rule written better, or one that no replica comes to), `confirm` shows that and says so in the provenance: no new fit is needed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from alps_sim import accelerate
from alps_sim.calibration.bank import simulate_chunk, sums_of_lives
from alps_sim.calibration.blocks import BLOCKS, OTHER_STRUCTURES, Block
from alps_sim.calibration.priors import Priors
from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.posterior import PROVENANCE, FittedBlock, Posterior, identity, load_posterior
from alps_sim.outcomes.store import MANIFEST, ResultsFolder

FIRST_COHORTS: Final = 12
"""Cohorts of each bank whose figures identify the model."""
LIVED_COHORTS: Final = 200
"""Cohorts of each bank whose lives identify the rules, whatever their text: 30,000 lives of the largest."""


def fit_of_the_cohort(block: Block, before: Sequence[FittedBlock] = ()) -> FittedBlock | None:
    """What has been learned from the cohort before a series is fitted; nothing for the cohort itself.

    Parameters
    ----------
    block
        What is fitted.
    before
        Fits of the same run, which come before the shipped one.

    Raises
    ------
    EvidenceError
        If a series has no fit of the cohort to build on.
    """
    cohort = BLOCKS[0].cohort
    if block.cohort == cohort:
        return None
    shipped = load_posterior()
    known = [*before, *(shipped.blocks if shipped is not None else ())]
    found = next((fitted for fitted in known if fitted.cohort == cohort), None)
    if found is None:
        raise EvidenceError(f"expected a fit of `{cohort}` before that of `{block.name}`, found none; fit the cohort first")
    return found


def fitted_to(scenarios: Path, blocks: tuple[Block, ...] = BLOCKS) -> dict[str, str]:
    """Identity of what a posterior hangs on: rules, published figures, priors, replicas, and what comes of them.

    The last are the figures of the first cohorts of each bank, so that a change of the population, of how studies observe, of a statistic
    or of a table is seen too, wherever it is made, and sums over their lives.

    Parameters
    ----------
    scenarios
        Folder of the replicas.
    blocks
        What was fitted; a series alone hangs on the fit of the cohort too.
    """
    every = tuple({block.name: block for block in (*BLOCKS, *blocks)}.values())
    figures = [f"{one.identifier} {one.statistic} {one.observed}" for block in every for one in block.targets]
    replicas = dict.fromkeys(block.scenario for block in every)
    given = fit_of_the_cohort(blocks[0])
    return {
        "rules": accelerate.model_hash(),
        "figures": identity(*figures),
        "priors": identity(*_believed(), *(text for block in every for text in _asked(block))),
        "replicas": identity(*((scenarios / f"{name}.yaml").read_text(encoding="utf-8") for name in replicas)),
        "first_cohorts": identity(*(_first_cohorts(block.name, scenarios) for block in every)),
        "lives": identity(*(_lives(block.name, scenarios) for block in every)),
        **({"given": given.identity} if given is not None else {}),
    }


def _believed() -> Iterable[str]:
    """Every uncertain parameter with what is believed of it."""
    ledger = load_priors()
    return [f"{one.name} {one.value:g} {one.distribution} {one.moves_with}" for one in (ledger[name] for name in Priors(ledger).names)]


def _asked(block: Block) -> Iterable[str]:
    """What is fitted in a block, and what its reading believes, ties and holds."""
    told: Mapping[str, object] = {**block.priors, **block.tied, **block.held}
    return [*block.fitted, *(f"{name} {what}" for name, what in told.items())]


def _first_cohorts(name: str, scenarios: Path) -> str:
    """Figures of the first cohorts under the priors, in six digits: the last bits belong to the machine and not to the model."""
    _, summaries = simulate_chunk(name, scenarios, 0, 0, FIRST_COHORTS)
    return " ".join(f"{value:.6g}" for value in summaries.ravel())


@cache
def _lives(name: str, scenarios: Path) -> str:
    """Sums over lives under the priors, in nine digits: one flare more in 30,000 lives is another sum."""
    return " ".join(f"{value:.9g}" for value in sums_of_lives(name, scenarios, LIVED_COHORTS))


def provenance_text(told: Mapping[str, object]) -> str:
    """Where a posterior comes from, as a file of its own.

    Parameters
    ----------
    told
        Key by key: those of `fitted_to`, and how the fit was made.
    """
    lines = ["# Written by `alps-sim calibrate`. A change of what is named by its hash makes these draws those of another model."]
    return "\n".join([*lines, *(f'{key}: "{value}"' if isinstance(value, str) else f"{key}: {value}" for key, value in told.items()), ""])


def confirm(folder: Path, scenarios: Path) -> str:
    """Give a posterior the identity of changed rules, if these live the same lives; what was found, in a sentence.

    Parameters
    ----------
    folder
        Of `alps-sim calibrate`.
    scenarios
        Folder of the replicas.

    Raises
    ------
    EvidenceError
        If there is no posterior, or something else than the text of the rules has changed: then a new fit is needed.
    """
    posterior = load_posterior(folder)
    if posterior is None:
        raise EvidenceError(f"expected a folder of `alps-sim calibrate`, found no {PROVENANCE} in it; name another", str(folder))
    told = dict(posterior.provenance)
    now = fitted_to(scenarios, blocks_of(posterior))
    changed = [key for key, value in now.items() if told.get(key) != value]
    if not changed:
        return f"{folder}: fitted under these rules; nothing is to be confirmed."
    if changed != ["rules"]:
        raise EvidenceError(f"expected the same lives under other rules, found changed: {', '.join(changed)}; fit anew", str(folder))
    _rewrite(folder, {**told, **now, "fitted_under": told.get("fitted_under", told["rules"])})
    return (
        f"{folder}: {LIVED_COHORTS} cohorts of each study live the same lives under these rules ({now['rules']}) as under {told['rules']}."
    )


def blocks_of(posterior: Posterior) -> tuple[Block, ...]:
    """What a posterior was fitted to: the alternative that it names, or all under the readings taken.

    Parameters
    ----------
    posterior
        With the readings in its provenance.
    """
    named = posterior.provenance["readings"]
    return tuple(block for block in OTHER_STRUCTURES if ": ".join(block.reading) == named) or BLOCKS


def _rewrite(folder: Path, told: Mapping[str, str]) -> None:
    """The same posterior with another provenance: a folder whole, as every result."""
    about = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del about["files"]
    kept = {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in (MANIFEST, PROVENANCE)}
    numbers = {key: int(value) if key in ("cohorts_simulated", "seed") else value for key, value in told.items()}
    with ResultsFolder(folder) as new:
        for name, content in kept.items():
            (new.path / name).write_bytes(content)
        (new.path / PROVENANCE).write_text(provenance_text(numbers), encoding="utf-8")
        new.commit(about)
