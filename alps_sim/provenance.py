"""Where a result comes from: scenario as resolved, every parameter with its source, versions, timings."""

import platform
from importlib.metadata import version
from typing import Any, Final

from alps_sim import accelerate
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.store import FORMAT
from alps_sim.scenario import Scenario

LIBRARIES: Final = ("numpy", "scipy", "numba", "pandas", "simpy", "pyarrow")
"""Libraries whose versions the numbers may hang on."""


def program_version() -> str:
    """Version of the program."""
    return version("alps-sim")


def versions() -> dict[str, str]:
    """Versions of the program, of Python, and of the libraries that the numbers may hang on."""
    return {"alps-sim": program_version(), "python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def stale_posterior(ledger: Ledger) -> str:
    """What to tell a user whose fitted parameters were fitted under other rules; empty if they were not.

    Parameters
    ----------
    ledger
        What is known.
    """
    rules = accelerate.model_hash()
    if not ledger.fitted or ledger.fitted_rules == rules:
        return ""
    return (
        f"The fitted parameters were fitted under other rules ({ledger.fitted_rules}) than these ({rules}): what they reproduce is not "
        "known. Fit them anew with `make calibrate`."
    )


def parameter_provenance(scenario: Scenario, ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Value, unit, source and grade of every parameter in a scenario; an override's source is the scenario.

    Parameters
    ----------
    scenario, ledger
        What is asked and what is known.
    """
    values, overridden = scenario.parameter_values(ledger), scenario.override_values()
    fitted = {name: f"fitted to {block.cohort}" for block in ledger.fitted for name in block.names}
    return {
        name: {
            "value": values[name],
            "unit": parameter.unit,
            "source": "scenario" if name in overridden else fitted.get(name, parameter.source),
            "grade": "SCENARIO" if name in overridden else parameter.grade,
        }
        for name, parameter in ledger.parameters.items()
    }


def identity_of_the_model(ledger: Ledger) -> dict[str, Any]:
    """Under which rules and which fit something was made.

    Parameters
    ----------
    ledger
        What is known.
    """
    return {"rules": accelerate.model_hash(), "posterior": {block.cohort: block.identity for block in ledger.fitted}}


def manifest(scenario: Scenario, ledger: Ledger) -> dict[str, Any]:
    """The manifest of a run, but for what the run itself tells: checks, timings, checksums of its files.

    Parameters
    ----------
    scenario, ledger
        What was asked and what is known.
    """
    return {
        "format": FORMAT,
        "scenario": scenario.model_dump(mode="json"),
        "parameters": parameter_provenance(scenario, ledger),
        "seed": scenario.seed,
        "versions": versions(),
        "rules_hash": accelerate.rules_hash(),
        "rules_of_the_fit": ledger.fitted_rules,
        **identity_of_the_model(ledger),
    }
