"""A restored service knows what the backup knew, and nothing runs again by surprise."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from kombify.engine.engine import Engine
from kombify.engine.errors import EngineError
from kombify.engine.place import take_place
from kombify.engine.requests import JobRequest
from kombify.engine.restoring import restore_service
from kombify.engine.settings import EngineSettings
from kombify.store.backup import backup
from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.models import Base, Handle, Job, Run, StackLease, Worker
from kombify.store.tokens import Scope, find_token, issue_token


@pytest.fixture
def used(bench, tmp_path: Path) -> Iterator:
    """A service that was used, its backup, and the text of a token."""
    with bench.database.begin() as session:
        session.add_all([Handle(kind="label", name="a"), Handle(kind="label", name="b")])
        token = issue_token(session, "ann", Scope.RUN)
        session.add(Worker(id="one", guarded=True))
    folder = tmp_path / "jobs" / "1"
    folder.mkdir(parents=True)
    (folder / "stdout.log").write_text("ok: [nas]\n")
    ended, waits = bench.launch(), bench.launch()
    with bench.database.begin() as session:
        session.delete(session.scalars(select(Handle).where(Handle.name == "b")).one())
        session.add(Run(job_id=ended, worker="one", folder=str(folder)))
        session.add(StackLease(stack="home", job_id=waits))
    bench.engine.orders.cancel(ended)
    bench.token, bench.file, bench.log, bench.jobs = token, tmp_path / "b.tar.gz", folder, (ended, waits)
    backup(bench.database, bench.file)
    return bench


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator:
    """Return what makes an empty database of a kind."""
    made: list[Database] = []
    numbers = itertools.count()

    def new(kind: str) -> Database:
        url = f"sqlite:///{tmp_path / f'new{next(numbers)}' / 'k.db'}"
        made.append(Database(url if kind == "sqlite" else request.getfixturevalue("postgres").new_database()))
        return made[-1]

    yield new
    for database in made:
        database.close()


def restored(database: Database, file: Path, data: Path, **how):
    return restore_service(database, file, data=data, worker="new", **how)


def rows(database: Database, *tables: str) -> dict[str, list]:
    with database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.select(Base.metadata.tables[name]))] for name in tables
        }


KEPT = ("settings", "tokens", "audit", "events", "host_summaries", "phases", "handles", "snapshots", "schedules")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_all_comes_back_from_each_database_into_each(used, empty, tmp_path: Path, kind: str) -> None:
    database = empty(kind)
    done = restored(database, used.file, tmp_path / "data2")
    assert rows(database, *KEPT) == rows(used.database, *KEPT)
    assert (done.rows["jobs"], done.aside) == (2, "")
    with database.read() as session:
        assert find_token(session, used.token).name == "ann"
        first = session.get_one(Job, used.jobs[0])
    with used.database.read() as session:
        before = session.get_one(Job, used.jobs[0])
    assert (first.state, first.ended_at, first.request) == ("canceled", before.ended_at, before.request)


def test_a_job_that_had_not_ended_is_lost_and_its_stack_is_free(used, empty, tmp_path: Path) -> None:
    database = empty("sqlite")
    restored(database, used.file, tmp_path / "data2")
    with database.read() as session:
        job = session.get_one(Job, used.jobs[1])
        assert (job.state, job.ended_at is not None) == ("lost", True)
        assert "backup" in job.message
        assert session.scalars(select(StackLease)).all() == []
        assert session.get_one(Worker, "one").state == "dead"


def test_the_engine_of_a_restored_service_runs_new_jobs_and_no_old_one(used, empty, tmp_path: Path) -> None:
    database = empty("sqlite")
    restored(database, used.file, tmp_path / "data2")
    engine = Engine(database, used.stacks, EngineSettings(data=tmp_path / "data2", worker="new", tidy=0.5))
    engine.start()
    try:
        new = engine.orders.launch("home", used.request()).id

        def ended() -> bool:
            with database.read() as session:
                return session.get_one(Job, new).ended_at is not None

        used.until(ended)
        assert engine.find_forgotten() == []
    finally:
        engine.stop()
    with database.read() as session:
        states = {job.id: job.state for job in session.scalars(select(Job))}
    assert states == {used.jobs[0]: "canceled", used.jobs[1]: "lost", new: "successful"}
    assert not (used.stacks.folder("cabin") / ".kombify").exists()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_number_is_given_twice(used, empty, tmp_path: Path, kind: str) -> None:
    later = [used.launch() for _ in range(3)]
    with used.database.begin() as session:
        session.add(lost := Handle(kind="label", name="made after the backup"))
    database = empty(kind)
    restored(database, used.file, tmp_path / "data2")
    with database.begin() as session:
        session.add(job := Job(kind="job", stack="home", state="pending", request={}))
        session.add(handle := Handle(kind="label", name="new"))
    assert job.id > max(later)
    assert handle.id > lost.id


def test_logs_whose_folder_is_here_stay_there_and_others_are_put_beside_the_database(used, empty, tmp_path) -> None:
    here = empty("sqlite")
    assert restored(here, used.file, tmp_path / "data2").logs == 0
    (used.log / "stdout.log").unlink()
    used.log.rmdir()
    database = empty("sqlite")
    assert restored(database, used.file, tmp_path / "data3").logs == 1
    with database.read() as session:
        run = session.get_one(Run, used.jobs[0])
    log = Path(run.folder, "stdout.log")
    assert (log.read_text(), run.worker) == ("ok: [nas]\n", "new")
    assert log.is_relative_to(tmp_path / "data3")
    assert (log.stat().st_mode & 0o777, log.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_database_that_holds_something_is_left_alone_unless_forced_and_then_kept_aside(used, tmp_path) -> None:
    later = used.launch("cabin")
    before = rows(used.database, "jobs", *KEPT)
    with pytest.raises(StoreError, match="holds something"):
        restored(used.database, used.file, tmp_path / "data2")
    assert rows(used.database, "jobs", *KEPT) == before
    used.database.close()
    done = restored(used.database, used.file, tmp_path / "data2", force=True)
    with used.database.read() as session:
        assert session.get(Job, later) is None
    assert later in ids_aside(used.database, done.aside)


def ids_aside(database: Database, aside: str) -> list[int]:
    """The numbers of the jobs in the database that was kept."""
    statement = sa.text("SELECT id FROM jobs")
    if database.is_sqlite:
        old = Database(f"sqlite:///{aside}")
        with old.engine.connect() as connection:
            found = list(connection.scalars(statement))
        old.close()
        return found
    with database.engine.connect() as connection:
        schema = aside.removeprefix("schema ")
        connection.exec_driver_sql(f"SET search_path TO {schema}")
        found = list(connection.scalars(statement))
        connection.rollback()
    return found


@pytest.mark.parametrize("force", [False, True])
def test_a_damaged_backup_changes_nothing(used, empty, tmp_path: Path, force: bool) -> None:
    data = used.file.read_bytes()
    used.file.write_bytes(data[:-10])
    target = used.database if force else empty("sqlite")
    used.database.close()
    before = rows(used.database, "jobs", *KEPT)
    used.database.close()
    with pytest.raises(StoreError, match=r"cut off|damaged"):
        restored(target, used.file, tmp_path / "data2", force=force)
    assert rows(used.database, "jobs", *KEPT) == before
    assert not list(tmp_path.rglob("*.restoring*"))
    assert not list(tmp_path.rglob("restored/*"))
    if target.file is not None and not force:
        assert not target.file.exists()


def test_a_service_that_runs_is_not_replaced(used, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("kombify.engine.place.TRIES", 1)
    with open(take_place(tmp_path / "data", "one")), pytest.raises(EngineError, match="runs already"):  # noqa: PTH123
        restored(used.database, used.file, tmp_path / "data", force=True)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_somebody_uses_is_not_replaced(used, tmp_path: Path) -> None:
    other = Database(str(used.database.engine.url.render_as_string(hide_password=False)).replace("+psycopg", ""))
    with other.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        used.database.close()
        with pytest.raises(StoreError, match="somebody else is connected"):
            restored(used.database, used.file, tmp_path / "data2", force=True)
    other.close()


def test_a_launch_that_is_repeated_after_a_restore_finds_its_job(used, empty, tmp_path: Path) -> None:
    request = JobRequest(playbook="x")
    launched = used.engine.orders.launch("home", request, by="ann", key="k")
    file = tmp_path / "later.tar.gz"
    backup(used.database, file)
    database = empty("sqlite")
    restored(database, file, tmp_path / "data2")
    engine = Engine(database, used.stacks, EngineSettings(data=tmp_path / "data2", worker="new"))
    engine.prepare()
    assert engine.orders.launch("home", request, by="ann", key="k") == (launched.id, False)
