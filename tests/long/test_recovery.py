"""A fit finds what it is told, and finds what exact likelihoods say where there are any.

Banks of 30,000 cohorts with a seed of their own, a tenth of what is shipped: what they give is coarser, never overconfident. The criteria
for 400 unseen cohorts: 90% intervals cover 84 to 95% for each parameter that the figures narrow, 88 to 92% on the average (the
standard error of one coverage is 1.5%), and ranks are uniform (Kolmogorov-Smirnov, Holm, family error 5%).
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, multinomial

from alps_sim.calibration.bank import Bank, seen_cohort, simulate_bank
from alps_sim.calibration.blocks import BLOCKS, Block, block_named, observed_summaries
from alps_sim.calibration.calibrate import UNSEEN
from alps_sim.calibration.fit import fit, posterior
from alps_sim.calibration.priors import Priors
from alps_sim.calibration.recovery import recovery
from alps_sim.evidence.ledger import load_priors
from alps_sim.evidence.posterior import IDENTIFIED
from alps_sim.outcomes.statistics import STATISTICS
from alps_sim.scenario import load_scenario
from alps_sim.scenario.translate import translate
from tests.reach import SCENARIOS

COHORTS: Final = 30_000
SEED: Final = 7
WORKERS: Final = 2
EXACT_DRAWS: Final = 3_000
EXACT_PATIENTS: Final = 400


def silent(what: str, done: int, of: int) -> None:
    """Show nothing."""


def bank_of(block: Block, cohorts: int) -> Bank:
    return simulate_bank(block, SCENARIOS, cohorts, SEED, WORKERS, silent)


def judged(table: pd.DataFrame) -> None:
    """The criteria of recovery."""
    narrowed = table[table["contraction"] >= IDENTIFIED]
    assert narrowed["coverage"].between(0.84, 0.95).all(), narrowed.to_string()
    assert narrowed["coverage"].mean() == pytest.approx(0.90, abs=0.02)
    ordered = np.sort(table["rank_p"].to_numpy())
    assert (ordered * np.arange(len(ordered), 0, -1) > 0.05).all(), table.to_string()


def test_truths_are_recovered_from_unseen_cohorts_in_every_block() -> None:
    tables = []
    for block in BLOCKS:
        whole = bank_of(block, COHORTS + UNSEEN)
        fitted = fit(Bank(whole.scores[:-UNSEEN], whole.summaries[:-UNSEEN]), SEED)
        tables.append(recovery(fitted, whole.scores[-UNSEEN:], whole.summaries[-UNSEEN:], block.fitted))
    judged(pd.concat(tables, ignore_index=True))


def test_the_shipped_fit_recovered_truths_when_it_was_made() -> None:
    judged(pd.read_csv(Path(__file__).parents[2] / "alps_sim" / "evidence" / "posterior" / "recovered.csv"))


def exact_draws(block: Block) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Normal scores of prior draws, and rows of many patients under each."""
    scenario, priors = load_scenario(SCENARIOS / f"{block.cohort}.yaml"), Priors(load_priors())
    uniforms = priors.uniforms(SEED + 1, 0, EXACT_DRAWS)
    shares = []
    for number, values in enumerate(priors.values(uniforms)):
        rows = seen_cohort(translate(scenario, values | scenario.override_values(values)), number, EXACT_PATIENTS)
        shares.append([STATISTICS[name].value(rows) for name in ("initial_responders", "long_term_responders")])
    return priors.scores(uniforms, block.fitted), np.array(shares)


def sirolimus_likelihood(shares: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """10 long-term responders of 14."""
    return np.asarray(binom.pmf(10, 14, shares[:, 1]))


def mmf_likelihood(shares: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """44 long-term responders, 16 who responded for a time, 4 who did not, of 64; a long-term responder responded."""
    parts = np.column_stack([shares[:, 1], np.maximum(shares[:, 0] - shares[:, 1], 1e-9), 1.0 - np.maximum(shares[:, 0], shares[:, 1])])
    return np.array([multinomial.pmf([44, 16, 4], 64, row / row.sum()) for row in parts])


@pytest.mark.parametrize(
    ("name", "figures", "likelihood"),
    [
        ("nih_sirolimus", ("sirolimus_long_term_response",), sirolimus_likelihood),
        ("nih_mmf", ("mmf_initial_response", "mmf_long_term_response"), mmf_likelihood),
    ],
)
def test_the_fit_agrees_with_the_exact_likelihood_of_counts(name: str, figures: tuple[str, ...], likelihood: Any) -> None:
    """Posterior means of the scores from the counts alone, within five standard errors of the weighted prior draws and 0.1 of bias.

    The bias: shares under each draw come from 400 patients, and the fit smooths.
    """
    block = block_named(name)
    columns = [place for place, target in enumerate(block.targets) if target.identifier in figures]
    bank = bank_of(block, COHORTS)
    observed = observed_summaries(block.targets)[columns]
    found = posterior(fit(Bank(bank.scores, bank.summaries[:, columns]), SEED), observed)
    scores, shares = exact_draws(block)
    weights = likelihood(shares)
    weights = weights / weights.sum()
    exact = weights @ scores
    error = np.sqrt(weights**2 @ (scores - exact) ** 2)
    assert 1.0 / (weights**2).sum() > 100.0
    assert (np.abs(found.mean() - exact) < 5.0 * error + 0.1).all(), np.column_stack([found.mean(), exact, error])
