"""Figures as files, the same bytes for the same figure: no date, no random identifiers."""

import base64
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from alps_sim.plots.theme import themed

DOTS_PER_INCH: Final = 300
FORMATS: Final = ("png", "svg")


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Save a figure as PNG (300 dots per inch) and SVG.

    Parameters
    ----------
    figure
        As the figure functions return it.
    folder
        Made if it does not exist.
    name
        File name without its ending.

    Returns
    -------
    tuple of pathlib.Path
        The PNG and the SVG.
    """
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = (folder / f"{name}.{ending}" for ending in FORMATS)
    with themed():
        figure.set_dpi(DOTS_PER_INCH)  # texts are wider at some resolutions: laid out at another one, long names lost their first letter
        layout = figure.get_layout_engine()
        if layout is not None:
            layout.execute(figure)
        figure.set_layout_engine(None)  # laid out once for both, without drawing: to draw for it took a third of the time
        figure.savefig(png, dpi=DOTS_PER_INCH, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
    return png, svg


def data_uri(svg: Path) -> str:
    """An SVG file as a `data:` address, so that a page carries it within."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.read_bytes()).decode("ascii")
