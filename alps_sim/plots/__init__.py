"""Figures, for the report and for one's own results: each takes tables of a run and returns a matplotlib figure.

`save` writes a figure as PNG and SVG.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alps_sim.plots.agreement import validation_figure
    from alps_sim.plots.causes import causes_figure
    from alps_sim.plots.curves import opsi_death_figure, relapse_figure, survival_figure
    from alps_sim.plots.exposure import steroid_figure
    from alps_sim.plots.forest import robustness_figure
    from alps_sim.plots.headline import headline_figure
    from alps_sim.plots.icons import icon_figure
    from alps_sim.plots.images import save
    from alps_sim.plots.points import PublishedPoint
    from alps_sim.plots.spread import spread_figure
    from alps_sim.plots.sweep import sweep_figure
    from alps_sim.plots.sweep_maps import sweep_map
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

_PLACES: Final = {
    "PublishedPoint": "points",
    "causes_figure": "causes",
    "headline_figure": "headline",
    "icon_figure": "icons",
    "opsi_death_figure": "curves",
    "relapse_figure": "curves",
    "robustness_figure": "forest",
    "save": "images",
    "spread_figure": "spread",
    "steroid_figure": "exposure",
    "survival_figure": "curves",
    "sweep_figure": "sweep",
    "sweep_map": "sweep_maps",
    "treatment_figure": "treatments",
    "twin_figure": "twin",
    "validation_figure": "agreement",
}
"""Module of each name."""


def __getattr__(name: str) -> Any:
    """Import a figure when it is asked for: matplotlib would make the first answer of a run wait."""
    if name not in _PLACES:
        raise AttributeError(f"module 'alps_sim.plots' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"alps_sim.plots.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    """What there is, before it is imported."""
    return [*globals(), *__all__]
