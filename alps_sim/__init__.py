"""Discrete-event simulation of children with autoimmune lymphoproliferative syndrome under different treatment strategies.

    import alps_sim

    scenario = alps_sim.load("scenarios/teaching_demo.yaml")
    result = alps_sim.run(scenario, patients=2000)
    result.summary                       # a tidy DataFrame, as are result.differences and result.tables[...]
    alps_sim.plots.survival_figure(result.tables["survival"], "20")

What is not named here may change without notice.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alps_sim import plots
    from alps_sim.outcomes.stored import read_results
    from alps_sim.scenario import Scenario, ScenarioError
    from alps_sim.scenario import load_scenario as load
    from alps_sim.simulation import RunResult, run
    from alps_sim.studies import sweep, twin

__all__ = ["RunResult", "Scenario", "ScenarioError", "load", "plots", "read_results", "run", "sweep", "twin"]

_PLACES: Final = {
    "RunResult": ("alps_sim.simulation", "RunResult"),
    "Scenario": ("alps_sim.scenario", "Scenario"),
    "ScenarioError": ("alps_sim.scenario", "ScenarioError"),
    "load": ("alps_sim.scenario", "load_scenario"),
    "plots": ("alps_sim.plots", ""),
    "read_results": ("alps_sim.outcomes.stored", "read_results"),
    "run": ("alps_sim.simulation", "run"),
    "sweep": ("alps_sim.studies", "sweep"),
    "twin": ("alps_sim.studies", "twin"),
}
"""Module and name of each public thing; an empty name is the module."""


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: heavy libraries would make `--help` wait for seconds."""
    if name not in _PLACES:
        raise AttributeError(f"module 'alps_sim' has no attribute {name!r}; it has {', '.join(__all__)}")
    from importlib import import_module

    module, attribute = _PLACES[name]
    found = import_module(module)
    return getattr(found, attribute) if attribute else found
