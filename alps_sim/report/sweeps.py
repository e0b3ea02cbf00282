"""The sweeps of a run for its report: rebuilt from the stored tables."""

from collections.abc import Iterator, Mapping

import pandas as pd

from alps_sim.analysis.sweep import Sweep, varied_of
from alps_sim.analysis.variation import Variation
from alps_sim.evidence.ledger import Ledger
from alps_sim.outcomes.definitions import headline_window
from alps_sim.scenario import Scenario
from alps_sim.scenario.schema import SweepRequest


def requested(request: SweepRequest) -> Variation:
    """The values that a sweep of a scenario takes.

    Parameters
    ----------
    request
        As the scenario has it.
    """
    return Variation(request.parameter, request.low, request.high, request.values, request.logarithmic)


def stored_sweeps(tables: Mapping[str, pd.DataFrame], scenario: Scenario, ledger: Ledger) -> Iterator[Sweep]:
    """The sweeps of which a run has stored the tables, in the order of the scenario.

    Parameters
    ----------
    tables
        Of the results folder, by name.
    scenario, ledger
        As run, and what is known.
    """
    window = headline_window([f"{years:g}" for years in scenario.windows_years])
    for request in scenario.sweeps:
        names = f"sweep_{request.parameter}", f"flips_{request.parameter}"
        if set(names) <= set(tables):
            swept = scenario.replaced(patients=request.patients)
            varied = (varied_of(requested(request), scenario, ledger),)
            yield Sweep(swept, varied, window, 0, tables[names[0]], tables[names[1]])
