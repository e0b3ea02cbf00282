"""What all tests share: the shipped scenarios, their inputs, and how hard Hypothesis tries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from alps_sim.evidence.ledger import Ledger, load_ledger, load_priors
from alps_sim.outcomes.accumulate import sums_in_one_order
from alps_sim.scenario.inputs import Inputs
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.translate import translate

ROOT = Path(__file__).parent.parent

# Examples are the same in every run, so a change that passes here passes everywhere; compiling makes the first one slow.
settings.register_profile("project", deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(scope="session", autouse=True)
def _one_thread_of_linear_algebra() -> Iterator[None]:
    """As in a run: threads of the library beside those of the tests took many times as long."""
    with sums_in_one_order():
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    """The evidence ledger."""
    return load_ledger()


@pytest.fixture(scope="session")
def main_scenario_path() -> Path:
    """The main scenario's file."""
    return ROOT / "scenarios" / "early_splenectomy_vs_mmf_sirolimus.yaml"


@pytest.fixture(scope="session")
def prior_inputs(main_scenario_path: Path) -> Inputs:
    """The main scenario, translated with what was believed before the fit."""
    scenario = load_scenario(main_scenario_path)
    return translate(scenario, load_priors().values() | scenario.override_values())


@pytest.fixture(scope="session")
def main_inputs(main_scenario_path: Path, ledger: Ledger) -> Inputs:
    """The main scenario, translated with the ledger's values."""
    scenario = load_scenario(main_scenario_path)
    return translate(scenario, scenario.parameter_values(ledger))
