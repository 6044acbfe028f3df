"""Bringing a database to the form that this version needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from kombify.store.database import Database
from kombify.store.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

LOCK = 5260_1
"""The number of the lock that keeps two services from migrating one PostgreSQL database at once."""
MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = "head"
TABLE = "alembic_version"


def migrate(database: Database, revision: str = HEAD) -> None:
    """Make the tables, or change those of an older version. All of it happens, or nothing.

    Raises :class:`StoreError` when the database belongs to a newer version of kombify.
    """
    if revision == HEAD and revision_of(database) == newest_revision():
        return  # as nearly always: a service starts a quarter of a second sooner when it does not import Alembic
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        upgrade(connection, revision)


def upgrade(connection: Connection, revision: str) -> None:
    """Do the same in a transaction that somebody else has begun."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    from alembic import command

    _refuse_newer(connection)
    command.upgrade(configuration(connection), revision)


def revision_of(database: Database) -> str | None:
    """Return the revision of a database; None when it is empty."""
    with database.engine.connect() as connection:
        return revision_at(connection)


def revision_at(connection: Connection) -> str | None:
    """Return the revision that a transaction sees; None when the database is empty."""
    if not inspect(connection).has_table(TABLE):
        return None
    revision: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {TABLE}").scalar()  # noqa: S608 - ours
    return revision


def known_revisions() -> set[str]:
    """Return all revisions that this version of kombify can bring to the newest."""
    return {path.name.split("_")[1] for path in (MIGRATIONS / "versions").glob("rev_*.py")}


def newest_revision() -> str:
    """Return the revision that this version of kombify works with."""
    return max(known_revisions())


def configuration(connection: Connection | None) -> Config:
    """Return what Alembic needs to know, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    revision = revision_at(connection)
    if revision is not None and revision not in known_revisions():
        raise StoreError(
            f"the database was used by a newer version of kombify (revision {revision})",
            "install that version again, or restore a backup made before",
        )
