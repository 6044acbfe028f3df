"""Backing up the service while it runs: all tables as they were at one moment, and the logs of jobs that are there.

Rows are written as plain JSON, so a backup of SQLite can be restored into PostgreSQL and the other way round. The
durable queue's own tables are left out: a job that has not ended must not run again by surprise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

import kombify
from kombify.store.archive import FORM, MANIFEST, Writer, reading, writing
from kombify.store.columns import Moment, Number, now
from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.migrate import known_revisions, revision_at
from kombify.store.models import Base

KINDS: Mapping[str, Any] = {"number": Number, "text": sa.Text(), "flag": sa.Boolean(), "moment": Moment()}
"""The types of columns; JSON is a text to both databases."""
LOG = "stdout.log"
"""In the folder of a job: what Ansible printed, secrets left out. Nothing else of a folder is taken."""
LONGEST_LOG = 64 << 20
"""Bytes; of a longer one the end is left out."""
PART = 4 << 20
"""Bytes of rows in one part of the file, so that neither side ever holds a whole table."""


@dataclass(frozen=True)
class Contents:
    """What is in a backup."""

    created_at: str
    version: str
    revision: str
    database: str
    rows: Mapping[str, int]
    logs: int


def backup(database: Database, path: Path, *, passphrase: str | None = None) -> Contents:
    """Write everything that the service knows into one file, and return what that was.

    The service goes on meanwhile. Raises :class:`StoreError` when the file exists or the database has no tables yet.
    """
    with writing(path, passphrase) as writer, _snapshot(database) as connection:
        manifest = _manifest(database, connection)
        writer.add(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        rows = {name: _write_table(writer, connection, name, manifest["tables"][name]) for name in manifest["tables"]}
        return _contents(manifest, rows, _write_logs(writer, connection))


def verify(path: Path, *, passphrase: str | None = None) -> Contents:
    """Read a backup to its end and return what is in it; raise :class:`StoreError` when something is wrong with it."""
    rows: dict[str, int] = {}
    logs = 0
    with reading(path, passphrase) as (manifest, parts):
        refuse_newer(path, manifest)
        for part in parts:
            kind, table = part.name.split("/")[:2]
            if kind == "tables":
                rows[table] = rows.get(table, 0) + part.data.count(b"\n")
            logs += kind == "logs"
    return _contents(manifest, {name: rows.get(name, 0) for name in manifest["tables"]}, logs)


def refuse_newer(path: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse a backup of a database that this version does not know."""
    if manifest["revision"] not in known_revisions():
        said = f"{path} was made by a newer version of kombify ({manifest['kombify']})"
        raise StoreError(said, "install that version, and restore with it")


def table_of(name: str, columns: Mapping[str, str]) -> sa.TableClause:
    """Return a table with these columns, whatever the models of this version say."""
    return sa.table(name, *(sa.column(column, KINDS[kind]) for column, kind in columns.items()))


def numbered(tables: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the tables that give numbers."""
    return [name for name, columns in tables.items() if columns.get("id") == "number"]


def _contents(manifest: Mapping[str, Any], rows: Mapping[str, int], logs: int) -> Contents:
    return Contents(
        created_at=manifest["created_at"],
        version=manifest["kombify"],
        revision=manifest["revision"],
        database=manifest["database"],
        rows=rows,
        logs=logs,
    )


@contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """Open a transaction in which the database stands still, and which nobody has to wait for."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            yield connection
        finally:
            connection.rollback()


def _manifest(database: Database, connection: Connection) -> dict[str, Any]:
    revision = revision_at(connection)
    if revision is None:
        raise StoreError("there is nothing to back up: the database is empty", "start the service first")
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names())
    names = [str(table.name) for table in Base.metadata.sorted_tables if table.name in there]
    tables = {name: {str(one["name"]): _kind(one["type"]) for one in inspector.get_columns(name)} for name in names}
    return {
        "form": FORM,
        "kombify": kombify.__version__,
        "created_at": now().isoformat(timespec="seconds"),
        "database": "sqlite" if database.is_sqlite else "postgresql",
        "revision": revision,
        "tables": tables,
        "numbers": {name: _last_number(database, connection, name) for name in numbered(tables)},
    }


def _kind(column: Any) -> str:
    words = ((sa.Boolean, "flag"), (sa.Integer, "number"), (sa.DateTime, "moment"), (sa.Text, "text"))
    return next(word for kind, word in words if isinstance(column, kind))


def _last_number(database: Database, connection: Connection, table: str) -> int:
    """Return the last number that a table has given, also when its row is gone already."""
    highest = connection.scalar(sa.text(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608 - our own name
    given = "SELECT seq FROM sqlite_sequence WHERE name = :table"
    if not database.is_sqlite:
        given = "SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id'))"
    return max(highest or 0, connection.scalar(sa.text(given), {"table": table}) or 0)


def _write_table(writer: Writer, connection: Connection, name: str, columns: Mapping[str, str]) -> int:
    """Write the rows of a table in the order in which they were made, and return how many there were."""
    table = table_of(name, columns)
    keys = sa.inspect(connection).get_pk_constraint(name)["constrained_columns"]
    wanted = sa.select(table).order_by(*(table.c[key] for key in keys))
    total, number, lines, size = 0, 0, [], 0
    for row in connection.execute(wanted.execution_options(yield_per=1000)):
        lines.append(orjson.dumps(list(row), option=orjson.OPT_APPEND_NEWLINE))
        size += len(lines[-1])
        total += 1
        if size >= PART:
            number += 1
            writer.add(f"tables/{name}/{number:06}.ndjson", b"".join(lines))
            lines, size = [], 0
    if lines:
        writer.add(f"tables/{name}/{number + 1:06}.ndjson", b"".join(lines))
    return total


def _write_logs(writer: Writer, connection: Connection) -> int:
    """Write the logs of jobs that are on this machine, and return how many there were."""
    runs = sa.text("SELECT job_id, folder FROM runs WHERE NOT folder_removed ORDER BY job_id")
    found = 0
    for job_id, folder in connection.execute(runs).all():
        try:
            with Path(folder, LOG).open("rb") as file:
                log = file.read(LONGEST_LOG)
        except OSError:  # it is on another machine, or was removed a moment ago
            continue
        writer.add(f"logs/{job_id}/{LOG}", log)
        found += 1
    return found
