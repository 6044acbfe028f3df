"""Counting requests by the template of their route, so that no address can make a new time series."""

from __future__ import annotations

import time
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
GONE = 499
"""The status of a request whose client left before there was an answer."""


class Requests:
    """What was asked for since the service started."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Counter(
            "kombify_http_requests",
            "Requests by method, route and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "kombify_http_request_seconds",
            "Seconds until an answer begins; a stream is measured until its first byte.",
            ("route",),
            buckets=BUCKETS,
            registry=registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._count.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class CountRequests:
    """Counts what is answered, and refused."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 0

        async def note_and_send(message: Message) -> None:
            nonlocal status
            if not status and message["type"] in _STARTS:
                status = int(message.get("status", _STARTS[message["type"]]))
                seconds = time.perf_counter() - begun
                self._requests.note(scope.get("method", "WEBSOCKET"), template_of(scope), status, seconds)
            await send(message)

        try:
            await self._app(scope, receive, note_and_send)
        finally:
            if not status:
                self._requests.note(
                    scope.get("method", "WEBSOCKET"), template_of(scope), GONE, time.perf_counter() - begun
                )


_STARTS = {
    "http.response.start": HTTPStatus.OK,
    "websocket.accept": HTTPStatus.SWITCHING_PROTOCOLS,
    "websocket.close": HTTPStatus.FORBIDDEN,
    "websocket.http.response.start": HTTPStatus.FORBIDDEN,
}
"""What an answer begins with, and the status that it has without saying so."""


def template_of(scope: Scope) -> str:
    """Return the route as it was written, ``/v1/orchestrator/jobs/{job_id}``."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(context, "path_format", None) or getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "none"
