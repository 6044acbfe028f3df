"""Routes for jobs and workflows: looking, canceling, launching again."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response

from kombify.server.controller import jobs
from kombify.server.controller.answers import ControllerRoute, answer
from kombify.server.controller.bodies import BodyDep
from kombify.server.controller.launching import cancel, relaunch
from kombify.server.controller.places import PlacesDep
from kombify.server.controller.queries import JOBS, phases_of
from kombify.server.controller.query import QueryDep
from kombify.server.controller.showing import page_of_jobs, shown_job
from kombify.server.deps import Reader, Runner, ServiceDep

router = APIRouter(route_class=ControllerRoute)
KINDS = {"jobs": "job", "workflow_jobs": "workflow"}
"""Our words for what AWX has there."""
UNFINISHED = ("pending", "waiting", "running")
JobId = Annotated[int, Path(ge=0, le=2**62)]


@router.get("/unified_jobs/")
async def list_all(service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep) -> Response:
    """List jobs and workflows."""
    return answer(await page_of_jobs(service, places, query))


@router.get("/workflow_jobs/{job_id}/workflow_nodes/")
async def list_nodes(
    service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep, job_id: JobId
) -> Response:
    """List the phases of a workflow, each with its job."""
    await shown_job(service, places, job_id, "workflow")
    async with service.reading() as connection:
        found = [jobs.node(job_id, row, places) for row in await phases_of(connection, job_id)]
    return answer(query.page_of(found[query.first : query.first + query.size], len(found)))


def _add_routes(home: str, kind: str) -> None:
    """Add the routes for the jobs of a kind."""

    @router.get(f"/{home}/")
    async def list_them(service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep) -> Response:
        return answer(await page_of_jobs(service, places, query, JOBS.c.kind == kind))

    @router.get(f"/{home}/{{job_id}}/")
    async def show(service: ServiceDep, _caller: Reader, places: PlacesDep, job_id: JobId) -> Response:
        return answer(await shown_job(service, places, job_id, kind))

    @router.get(f"/{home}/{{job_id}}/cancel/")
    async def can_cancel(service: ServiceDep, _caller: Reader, places: PlacesDep, job_id: JobId) -> Response:
        shown = await shown_job(service, places, job_id, kind)
        return answer({"can_cancel": shown["status"] in UNFINISHED})

    @router.post(f"/{home}/{{job_id}}/cancel/")
    async def cancel_it(service: ServiceDep, caller: Runner, places: PlacesDep, job_id: JobId) -> Response:
        await shown_job(service, places, job_id, kind)
        await asyncio.to_thread(cancel, service, caller, job_id)
        await service.audit(caller, f"{kind}.cancel", str(job_id))
        return answer({}, HTTPStatus.ACCEPTED)

    @router.get(f"/{home}/{{job_id}}/relaunch/")
    async def can_relaunch(service: ServiceDep, _caller: Reader, places: PlacesDep, job_id: JobId) -> Response:
        await shown_job(service, places, job_id, kind)
        return answer({"passwords_needed_to_start": []})

    @router.post(f"/{home}/{{job_id}}/relaunch/")
    async def relaunch_it(
        service: ServiceDep, caller: Runner, places: PlacesDep, job_id: JobId, body: BodyDep
    ) -> Response:
        await shown_job(service, places, job_id, kind)
        launched = await asyncio.to_thread(relaunch, service, caller, job_id, body)
        await service.audit(caller, f"{kind}.relaunch", str(launched.id), of=job_id)
        shown = await shown_job(service, places, launched.id, kind)
        return answer({**shown, shown["type"]: launched.id}, HTTPStatus.CREATED, {"Location": shown["url"]})


for _home, _kind in KINDS.items():
    _add_routes(_home, _kind)
