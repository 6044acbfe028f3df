"""Reading what the metrics need, by indexes: what has not ended, and what ended since the last look."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.runner.status import State
from kombify.store.columns import now
from kombify.store.models import Job, Run, Worker

LOOK_BACK = timedelta(minutes=2)
"""A job may be committed a little after the time that it says it ended at."""
MOST = 20_000
"""Ends that are counted in one look; the rest follows with the next."""
PHASES = ("validating", "preparing", "deploying", "configuring", "health_check", "rolling_back", "rolled_back")
STATES = {*State, *PHASES}
"""A workflow may have words of its own for its states: those are counted together."""


class End(NamedTuple):
    """How a job ended, and after how many seconds of work."""

    state: str
    seconds: float | None


@dataclass
class Figures:
    """What is true now, and what happened since the last look (``ends``, ``events``)."""

    unfinished: dict[str, int] = field(default_factory=dict)
    queued: int = 0
    oldest: float = 0.0
    newest: int = 0
    ends: list[End] = field(default_factory=list)
    events: int = 0
    workers: dict[str, int] = field(default_factory=dict)
    database_bytes: int = 0
    free_bytes: int = 0
    troubles: int = 0
    warnings: int = 0
    left_out: int = 0


class Looker:
    """Looks at the database again and again, and remembers what it has seen."""

    def __init__(self) -> None:
        self._born = now()
        self._from = self._born - LOOK_BACK
        self._known: dict[int, _Known] | None = None

    async def look(self, connection: AsyncConnection) -> Figures:
        """Read the figures."""
        figures = Figures()
        await self._count_unfinished(connection, figures)
        await self._follow(connection, figures)
        workers = await connection.execute(select(Worker.state, func.count().label("many")).group_by(Worker.state))
        figures.workers = {row.state: row.many for row in workers}
        figures.newest = await connection.scalar(select(func.max(Job.id))) or 0
        return figures

    async def _count_unfinished(self, connection: AsyncConnection, figures: Figures) -> None:
        counts = select(Job.state, func.count(), func.min(Job.created_at)).where(Job.ended_at.is_(None))
        for state, count, oldest in await connection.execute(counts.group_by(Job.state)):
            word = _word(state)
            figures.unfinished[word] = figures.unfinished.get(word, 0) + count
            if state == State.PENDING:
                figures.queued, figures.oldest = count, max(0.0, (now() - oldest).total_seconds())

    async def _follow(self, connection: AsyncConnection, figures: Figures) -> None:
        """Count the ends and events since the last look, each once, also of an end that was committed late."""
        jobs = select(Job.id, Job.state, Job.started_at, Job.ended_at, func.coalesce(Run.counter, 0).label("counter"))
        jobs = jobs.outerjoin(Run, Run.job_id == Job.id)
        live = (await connection.execute(jobs.where(Job.ended_at.is_(None)))).all()
        ended = jobs.where(Job.ended_at > self._from).order_by(Job.ended_at, Job.id).limit(MOST)
        recent = (await connection.execute(ended)).all()
        known = self._known
        for row in (*live, *recent):
            before = _Known(row.counter, row.ended_at is not None and row.ended_at <= self._born)
            before = before if known is None else known.get(row.id, _Known(0, ended=False))
            figures.events += max(0, row.counter - before.counter)
            if row.ended_at is not None and not before.ended:
                figures.ends.append(End(_word(row.state), _seconds(row)))
        self._known = {row.id: _Known(row.counter, row.ended_at is not None) for row in (*live, *recent)}
        if recent:
            self._from = recent[-1].ended_at - (LOOK_BACK if len(recent) < MOST else timedelta(0))


class _Known(NamedTuple):
    counter: int
    ended: bool


async def measure(connection: AsyncConnection, file: Path | None) -> int:
    """Return the bytes of the database: of its file, or as PostgreSQL counts them."""
    if file is None:
        return int(await connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)
    return sum(_bytes(file.with_name(file.name + suffix)) for suffix in ("", "-wal"))


def free(folder: Path) -> int:
    """Return the free bytes where a folder is; 0 when it is gone."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


def _bytes(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _seconds(row: Row[Any]) -> float | None:
    return None if row.started_at is None else max(0.0, (row.ended_at - row.started_at).total_seconds())


def _word(state: str) -> str:
    return state if state in STATES else "other"
