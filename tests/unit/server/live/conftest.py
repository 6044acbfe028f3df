"""Jobs that happen while somebody listens, in both databases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from kombify.server.live.pulse import Pulse
from kombify.server.live.sse import job_stream
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Event, Job, Run

Result = TypeVar("Result")
LONG = 120
"""Seconds after which a test gives up."""


class Stage:
    """A database in which a test lets jobs happen, as workers would, and a pulse that notices."""

    def __init__(self, database: Database, worker: Database) -> None:
        self.database = database
        self.worker = worker
        """The same database, as another process sees it: nobody is told about its changes."""
        self.pulse = Pulse(database)

    def make(self, job_id: int = 1, state: str = "pending", **values: Any) -> None:
        with self.worker.begin() as session:
            session.add(Job(**{"id": job_id, "kind": "job", "stack": "home", "state": state, "request": {}, **values}))
            session.flush()
            session.add(Run(job_id=job_id, worker="one", folder=""))

    def change(self, job_id: int = 1, **values: Any) -> None:
        with self.worker.begin() as session:
            job = session.get_one(Job, job_id)
            for name, value in values.items():
                setattr(job, name, value)

    def write(self, *counters: int, job_id: int = 1, text: str = "", by: Database | None = None) -> None:
        with (by or self.worker).begin() as session:
            for counter in counters:
                event = {"event": "verbose", "stdout": text or f"line {counter}", "data": {}}
                session.add(Event(job_id=job_id, counter=counter, start_line=counter - 1, end_line=counter, **event))
            run = session.get_one(Run, job_id)
            run.counter = max(run.counter, *counters)

    def end(self, job_id: int = 1, state: str = "successful") -> None:
        self.change(job_id, state=state, ended_at=datetime.now(UTC), events_stored=True, code=0)

    def run(self, play: Callable[[], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            try:
                async with asyncio.timeout(LONG):
                    return await play()
            finally:
                await self.pulse.stop()
                await self.database.async_engine.dispose()
                del self.database.async_engine

        return asyncio.run(whole())

    async def listen(self, job_id: int = 1, after: int = 0) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Yield the messages of a stream, with comments and settings left out."""

        async def good() -> bool:
            return True

        async for part in job_stream(self.pulse, job_id, after, good):
            for one in messages(part.decode()):
                yield one

    async def all_of(self, job_id: int = 1, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
        return [one async for one in self.listen(job_id, after)]


def messages(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in fields:
            data = json.loads(fields["data"])
            assert fields.get("id", "") == str(data.get("counter", ""))
            yield fields["event"], data


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    database, worker = Database(database_url), Database(database_url)
    migrate(database)
    yield Stage(database, worker)
    worker.close()
    database.close()


@pytest.fixture
def staged() -> type[Stage]:
    return Stage
