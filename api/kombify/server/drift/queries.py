"""Reading drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.engine.drift import by_host
from kombify.server.drift.models import Difference, Drift
from kombify.server.paging import Page, PageQuery, cut
from kombify.server.problems import not_found
from kombify.store.models import Drift as Row

TABLE = Row.__table__


async def find_drift(connection: AsyncConnection, job_id: int) -> Drift:
    """Return what a job found, or raise the problem that it found nothing yet."""
    row = (await connection.execute(select(TABLE).where(Row.job_id == job_id))).mappings().first()
    if row is None:
        raise not_found("drift of job", job_id, "it is there once a job that looks for drift has come to its end")
    return _shown(row)


async def list_drift(connection: AsyncConnection, page: PageQuery, stack: str | None) -> Page[Drift]:
    """Return a page of what was found, the newest first."""
    wanted = select(TABLE).order_by(Row.id.desc()).limit(page.limit + 1)
    if stack is not None:
        wanted = wanted.where(Row.stack == stack)
    if page.cursor is not None:
        wanted = wanted.where(Row.id < page.cursor)
    rows = (await connection.execute(wanted)).mappings().all()
    found, more = cut(rows, page.limit)
    return Page(items=[_shown(row) for row in found], next=str(found[-1]["id"]) if more else None)


def _shown(row: Mapping[Any, Any]) -> Drift:
    found = row["differences"]
    return Drift(
        **{name: row[name] for name in ("id", "stack", "job_id", "found_at")},
        hosts=by_host(found),
        unseen=sorted({one["host"] for one in found if one["kind"] != "changed"}),
        differences=[Difference(**one) for one in found],
    )
