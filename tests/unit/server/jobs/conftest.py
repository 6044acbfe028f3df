"""Jobs that have written something, in both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.server.service import Service
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Event, Job

Result = TypeVar("Result")


class Readers:
    """A database, and coroutines that read it in an event loop of their own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def write(self, texts: Iterable[str], *, job_id: int = 1, **values: Any) -> None:
        """Make a job, and one event for each text, the way Ansible counts lines."""
        line = 0
        with self.database.begin() as session:
            session.add(Job(id=job_id, kind="job", stack="home", state="successful", request={}, events_stored=True))
            session.flush()
            for counter, text in enumerate(texts, 1):
                lines = text.count("\n") + 1
                row = {"event": "runner_on_ok", "stdout": text, "data": {"res": {"n": counter}}, **values}
                session.add(Event(job_id=job_id, counter=counter, start_line=line, end_line=line + lines, **row))
                line += lines

    def run(self, read: Callable[[], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            try:
                return await read()
            finally:
                await self.database.async_engine.dispose()
                del self.database.async_engine

        return asyncio.run(whole())

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.database.async_engine.connect() as connection:
            yield connection


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def readers(database: Database) -> Readers:
    return Readers(database)


@pytest.fixture
def stored(service: Service) -> Readers:
    """The database of the service that answers over HTTP."""
    return Readers(service.database)
