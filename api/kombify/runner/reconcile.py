"""After a job was killed: what it left behind is ended, and its status says what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kombify.runner.job import jobs_of, try_stack_lock
from kombify.runner.processes import end_all
from kombify.runner.status import State


def reconcile(jobs: Path) -> None:
    """End what killed jobs left behind, unless a job runs: that one did it already."""
    with try_stack_lock(jobs) as locked:
        if locked:
            end_what_was_left(jobs)


def end_what_was_left(jobs: Path) -> None:
    """Do it for a caller who holds the lock of the stack, and so knows that nobody else runs."""
    for job in jobs_of(jobs):
        if job.recorded().state is not State.LOST and job.status().state is State.LOST:
            end_all(job.folder)
            job.record(replace(job.status(), ended=now()))


def now() -> str:
    """Return this moment as a status keeps it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
