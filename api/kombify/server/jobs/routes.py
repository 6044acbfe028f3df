"""Launching, looking, canceling, relaunching."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response

from kombify.engine.launching import Launched
from kombify.server.deps import Reader, Runner, ServiceDep
from kombify.server.jobs.launching import asked_for
from kombify.server.jobs.models import Job, JobDetails, JobLaunch, Relaunch
from kombify.server.jobs.queries import find_job, list_jobs
from kombify.server.paging import Page, Paging
from kombify.server.problems import Problem, says
from kombify.server.service import Service

router = APIRouter(tags=["jobs"], responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY))
JobId = Annotated[int, Path(ge=1, le=2**62, description="The number of a job.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Who repeats a launch with the same key gets the first job again.",
    ),
]


@router.get("/jobs")
async def list_all(
    service: ServiceDep,
    _caller: Reader,
    page: Paging,
    stack: str | None = None,
    state: str | None = None,
    parent_id: Annotated[int | None, Query(description="A workflow: only its jobs.", ge=1, le=2**62)] = None,
) -> Page[Job]:
    """List jobs, the newest first."""
    async with service.reading() as connection:
        return await list_jobs(connection, page, kind="job", stack=stack, state=state, parent_id=parent_id)


@router.post("/jobs", status_code=HTTPStatus.ACCEPTED, responses=says(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT))
async def launch(
    service: ServiceDep, caller: Runner, request: Request, response: Response, body: JobLaunch, key: Key = None
) -> JobDetails:
    """Launch a job. Once this has answered, the job is safe, whatever happens to the service."""

    def order() -> Launched:
        stack, wanted = asked_for(service, caller, body)
        return service.orders.launch(stack, wanted, by=caller.name, key=key)

    launched = await asyncio.to_thread(order)
    if launched.new:
        await service.audit(caller, "job.launch", str(launched.id), playbook=body.playbook, limit=list(body.limit))
    return await accepted(service, request, response, launched)


@router.get("/jobs/{job_id}", responses=says(HTTPStatus.NOT_FOUND))
async def show(service: ServiceDep, _caller: Reader, job_id: JobId) -> JobDetails:
    """Show a job."""
    async with service.reading() as connection:
        return await find_job(connection, job_id)


@router.post(
    "/jobs/{job_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    responses=says(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def cancel(service: ServiceDep, caller: Runner, job_id: JobId) -> JobDetails:
    """Ask a job to end. It is canceled when none of its processes is left."""
    asked = await asyncio.to_thread(service.orders.cancel, job_id, by=caller.name)
    if not asked:
        raise Problem(HTTPStatus.CONFLICT, f"job {job_id} has ended already")
    await service.audit(caller, "job.cancel", str(job_id))
    async with service.reading() as connection:
        return await find_job(connection, job_id)


@router.post(
    "/jobs/{job_id}/relaunch",
    status_code=HTTPStatus.ACCEPTED,
    responses=says(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def relaunch(
    service: ServiceDep,
    caller: Runner,
    request: Request,
    response: Response,
    job_id: JobId,
    body: Relaunch | None = None,
    key: Key = None,
) -> JobDetails:
    """Launch a job again, on all its hosts or on those that failed or did not come to the end."""
    unfinished = body.unfinished if body else False
    launched = await asyncio.to_thread(service.orders.relaunch, job_id, unfinished=unfinished, by=caller.name, key=key)
    if launched.new:
        await service.audit(caller, "job.relaunch", str(launched.id), of=job_id, unfinished=unfinished)
    return await accepted(service, request, response, launched)


async def accepted(service: Service, request: Request, response: Response, launched: Launched) -> JobDetails:
    """Answer with the job that was launched, and say where it is found."""
    response.headers["Location"] = request.app.url_path_for("show", job_id=str(launched.id))
    if not launched.new:
        response.headers["Idempotency-Replayed"] = "true"
    async with service.reading() as connection:
        return await find_job(connection, launched.id)
