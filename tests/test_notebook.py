"""The notebook of the documents runs from top to bottom."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

TOUR = Path(__file__).parent.parent / "docs" / "tour.ipynb"


def test_every_cell_of_the_tour_runs_and_the_file_keeps_no_output() -> None:
    notebook = nbformat.read(TOUR, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(TOUR.parent)}}).execute()
    drawn = [output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {})]
    tables = [output for cell in cells for output in cell.outputs if "text/html" in output.get("data", {})]
    assert len(drawn) == 4
    assert len(tables) >= 4
