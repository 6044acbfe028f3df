"""Routes for looking at templates, and for launching them."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Response

from kombify.server.controller.answers import ControllerRoute, answer
from kombify.server.controller.bodies import BodyDep
from kombify.server.controller.catalogue import JOB_TEMPLATE, WORKFLOW_TEMPLATE, read_catalogue
from kombify.server.controller.launching import launchable, order
from kombify.server.controller.places import PlacesDep
from kombify.server.controller.queries import of_template
from kombify.server.controller.query import QueryDep
from kombify.server.controller.sequences import page_of
from kombify.server.controller.showing import page_of_jobs, shown_job
from kombify.server.controller.templates import launch_form, template
from kombify.server.deps import Reader, Runner, ServiceDep
from kombify.server.jobs.routes import Key

router = APIRouter(route_class=ControllerRoute)
RUNS = {JOB_TEMPLATE: ("job", "jobs"), WORKFLOW_TEMPLATE: ("workflow", "workflow_jobs")}
"""What a template's launch makes: our word, and where AWX has it."""


@router.get("/unified_job_templates/")
async def list_all(service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep) -> Response:
    """List the templates of both kinds."""
    catalogue = await asyncio.to_thread(read_catalogue, service)
    found = [template(one, catalogue, places) for one in catalogue.templates]
    return answer(page_of(found, query, "UnifiedJobTemplate"))


def _add_routes(kind: str) -> None:
    """Add the routes for the templates of a kind."""
    home = f"/{kind}s"
    run, runs = RUNS[kind]

    @router.get(f"{home}/")
    async def list_them(service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep) -> Response:
        catalogue = await asyncio.to_thread(read_catalogue, service)
        found = [template(one, catalogue, places) for one in catalogue.templates if one.kind == kind]
        return answer(page_of(found, query, kind))

    @router.get(f"{home}/{{name}}/")
    async def show(service: ServiceDep, _caller: Reader, places: PlacesDep, name: str) -> Response:
        catalogue = await asyncio.to_thread(read_catalogue, service)
        return answer(template(launchable(catalogue, kind, name), catalogue, places))

    @router.get(f"{home}/{{name}}/launch/")
    async def form(service: ServiceDep, _caller: Reader, name: str) -> Response:
        catalogue = await asyncio.to_thread(read_catalogue, service)
        return answer(launch_form(launchable(catalogue, kind, name)))

    @router.post(f"{home}/{{name}}/launch/")
    async def launch(
        service: ServiceDep, caller: Runner, places: PlacesDep, name: str, body: BodyDep, key: Key = None
    ) -> Response:
        catalogue = await asyncio.to_thread(read_catalogue, service)
        one = launchable(catalogue, kind, name)
        ordered = await asyncio.to_thread(order, service, caller, one, body, catalogue, key)
        number = ordered.launched.id
        if ordered.launched.new:
            await service.audit(caller, f"{run}.launch", str(number), template=one.name)
        shown = await shown_job(service, places, number, run)
        said = {**shown, runs.removesuffix("s"): number, "ignored_fields": ordered.ignored}
        return answer(said, HTTPStatus.CREATED, {"Location": shown["url"]})

    @router.get(f"{home}/{{name}}/{runs}/")
    async def launched(service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep, name: str) -> Response:
        catalogue = await asyncio.to_thread(read_catalogue, service)
        fixed = of_template(launchable(catalogue, kind, name))
        return answer(await page_of_jobs(service, places, query, fixed, catalogue=catalogue))


for _kind in RUNS:
    _add_routes(_kind)
