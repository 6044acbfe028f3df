"""Ending a job before its time."""

from __future__ import annotations

import signal

from kombify.runner.job import Job
from kombify.runner.processes import end_all, send


def cancel(job: Job, *, force: bool = False) -> bool:
    """Ask a job to end, and tell whether there was one; follow it to see it end.

    The job stops its playbook, ends what that left behind, and records that it was canceled. ``force`` ends all
    processes at once; the job is lost then.
    """
    status = job.status()
    if status.state.ended or status.pid is None:
        return False
    if force:
        return end_all(job.folder) > 0
    return send(status.pid, job.folder, signal.SIGTERM)
