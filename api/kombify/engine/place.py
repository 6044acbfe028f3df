"""The place of a worker on its machine: one process at a time can be the worker of a name."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from kombify.engine.errors import EngineError

TRIES = 50
"""Tenths of a second: who was killed a moment ago may still be on its way out."""


def take_place(folder: Path, worker: str) -> int:
    """Take the right to be the worker of this name, and return a handle; whoever closes it gives the right back.

    The kernel closes it when the process dies. Raises :class:`EngineError` when another process is that worker.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / f"worker-{worker}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return handle
    os.close(handle)
    raise EngineError(f"worker '{worker}' runs already", "stop it, or give this one another name")


def places_in(folder: Path) -> list[str]:
    """Return the names of the workers that ever had their place here."""
    return sorted(path.stem.removeprefix("worker-") for path in folder.glob("worker-*.lock"))
