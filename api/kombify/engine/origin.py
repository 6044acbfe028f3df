"""Which worker may run a job: one whose files of the stack are those that the job was ordered for.

Where there are several machines, each has its own copy of a stack's folder, and nobody but their owner can say which
copy is right. So a job runs where it was ordered, whose files are what its user sees, or where the files are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from kombify.engine.errors import NotFound
from kombify.engine.stacks import Stacks, changed
from kombify.engine.workers import AT_WORK
from kombify.store.database import Database
from kombify.store.models import Job, Run, Worker

PAUSE = 0.5
"""Seconds between two looks at the files."""


def origin_of(stacks: Stacks, worker: str, stack: str) -> dict[str, Any]:
    """Return what is written down about an order that a worker takes."""
    return {"worker": worker, "files": stacks.fingerprint(stack)}


class Origins:
    """What one worker has to know about the files of the others."""

    def __init__(self, database: Database, stacks: Stacks, worker: str) -> None:
        self._database = database
        self._stacks = stacks
        self._worker = worker

    def obstacle(self, job: Job) -> str:
        """Return why this worker must not begin a job, and what to do about it; nothing when it may."""
        origin = self._origin(job)
        if not origin or origin["worker"] == self._worker:
            return ""
        try:
            here = self._stacks.fingerprint(job.stack)
        except NotFound:
            return f"worker '{self._worker}' does not have stack '{job.stack}': {_cure(origin, self._worker)}"
        strange = changed(origin["files"], here)
        if not strange:
            return ""
        what = f"{', '.join(strange)} of stack '{job.stack}' on worker '{self._worker}' differ from those of the order"
        return f"{what}: {_cure(origin, self._worker)}"

    def somebody_else(self, job: Job) -> bool:
        """Tell whether a worker is at work that may begin the job."""
        origin = self._origin(job)
        with self._database.read() as session:
            others = session.scalars(select(Worker).where(Worker.id != self._worker, Worker.state.in_(AT_WORK))).all()
        return any(one.id == origin["worker"] or one.stacks.get(job.stack) == origin["files"] for one in others)

    def _origin(self, job: Job) -> Mapping[str, Any]:
        """Return where the job, or the workflow that it is part of, was ordered."""
        if job.origin or job.parent_id is None:
            return job.origin
        with self._database.read() as session:
            return session.get_one(Job, job.parent_id).origin


class Passing:
    """Passes a job on that this worker must not begin, or waits with it until somebody may."""

    def __init__(self, database: Database, origins: Origins, pass_on: Callable[[int], bool]) -> None:
        self._database = database
        self._origins = origins
        self._pass_on = pass_on

    def may_begin(self, job_id: int, pause: Callable[[float], None]) -> bool:
        """Wait until this worker may begin the job, and tell whether it shall: not when another one does.

        What is waited for stands in the job's message.
        """
        while True:
            with self._database.read() as session:
                job = session.get_one(Job, job_id)
                begun = session.get(Run, job_id) is not None or job.started_at is not None
            obstacle = "" if begun or job.cancel_asked_at is not None else self._origins.obstacle(job)
            self._say(job, f"waits: {obstacle}" if obstacle else "")
            if not obstacle:
                return True
            pause(PAUSE)
            if self._origins.somebody_else(job):
                self._pass_on(job_id)
                return False

    def _say(self, job: Job, message: str) -> None:
        if job.message != message and job.ended_at is None:
            with self._database.begin() as session:
                session.get_one(Job, job.id, with_for_update=True).message = message


def _cure(origin: Mapping[str, Any], here: str) -> str:
    return f"copy the folder from '{origin['worker']}' to '{here}', start '{origin['worker']}', or cancel the job"
