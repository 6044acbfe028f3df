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
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        _refuse_newer(connection)
        command.upgrade(configuration(connection), revision)


def revision_of(database: Database) -> str | None:
    """Return the revision of a database; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


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
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {one.revision for one in ScriptDirectory.from_config(configuration(None)).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"the database was used by a newer version of kombify (revision {revision})",
            "install that version again, or restore a backup made before",
        )
