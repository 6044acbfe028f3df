"""A database of the release before comes to today's form with everything in it, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from kombify.store.backup import backup, verify
from kombify.store.database import Database
from kombify.store.migrate import migrate, newest_revision, revision_of
from kombify.store.models import AuditEntry, Event, HostSummary, Job, Phase, Run, Schedule, StackLease, Token, Worker
from kombify.store.settings import Retention, retention

FIXTURES = Path(__file__).parent / "fixtures"
OLD = "0001"
KILLED = """
import os, signal, sys
from alembic.operations import Operations
from kombify.store.database import Database
from kombify.store.migrate import migrate
made = Operations.create_table
def make_and_die(self, name, *columns, **words):
    made(self, name, *columns, **words)
    if name == "snapshots":
        os.kill(os.getpid(), signal.SIGKILL)
Operations.create_table = make_and_die
migrate(Database(sys.argv[1]))
"""


@pytest.fixture
def old(database_url: str) -> Iterator[Database]:
    """A database of the release before, with data."""
    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            connection.executescript((FIXTURES / "revision-0001.sqlite.sql").read_text())
    else:
        with psycopg.connect(database_url) as server:
            server.execute((FIXTURES / "revision-0001.postgresql.sql").read_bytes())
    database = Database(database_url)
    database.text = database_url
    yield database
    database.close()


def check(database: Database) -> None:
    """Everything is there, and can be read by today's models."""
    assert revision_of(database) == newest_revision()
    with database.read() as session:
        jobs = {job.id: job for job in session.scalars(select(Job))}
        assert {number: job.state for number, job in jobs.items()} == {
            3: "successful",
            4: "rolled_back",
            5: "failed",
            6: "successful",
            7: "canceled",
            8: "pending",
        }
        assert jobs[3].request["variables"] == {"greeting": "grüß {{ dich }}"}
        assert jobs[3].created_at == datetime(2026, 10, 12, 6, 0, 1, 500000, tzinfo=UTC)
        assert (jobs[3].launched_by, jobs[3].launch_key, jobs[7].relaunch_of) == ("portal", "key-1", 3)
        assert {(job.parent_id, *job.artifacts, *job.origin) for job in (jobs[5], jobs[6])} == {(4,)}
        assert [event.data for event in session.scalars(select(Event).where(Event.job_id == 3))] == [
            {"playbook": "site.yml"},
            {"host": "nas", "res": {"changed": True}},
        ]
        phase = session.get_one(Phase, (4, 1))
        assert (phase.job_id, phase.undo_job_id) == (5, 6)
        summary = session.get_one(HostSummary, (3, "nas"))
        assert (summary.ok, summary.changed, summary.finished) == (5, 1, True)
        assert (session.get_one(Run, 5).folder_removed, session.get_one(Run, 3).offset) == (True, 2048)
        assert session.get_one(StackLease, "cabin").job_id == 8
        worker = session.get_one(Worker, "nas")
        assert (worker.state, worker.wanted, worker.stacks) == ("running", "", {})
        assert [(one.name, one.revoked_at is None) for one in session.scalars(select(Token).order_by(Token.id))] == [
            ("portal", True),
            ("old", False),
        ]
        assert session.get_one(Schedule, 1).timezone == "Europe/Berlin"
        assert session.get_one(AuditEntry, 1).details == {"job": 3}
        assert retention(session) == Retention(jobs=365, events=30, folders=7)
    with database.begin() as session:
        session.add(job := Job(kind="job", stack="home", state="pending", request={}))
    assert job.id == 12, "a number was given twice"


def test_all_that_the_old_release_knew_is_there(old: Database) -> None:
    assert revision_of(old) == OLD
    migrate(old)
    check(old)


def test_a_migration_that_was_killed_in_the_middle_starts_over(old: Database) -> None:
    old.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, old.text], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert revision_of(old) == OLD
    migrate(old)
    check(old)


def test_services_that_start_at_once_migrate_it_once(old: Database) -> None:
    words = "import sys; from kombify.store.database import Database; from kombify.store.migrate import migrate"
    program = f"{words}; migrate(Database(sys.argv[1]))"
    started = [
        subprocess.Popen([sys.executable, "-c", program, old.text], stderr=subprocess.PIPE, env=os.environ.copy())
        for _ in range(3)
    ]
    assert [one.communicate(timeout=300)[1] for one in started] == [b""] * 3
    assert {one.returncode for one in started} == {0}
    check(old)


def test_the_new_release_can_back_it_up_before_it_migrates_it(old: Database, tmp_path: Path) -> None:
    made = backup(old, tmp_path / "b.tar.gz")
    assert (made.revision, made.rows["jobs"], "notices" in made.rows) == (OLD, 6, False)
    assert verify(tmp_path / "b.tar.gz") == made
    assert revision_of(old) == OLD
