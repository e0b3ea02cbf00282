"""The world of the rules, put together from a scenario's inputs and one strategy."""

from functools import lru_cache
from typing import Any, Final

import numpy as np

from alps_sim.rules.complication_hazards import opsi_scale
from alps_sim.rules.world import world_dtype
from alps_sim.scenario.inputs import Inputs, record_type

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
    dtype, before_log = _world_records(inputs.parameters.dtype)
    world = np.empty(1, dtype)
    world.view(np.uint8)[:before_log] = 0
    chosen = inputs.strategies[strategy]
    _copy(inputs.parameters, world["parameters"])
    _copy(chosen.strategy, world["strategy"])
    _copy(inputs.agents, world["agents"][0])
    _copy(chosen.steps, world["steps"][0, : chosen.steps.size])
    world["step_count"] = chosen.steps.size
    _copy(chosen.lines, world["lines"][0, : chosen.lines.size])
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


@lru_cache(maxsize=8)
def _world_records(parameters: np.dtype[Any]) -> tuple[np.dtype[Any], int]:
    """The type of the world's record, and the bytes of it before the log.

    Made once, as the same type is known at once in compiled calls. The log, two fifths of the world, is written before it is read.
    """
    dtype = record_type(world_dtype(parameters))
    assert dtype.fields is not None
    return dtype, dtype.fields["log"][1]


def _copy(records: Any, place: Any) -> None:
    """Copy records into a place of the same type, byte by byte: hundreds of fields one by one take 30 times as long."""
    assert records.dtype == place.dtype
    place.view(np.uint8)[...] = records.view(np.ndarray).view(np.uint8)
