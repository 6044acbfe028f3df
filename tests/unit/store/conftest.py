"""A database with all tables, of both kinds in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kombify.store.database import Database
from kombify.store.migrate import migrate


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    migrate(database)
    yield database
    database.close()
