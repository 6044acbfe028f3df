"""Starting and ending our own processes of a lab: detached, and heard until they say that they run."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from kombify.sim.errors import SimError

READY = "ready"
_PATIENCE = 60.0
# Nothing else of the caller's reaches our processes, which live longer than it.
_ENVIRONMENT = ("HOME", "KOMBIFY_LABS", "PATH", "XDG_CACHE_HOME", "XDG_STATE_HOME")


def start(module: str, words: Sequence[object], log: Path, what: str) -> None:
    """Run a module of ours, which gets the words and then the file descriptor on which it answers.

    Raises :class:`SimError` with the reason when it does not become ready.
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
        in_time = bool(select.select([heard], [], [], _PATIENCE)[0])
        said = answer.read().strip() if in_time else ""
    if not in_time:
        end(module, *words)
        raise SimError(f"{what} did not start in {_PATIENCE:.0f} s, see {log}: is this machine overloaded?")
    if said != READY:
        raise SimError(f"{what} did not start: {said or 'it died'} (more in {log})")


def answer(handle: int, text: str) -> None:
    """Say ``ready``, or why not, to the process that started us; it may have been killed meanwhile."""
    with suppress(BrokenPipeError), os.fdopen(handle, "w", encoding="utf-8") as reply:
        reply.write(text)


def end(module: str, *words: object) -> None:
    """End all processes that run a module of ours with these first words, also those that have only just begun.

    Whoever starts one holds a lock, which says that nobody else does: one that is there all the same was left by a
    process that was killed.
    """
    beginning = ["-m", module, *map(str, words)]
    waited = time.monotonic() + _PATIENCE
    while found := [pid for pid, command in _commands() if command[1 : len(beginning) + 1] == beginning]:
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > waited:
            raise SimError(f"process {found[0]} ({module}) cannot be ended: look at it with ps")
        time.sleep(0.005)


def _commands() -> Iterator[tuple[int, list[str]]]:
    """Return the number and the command line of every process; that of one that has ended is empty."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield int(path.parent.name), path.read_bytes().decode(errors="replace").split("\0")
