"""How often one address may ask.

Health checks from this machine are not counted: a supervisor that asks every second would use up what people who work
here have, and a 429 to it would get a healthy service restarted. A stream is counted once, when it begins.
"""

from __future__ import annotations

import ipaddress
import math
import time
from http import HTTPStatus

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from kombify.server.access.answers import refuse
from kombify.server.access.local import is_loopback
from kombify.server.problems import Problem

HEALTH = {"/healthz", "/readyz"}
CLOCK_STEP = 2.0
"""Seconds by which the wall clock may stray from the steady one before the counts are worth nothing."""


MOST = 10_000
"""Addresses that are counted one by one; when more come in one window, the rest is counted together."""
CROWD = "the rest"


class Limiter:
    """Counts what addresses do, in a window that begins with the first time."""

    def __init__(self, limit: str) -> None:
        self._limit: RateLimitItem | None = None if limit.strip() in ("", "0") else parse(limit)
        self._storage = MemoryStorage()
        self._window = FixedWindowRateLimiter(self._storage)
        self._clocks = _clocks()

    def wait(self, address: str) -> int:
        """Count once; return 0 when that is allowed, or the seconds until it will be."""
        if self._limit is None:
            return 0
        self._forget_after_a_clock_step()
        who = self._counted_as(address, self._limit)
        if self._window.hit(self._limit, who):
            return 0
        again = self._window.get_window_stats(self._limit, who).reset_time - time.time()
        return max(1, math.ceil(again))

    def _counted_as(self, address: str, limit: RateLimitItem) -> str:
        """Return whose count it is. However many addresses come, this takes neither much memory nor time."""
        who, known = network_of(address), self._storage.expirations
        return who if len(known) < MOST or limit.key_for(who) in known else CROWD

    def _forget_after_a_clock_step(self) -> None:
        """Begin anew when the clock was set back: otherwise nobody would be let in until it has caught up."""
        clocks = _clocks()
        if abs(clocks - self._clocks) > CLOCK_STEP:
            self._storage.reset()
            self._clocks = clocks


class RateLimit:
    """Answers 429 to addresses that ask too often."""

    def __init__(self, app: ASGIApp, limiter: Limiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or not."""
        if scope["type"] != "lifespan" and not _is_own_health_check(scope):
            wait = self._limiter.wait(address_of(scope))
            if wait:
                await refuse(too_often(wait), scope, receive, send)
                return
        await self._app(scope, receive, send)


def too_often(wait: int) -> Problem:
    """Return the problem of an address that has to wait so many seconds."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too many requests from this address",
        f"try again in {wait} seconds; server.rate_limit in kombistack.yaml says how many are allowed",
        headers={"Retry-After": str(wait)},
    )


def address_of(scope: Scope) -> str:
    """Return the address of who asks."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def network_of(address: str) -> str:
    """Return what is counted as one: an IPv4 address, or the /64 that one IPv6 customer has for himself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((int(parsed), 64), strict=False))


def _is_own_health_check(scope: Scope) -> bool:
    return scope.get("path") in HEALTH and is_loopback(address_of(scope))


def _clocks() -> float:
    return time.time() - time.monotonic()
