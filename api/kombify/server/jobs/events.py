"""Reading what happened in a job: its events in order, and how each host fared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, RowMapping, Text, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.server.problems import not_found
from kombify.store.models import Event as Row
from kombify.store.models import HostSummary as Summary
from kombify.store.models import Job

HEAVIEST = 8_000_000
"""Characters after which a page ends, however few events it has by then. One event is always whole."""
TABLE = Row.__table__
PLAIN = [column for column in TABLE.c if column.name not in ("job_id", "data")]
"""All of an event but what Ansible says about it in detail."""
DETAILS: ColumnElement[str] = type_coerce(TABLE.c.data, Text).label("data")
"""The details as the text of a JSON object: nobody needs to read it in order to pass it on."""


class Event(BaseModel):
    """Something that happened in a job, in the form of AWX's job events."""

    counter: int = Field(description="Its place among the events of its job, from 1 on.")
    uuid: str
    parent_uuid: str
    event: str = Field(description="What it is, as Ansible calls it: `runner_on_ok`.")
    host: str
    play: str
    task: str
    role: str
    changed: bool
    failed: bool
    start_line: int = Field(description="The line of the job's output where its own begins; the first one is 0.")
    end_line: int = Field(description="The line behind it.")
    stdout: str = Field(description="What Ansible printed, with colours.")
    created_at: str
    data: dict[str, Any] = Field(description="`event_data` of Ansible, secrets left out.")


class HostSummary(BaseModel):
    """How one host fared in a job."""

    host: str
    ok: int
    changed: int
    failed: int
    unreachable: int
    skipped: int
    rescued: int
    ignored: int
    finished: bool = Field(description="True when the run came to its end for this host.")


class Wanted(NamedTuple):
    """Which events; what is None is not asked about."""

    host: str | None = None
    event: str | None = None
    failed: bool | None = None
    changed: bool | None = None

    def conditions(self, job_id: int, after: int) -> list[ColumnElement[bool]]:
        """Return what holds for the events that are wanted."""
        asked = [TABLE.c[name] == value for name, value in self._asdict().items() if value is not None]
        return [TABLE.c.job_id == job_id, TABLE.c.counter > after, *asked]


ALL = Wanted()


class EventsPage(NamedTuple):
    """Some events in order, and whether there are more behind them."""

    rows: Sequence[RowMapping]
    more: bool


async def events_page(
    connection: AsyncConnection, job_id: int, wanted: Wanted = ALL, *, after: int = 0, limit: int = 50
) -> EventsPage:
    """Return at most so many events behind a counter, fewer when they are heavy. ``data`` is JSON as a text."""
    weight = func.length(TABLE.c.stdout) + func.length(TABLE.c.data)
    found = select(TABLE.c.counter, weight.label("weight")).where(*wanted.conditions(job_id, after))
    some = found.order_by(TABLE.c.counter).limit(limit + 1).subquery()
    lighter = func.sum(some.c.weight).over(order_by=some.c.counter) - some.c.weight
    weighed = select(some.c.counter, lighter.label("before"), func.count().over().label("found")).subquery()
    chosen = (
        select(*PLAIN, DETAILS, weighed.c.found)
        .join(weighed, weighed.c.counter == TABLE.c.counter)
        .where(TABLE.c.job_id == job_id, weighed.c.before < HEAVIEST)
        .order_by(TABLE.c.counter)
    )
    rows = (await connection.execute(chosen)).mappings().all()
    return EventsPage(rows[:limit], bool(rows) and rows[0]["found"] > min(len(rows), limit))


def events_as_json(page: EventsPage) -> bytes:
    """Return a page as the body of an answer."""
    items = [
        {column.name: row[column.name] for column in PLAIN} | {"data": orjson.Fragment(row["data"])}
        for row in page.rows
    ]
    return orjson.dumps({"items": items, "next": str(page.rows[-1]["counter"]) if page.more else None})


async def hosts_page(
    connection: AsyncConnection, job_id: int, *, after: str = "", limit: int = 50
) -> Sequence[RowMapping]:
    """Return the summaries of hosts behind a name, and one more than the limit if there is one."""
    columns = [Summary.__table__.c[name] for name in HostSummary.model_fields]
    some = select(*columns).where(Summary.job_id == job_id, Summary.host > after)
    return (await connection.execute(some.order_by(Summary.host).limit(limit + 1))).mappings().all()


async def check_job(connection: AsyncConnection, job_id: int) -> None:
    """Raise the problem that there is no such job."""
    if (await connection.execute(select(Job.id).where(Job.id == job_id))).first() is None:
        raise not_found("job", job_id, "see: GET /jobs")
