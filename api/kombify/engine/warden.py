"""The warden of a worker: ends its jobs when the worker shows no life for so long that others will take over.

A job's process outlives its worker on purpose. Where there are several machines that must have an end, or two of them
could change one stack: the worker's machine may be cut off, or nobody starts the worker again. So a process beside the
worker watches the note that the worker leaves at each heartbeat that reached the database, and ends the worker's jobs
in half the time after which others believe it dead. It needs neither network nor database.

``python -m kombify.engine.warden DATA WORKER SECONDS``
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from kombify.runner.errors import RunnerError
from kombify.runner.job import Job
from kombify.runner.processes import MARK, end_all
from kombify.runner.reconcile import remove_passing

LOOK = 1.0
"""Seconds between two looks at the note."""


class Note:
    """What a worker leaves for its warden: when it last reached the database, and whether others would take over."""

    def __init__(self, data: Path, worker: str) -> None:
        self._path = data / f"worker-{worker}.beat"

    def leave(self, *, others: bool) -> None:
        """Write that the database was reached now."""
        new = self._path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(f"{_clock()} {int(others)}", encoding="utf-8")
        new.rename(self._path)

    def read(self) -> tuple[float, bool]:
        """Return for how many seconds the worker has been silent, and whether others would take over."""
        try:
            moment, others = self._path.read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return 0.0, False
        return _clock() - float(moment), others == "1"


def keep_warden(data: Path, worker: str, seconds: float) -> None:
    """Start the warden of a worker, unless it is there."""
    lock = _lock(data, worker)
    if lock is None:
        return
    os.close(lock)
    subprocess.Popen(
        [sys.executable, "-m", "kombify.engine.warden", str(data), worker, str(seconds)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=data,
        start_new_session=True,
    )


def watch(data: Path, worker: str, seconds: float) -> None:
    """Watch until the worker was silent for so long, end its jobs if others would take over, and leave."""
    lock = _lock(data, worker)
    if lock is None:
        return
    note, owner = Note(data, worker), name_of(data, worker)
    while data.exists():
        silence, others = note.read()
        if silence >= seconds:
            if others:
                end_jobs(owner)
            if not jobs_of(owner):
                return
        time.sleep(LOOK)


def name_of(data: Path, worker: str) -> str:
    """Return the name of a worker that no other one on this machine has: two services may call theirs the same."""
    return str(data.absolute() / worker)


def end_jobs(owner: str) -> None:
    """End all jobs of a worker at once, whatever it takes."""
    while folders := jobs_of(owner):
        for folder in folders:
            try:
                end_all(folder, grace=0)
                remove_passing(Job(folder))
            except RunnerError:
                time.sleep(LOOK)


def jobs_of(owner: str) -> set[Path]:
    """Return the folders of the jobs of a worker that have a process."""
    mark = f"{MARK}=".encode()
    found: set[Path] = set()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            values = environ.read_bytes().split(b"\0")
        except OSError:  # it is gone, or somebody else's
            continue
        found |= {Path(os.fsdecode(value.removeprefix(mark))) for value in values if value.startswith(mark)}
    return {folder for folder in found if owner_of(folder) == owner}


def own(folder: Path, owner: str) -> None:
    """Write down whose job this is."""
    (folder / "worker").write_text(owner, encoding="utf-8")


def owner_of(folder: Path) -> str:
    """Return whose job this is; nothing when it is none of a service."""
    try:
        return (folder / "worker").read_text(encoding="utf-8")
    except OSError:
        return ""


def _lock(data: Path, worker: str) -> int | None:
    handle = os.open(data / f"warden-{worker}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _clock() -> float:
    """Return seconds since the machine was started, also those for which it slept: all its processes agree on them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


if __name__ == "__main__":
    watch(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
