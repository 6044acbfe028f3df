"""Bringing a database to the form that this version needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from kombify.store.database import Database
from kombify.store.errors import StoreError

LOCK = 5260_1
"""The number of the lock that keeps two services from migrating one PostgreSQL database at once."""


def migrate(database: Database, revision: str = "head") -> None:
    """Make the tables, or change those of an older version. All of it happens, or nothing.

    Raises :class:`StoreError` when the database belongs to a newer version of kombify.
    """
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        upgrade(connection, revision)


def upgrade(connection: Connection, revision: str) -> None:
    """Do the same in a transaction that somebody else has begun."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    _refuse_newer(connection)
    command.upgrade(configuration(connection), revision)


def revision_of(database: Database) -> str | None:
    """Return the revision of a database; None when it is empty."""
    with database.engine.connect() as connection:
        return revision_at(connection)


def revision_at(connection: Connection) -> str | None:
    """Return the revision that a transaction sees; None when the database is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> set[str]:
    """Return all revisions that this version of kombify can bring to the newest."""
    return {one.revision for one in ScriptDirectory.from_config(configuration(None)).walk_revisions()}


def newest_revision() -> str:
    """Return the revision that this version of kombify works with."""
    return ScriptDirectory.from_config(configuration(None)).get_heads()[0]


def configuration(connection: Connection | None) -> Config:
    """Return what Alembic needs to know, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    revision = revision_at(connection)
    if revision is not None and revision not in known_revisions():
        raise StoreError(
            f"the database was used by a newer version of kombify (revision {revision})",
            "install that version again, or restore a backup made before",
        )
