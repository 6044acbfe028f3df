"""The examples of the guide do what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Job

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "service-operations"


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """The folder of a service that has run, and is stopped."""
    database = Database(f"sqlite:///{tmp_path / 'data' / 'kombify.db'}")
    migrate(database)
    with database.begin() as session:
        session.add(Job(kind="job", stack="home", state="successful", ended_at=now(), request={}))
    database.close()
    (tmp_path / "passphrase").write_text("open sesame\n")
    return tmp_path


def run(example: str, folder: Path, **environment: str) -> None:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    words = ["sh", str(EXAMPLES / example)]
    ran = subprocess.run(
        words, cwd=folder, env={**os.environ, **environment, "PATH": path}, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


def test_the_nightly_backup_is_sealed_and_whole(service: Path) -> None:
    run("backup.sh", service)
    (made,) = (service / "backups").iterdir()
    assert made.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert made.stat().st_mode & 0o777 == 0o600


def test_the_move_to_postgresql_takes_everything_along(service: Path, postgres) -> None:
    url = postgres.new_database()
    run("move.sh", service, NEW_DATABASE_URL=url)
    database = Database(url)
    with database.read() as session:
        assert [job.state for job in session.scalars(select(Job))] == ["successful"]
    database.close()
