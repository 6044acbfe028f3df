"""Readers in an event loop see what was committed."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from kombify.store.database import Database
from kombify.store.models import Job


def test_an_event_loop_reads_what_was_written(database: Database) -> None:
    with database.begin() as session:
        session.add(Job(kind="job", stack="home", state="pending", request={"a": 1}))

    async def read() -> list[tuple[str, dict[str, int]]]:
        async with database.async_engine.connect() as connection:
            rows = (await connection.execute(select(Job.stack, Job.request))).all()
        await database.async_engine.dispose()
        return [(row.stack, row.request) for row in rows]

    assert asyncio.run(read()) == [("home", {"a": 1})]
