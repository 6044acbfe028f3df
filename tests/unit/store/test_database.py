"""Transactions, times and JSON mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, StatementError

from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.models import Event, HostSummary, Job, Setting

MOMENT = datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def job(**values: Any) -> Job:
    return Job(**{"kind": "job", "stack": "home", "state": "pending", "request": {}, **values})


def test_what_was_written_is_read_back_with_its_time_zone(database: Database) -> None:
    with database.begin() as session:
        session.add(job(request={"b": [1, "é"], "a": None}, created_at=MOMENT))
    with database.read() as session:
        found = session.scalars(select(Job)).one()
    assert found.request == {"a": None, "b": [1, "é"]}
    assert (found.created_at, found.created_at.tzinfo) == (MOMENT, UTC)


def test_a_time_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="no time zone"), database.begin() as session:
        session.add(job(created_at=MOMENT.replace(tzinfo=None)))


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    def add_twice() -> None:
        with database.begin() as session:
            for _ in range(2):
                session.add(job(launch_key="k"))
                session.flush()

    with pytest.raises(IntegrityError):
        add_twice()
    with database.read() as session:
        assert session.scalar(select(func.count(Job.id))) == 0


def test_an_id_is_never_given_twice(database: Database) -> None:
    with database.begin() as session:
        session.add_all([job(), job()])
    with database.begin() as session:
        session.delete(session.get_one(Job, 2))
    with database.begin() as session:
        session.add(third := job())
    assert third.id == 3


def test_a_launch_key_belongs_to_one_job_of_its_owner(database: Database) -> None:
    with database.begin() as session:
        session.add_all([job(launched_by="ann", launch_key="k"), job(launched_by="bob", launch_key="k")])
        session.add_all([job(launched_by="ann"), job(launched_by="ann")])
    with pytest.raises(IntegrityError), database.begin() as session:
        session.add(job(launched_by="ann", launch_key="k"))


def test_rows_whose_key_is_there_are_left_alone_or_replaced(database: Database) -> None:
    with database.begin() as session:
        session.add(job())
        session.flush()
        for text in ("first", "second"):
            row = {"job_id": 1, "counter": 1, "event": "runner_on_ok", "stdout": text, "data": {}}
            database.insert_new(session, Event, [row])
            database.put(session, HostSummary, [{"job_id": 1, "host": "pi", "ok": len(text)}])
    with database.read() as session:
        assert session.scalars(select(Event.stdout)).all() == ["first"]
        assert session.scalars(select(HostSummary.ok)).all() == [6]


def test_events_go_with_their_job(database: Database) -> None:
    with database.begin() as session:
        session.add(job())
        session.flush()
        session.add(Event(job_id=1, counter=1, event="verbose", data={}))
    with database.begin() as session:
        session.delete(session.get_one(Job, 1))
    with database.read() as session:
        assert session.scalars(select(Event)).all() == []


def test_writers_at_the_same_time_lose_nothing(database: Database) -> None:
    with database.begin() as session:
        session.add(Setting(key="n", value=0))

    def add_one(_: int) -> None:
        with database.begin() as session:
            row = session.get_one(Setting, "n", with_for_update=True)
            row.value = row.value + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))
    with database.read() as session:
        assert session.get_one(Setting, "n").value == 40


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_a_database_that_could_not_be_shared_or_kept_is_refused(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        Database(url)
    assert "postgresql://" in refused.value.hint


def test_the_password_of_a_refused_database_is_not_shown() -> None:
    with pytest.raises(StoreError) as refused:
        Database("mysql://root:hunter2@db/x")
    assert "hunter2" not in str(refused.value)
