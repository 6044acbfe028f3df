"""The `kombify` command: thin wiring over the collection's core.

Reading a spec needs pydantic and more; showing help does not. So a command imports what it works
with when it runs, and the modules of `views` may import anything at their top.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. Nothing is raised, whatever happens."""
    from kombify.cli.ending import guarded

    _settle_streams()
    return guarded(list(sys.argv[1:] if arguments is None else arguments))


def _settle_streams() -> None:
    """Supply streams that were closed, and let output that cannot show a character show an escape instead."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open as long as we run
        elif isinstance(stream, TextIOWrapper) and name != "stdin":
            stream.reconfigure(errors="backslashreplace")
