"""Starting our own processes of a lab: detached, in the lab's control group, and heard until they say that they run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from kombify.sim.errors import SimError

READY = "ready"
# Nothing else of the caller's reaches our processes, which live longer than it.
_ENVIRONMENT = ("HOME", "KOMBIFY_LABS", "PATH", "XDG_CACHE_HOME", "XDG_STATE_HOME")


def start(module: str, words: Sequence[object], log: Path, what: str) -> None:
    """Run a module of ours, which gets the words and then the file descriptor on which it says ``ready``, or why not.

    Raises :class:`SimError` with its reason.
    """
    heard, told = os.pipe()
    log.touch(mode=0o600)
    with os.fdopen(heard, encoding="utf-8") as answer, log.open("ab") as output:
        command = [sys.executable, "-m", module, *map(str, words), str(told)]
        try:
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                cwd="/",
                pass_fds=(told,),
                start_new_session=True,
            )
        finally:
            os.close(told)
        said = answer.read().strip()
    if said != READY:
        raise SimError(f"{what} did not start: {said or 'it died'} (more in {log})")
