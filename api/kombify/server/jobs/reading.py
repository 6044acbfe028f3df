"""Routes for what a job wrote: its events, how its hosts fared, its output."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from kombify.server.deps import Reader, ServiceDep
from kombify.server.jobs.events import Event, HostSummary, Wanted, check_job, events_as_json, events_page, hosts_page
from kombify.server.jobs.stdout import MEDIA_TYPES, Format, line_count, output, span_of
from kombify.server.live.patient import PatientResponse
from kombify.server.paging import Page, Paging, cut
from kombify.server.problems import says

router = APIRouter(
    tags=["jobs"], responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
)
JobId = Annotated[int, Path(ge=1, le=2**62, description="The number of a job.")]
Name = Annotated[str | None, Query(max_length=255)]
Line = Annotated[int, Query(ge=-(2**31), le=2**31, description="The first line; below 0: so many from the end.")]
NOTHING_ACTIVE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("/jobs/{job_id}/events", response_model=Page[Event])
async def events(
    service: ServiceDep,
    _caller: Reader,
    job_id: JobId,
    page: Paging,
    after: Annotated[int, Query(alias="counter__gt", ge=0, le=2**62, description="Only events behind this one.")] = 0,
    host: Name = None,
    event: Name = None,
    failed: bool | None = None,
    changed: bool | None = None,
) -> Response:
    """List what happened in a job, in order. A page with heavy events is shorter than its limit."""
    async with service.reading() as connection:
        await check_job(connection, job_id)
        found = await events_page(
            connection,
            job_id,
            Wanted(host, event, failed, changed),
            after=max(after, page.cursor or 0),
            limit=page.limit,
        )
    return Response(events_as_json(found), media_type="application/json")


@router.get("/jobs/{job_id}/hosts")
async def hosts(
    service: ServiceDep,
    _caller: Reader,
    job_id: JobId,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 200,
    cursor: Annotated[str, Query(max_length=255, description="What the page before said as `next`.")] = "",
) -> Page[HostSummary]:
    """List how the hosts fare in a job, by their names."""
    async with service.reading() as connection:
        await check_job(connection, job_id)
        rows, more = cut(await hosts_page(connection, job_id, after=cursor, limit=limit), limit)
    return Page(items=[HostSummary(**row) for row in rows], next=rows[-1]["host"] if more else None)


@router.get("/jobs/{job_id}/stdout", status_code=200, response_class=PatientResponse)
async def stdout(
    service: ServiceDep,
    _caller: Reader,
    job_id: JobId,
    form: Annotated[Format, Query(alias="format")] = Format.TXT,
    start_line: Line = 0,
    end_line: Annotated[int | None, Query(ge=0, le=2**31, description="The line behind the last.")] = None,
) -> PatientResponse:
    """Give out what a job printed: plain, with colours, as JSON (`range`, `content`), or as a page for browsers."""
    async with service.reading() as connection:
        await check_job(connection, job_id)
        total = await line_count(connection, job_id)
    span = span_of(total, start_line, end_line)
    headers = {"Content-Security-Policy": NOTHING_ACTIVE, "X-Content-Type-Options": "nosniff"}
    return PatientResponse(output(service.reading, job_id, form, span, total), headers, MEDIA_TYPES[form])
