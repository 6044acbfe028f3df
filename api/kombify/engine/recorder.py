"""Storing what a job writes, while it writes: each event once, whoever follows it and however often."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kombify.engine.events import CUT_SHORT, Count, Tally, read_batch, row_of
from kombify.runner.job import Job as Folder
from kombify.runner.status import State
from kombify.store.database import Database
from kombify.store.models import Event, HostSummary, Job, Run

UNKNOWN = -1


class Recorder:
    """Stores the events of one job. Another recorder may do the same at the same time; nothing is stored twice."""

    def __init__(self, database: Database, job_id: int, path: Path) -> None:
        self._database = database
        self._job_id = job_id
        self._path = path
        self._offset = UNKNOWN
        self._tally = Tally()

    def store(self) -> int:
        """Store all that is new, and return how many events that was."""
        stored = 0
        before = None
        while self._has_more() and self._offset != before:  # the rest may be a line that is not complete yet
            before = self._offset
            stored += self._store_batch()
        return stored

    def _has_more(self) -> bool:
        try:
            return self._path.stat().st_size > self._offset
        except FileNotFoundError:
            return False

    def _store_batch(self) -> int:
        """Store events, summaries and the offset behind them in one transaction."""
        expected, self._offset = self._offset, UNKNOWN  # until the transaction has succeeded
        with self._database.begin() as session:
            run = session.get_one(Run, self._job_id, with_for_update=True)
            if run.offset != expected:  # we just came, or somebody else was here
                self._tally = _stored_tally(session, self._job_id)
            batch = read_batch(self._path, run.offset)
            rows = [row_of(self._job_id, event) for event in batch.events]
            if rows:
                self._database.insert_new(session, Event, rows)
                hosts = self._tally.add(rows)
                if hosts:
                    self._database.put(session, HostSummary, self._tally.rows(self._job_id, hosts))
                run.counter = max(run.counter, *(row["counter"] for row in rows))
            run.offset = batch.offset
        self._offset = batch.offset
        return len(rows)


def catch_up(database: Database, worker: str) -> None:
    """Store what lost jobs of a worker had written before it went away; now that it is back it can be read."""
    with database.read() as session:
        lost = select(Run).join(Job, Job.id == Run.job_id).where(Run.worker == worker, Job.state == State.LOST)
        runs = session.scalars(lost.where(Run.folder_removed.is_(False))).all()
    for run in runs:
        Recorder(database, run.job_id, Folder(Path(run.folder)).events).store()


def _stored_tally(session: Session, job_id: int) -> Tally:
    summaries = session.scalars(select(HostSummary).where(HostSummary.job_id == job_id))
    words = asdict(Count())
    hosts = {one.host: Count(**{word: getattr(one, word) for word in words}) for one in summaries}
    gave_up = select(Event.counter).where(Event.job_id == job_id, Event.event == CUT_SHORT).limit(1)
    return Tally(hosts, cut_short=session.scalar(gave_up) is not None)
