"""What a route can ask for by naming it as the type of a parameter.

The scope that a route needs is the type of its caller: ``caller: Runner`` lets in tokens that may run jobs.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Security
from fastapi.openapi.models import HTTPBearer as BearerModel
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from kombify.server.access.authorization import token_of
from kombify.server.access.callers import Caller
from kombify.server.service import Service
from kombify.store.tokens import Scope


def service_of(connection: HTTPConnection) -> Service:
    """Return the service behind a request."""
    service: Service = connection.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]


class BearerText(SecurityBase):
    """The token of a request or of a WebSocket, as it is written in the header ``Authorization``."""

    def __init__(self) -> None:
        self.model = BearerModel(description="An API token, or a token of the gateway.")
        self.scheme_name = "token"

    async def __call__(self, connection: HTTPConnection) -> str:
        """Return it, or nothing."""
        return token_of(connection.headers.get("authorization", ""))


Bearer = Annotated[str, Security(BearerText())]


async def caller_of(connection: HTTPConnection, service: ServiceDep, text: Bearer) -> Caller:
    """Return who asks, or refuse."""
    return await service.door.enter(connection, text)


class Needs:
    """A caller with at least this scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def __call__(
        self, connection: HTTPConnection, service: ServiceDep, caller: Annotated[Caller, Depends(caller_of)]
    ) -> Caller:
        """Return the caller, or refuse."""
        await service.door.need(connection, caller, self._scope)
        return caller


Reader = Annotated[Caller, Depends(Needs(Scope.READ))]
Runner = Annotated[Caller, Depends(Needs(Scope.RUN))]
Admin = Annotated[Caller, Depends(Needs(Scope.ADMIN))]
