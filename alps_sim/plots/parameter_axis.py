"""Axes along which parameters of the evidence ledger are varied."""

from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from alps_sim.analysis.sweep import Varied
from alps_sim.plots.parameters import parameter_label

WIDE_RANGE: Final = 100.0
"""Highest over lowest value from which on a logarithmic axis has labels at powers of ten alone."""


def set_parameter_axis(axes: Axes, which: Literal["x", "y"], varied: Varied) -> None:
    """Label, scale, ticks and limits of an axis along which a parameter is varied.

    Parameters
    ----------
    axes
        The panel.
    which
        Its horizontal or its vertical axis.
    varied
        The parameter.
    """
    variation = varied.variation
    axis = axes.xaxis if which == "x" else axes.yaxis
    if variation.logarithmic:
        axes.set(**{f"{which}scale": "log"})
        axis.set_major_locator(LogLocator(subs=(1.0,) if variation.high / variation.low >= WIDE_RANGE else (1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_locator(LogLocator(subs="all"))
        axis.set_minor_formatter(NullFormatter())
        axis.set_tick_params(which="minor", length=1.6, width=0.5)
    axes.set(**{f"{which}lim": (variation.low, variation.high)})
    axis.set_label_text(parameter_label(variation.parameter, varied.unit))
