"""One service as a process: checked before it starts, listening when it can take jobs, stopped in order."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
import uvloop
from fastapi import FastAPI

from kombify.server.admin_token import ensure_admin_token
from kombify.server.app import create_app
from kombify.server.listening import listen
from kombify.server.service import Service
from kombify.server.settings import Settings

KEPT_ALIVE = 75
"""Seconds for which a connection stays open for its next request: more than clients pause between two looks."""
GRACE = 10
"""Seconds that requests get to end when the service is stopped."""
BIGGEST_MESSAGE = 65_536
"""Bytes of one message of a WebSocket."""


class Server(uvicorn.Server):
    """Tells when it answers, and ends streams first when it stops: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._ready()
        _tell_systemd("READY=1")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer nothing new, and end what is open."""
        _tell_systemd("STOPPING=1")
        self._service.pulse.close()
        await super().shutdown(sockets)


def serve(settings: Settings, *, renew_token: bool = False, ready: Callable[[Service], None]) -> None:
    """Run a service until it gets SIGTERM or SIGINT; jobs go on after that.

    ``ready`` is called once it answers. Raises :class:`kombify.server.settings.SettingsError` when it cannot listen.
    """
    opened = listen(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings, opened, renew_token, ready))


async def _run(settings: Settings, opened: socket.socket, renew_token: bool, ready: Callable[[Service], None]) -> None:
    service = Service(settings)
    app = create_app(service)
    async with app.router.lifespan_context(app):
        await asyncio.to_thread(ensure_admin_token, service.database, settings.admin_token, renew=renew_token)
        server = Server(_config(app, settings), service, lambda: ready(service))
        # uvicorn raises the signal that ended it once more when it is done; the rest of the stop is ours.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _ended_already)
        await server.serve([opened])


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=BIGGEST_MESSAGE,
        lifespan="off",
        log_config=None,
        access_log=settings.log_level == "debug",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEPT_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )


def _ended_already(_number: int, _frame: object) -> None:
    """Do nothing: the server was told, and is on its way out."""


def _tell_systemd(word: str) -> None:
    """Tell systemd, if it started us and wants to know."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messenger:
            messenger.sendto(word.encode(), path.replace("@", "\0", 1) if path.startswith("@") else path)
