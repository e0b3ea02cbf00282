"""A pair of lives as files, and back from them without simulating again: the same story, the same figure."""

from pathlib import Path
from typing import Final

import pandas as pd
from pydantic import ValidationError

from alps_sim.outcomes.store import ResultsError
from alps_sim.teaching.record import Record
from alps_sim.teaching.twin import Twin

RECORD: Final = "twin.json"
EVENTS: Final = "events.csv"
STORY: Final = "story.md"
TABLE: Final = "table.csv"


def write_twin(twin: Twin, folder: Path, figure: str) -> None:
    """Write record, events, story and table of a pair of lives.

    Times and values of the events are written to the last bit, so that what is read is what was simulated.

    Parameters
    ----------
    twin
        The pair.
    folder
        Exists.
    figure
        File name of the figure that the page shows.
    """
    (folder / RECORD).write_text(twin.record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    twin.events.to_csv(folder / EVENTS, index=False, lineterminator="\n", encoding="utf-8")
    twin.table.to_csv(folder / TABLE, index=False, lineterminator="\n", encoding="utf-8", float_format="%.12g")
    (folder / STORY).write_text(f"{twin.story}\n![Both lives on one age axis]({figure})\n", encoding="utf-8")


def read_twin(folder: Path) -> Twin:
    """A pair of lives from the files of `write_twin`.

    Parameters
    ----------
    folder
        With `twin.json` and `events.csv`.

    Raises
    ------
    ResultsError
        If a file is missing or not as it was written.
    """
    try:
        record = Record.model_validate_json((folder / RECORD).read_text(encoding="utf-8"))
        events = _read_events(folder / EVENTS)
    except FileNotFoundError as error:
        raise ResultsError(f"{error.filename}: not found; name a folder that `alps-sim twin` has left") from error
    except (ValidationError, ValueError, KeyError) as error:
        raise ResultsError(f"{folder}: expected {RECORD} and {EVENTS} as `alps-sim twin` leaves them, found other content") from error
    return Twin(record, events)


def _read_events(path: Path) -> pd.DataFrame:
    """Event lines, numbers to the last bit: pandas' own reading of them may round."""
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    numbers = {"patient": int, "time": float, "code": int, "value": float}
    return texts.assign(**{name: [kind(text) for text in texts[name]] for name, kind in numbers.items()})
