"""kill -9 at random moments of a backup and of a restore: what was there before is there after."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kombify.engine.restoring import restore_service
from kombify.store.backup import backup, verify
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Event, Job

KILLS = int(os.environ.get("KOMBIFY_TORTURE_KILLS", "4"))
EVENTS = 20_000
PROGRAMS = {
    "backup": "from kombify.store.backup import backup; backup(Database(sys.argv[1]), Path(sys.argv[2]))",
    "restore": (
        "from kombify.engine.restoring import restore_service;"
        "restore_service(Database(sys.argv[1]), Path(sys.argv[2]), data=Path(sys.argv[3]), worker='w', force=True)"
    ),
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.text = database_url
    migrate(database)
    with database.begin() as session:
        session.add(Job(kind="job", stack="home", state="successful", request={}))
        session.flush()
        values = {"job_id": 1, "event": "verbose", "stdout": "x" * 300, "data": {}}
        database.insert_new(session, Event, [{**values, "counter": number} for number in range(1, EVENTS + 1)])
    yield database
    database.close()


def killed(program: str, *words: object, after: float) -> bool:
    """Run one until it says that it begins, kill it some time later, and tell whether it was still at work."""
    imports = "import sys; from pathlib import Path; from kombify.store.database import Database"
    code = f"{imports}; print(flush=True); {program}"
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, words)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)  # a random moment is what this is about
    process.kill()
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


def events_in(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count(Event.counter))) or 0


def test_a_backup_that_is_killed_leaves_no_file_that_looks_like_one(database, tmp_path: Path, capsys) -> None:
    chance = random.Random(KILLS)
    hit = 0
    for number in range(KILLS):
        file = tmp_path / f"b{number}.tar.gz"
        hit += killed(PROGRAMS["backup"], database.text, file, after=chance.uniform(0, 2))
        if file.exists():
            verify(file)
    made = backup(database, tmp_path / f"b{KILLS}.tar.gz")
    assert (made.rows["events"], events_in(database)) == (EVENTS, EVENTS)
    with capsys.disabled():
        print(f"\n{hit} backups killed: 0 broken files under their name")


def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one_whole(database, tmp_path, capsys) -> None:
    chance = random.Random(KILLS)
    file = tmp_path / "b.tar.gz"
    backup(database, file)
    with database.begin() as session:
        session.add(Job(kind="job", stack="home", state="successful", request={"made": "after the backup"}))
    database.close()
    hit = 0
    for _ in range(KILLS):
        hit += killed(PROGRAMS["restore"], database.text, file, tmp_path / "data", after=chance.uniform(0, 3))
        deadline = time.monotonic() + 120
        while events_in(database) != EVENTS:  # a server notices the death of a client when it next talks to it
            assert time.monotonic() < deadline
            time.sleep(0.2)
        with database.read() as session:
            assert session.scalar(select(func.count(Job.id))) in (1, 2)
        database.close()
    _patiently(lambda: restore_service(database, file, data=tmp_path / "data", worker="w", force=True))
    with database.read() as session:
        assert session.scalar(select(func.count(Job.id))) == 1
    assert events_in(database) == EVENTS
    assert not list(tmp_path.rglob("*.restoring*"))
    with capsys.disabled():
        print(f"\n{hit} restores killed: 0 databases broken")


def _patiently(restore) -> None:
    """Restore; the killed one's connection to the server may take a moment to go."""
    deadline = time.monotonic() + 120
    while True:
        try:
            restore()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
