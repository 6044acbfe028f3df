"""A service whose TLS ends at a proxy, and that others could reach without it, talks to that proxy alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from kombify.server.access.answers import refuse
from kombify.server.access.local import is_loopback
from kombify.server.problems import Problem


class OnlyProxies:
    """Refuses everybody but the proxies and this machine."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._networks = [ipaddress.ip_network(one, strict=False) for one in proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or not."""
        client = scope.get("client")
        if scope["type"] == "lifespan" or (client and self._is_one(str(client[0]))):
            await self._app(scope, receive, send)
            return
        problem = Problem(HTTPStatus.FORBIDDEN, "this service is reached through its proxy only", "use its address")
        await refuse(problem, scope, receive, send)

    def _is_one(self, address: str) -> bool:
        if is_loopback(address):
            return True
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)
