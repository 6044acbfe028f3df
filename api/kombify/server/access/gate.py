"""Everything between the wire and the routes, in its order."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kombify.server.access.audit import Audit, AuditTrail
from kombify.server.access.bodies import Bodies
from kombify.server.access.headers import RequestHeaders
from kombify.server.access.local import is_loopback
from kombify.server.access.proxies import OnlyProxies
from kombify.server.access.rate import Limiter, RateLimit
from kombify.server.settings import Settings
from kombify.server.system.requests import CountRequests, Requests

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ALLOWED = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Request-ID")
SHOWN = ("Location", "Retry-After", "X-Request-ID")
"""Headers of requests and answers that pages of other sites may use, if any site is named."""


def add_gate(app: FastAPI, settings: Settings, audit: Audit, requests: Requests) -> None:
    """Add it to an application. What is added last meets a request first."""
    app.add_middleware(AuditTrail, audit=audit)
    app.add_middleware(Bodies, limit=settings.body_limit)
    app.add_middleware(RateLimit, limiter=Limiter(settings.rate_limit))
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            allow_headers=ALLOWED,
            expose_headers=SHOWN,
        )
    app.add_middleware(RequestHeaders)
    app.add_middleware(CountRequests, requests=requests)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    if settings.tls_cert is None and not is_loopback(settings.host):
        app.add_middleware(OnlyProxies, proxies=settings.trusted_proxies)
