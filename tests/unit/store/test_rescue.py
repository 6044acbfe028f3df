"""A file of SQLite that somebody removes, or replaces, while it is in use."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Setting


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kombify.db"


@pytest.fixture
def database(file: Path) -> Database:
    database = Database(f"sqlite:///{file}")
    migrate(database)
    return database


def put(database: Database, key: str) -> None:
    with database.begin() as session:
        session.add(Setting(key=key, value=1))


def keys(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Setting.key).order_by(Setting.key)))


async def keys_in_a_loop(database: Database) -> list[str]:
    async with database.async_engine.connect() as connection:
        return list((await connection.execute(select(Setting.key).order_by(Setting.key))).scalars())


def test_a_folder_that_is_removed_is_written_anew_with_all_that_was_in_it(database, file) -> None:
    put(database, "before")
    shutil.rmtree(file.parent)
    put(database, "after")
    database.close()
    assert keys(Database(f"sqlite:///{file}")) == ["after", "before"]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_another_connection_was_about_to_write_goes_into_the_new_file(database, file) -> None:
    with database.begin() as session:
        session.add(Setting(key="first", value=1))
        session.flush()
        shutil.rmtree(file.parent)
    put(database, "second")
    assert keys(database) == ["first", "second"]
    database.close()
    assert keys(Database(f"sqlite:///{file}")) == ["first", "second"]


def test_readers_in_a_loop_follow_to_the_new_file(database, file) -> None:
    async def read() -> list[list[str]]:
        found = [await keys_in_a_loop(database)]
        await asyncio.to_thread(shutil.rmtree, file.parent)
        await asyncio.to_thread(put, database, "after")
        found.append(await keys_in_a_loop(database))
        await database.async_engine.dispose()
        return found

    put(database, "before")
    assert asyncio.run(read()) == [["before"], ["after", "before"]]


def test_a_backup_in_the_place_of_the_file_is_used(database, file, tmp_path) -> None:
    put(database, "kept")
    database.close()
    shutil.copy(file, tmp_path / "backup.db")
    put(database, "later")
    (tmp_path / "backup.db").rename(file)
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    assert keys(database) == ["kept"]


def test_a_file_that_nobody_has_open_is_not_made_anew(database, file) -> None:
    database.close()
    file.unlink()
    with pytest.raises(OperationalError, match=r"kombify\.db is gone"):
        put(database, "anything")
    assert not file.exists()
