"""Questions to the database: is there anything new, and what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.runner.status import State
from kombify.server.jobs.events import PLAIN
from kombify.server.live.messages import Message, event_messages
from kombify.store.models import Event, Job, Notice, Run, Worker

TOLD = (
    *("id", "kind", "stack", "title", "state", "parent_id", "launched_by", "relaunch_of"),
    *("created_at", "started_at", "ended_at", "cancel_asked_at", "code", "message"),
    *("events_stored", "events_missing"),
)
"""What is told about a job."""
TOLD_OF_WORKERS = ("id", "state", "wanted", "host", "version", "started_at")
PAGE = 50
"""Events that are read at once: each listener holds so many at most, and one may be long."""
LONGEST = 32_768
"""Characters of the output of one event that are told; jobs keep less of it themselves."""

_JOB = [Job.__table__.c[name] for name in TOLD]
_EVENT = Event.__table__.c
_TOLD_OF_EVENTS = [
    *(column for column in PLAIN if column.name != "stdout"),
    func.substr(_EVENT.stdout, 1, LONGEST).label("stdout"),
    (func.length(_EVENT.stdout) - func.length(func.substr(_EVENT.stdout, 1, LONGEST))).label("cut"),
]


async def stamp(connection: AsyncConnection) -> object:
    """Return something that is another one whenever anybody has changed anything. It costs next to nothing."""
    if connection.dialect.name == "sqlite":
        return (await connection.exec_driver_sql("PRAGMA data_version")).scalar()
    return (await connection.exec_driver_sql("SELECT pg_current_snapshot()::text")).scalar()


async def jobs_and_parts(connection: AsyncConnection, ids: Collection[int]) -> Sequence[RowMapping]:
    """Return jobs, the jobs of those that are workflows, and the highest counter of their events as ``reached``."""
    reached = func.coalesce(Run.__table__.c.counter, 0).label("reached")
    joined = select(*_JOB, reached).join_from(Job.__table__, Run.__table__, isouter=True)
    wanted = joined.where(or_(Job.id.in_(ids), Job.parent_id.in_(ids))).order_by(Job.id)
    return (await connection.execute(wanted)).mappings().all()


async def events_behind(connection: AsyncConnection, job_id: int, after: int) -> list[Message]:
    """Return some events of a job, ready to be told; fewer than ``PAGE`` when there are no more now."""
    some = select(*_TOLD_OF_EVENTS).where(_EVENT.job_id == job_id, _EVENT.counter > after)
    rows = (await connection.execute(some.order_by(_EVENT.counter).limit(PAGE))).mappings().all()
    return event_messages(rows)


async def newest(connection: AsyncConnection, model: type[Job | Notice]) -> int:
    """Return the highest id."""
    return int((await connection.execute(select(func.coalesce(func.max(model.id), 0)))).scalar_one())


async def last_end(connection: AsyncConnection) -> datetime | None:
    """Return when the last job ended."""
    moment: datetime | None = (await connection.execute(select(func.max(Job.ended_at)))).scalar()
    return moment


async def jobs_that_move(
    connection: AsyncConnection, above: int, ended_after: datetime | None, ids: Collection[int]
) -> Sequence[RowMapping]:
    """Return the jobs that were begun and have not ended, the new ones, those that ended lately, and some by id.

    Those that wait to be begun may be many thousands, and nothing happens to them without one of these being true.
    """
    moving = and_(Job.ended_at.is_(None), Job.state != State.PENDING)
    ended = Job.ended_at.is_not(None) if ended_after is None else Job.ended_at > ended_after
    wanted = or_(moving, Job.id > above, ended, Job.id.in_(ids))
    return await _all(connection, select(*_JOB).where(wanted).order_by(Job.id))


async def workers(connection: AsyncConnection) -> Sequence[RowMapping]:
    """Return the workers."""
    return await _all(connection, select(*(Worker.__table__.c[name] for name in TOLD_OF_WORKERS)))


async def notices(connection: AsyncConnection, above: int) -> Sequence[RowMapping]:
    """Return notices with a higher id."""
    return await _all(connection, select(Notice.__table__).where(Notice.id > above).order_by(Notice.id))


async def _all(connection: AsyncConnection, statement: Select[Any]) -> Sequence[RowMapping]:
    return (await connection.execute(statement)).mappings().all()
