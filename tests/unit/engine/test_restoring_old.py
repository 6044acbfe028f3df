"""A backup of the release before is restored into today's form."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from kombify.engine.restoring import restore_service
from kombify.store.backup import backup
from kombify.store.database import Database
from kombify.store.migrate import newest_revision, revision_of
from kombify.store.models import Event, Job

FIXTURE = Path(__file__).parents[1] / "store" / "fixtures" / "revision-0001.sqlite.sql"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.executescript(FIXTURE.read_text())
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    backup(database, tmp_path / "old.tar.gz")
    database.close()
    return tmp_path / "old.tar.gz"


def test_a_backup_of_the_release_before_comes_to_todays_form(file: Path, database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    restore_service(database, file, data=tmp_path / "data", worker="one")
    assert revision_of(database) == newest_revision()
    with database.read() as session:
        states = {job.id: (job.state, job.artifacts) for job in session.scalars(select(Job))}
        events = len(session.scalars(select(Event)).all())
    database.close()
    assert (states[3], states[8], events) == (("successful", {}), ("lost", {}), 3)
