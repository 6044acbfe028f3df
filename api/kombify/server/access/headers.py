"""What every request is given: a number to find it again, and headers that keep browsers from harm."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from kombify.server.access.answers import refuse
from kombify.server.problems import problem_of

REQUEST_ID = "X-Request-ID"
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
"""What a route says itself counts more."""
HSTS = "max-age=31536000"
_GOOD = re.compile(r"[A-Za-z0-9._-]{8,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request that is answered now."""


class RequestHeaders:
    """Numbers requests, adds headers to answers, and answers faults that nobody expected."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        number = _number(Headers(scope=scope).get(REQUEST_ID, ""))
        request_id.set(number)
        bind_contextvars(request=number)
        answer = _Answer(send, number, secure=scope["scheme"] in ("https", "wss"))
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if answer.begun or scope["type"] == "websocket":
                raise
            await refuse(problem_of(error), scope, receive, answer)


class _Answer:
    """Sends an answer with the headers that it has to have."""

    def __init__(self, send: Send, number: str, *, secure: bool) -> None:
        self.begun = False
        self._send = send
        self._number = number
        self._secure = secure

    async def __call__(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self._number
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            if self._secure:
                headers.setdefault("Strict-Transport-Security", HSTS)
        await self._send(message)


def _number(given: str) -> str:
    """Return the number that a caller gave, if it is harmless, or a new one."""
    return given if _GOOD.fullmatch(given) else secrets.token_hex(8)
