"""What comes in: not more than allowed, and JSON of which nothing can be taken for something else."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kombify.server.access.answers import refuse
from kombify.server.access.strict import NotStrict, check_json
from kombify.server.problems import Problem

LONG = 65_536
"""Bytes from which on a body is looked at in a thread, so that nobody else waits for it."""


class TooLarge(HTTPException):
    """A body that grew over the limit while it was read."""


class Bodies:
    """Refuses bodies that are too large before they are in memory, and JSON that two readers might read differently."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            _refuse_nul(scope)
            if scope["type"] == "http":
                receive = await self._checked(Headers(scope=scope), receive)
        except Problem as problem:
            await refuse(problem, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _checked(self, headers: Headers, receive: Receive) -> Receive:
        """Return the rest of a request, or raise what is wrong with it."""
        said = headers.get("content-length", "")
        if said.isdecimal() and int(said) > self._limit:
            raise too_large(self._limit)
        limited = _Limited(receive, self._limit)
        if not _is_json(headers.get("content-type", "")):
            return limited
        try:
            body = await _whole(limited)
        except TooLarge:
            raise too_large(self._limit) from None
        if body is None:
            return limited  # the client has gone
        await _check(body)
        return _Again(body, receive)


class _Limited:
    """Reads on, but not for ever."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self._limit = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLarge(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(self._limit).body.detail)
        return message


class _Again:
    """Gives a body that was read already, and then what comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return message or await self._receive()


def too_large(limit: int) -> Problem:
    """Return the problem of a request with too much in it."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is longer than {limit} bytes",
        "send less; server.body_limit in kombistack.yaml says how much is allowed",
        headers={"Connection": "close"},
    )


async def _whole(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _check(body: bytes) -> None:
    try:
        await asyncio.to_thread(check_json, body) if len(body) > LONG else check_json(body)
    except NotStrict as error:
        detail = f"{error.field}: {error}" if error.field else str(error)
        errors = [(error.field, str(error))] if error.field else []
        raise Problem(HTTPStatus.BAD_REQUEST, detail, errors=errors) from None


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _refuse_nul(scope: Scope) -> None:
    """No name, path or filter has this character, and PostgreSQL has no place for it."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        raise Problem(HTTPStatus.BAD_REQUEST, "there is a NUL character in the address")
