"""The processes of a job: all that carry its folder in their environment, wherever they moved to.

Sessions and process groups do not hold a job together, because Ansible gives each of its workers a session of its
own. The environment does: it is inherited, and nobody takes it away.
"""

from __future__ import annotations

import os
import re
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kombify.runner.errors import RunnerError

MARK = "KOMBIFY_JOB"
GRACE = 2.0
"""Seconds between the request to end and the end by force."""
ROUNDS = 10


def belongs(pid: int, folder: Path) -> bool:
    """Tell whether a process is one of a job."""
    try:
        return f"{MARK}={folder}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # it is gone, or somebody else's
        return False


def processes_of(folder: Path) -> list[int]:
    """Return the processes of a job, except the one that asks."""
    numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    return [pid for pid in numbers if pid != os.getpid() and belongs(pid, folder)]


def children_of(parent: int, folder: Path) -> list[int]:
    """Return the processes of a job that this one started itself."""
    return [pid for pid in processes_of(folder) if _parent_of(pid) == parent]


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
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        yield None
        return
    try:
        yield handle if belongs(pid, folder) else None
    finally:
        os.close(handle)


def send(pid: int, folder: Path, number: signal.Signals) -> bool:
    """Send a signal to a process if it is one of the job, and tell whether it was."""
    with handle_of(pid, folder) as handle:
        if handle is None:
            return False
        with suppress(ProcessLookupError, PermissionError):
            signal.pidfd_send_signal(handle, number)
        return True


def _parent_of(pid: int) -> int | None:
    try:
        found = re.search(r"^PPid:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None


def _end(pids: list[int], folder: Path, grace: float) -> None:
    if grace:
        for pid in pids:
            send(pid, folder, signal.SIGTERM)
        _wait(pids, folder, grace)
    for pid in pids:
        send(pid, folder, signal.SIGKILL)
    _wait(pids, folder, GRACE)


def _wait(pids: list[int], folder: Path, seconds: float) -> None:
    """Wait until these processes are gone, at most this long."""
    until = time.monotonic() + seconds
    for pid in pids:
        with handle_of(pid, folder) as handle:
            if handle is not None:
                select.select([handle], [], [], max(0.0, until - time.monotonic()))
