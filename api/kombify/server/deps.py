"""What a route can ask for by naming it as the type of a parameter.

The scope that a route needs is the type of its caller: ``caller: Runner`` lets in tokens that may run jobs.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from kombify.server.access.callers import Caller
from kombify.server.problems import Problem
from kombify.server.service import Service
from kombify.store.tokens import Scope, find_token


def service_of(connection: HTTPConnection) -> Service:
    """Return the service behind a request."""
    service: Service = connection.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]
Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Security(HTTPBearer(auto_error=False, scheme_name="token", description="An API token, or the gateway's.")),
]


async def caller_of(connection: HTTPConnection, service: ServiceDep, bearer: Bearer) -> Caller:
    """Return who asks, or refuse."""
    address = connection.client.host if connection.client else ""
    caller = await asyncio.to_thread(_find, service, bearer.credentials, address) if bearer else None
    if caller is None:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "this token is not known, has expired or was revoked" if bearer else "a token is needed",
            "send it as 'Authorization: Bearer TOKEN'; make one with: kombify token create NAME",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return caller


def _find(service: Service, text: str, address: str) -> Caller | None:
    with service.database.read() as session:
        token = find_token(session, text)
    return None if token is None else Caller(token.name, Scope(token.scope), address)


class Needs:
    """A caller with at least this scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def __call__(self, service: ServiceDep, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        """Return the caller, or refuse."""
        if not caller.scope.allows(self._scope):
            await service.audit(caller, "refused", f"needs {self._scope}", allowed=False)
            raise Problem(
                HTTPStatus.FORBIDDEN,
                f"'{caller.name}' may {caller.scope}, and this needs '{self._scope}'",
                f"use a token with the scope '{self._scope}'",
            )
        return caller


Reader = Annotated[Caller, Depends(Needs(Scope.READ))]
Runner = Annotated[Caller, Depends(Needs(Scope.RUN))]
Admin = Annotated[Caller, Depends(Needs(Scope.ADMIN))]
