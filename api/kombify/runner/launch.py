"""Starting a job."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from kombify.runner.environment import job_environment
from kombify.runner.errors import RunnerError
from kombify.runner.job import Job, make_job, unfinished
from kombify.runner.request import Request
from kombify.runner.units import in_unit_of_its_own

TAIL = 5


class Busy(RunnerError):
    """The stack has a job already."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"job {job.id} runs already", "wait for its end: kombify logs --follow")
        self.job = job


def launch(jobs: Path, request: Request) -> Job:
    """Start a job and return as soon as its process has written down that it lives.

    Raises :class:`Busy` when the stack has an unfinished job. Who asks in the same moment as somebody else gets a job
    that waits for the other one.
    """
    running = unfinished(jobs) if jobs.exists() else None
    if running is not None:
        raise Busy(running)
    job = make_job(jobs, request)
    start(job)
    return job


def start(job: Job) -> None:
    """Start the process of a job in a session of its own, and wait until it closes its output: then it lives.

    A job has one run: whoever starts it a second time starts nothing. Where systemd is, it gets a unit of its own; if
    that fails this once, it goes without.
    """
    for front in dict.fromkeys((tuple(in_unit_of_its_own(job.folder)), ())):
        _start(job, front)
        if job.claim.exists():
            return
    raise RunnerError(f"job {job.id} did not start: {_last_words(job)}", f"see {job.faults}")


def _start(job: Job, front: Sequence[str]) -> None:
    with os.fdopen(os.open(job.faults, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as faults:
        process = subprocess.Popen(
            [*front, sys.executable, "-m", "kombify.runner", str(job.folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=faults,
            cwd=job.folder,
            env=job_environment(job.folder, stack=job.folder.parents[2]),
            start_new_session=True,
        )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    process.stdout.read()  # it closes its output as soon as its status is written
    process.stdout.close()


def _last_words(job: Job) -> str:
    lines = job.faults.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " ".join(lines[-TAIL:]) or "it said nothing"
