"""Big removals are done in small steps, and the room that they free goes back to the disk."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from kombify.engine import retention
from kombify.engine.retention import remove_old
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import AuditEntry, Drift, Event, Job, Notice
from kombify.store.settings import Retention, set_retention

NOW = now()


def filled(bench, rows: int, size: int = 500) -> None:
    with bench.database.begin() as session:
        job = Job(kind="job", stack="home", state="successful", request={}, ended_at=NOW - timedelta(days=100))
        session.add(job)
        session.flush()
        values = {"job_id": job.id, "event": "verbose", "stdout": "x" * size, "data": {}}
        bench.database.insert_new(session, Event, [{**values, "counter": number} for number in range(1, rows + 1)])


def removed(bench, moment=NOW) -> None:
    remove_old(bench.database, bench.engine._queue, "one", moment)


def test_no_transaction_removes_more_than_some_rows(bench, monkeypatch) -> None:
    monkeypatch.setattr(retention, "ROWS", 10)
    filled(bench, 95)
    with bench.database.begin() as session:
        session.add_all(AuditEntry(who="ann", action=str(n), at=NOW - timedelta(days=800)) for n in range(25))
    sizes: list[int] = []

    @event.listens_for(bench.database.engine, "after_cursor_execute")
    def note(_connection, cursor, statement: str, *_rest) -> None:
        if statement.startswith("DELETE FROM"):
            sizes.append(cursor.rowcount)

    removed(bench)
    with bench.database.read() as session:
        assert session.scalar(select(func.count(Event.counter))) == 0
        assert session.scalar(select(func.count(AuditEntry.id))) == 0
    assert (max(sizes), sum(sizes)) == (10, 120)


@pytest.mark.parametrize(
    ("days", "kept"), [(89, {"older", "newer", "notice"}), (91, {"newer"})], ids=["in the window", "old"]
)
def test_notices_and_drift_have_their_own_windows_and_the_newest_drift_stays(bench, days: int, kept: set[str]) -> None:
    with bench.database.begin() as session:
        session.add(Drift(stack="home", found_at=NOW, differences=["older"]))
        session.add(Drift(stack="home", found_at=NOW, differences=["newer"]))
        session.add(Notice(kind="drift", subject="notice", at=NOW))
    removed(bench, NOW + timedelta(days=days))
    with bench.database.read() as session:
        found = {text for one in session.scalars(select(Drift.differences)) for text in one}
        assert found | set(session.scalars(select(Notice.subject))) == kept


def test_each_kind_is_kept_as_long_as_somebody_wants(bench) -> None:
    filled(bench, 3)
    with bench.database.begin() as session:
        set_retention(session, Retention(events=101, notices=1))
        session.add(Notice(kind="drift", subject="x", at=NOW - timedelta(days=2)))
    removed(bench)
    with bench.database.read() as session:
        assert session.scalar(select(func.count(Event.counter))) == 3
        assert session.scalar(select(func.count(Notice.id))) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_file_becomes_smaller_again(bench) -> None:
    filled(bench, 20_000)
    file: Path = bench.database.file
    bench.database.close()
    big = file.stat().st_size
    removed(bench)
    bench.database.close()
    small = file.stat().st_size
    assert (big > 10_000_000, small < 2_500_000) == (True, True), (big, small)


def test_a_file_of_an_older_version_learns_it(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as old:
        old.execute("PRAGMA auto_vacuum=NONE")
        old.execute("CREATE TABLE before (x)")
    database = Database(f"sqlite:///{file}")
    migrate(database)
    database.shrink()
    database.close()
    with sqlite3.connect(file) as new:
        assert new.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert new.execute("SELECT count(*) FROM before").fetchone() == (0,)
