"""What is asked: scenario files, their schema and strict loader, and their translation into arrays."""

from alps_sim.scenario.errors import ScenarioError
from alps_sim.scenario.loader import changed, load_scenario
from alps_sim.scenario.schema import Scenario

__all__ = ["Scenario", "ScenarioError", "changed", "load_scenario"]
