"""The door: who shows a good token comes in, who does not is written down and has to slow down.

Refused logins have a limit of their own, lower than that of requests. Beyond it the answer is 429 and nothing more is
written down. A good token opens the door all the same: tokens cannot be guessed, and a forgotten script with an old
one shall not lock out everybody else at the same address.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import HTTPConnection

from kombify.server.access.audit import Audit, trail
from kombify.server.access.callers import NOBODY, Caller, Callers
from kombify.server.access.gateway import Claims
from kombify.server.access.rate import Limiter, address_of, too_often
from kombify.server.access.refusals import Refused
from kombify.server.problems import Problem
from kombify.store.tokens import Scope

REFUSED_LOGINS = "10/minute"
HINT = "send it as 'Authorization: Bearer TOKEN'; make one with: kombify token create NAME"


class Door:
    """Lets callers in."""

    def __init__(self, callers: Callers, audit: Audit, refused: Limiter) -> None:
        self._callers = callers
        self._audit = audit
        self._refused = refused

    async def enter(self, connection: HTTPConnection, text: str) -> Caller:
        """Return who holds a token, or raise the problem that answers him."""
        address = address_of(connection.scope)
        if not text:
            raise _unauthorized("a token is needed")
        try:
            caller = await self._callers.find(text, address)
        except Refused as refusal:
            raise await self._refuse(connection, refusal) from None
        here = trail.get()
        if here is not None:
            here.caller = caller
        return caller

    async def service_of_the_gateway(self, connection: HTTPConnection, text: str) -> Claims:
        """Return what a signed token of the gateway says; nobody else's will do."""
        try:
            return await self._callers.vouched(text)
        except Refused as refusal:
            raise await self._refuse(connection, refusal) from None

    async def need(self, connection: HTTPConnection, caller: Caller, scope: Scope) -> None:
        """Raise the problem of a caller who may not do this."""
        if caller.scope.allows(scope):
            return
        place = f"{connection.scope.get('method', 'GET')} {connection.scope['path']}"
        await self._audit.note(caller, "refused", place, allowed=False, needs=scope)
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"'{caller.name}' may {caller.scope}, and this needs '{scope}'",
            f"use a token with the scope '{scope}'",
        )

    async def _refuse(self, connection: HTTPConnection, refusal: Refused) -> Problem:
        wait = self._refused.wait(address_of(connection.scope))
        if wait:
            return too_often(wait)
        why = f"{refusal} ({refusal.inside})" if refusal.inside else str(refusal)
        await self._audit.note(NOBODY, "login", connection.scope["path"], allowed=False, why=why)
        return _unauthorized(str(refusal))


def _unauthorized(detail: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, detail, HINT, headers={"WWW-Authenticate": "Bearer"})
