"""The gateway's own requests. Whoever is not the gateway finds nothing here, or is refused."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from kombify.server.access.callers import Caller
from kombify.server.deps import Bearer, ServiceDep
from kombify.server.internal.exchange import exchange
from kombify.server.internal.flags import apply_flags
from kombify.server.internal.models import Exchange, Exchanged, Flags
from kombify.server.problems import Problem, says
from kombify.store.tokens import Scope


async def gateway_itself(request: Request, service: ServiceDep, text: Bearer) -> Caller:
    """Return the gateway, or refuse: also admins, and also those whom the gateway sent."""
    if not service.settings.internal_api:
        raise Problem(HTTPStatus.NOT_FOUND, "there is nothing here")
    claims = await service.door.service_of_the_gateway(request, text)
    caller = Caller(f"gateway:{claims.subject}", Scope.ADMIN, request.client.host if request.client else "", "gateway")
    if claims.subject not in service.settings.gateway_services:
        await service.audit(caller, "refused", request.url.path, allowed=False, why="not the gateway itself")
        raise Problem(HTTPStatus.FORBIDDEN, "this is for the gateway itself", "auth.gateway.services names it")
    return caller


GatewayItself = Annotated[Caller, Depends(gateway_itself)]
router = APIRouter(
    prefix="/api/internal",
    tags=["internal"],
    responses=says(
        HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY
    ),
)


@router.post("/sso/exchange")
async def exchange_login(service: ServiceDep, caller: GatewayItself, response: Response, body: Exchange) -> Exchanged:
    """Give somebody whom the gateway has let in a short-lived token of our own."""
    made = await asyncio.to_thread(exchange, service.database, body, by=caller.name)
    await service.audit(caller, "sso.exchange", made.name, scope=made.scope, expires_at=made.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return made


@router.post("/feature-flags/apply")
async def apply_feature_flags(service: ServiceDep, caller: GatewayItself, body: Flags) -> Flags:
    """Switch features of the platform on or off, and return all that were ever switched. Only known ones can be."""
    flags = await asyncio.to_thread(apply_flags, service.database, body)
    await service.audit(caller, "flags.apply", flags=body.flags)
    return flags
