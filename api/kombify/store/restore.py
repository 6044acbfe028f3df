"""Restoring a backup into an empty database, or in the place of another one, which is kept aside.

All of it happens or nothing: a file is made beside the old one and takes its place when it is complete; PostgreSQL
does everything in one transaction.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from kombify.store.archive import Part, reading
from kombify.store.backup import LOG, numbered, refuse_newer, table_of
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.migrate import upgrade
from kombify.store.models import Base

GAP = 10_000
"""Numbers that are left out: between the backup and now some were given that the backup does not know."""
QUEUE = "dbos"
"""Where PostgreSQL keeps the durable queue's tables."""

Settle = Callable[[Connection], None]
"""Makes of what was true at the moment of the backup what is true now; in the transaction of the restore."""


class Restored(NamedTuple):
    """What a restore did: how many rows came back by table, and where the old database is now."""

    rows: dict[str, int]
    logs: int
    aside: str


def restore(
    database: Database, path: Path, *, logs: Path, settle: Settle, passphrase: str | None = None, force: bool = False
) -> Restored:
    """Restore a backup, with the logs of jobs below a folder. The service must not run meanwhile.

    Raises :class:`StoreError`, and has changed nothing, when the backup is damaged or from a newer version, or the
    database holds something and is not to be replaced.
    """
    stamp = now().strftime("%Y%m%d-%H%M%S")
    if not force and _holds_something(database):
        raise StoreError("the database holds something already", "restore into an empty one, or say --force")
    database.close()  # whoever else is connected is somebody else
    folder = logs / stamp
    try:
        with _fresh(database, stamp) as (connection, aside), reading(path, passphrase) as (manifest, parts):
            refuse_newer(path, manifest)
            upgrade(connection, manifest["revision"])
            rows, found = _fill(connection, manifest, parts, folder)
            upgrade(connection, "head")
            _count_on(database, connection, manifest)
            settle(connection)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Restored(rows, found, aside)


def _holds_something(database: Database) -> bool:
    """Tell whether there is anything in the database that somebody could miss."""
    if database.file is not None and not database.file.exists():
        return False
    try:
        with database.engine.connect() as connection:
            there = set(sa.inspect(connection).get_table_names())
            names = [name for name in Base.metadata.tables if name in there and name != "workers"]
            return any(connection.scalar(sa.text(f"SELECT 1 FROM {name} LIMIT 1")) for name in names)  # noqa: S608
    except DatabaseError:  # it is damaged, so it is not empty
        return True


@contextmanager
def _fresh(database: Database, stamp: str) -> Iterator[tuple[Connection, str]]:
    """Open a transaction on a database without tables, which takes the place of the old one at its end."""
    if database.file is not None:
        with _fresh_file(database.file, stamp) as found:
            yield found
        return
    aside = f"before_{stamp.replace('-', '_')}"
    with database.engine.begin() as connection:
        _refuse_others(connection)
        yield connection, _move_aside(connection, aside)


@contextmanager
def _fresh_file(file: Path, stamp: str) -> Iterator[tuple[Connection, str]]:
    new, aside = file.with_name(f"{file.name}.restoring"), file.with_name(f"{file.name}.before-{stamp}")
    _remove(new)
    database = Database(f"sqlite:///{new}")
    try:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection, str(aside) if file.exists() else ""
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")  # so that the file alone is the database
        database.close()
        _put_in_place(new, file, aside)
    finally:
        database.close()
        _remove(new)


def _put_in_place(new: Path, file: Path, aside: Path) -> None:
    """Let a file take the place of another one, which keeps a second name. At no moment there is none."""
    if file.exists():
        old = Database(f"sqlite:///{file}")
        with suppress(DatabaseError), old.engine.connect() as connection:  # unless it is damaged
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # what stands beside it goes into it
        old.close()
        os.link(file, aside)
    for ending in ("-wal", "-shm"):  # they would be taken for the new file's
        with suppress(FileNotFoundError):
            file.with_name(file.name + ending).rename(aside.with_name(aside.name + ending))
    new.replace(file)
    handle = os.open(file.parent, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _refuse_others(connection: Connection) -> None:
    """Refuse to work while anybody else is connected, such as a service that runs jobs."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid != pg_backend_pid() AND backend_type = 'client backend'"
    )
    if connection.scalar(sa.text(others)):
        raise StoreError("somebody else is connected to the database", "stop the service and all its workers")


def _move_aside(connection: Connection, aside: str) -> str:
    """Move our tables, and those of the durable queue, into schemas that nobody uses; return the name of ours."""
    inspector = sa.inspect(connection)
    ours = [*Base.metadata.tables, "alembic_version"]
    there = [name for name in inspector.get_table_names() if name in ours]
    if QUEUE in inspector.get_schema_names():
        connection.exec_driver_sql(f"ALTER SCHEMA {QUEUE} RENAME TO {aside}_queue")
    if not there:
        return ""
    connection.exec_driver_sql(f"CREATE SCHEMA {aside}")
    for name in there:
        connection.exec_driver_sql(f"ALTER TABLE {name} SET SCHEMA {aside}")
    return f"schema {aside}"


def _fill(
    connection: Connection, manifest: Mapping[str, Any], parts: Iterator[Part], folder: Path
) -> tuple[dict[str, int], int]:
    """Insert all rows and write all logs; return how many they were."""
    rows = dict.fromkeys(manifest["tables"], 0)
    logs = 0
    for part in parts:
        kind, name, last = part.name.split("/")
        if kind == "tables":
            rows[name] += _insert(connection, name, manifest["tables"][name], part.data)
        elif kind == "logs" and name.isdecimal() and last == LOG:
            logs += _keep_log(connection, int(name), folder / name, part.data)
    return rows, logs


def _insert(connection: Connection, name: str, columns: Mapping[str, str], data: bytes) -> int:
    moments = {column for column, kind in columns.items() if kind == "moment"}
    found = []
    for line in data.splitlines():
        row = dict(zip(columns, orjson.loads(line), strict=True))
        for column in moments:
            row[column] = datetime.fromisoformat(row[column]) if row[column] is not None else None
        found.append(row)
    connection.execute(sa.insert(table_of(name, columns)), found)
    return len(found)


def _keep_log(connection: Connection, job_id: int, folder: Path, log: bytes) -> int:
    """Write the log of a job whose own folder is not on this machine, and say where it is now."""
    run = {"job_id": job_id, "folder": str(folder)}
    there = connection.scalar(sa.text("SELECT folder FROM runs WHERE job_id = :job_id"), run)
    if there is None or Path(there).exists():
        return 0
    folder.mkdir(mode=0o700, parents=True)
    with os.fdopen(os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(log)
    connection.execute(
        sa.text("UPDATE runs SET folder = :folder WHERE job_id = :job_id"), {**run, "folder": str(folder)}
    )
    return 1


def _count_on(database: Database, connection: Connection, manifest: Mapping[str, Any]) -> None:
    """Let numbers go on behind those that were given, also after the backup."""
    for table in numbered(manifest["tables"]):
        last = manifest["numbers"][table] + GAP
        values = {"table": table, "last": last}
        if not database.is_sqlite:
            connection.execute(sa.text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), values)
        elif Base.metadata.tables[table].dialect_options["sqlite"]["autoincrement"]:
            connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), values)
            connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), values)
