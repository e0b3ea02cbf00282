"""The world of the rules, put together from a scenario's inputs and one strategy."""

from typing import Any, Final

import numpy as np

from alps_sim.rules.complication_hazards import opsi_scale
from alps_sim.rules.world import world_dtype
from alps_sim.scenario.inputs import Inputs

_TABLES: Final = ("steroid_probit", "death_per_year", "lymphoma_per_year", "body", "utility_norm", "unit_cost")
_NUMBERS: Final = ("seed", "cost_discount_per_year", "effect_discount_per_year")


def make_world(inputs: Inputs, strategy: int, replication: int, keep_events: bool) -> Any:
    """A world for one strategy, with empty books.

    Parameters
    ----------
    inputs
        The translated scenario.
    strategy
        Position of the strategy.
    replication
        Number of the replication; a word of the generator's counter.
    keep_events
        Whether rules write the event log.

    Returns
    -------
    numpy.recarray
        (1,) of `world_dtype`.
    """
    world = np.zeros(1, world_dtype(inputs.parameters.dtype))
    chosen = inputs.strategies[strategy]
    world["parameters"] = inputs.parameters
    world["strategy"] = chosen.strategy
    world["agents"][0] = inputs.agents
    world["steps"][0, : chosen.steps.size] = chosen.steps
    world["step_count"] = chosen.steps.size
    world["lines"][0, : chosen.lines.size] = chosen.lines
    world["line_count"] = chosen.lines.size
    for table in _TABLES:
        world[table][0] = getattr(inputs, table)
    for number in _NUMBERS:
        world[number] = getattr(inputs, number)
    world["opsi_scale"] = opsi_scale(inputs.parameters[0])
    world["censuses"][0, : inputs.censuses.size] = inputs.censuses
    world["window_count"] = inputs.censuses.size
    world["replication"] = replication
    world["keep_events"] = int(keep_events)
    return world.view(np.recarray)
