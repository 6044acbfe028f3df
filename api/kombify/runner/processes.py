"""The processes of a job: all that carry its folder in their environment, and what descends from those.

Sessions and process groups do not hold a job together, because Ansible gives each of its workers a session of its
own. The environment does: it is inherited. Whoever takes it away, as ``env -i`` and sudo do, is found by its parents:
daemons, which leave theirs, become children of the job's own process (see :func:`adopt`).
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from kombify.runner import units
from kombify.runner.errors import RunnerError

MARK = "KOMBIFY_JOB"
GRACE = 2.0
"""Seconds between the request to end and the end by force."""
ROUNDS = 10
_ADOPT = 36
"""The number of ``PR_SET_CHILD_SUBREAPER``."""


def adopt() -> None:
    """Become the parent of all descendants whose own parent ends: none of them gets away from us."""
    ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)


def bury(but: int) -> None:
    """Forget adopted children that have ended, but not this one."""
    with suppress(ChildProcessError):
        while (dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and dead.si_pid != but:
            os.waitpid(dead.si_pid, 0)


def belongs(pid: int, folder: Path) -> bool:
    """Tell whether a process is one of a job: by its environment, or because it is in the job's own unit."""
    try:
        marked = f"{MARK}={folder}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # it is gone, or somebody else's
        return False
    return marked or units.holds(pid, folder)


def processes_of(folder: Path) -> list[int]:
    """Return the processes of a job, except the one that asks."""
    parents = dict(_parents())
    found = {pid for pid in parents if belongs(pid, folder)}
    more = found
    while more:
        more = {pid for pid, parent in parents.items() if parent in more} - found
        found |= more
    return sorted(found - {os.getpid()})


def children_of(parent: int, folder: Path) -> list[int]:
    """Return the processes of a job that this one started itself, or adopted."""
    parents = dict(_parents())
    return [pid for pid in processes_of(folder) if parents.get(pid) == parent]


def end_all(folder: Path, *, grace: float = GRACE) -> int:
    """End all processes of a job except the caller, by force if need be, and return how many there were.

    New ones may be born while others are ended; so it looks again until none is left.
    """
    ended: set[int] = set()
    for round_number in range(ROUNDS):
        found = processes_of(folder)
        if not found:
            return len(ended)
        ended.update(found)
        _end(found, folder, grace if round_number == 0 else 0)
    raise RunnerError(f"processes of job {folder.name} cannot be ended: {processes_of(folder)}", "end them as root")


@contextmanager
def handle_of(pid: int, folder: Path) -> Iterator[int | None]:
    """Hold on to a process of a job, so that its number cannot come to mean another one; None when it is gone."""
    with _held(pid) as handle:
        yield handle if handle is not None and belongs(pid, folder) else None


def send(pid: int, folder: Path, number: signal.Signals) -> bool:
    """Send a signal to a process if it is one of the job, and tell whether it was."""
    with handle_of(pid, folder) as handle:
        if handle is None:
            return False
        _signal([handle], number)
        return True


def _parents() -> Iterator[tuple[int, int]]:
    """Yield each process that lives, and its parent."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it is gone
            state, parent = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
            if state not in ("Z", "X"):
                yield int(path.parent.name), int(parent)


def _end(pids: list[int], folder: Path, grace: float) -> None:
    """End processes. All are held before one is ended: nobody could tell any more whose children the others were."""
    with ExitStack() as stack:
        handles = [stack.enter_context(_held(pid)) for pid in pids]
        ours = set(processes_of(folder))
        held = [handle for pid, handle in zip(pids, handles, strict=True) if handle is not None and pid in ours]
        if grace:
            _signal(held, signal.SIGTERM)
            _wait(held, grace)
        _signal(held, signal.SIGKILL)
        _wait(held, GRACE)


@contextmanager
def _held(pid: int) -> Iterator[int | None]:
    """Hold on to a process, whosever it is; None when it is gone."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def wait(handle: int | None, seconds: float) -> None:
    """Wait until a process that is held is gone, at most this long; without one just as long."""
    # select() cannot look at a handle above 1023, and a service with many clients has such.
    poll = select.poll()
    if handle is not None:
        poll.register(handle, select.POLLIN)
    poll.poll(seconds * 1000)


def _signal(handles: list[int], number: signal.Signals) -> None:
    for handle in handles:
        with suppress(ProcessLookupError, PermissionError):
            signal.pidfd_send_signal(handle, number)


def _wait(handles: list[int], seconds: float) -> None:
    """Wait until these processes are gone, at most this long."""
    until = time.monotonic() + seconds
    for handle in handles:
        wait(handle, max(0.0, until - time.monotonic()))
