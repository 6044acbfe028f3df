"""Reading jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.engine.playbooks import name_of
from kombify.server.jobs.models import Job, JobDetails
from kombify.server.paging import Page, PageQuery, cut
from kombify.server.problems import not_found
from kombify.store.models import Job as Row

TABLE = Row.__table__


async def find_job(connection: AsyncConnection, job_id: int) -> JobDetails:
    """Return a job or a workflow, or raise the problem that there is none."""
    row = (await connection.execute(select(TABLE).where(Row.id == job_id))).mappings().first()
    if row is None:
        raise not_found("job", job_id, "see: GET /jobs")
    request = row["request"]
    more = {name: request.get(name) for name in ("variables", "secrets", "plan") if request.get(name)}
    return JobDetails(
        **_plain(row),
        diff=request.get("diff", False),
        verbosity=request.get("verbosity", 0),
        artifacts=row["artifacts"],
        **{"variables": {}, "secrets": {}, "plan": {}, **more},
    )


async def list_jobs(connection: AsyncConnection, page: PageQuery, **wanted: Any) -> Page[Job]:
    """Return a page of jobs, the newest first; ``wanted`` are values of columns, those that are None say nothing."""
    rows = (await connection.execute(listing(page, **wanted))).mappings().all()
    found, more = cut(rows, page.limit)
    return Page(items=[Job(**_plain(row)) for row in found], next=str(found[-1]["id"]) if more else None)


def listing(page: PageQuery, **wanted: Any) -> Select[Any]:
    """Return the query of a page, and one row more, which tells whether there is another."""
    conditions: list[ColumnElement[bool]] = [
        TABLE.c[name] == value for name, value in wanted.items() if value is not None
    ]
    if page.cursor is not None:
        conditions.append(Row.id < page.cursor)
    return select(TABLE).where(*conditions).order_by(Row.id.desc()).limit(page.limit + 1)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    request = row["request"]
    asked = {
        "playbook": name_of(request["playbook"]) if "playbook" in request else None,
        "check": request.get("check", False),
        "tags": request.get("tags", []),
        "limit": request.get("limit", []),
    }
    return {**{name: row[name] for name in Job.model_fields if name not in asked}, **asked}
