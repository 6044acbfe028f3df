"""Reading what a job writes, while it writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from kombify.runner.job import Job
from kombify.runner.processes import handle_of, wait

PAUSE = 0.1
"""Seconds between two looks at the file."""


class Recorded(NamedTuple):
    """An event, and the offset in the file behind it: who comes again with it goes on where they stopped."""

    event: dict[str, Any]
    offset: int


def follow(job: Job, offset: int = 0) -> Iterator[Recorded | None]:
    """Yield the events behind an offset, until the job has ended or its process is gone.

    None says that there is nothing new for the moment. Nobody tells a reader that a file grew, so this looks ten times
    a second, which costs next to nothing; the end of the process wakes it at once.
    """
    while not job.events.exists():
        if job.status().state.ended:
            return
        yield None
        _pause(job)
    with job.events.open("rb") as file:
        file.seek(offset)
        while True:
            ended = job.status().state.ended  # asked first: what was written before the end will be read
            yield from _complete(file)
            if ended:
                return
            yield None
            _pause(job)


def _complete(file: BinaryIO) -> Iterator[Recorded]:
    """Yield whole lines; of one that is still being written, or was cut off, nothing."""
    while (line := file.readline()).endswith(b"\n"):
        yield Recorded(json.loads(line), file.tell())
    file.seek(-len(line), 1)


def _pause(job: Job) -> None:
    """Wait a moment, or until the process of the job is gone."""
    pid = job.recorded().pid
    if pid is None:
        wait(None, PAUSE)
        return
    with handle_of(pid, job.folder) as handle:
        wait(handle, PAUSE)
