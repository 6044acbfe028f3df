"""Removing what is old: events after some months, jobs after some years, folders as soon as nobody needs them.

Everything is removed in small transactions, so that nobody who writes has to wait long.
"""

from __future__ import annotations

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, func, or_, select, tuple_

from kombify.engine.durable import DurableQueue
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import AuditEntry, Base, Drift, Event, Job, Notice, Run, Snapshot
from kombify.store.settings import retention

AT_ONCE = 100
"""Jobs that are removed in one transaction."""
ROWS = 2000
"""Events and other rows that are removed in one transaction: a few hundredths of a second."""
BREATH = 0.05
"""Seconds between two transactions: SQLite is not fair, and who waits must get his turn."""


class Removed(NamedTuple):
    """Of how many jobs something was removed."""

    events: int
    folders: int
    jobs: int


def remove_old(database: Database, queue: DurableQueue, worker: str, moment: datetime | None = None) -> Removed:
    """Remove what is older than the retention says. Jobs that have not ended are never touched."""
    moment = moment or now()
    with database.read() as session:
        days = retention(session)
    removed = Removed(
        events=_remove_events(database, moment - timedelta(days=days.events)),
        folders=_remove_folders(database, worker, moment - timedelta(days=days.folders)),
        jobs=_remove_jobs(database, queue, moment - timedelta(days=days.jobs)),
    )
    _remove_rows(database, AuditEntry, AuditEntry.at < moment - timedelta(days=days.audit))
    _remove_rows(database, Notice, Notice.at < moment - timedelta(days=days.notices))
    newest = select(func.max(Drift.id)).group_by(Drift.stack)
    too_old = Drift.found_at < moment - timedelta(days=days.drifts)
    _remove_rows(database, Drift, too_old, Drift.id.not_in(newest))
    _remove_snapshots(database, moment - timedelta(days=days.jobs))
    database.shrink(BREATH)
    return removed


def _remove_events(database: Database, before: datetime) -> int:
    """Remove events of old jobs. How each host fared stays with the job."""
    has_events = select(Event.counter).where(Event.job_id == Job.id).exists()
    with database.read() as session:
        old = session.scalars(select(Job.id).where(Job.ended_at < before, has_events).order_by(Job.id)).all()
    for job_id in old:
        while _remove_events_of(database, job_id):
            time.sleep(BREATH)
    return len(old)


def _remove_events_of(database: Database, job_id: int) -> bool:
    """Remove the first events of a job, and tell whether there are more."""
    with database.begin() as session:
        first = session.scalar(select(func.min(Event.counter)).where(Event.job_id == job_id))
        if first is None:
            return False
        session.execute(delete(Event).where(Event.job_id == job_id, Event.counter < first + ROWS))
    return True


def _remove_folders(database: Database, worker: str, before: datetime) -> int:
    """Remove this worker's folders of old jobs."""
    mine = (Run.worker == worker, Run.folder_removed.is_(False), Job.ended_at < before)
    with database.read() as session:
        runs = session.scalars(select(Run).join(Job, Job.id == Run.job_id).where(*mine)).all()
    for run in runs:
        shutil.rmtree(Path(run.folder), ignore_errors=True)
        with database.begin() as session:
            session.get_one(Run, run.job_id).folder_removed = not Path(run.folder).exists()
    return len(runs)


def _remove_jobs(database: Database, queue: DurableQueue, before: datetime) -> int:
    """Remove old jobs whose folders are gone, and all that is known of them."""
    total = 0
    folder_there = select(Run.job_id).where(Run.job_id == Job.id, Run.folder_removed.is_(False)).exists()
    while True:
        with database.begin() as session:
            old = select(Job.id, Job.enqueued).where(Job.ended_at < before, Job.parent_id.is_(None), ~folder_there)
            found = [(one.id, one.enqueued) for one in session.execute(old.limit(AT_ONCE))]
            session.execute(delete(Job).where(Job.id.in_([job_id for job_id, _ in found])))
        queue.sweep(found)
        total += len(found)
        if len(found) < AT_ONCE:
            return total
        time.sleep(BREATH)


def _remove_snapshots(database: Database, before: datetime) -> None:
    """Remove snapshots that no job needs any more; of each stack the one that was applied last stays."""
    applied = select(Snapshot.stack, func.max(Snapshot.applied_at)).group_by(Snapshot.stack)
    is_last = tuple_(Snapshot.stack, Snapshot.applied_at).in_(applied)
    in_use = Snapshot.stack.in_(select(Job.stack).where(Job.ended_at.is_(None)))
    _remove_rows(
        database, Snapshot, Snapshot.created_at < before, or_(Snapshot.applied_at.is_(None), ~is_last), ~in_use
    )


def _remove_rows(database: Database, table: type[Base], *old: Any) -> None:
    """Remove the rows of a table with numbers that are old."""
    rows = Base.metadata.tables[table.__tablename__]
    while True:
        with database.begin() as session:
            found = session.scalars(select(rows.c.id).where(*old).limit(ROWS)).all()
            session.execute(delete(rows).where(rows.c.id.in_(found)))
        if len(found) < ROWS:
            return
        time.sleep(BREATH)
