"""What is watched for everybody at once: states of all jobs, workers, notices.

The first look says how things are, and each one after it what is different.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.runner.status import State
from kombify.server.live import news
from kombify.server.live.messages import NOTICE, STATE, WORKER, Message, job_message, message
from kombify.store.models import Job, Notice

OPEN = 64
"""Ids below the highest one that may still be missing: transactions that took them may not be over yet."""
LATELY = timedelta(minutes=2)
"""By which the clocks of workers may differ."""
JOBS, STACKS, WORKERS, NOTICES = "jobs", "stacks", "workers", "notices"


class Told(NamedTuple):
    """A message, and the channels that it is for."""

    message: Message
    channels: tuple[str, ...]


class Watch(Protocol):
    """Something that is looked at again and again."""

    async def look(self, connection: AsyncConnection) -> list[Told]:
        """Return what is new since the last look; nothing at the first one."""


class JobsWatch:
    """The states of all jobs and workflows."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, ...]] | None = None
        self._going: set[int] = set()
        """Jobs that were begun: when they are among none of the others any more, they are asked for by id."""
        self._newest = 0
        self._ended: datetime | None = None

    async def look(self, connection: AsyncConnection) -> list[Told]:
        """Return the jobs that are new, or changed their state."""
        first = self._known is None
        if first:
            self._newest = await news.newest(connection, Job)
            self._ended = await news.last_end(connection)
        since = self._ended - LATELY if self._ended else None
        rows = await news.jobs_that_move(connection, self._newest - OPEN, since, self._going)
        told = [] if first else [_state(row) for row in self._changed(rows)]
        self._remember(rows)
        return told

    def _changed(self, rows: Sequence[RowMapping]) -> Iterator[RowMapping]:
        known = self._known or {}
        return (row for row in rows if known.get(row["id"]) != _signature(row))

    def _remember(self, rows: Sequence[RowMapping]) -> None:
        """Remember these; one that was new or ended is forgotten when it is neither any more."""
        self._known = {row["id"]: _signature(row) for row in rows}
        self._going = {row["id"] for row in rows if row["ended_at"] is None and row["state"] != State.PENDING}
        self._newest = max([self._newest, *self._known])
        ends = [row["ended_at"] for row in rows if row["ended_at"] is not None]
        self._ended = max([*ends, *([self._ended] if self._ended else [])], default=None)


class WorkersWatch:
    """The workers; that they live is no news."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, object]] | None = None

    async def look(self, connection: AsyncConnection) -> list[Told]:
        """Return the workers that are new, or changed."""
        found = {row["id"]: dict(row) for row in await news.workers(connection)}
        known, self._known = self._known, found
        if known is None:
            return []
        return [Told(message(WORKER, row), (WORKERS,)) for name, row in found.items() if known.get(name) != row]


class NoticesWatch:
    """What the service itself has to say."""

    def __init__(self) -> None:
        self._newest: int | None = None
        self._known: set[int] = set()

    async def look(self, connection: AsyncConnection) -> list[Told]:
        """Return the notices that are new."""
        first = self._newest is None
        newest = await news.newest(connection, Notice) if self._newest is None else self._newest
        rows = await news.notices(connection, newest - OPEN)
        known, self._known = self._known, {row["id"] for row in rows}
        self._newest = max([newest, *self._known])
        if first:
            return []
        return [
            Told(message(NOTICE, dict(row)), (NOTICES, f"{STACKS}.{row['stack']}"))
            for row in rows
            if row["id"] not in known
        ]


def _signature(row: RowMapping) -> tuple[object, ...]:
    return tuple(row.values())


def _state(row: RowMapping) -> Told:
    return Told(job_message(STATE, row, news.TOLD), (JOBS, f"{STACKS}.{row['stack']}"))
