"""Whose turn it is: one job of a stack at a time, in the order in which they were launched."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kombify.engine.endings import after_end
from kombify.engine.outcome import Outcome
from kombify.runner.status import State
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Event, Job, StackLease

PAUSE = 0.2
"""Seconds between two looks whether the stack is free."""


def take_turn(database: Database, job_id: int, pause: Callable[[float], None]) -> bool:
    """Wait until the job may run, and tell whether it shall: not when it has ended or was canceled meanwhile.

    Whoever had its turn already, and was killed, has it again at once.
    """
    while True:
        with database.begin() as session:
            job = session.get(Job, job_id, with_for_update=True)
            if job is None or job.ended_at is not None:
                return False
            if _has_lease(database, session, job):
                return True
            if job.cancel_asked_at is not None:
                close(session, job, Outcome(State.CANCELED))
                return False
        pause(PAUSE)


def close(session: Session, job: Job, outcome: Outcome) -> None:
    """End a job and free its stack, once, in one transaction."""
    if job.ended_at is not None:
        return
    job.state, job.code, job.message = outcome.state, outcome.code, outcome.message
    job.ended_at = now()
    job.events_stored = True
    counters = select(func.count(Event.counter), func.coalesce(func.max(Event.counter), 0))
    stored, highest = session.execute(counters.where(Event.job_id == job.id)).one()
    job.events_missing = highest - stored
    session.execute(delete(StackLease).where(StackLease.job_id == job.id))
    after_end(session, job)


def keep_places(database: Database, job_ids: list[int]) -> None:
    """Let jobs that will be brought again keep their places: later ones of their stacks may be brought sooner."""
    with database.begin() as session:
        unseen = (Job.id.in_(job_ids), Job.state == State.PENDING, Job.ended_at.is_(None))
        session.execute(update(Job).where(*unseen).values(state=State.WAITING))


def _has_lease(database: Database, session: Session, job: Job) -> bool:
    if job.state == State.PENDING:
        job.state = State.WAITING
        session.flush()
    holder = session.scalar(select(StackLease.job_id).where(StackLease.stack == job.stack))
    if holder is None and job.cancel_asked_at is None and job.id == _first_in_line(session, job.stack):
        # Two workers may have come here at once: the key of the table lets one of them in.
        row = {"stack": job.stack, "job_id": job.id, "taken_at": now()}
        database.insert_new(session, StackLease, [row])
        holder = session.scalar(select(StackLease.job_id).where(StackLease.stack == job.stack))
    return holder == job.id


def _first_in_line(session: Session, stack: str) -> int | None:
    """Return the oldest job that waits for the stack. One that no worker has seen yet keeps nobody waiting."""
    waiting = (Job.stack == stack, Job.state == State.WAITING, Job.parent_id.is_(None), Job.ended_at.is_(None))
    return session.scalar(select(func.min(Job.id)).where(*waiting))
