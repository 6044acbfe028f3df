"""Routes for what does not change: who answers, who asks, and the stacks as organizations, inventories and projects."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Response

import kombify
from kombify.server.controller import templates
from kombify.server.controller.answers import AWX_VERSION, ControllerRoute, answer, gone
from kombify.server.controller.catalogue import numbers_of, read_catalogue
from kombify.server.controller.places import PlacesDep
from kombify.server.controller.query import QueryDep
from kombify.server.controller.sequences import page_of
from kombify.server.deps import Bearer, Reader, ServiceDep
from kombify.store.tokens import Scope

router = APIRouter(route_class=ControllerRoute)
LISTS = ("organizations", "projects", "job_templates", "jobs", "labels", "unified_job_templates", "unified_jobs")
USER = "user"


@router.get("/")
async def resources(places: PlacesDep) -> Response:
    """Tell what there is."""
    names = ("ping", "config", "me", *LISTS, "workflow_job_templates", "workflow_jobs")
    return answer({**{name: places.of(name) for name in names}, "inventory": places.of("inventories")})


@router.get("/ping/")
async def ping() -> Response:
    """Tell that somebody is there."""
    return answer({"ha": False, "version": AWX_VERSION, "active_node": "", "instances": [], "instance_groups": []})


@router.get("/config/")
async def config(_caller: Reader) -> Response:
    """Tell which version of AWX's words is spoken, and which version of kombify speaks them."""
    said = {"version": AWX_VERSION, "kombify_version": kombify.__version__, "time_zone": "UTC", "license_info": {}}
    return answer(said)


@router.get("/me/")
async def me(service: ServiceDep, caller: Reader, places: PlacesDep, query: QueryDep) -> Response:
    """Tell who asks."""
    numbers = await asyncio.to_thread(numbers_of, service.database, [(USER, caller.name)])
    number = numbers[USER, caller.name]
    user = {
        "id": number,
        "type": USER,
        "url": places.of("users", number),
        "related": {},
        "summary_fields": {},
        "username": caller.name,
        "first_name": "",
        "last_name": "",
        "email": "",
        "is_superuser": caller.scope.allows(Scope.ADMIN),
        "is_system_auditor": False,
    }
    return answer(query.page_of([user], 1))


@router.post("/tokens/")
@router.post("/users/{_name}/personal_tokens/")
async def borrow_token(caller: Reader, token: Bearer) -> Response:
    """Give a client back the token that it sent as its password: it asks for one before it does anything."""
    said = {"id": 0, "type": "o_auth2_access_token", "token": token, "scope": "write", "description": caller.name}
    return answer(said, HTTPStatus.CREATED)


@router.delete("/tokens/{_number}/")
async def return_token(_caller: Reader) -> Response:
    """Let a client go. Its token stays good: it was not made for this visit."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _add_routes(kind: str, plural: str) -> None:
    """Add the routes for the stacks in one of their roles."""

    @router.get(f"/{plural}/")
    async def list_them(service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep) -> Response:
        catalogue = await asyncio.to_thread(read_catalogue, service)
        found = [templates.THINGS[kind](stack, catalogue, places) for stack in catalogue.stacks()]
        return answer(page_of(found, query, kind))

    @router.get(f"/{plural}/{{name}}/")
    async def show(service: ServiceDep, _caller: Reader, places: PlacesDep, name: str) -> Response:
        catalogue = await asyncio.to_thread(read_catalogue, service)
        for stack in catalogue.stacks():
            if name in (stack, str(catalogue.number(kind, stack))):
                return answer(templates.THINGS[kind](stack, catalogue, places))
        raise gone()


for _kind, _plural in templates.PLURAL.items():
    _add_routes(_kind, _plural)
