"""The migrations make what the models say, once, and refuse what they do not know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.migrate import configuration, known_revisions, migrate, newest_revision, revision_of
from kombify.store.models import Base


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_are_known_by_their_names_as_alembic_knows_them() -> None:
    scripts = ScriptDirectory.from_config(configuration(None))
    assert known_revisions() == {one.revision for one in scripts.walk_revisions()}
    assert [newest_revision()] == scripts.get_heads()


def test_an_empty_database_has_no_revision_and_then_the_newest(database_url: str) -> None:
    database = Database(database_url)
    assert revision_of(database) is None
    migrate(database)
    assert revision_of(database) == newest_revision()
    database.close()


def test_two_services_that_start_at_once_migrate_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(migrate, databases))
    assert {revision_of(database) for database in databases} == {newest_revision()}
    for database in databases:
        database.close()


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from the future'")
    with pytest.raises(StoreError, match="newer version") as refused:
        migrate(database)
    assert "backup" in refused.value.hint
