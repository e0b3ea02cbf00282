"""Figures, for the report and for one's own results: each takes tables of a run and returns a matplotlib figure.

`save` writes a figure as PNG and SVG.
"""

from alps_sim.plots.agreement import validation_figure
from alps_sim.plots.causes import causes_figure
from alps_sim.plots.curves import PublishedPoint, opsi_death_figure, relapse_figure, survival_figure
from alps_sim.plots.exposure import steroid_figure
from alps_sim.plots.forest import robustness_figure
from alps_sim.plots.headline import headline_figure
from alps_sim.plots.icons import icon_figure
from alps_sim.plots.images import save
from alps_sim.plots.spread import spread_figure
from alps_sim.plots.sweep import sweep_figure
from alps_sim.plots.sweep_map import sweep_map
from alps_sim.plots.treatments import treatment_figure
from alps_sim.plots.twin import twin_figure

__all__ = [
    "PublishedPoint",
    "causes_figure",
    "headline_figure",
    "icon_figure",
    "opsi_death_figure",
    "relapse_figure",
    "robustness_figure",
    "save",
    "spread_figure",
    "steroid_figure",
    "survival_figure",
    "sweep_figure",
    "sweep_map",
    "treatment_figure",
    "twin_figure",
    "validation_figure",
]
