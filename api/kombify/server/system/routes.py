"""Health, figures and version. Who only asks whether the service lives needs no token.

Words and figures are for this machine and for holders of a token that may read: they tell strangers too much.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

import kombify
from kombify.server.access.local import asks_from_here
from kombify.server.deps import Bearer, ServiceDep
from kombify.server.problems import says
from kombify.server.system.metrics import TYPE
from kombify.server.system.models import Alive, Readiness, Version
from kombify.store.tokens import Scope

router = APIRouter(tags=["system"])
FOR_INSIDERS = "ask on the machine of the service, or with a token, for what it is"


async def insider(request: Request, service: ServiceDep, text: Bearer) -> None:
    """Let in who asks on this machine, or has a token that may read."""
    if not asks_from_here(request.scope):
        await service.door.need(request, await service.door.enter(request, text), Scope.READ)


@router.get("/healthz")
async def alive() -> Alive:
    """Tell that the process answers. Nothing else is looked at: a database that is away is no reason to restart it."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Something is wrong."}})
async def ready(service: ServiceDep, request: Request, response: Response, text: Bearer) -> Readiness:
    """Tell whether jobs can be taken, and if not what is wrong and what to do. It never takes longer than seconds."""
    found = await service.watch.health()
    response.status_code = HTTPStatus.OK if found.status == "ready" else HTTPStatus.SERVICE_UNAVAILABLE
    if asks_from_here(request.scope):
        return found
    if not text or "database" in found.troubles:  # then nobody can say whose token it is
        return found.without_words(FOR_INSIDERS)
    await insider(request, service, text)
    return found


@router.get(
    "/metrics",
    dependencies=[Depends(insider)],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **says(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)},
)
async def metrics(service: ServiceDep) -> Response:
    """Return figures in Prometheus' format, to callers on this machine or with a token that may read."""
    return Response(await service.watch.measured(), media_type=TYPE)


@router.get("/system/version")
async def version() -> Version:
    """Tell which version this is."""
    return Version(version=kombify.__version__)
