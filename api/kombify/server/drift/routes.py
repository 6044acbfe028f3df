"""Looking for drift, and seeing what was found."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from kombify.engine.launching import Launched
from kombify.server.deps import Reader, Runner, ServiceDep
from kombify.server.drift.models import Drift, DriftLaunch
from kombify.server.drift.queries import find_drift, list_drift
from kombify.server.jobs.launching import check_hosts, stack_named
from kombify.server.jobs.models import JobDetails
from kombify.server.jobs.routes import JobId, Key, accepted
from kombify.server.paging import Page, Paging
from kombify.server.problems import says

router = APIRouter(tags=["drift"], responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY))


@router.get("/drift")
async def list_all_drift(service: ServiceDep, _caller: Reader, page: Paging, stack: str | None = None) -> Page[Drift]:
    """List what was found, the newest first."""
    async with service.reading() as connection:
        return await list_drift(connection, page, stack)


@router.post("/drift", status_code=HTTPStatus.ACCEPTED, responses=says(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT))
async def look_for_drift(
    service: ServiceDep, caller: Runner, request: Request, response: Response, body: DriftLaunch, key: Key = None
) -> JobDetails:
    """Look where machines are not as the spec says. Nothing is changed. The job's number leads to what it found."""

    def order() -> Launched:
        stack = stack_named(service, body.stack)
        check_hosts(service, stack, body.limit)
        return service.engine.deployments.look_for_drift(stack, limit=body.limit, by=caller.name, key=key)

    launched = await asyncio.to_thread(order)
    if launched.new:
        await service.audit(caller, "drift.launch", str(launched.id), limit=list(body.limit))
    return await accepted(service, request, response, launched)


@router.get("/drift/{job_id}", responses=says(HTTPStatus.NOT_FOUND))
async def show_drift(service: ServiceDep, _caller: Reader, job_id: JobId) -> Drift:
    """Show what a job found."""
    async with service.reading() as connection:
        return await find_drift(connection, job_id)
