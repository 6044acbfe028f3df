"""What is old is removed, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kombify.engine.retention import remove_old
from kombify.engine.snapshots import take
from kombify.store.columns import now
from kombify.store.models import AuditEntry, Event, HostSummary, Job, Run, Snapshot

NOW = now()


@pytest.fixture
def old(bench, tmp_path):
    """A job that ended some days ago, with everything that belongs to it."""

    def ended(days: float | None) -> int:
        with bench.database.begin() as session:
            job = Job(kind="job", stack="home", state="successful", request={}, enqueued=1)
            job.ended_at = NOW - timedelta(days=days) if days is not None else None
            session.add(job)
            session.flush()
            folder = tmp_path / str(job.id)
            folder.mkdir()
            session.add(Run(job_id=job.id, worker="one", folder=str(folder)))
            session.add(Event(job_id=job.id, counter=1, event="verbose", data={}))
            session.add(HostSummary(job_id=job.id, host="nas"))
        return job.id

    return ended


def left(bench, tmp_path, job_id: int) -> set[str]:
    with bench.database.read() as session:
        there = {
            "job": session.get(Job, job_id) is not None,
            "events": session.scalar(select(Event.job_id).where(Event.job_id == job_id)) is not None,
            "hosts": session.scalar(select(HostSummary.host).where(HostSummary.job_id == job_id)) is not None,
            "folder": (tmp_path / str(job_id)).exists(),
        }
    return {name for name, is_there in there.items() if is_there}


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        (None, {"job", "events", "hosts", "folder"}),
        (13, {"job", "events", "hosts", "folder"}),
        (15, {"job", "events", "hosts"}),
        (91, {"job", "hosts"}),
        (731, set()),
    ],
    ids=["not ended", "days", "weeks", "months", "years"],
)
def test_the_older_a_job_the_less_is_kept(bench, tmp_path, old, days, kept) -> None:
    job_id = old(days)
    remove_old(bench.database, bench.engine._queue, "one", NOW)
    assert left(bench, tmp_path, job_id) == kept


def test_a_folder_on_another_worker_keeps_its_job(bench, tmp_path, old) -> None:
    job_id = old(800)
    remove_old(bench.database, bench.engine._queue, "two", NOW)
    assert left(bench, tmp_path, job_id) == {"job", "hosts", "folder"}
    remove_old(bench.database, bench.engine._queue, "one", NOW)
    assert left(bench, tmp_path, job_id) == set()


def test_the_audit_is_kept_for_its_time(bench) -> None:
    with bench.database.begin() as session:
        for days in (729, 731):
            session.add(AuditEntry(who="ann", action=f"{days}", at=NOW - timedelta(days=days)))
    remove_old(bench.database, bench.engine._queue, "one", NOW)
    with bench.database.read() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["729"]


def test_a_snapshot_goes_when_no_job_needs_it_and_the_last_applied_one_stays(bench) -> None:
    def snapshot(text: str, *, taken: float, applied: float | None = None, stack: str = "home") -> int:
        number = take(bench.database, stack, {"kombination.yaml": text})
        with bench.database.begin() as session:
            row = session.get_one(Snapshot, number)
            row.created_at = NOW - timedelta(days=taken)
            row.applied_at = NOW - timedelta(days=applied) if applied is not None else None
        return number

    before, last = snapshot("a", taken=900, applied=900), snapshot("b", taken=800, applied=800)
    never, lately = snapshot("c", taken=750), snapshot("d", taken=700)
    again = snapshot("e", taken=900)
    busy = snapshot("f", taken=900, stack="cabin")
    take(bench.database, "home", {"kombination.yaml": "e"})
    with bench.database.begin() as session:
        session.add(Job(kind="job", stack="cabin", state="running", request={}, enqueued=1))
    remove_old(bench.database, bench.engine._queue, "one", NOW)
    with bench.database.read() as session:
        kept = set(session.scalars(select(Snapshot.id)))
    assert kept == {last, lately, again, busy}, (before, never)
