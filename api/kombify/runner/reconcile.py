"""After a job was killed: what it left behind is ended, and its status says what happened."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kombify.runner.job import Job, jobs_of, try_stack_lock
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
            end_rest(job)
            job.record(replace(job.status(), ended=now()))


def end_rest(job: Job) -> None:
    """End the processes that are left of a job, and remove what only they needed."""
    end_all(job.folder)
    remove_passing(job)


def remove_passing(job: Job) -> None:
    """Remove what only a run needs: its variables, secrets among them, and its temporary files."""
    for folder in (job.folder / "env", job.folder / "tmp", job.passing):
        shutil.rmtree(folder, ignore_errors=True)


def now() -> str:
    """Return this moment as a status keeps it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
