"""Routes for what a job wrote: its events, and its output."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from kombify.server.controller.answers import ControllerRoute, answer, refusal
from kombify.server.controller.events import event
from kombify.server.controller.places import PlacesDep
from kombify.server.controller.queries import events_page, output_page
from kombify.server.controller.query import QueryDep
from kombify.server.controller.showing import shown_job
from kombify.server.deps import Reader, ServiceDep
from kombify.server.jobs.stdout import MEDIA_TYPES, Format, line_count, output, span_of
from kombify.server.live.patient import PatientResponse

router = APIRouter(prefix="/jobs", route_class=ControllerRoute)
FORMATS = {**{str(one): one for one in Format}, "api": Format.HTML}
DOWNLOAD = "_download"
JobId = Annotated[int, Path(ge=0, le=2**62)]
Line = Annotated[int | None, Query(ge=-(2**31), le=2**31)]


@router.get("/{job_id}/job_events/")
async def list_events(
    service: ServiceDep,
    _caller: Reader,
    places: PlacesDep,
    query: QueryDep,
    job_id: JobId,
    no_truncate: bool = False,
) -> Response:
    """List events. ``awx … --monitor`` wants the output alone, and all of it: it never asks for a second page."""
    shown = await shown_job(service, places, job_id, "job")
    read = output_page if no_truncate else events_page
    async with service.reading() as connection:
        found = await read(connection, job_id, query)
    return answer(query.page_of([event(job_id, row, shown["playbook"]) for row in found.rows], found.total))


@router.get("/{job_id}/stdout/")
async def stdout(
    service: ServiceDep,
    _caller: Reader,
    places: PlacesDep,
    job_id: JobId,
    form: Annotated[str, Query(alias="format")] = "txt",
    start_line: Line = None,
    end_line: Line = None,
) -> Response:
    """Give out what a job printed."""
    shown = await shown_job(service, places, job_id, "job")
    wanted = FORMATS.get(form.removesuffix(DOWNLOAD))
    if wanted is None:
        raise refusal(HTTPStatus.NOT_FOUND, f"there is no format '{form[:80]}'")
    async with service.reading() as connection:
        total = await line_count(connection, job_id)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
    if form.endswith(DOWNLOAD):
        headers["Content-Disposition"] = f'attachment; filename="job_{shown["id"]}.txt"'
    span = span_of(total, start_line or 0, end_line)
    return PatientResponse(output(service.reading, job_id, wanted, span, total), headers, MEDIA_TYPES[wanted])
