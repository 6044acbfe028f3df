"""Where the simulation keeps its things."""

from __future__ import annotations

import os
from pathlib import Path


def labs_folder() -> Path:
    """Return where the labs are: $KOMBIFY_LABS, or the user's folder for state. It may not be there yet."""
    chosen = os.environ.get("KOMBIFY_LABS")
    return Path(chosen).absolute() if chosen else _base("XDG_STATE_HOME", ".local/state") / "kombify/labs"


def cache_folder() -> Path:
    """Return where images and packages are, which can be had again. It may not be there yet."""
    return _base("XDG_CACHE_HOME", ".cache") / "kombify"


def _base(variable: str, default: str) -> Path:
    # The standard says that a path which is not absolute counts as unset.
    chosen = Path(os.environ.get(variable, ""))
    return chosen if chosen.is_absolute() else Path.home() / default
