"""The `kombify` command: thin wiring over the collection's core.

Reading a spec needs pydantic and more; showing help does not. So a command imports what it works
with when it runs, and the modules of `views` may import anything at their top.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. Nothing is raised, whatever happens."""
    from kombify.cli.ending import guarded

    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets an escape instead of an exception.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return guarded(list(sys.argv[1:] if arguments is None else arguments))
