"""Where the program keeps what it can make anew: compiled rules, parsed evidence."""

import os
from pathlib import Path


def cache_base() -> Path:
    """Folder of all caches: `alps-sim` in `ALPS_SIM_CACHE`, else in the user's cache folder."""
    base = os.environ.get("ALPS_SIM_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "alps-sim"
