"""Removing what is old: events after some months, jobs after some years, folders as soon as nobody needs them."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete, select

from kombify.engine.durable import DurableQueue
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import AuditEntry, Drift, Event, Job, Notice, Run
from kombify.store.settings import retention

AT_ONCE = 100
"""Jobs of which something is removed in one transaction, so that nobody waits long."""


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
    with database.begin() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.at < moment - timedelta(days=days.audit)))
        session.execute(delete(Notice).where(Notice.at < moment - timedelta(days=days.audit)))
        session.execute(delete(Drift).where(Drift.found_at < moment - timedelta(days=days.jobs)))
    return removed


def _remove_events(database: Database, before: datetime) -> int:
    """Remove events of old jobs. How each host fared stays with the job."""
    total = 0
    has_events = select(Event.counter).where(Event.job_id == Job.id).exists()
    while True:
        with database.begin() as session:
            ids = session.scalars(select(Job.id).where(Job.ended_at < before, has_events).limit(AT_ONCE)).all()
            session.execute(delete(Event).where(Event.job_id.in_(ids)))
        total += len(ids)
        if len(ids) < AT_ONCE:
            return total


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
