"""Many channels over one WebSocket.

One task reads what the client wants, another one writes what there is. Answers wait in a short queue: who sends
without reading is not read from any more. News is not queued at all, it is taken from the feeds as fast as the client
reads; one that stops reading is sent away.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AbstractContextManager, ExitStack, suppress

from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket, WebSocketDisconnect

from kombify.server.access.callers import Caller
from kombify.server.live.channels import open_channel
from kombify.server.live.messages import Message, message
from kombify.server.live.passes import FRESH, NO_MORE, Passes
from kombify.server.live.patient import PATIENCE
from kombify.server.live.pulse import AGAIN, Pulse
from kombify.server.live.requests import Authenticate, BadRequest, Ping, Subscribe, Unsubscribe, read_request
from kombify.server.live.subscriptions import Ended, Subscription
from kombify.server.problems import Problem
from kombify.server.service import Service
from kombify.store.tokens import Scope

TOO_SLOW, NOT_ALLOWED, STOPPING = 4008, 4001, 1012
LOGIN = 10.0
"""Seconds in which a client has to say who it is."""
MOST = 100
"""Channels of one connection."""
ANSWERS = 16
"""Answers that may wait until the client reads them."""
ERROR = "error"

log = logging.getLogger(__name__)


class Closing(Exception):
    """The connection ends, with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class _Open:
    """A channel that the client listens to."""

    def __init__(self, listening: AbstractContextManager[Subscription]) -> None:
        self._stack = ExitStack()
        self.subscription = self._stack.enter_context(listening)
        self.confirmed = False

    def close(self) -> None:
        self._stack.close()


class Socket:
    """One client."""

    def __init__(self, websocket: WebSocket, service: Service, *, patience: float = PATIENCE) -> None:
        self._websocket = websocket
        self._service = service
        self._pulse: Pulse = service.pulse
        self._passes: Passes = service.passes
        self._patience = patience
        self._wake = asyncio.Event()
        self._answers: asyncio.Queue[tuple[str, Message]] = asyncio.Queue(ANSWERS)
        self._open: dict[str, _Open] = {}
        self._token = ""
        self._caller: Caller | None = None
        self._since = time.monotonic()

    async def serve(self) -> None:
        """Serve the client until it goes, or has to go."""
        await self._websocket.accept()
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
        try:
            done, _rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Closing as closing:
            await self._say_goodbye(closing)
        except (WebSocketDisconnect, OSError):
            pass
        finally:
            self._close_all()
            for task in tasks:
                task.cancel()
            # Not gather(): of two cancellations it would pass on ours, and whoever canceled us waits for his own.
            await asyncio.wait(tasks)

    async def _say_goodbye(self, closing: Closing) -> None:
        """Close; a client that reads again in time still learns why."""
        if closing.code == TOO_SLOW:
            log.info("a client read nothing for %g seconds: its connection ends", self._patience)
        self._close_all()
        with suppress(TimeoutError, RuntimeError, OSError):
            async with asyncio.timeout(self._patience):
                await self._websocket.close(closing.code, str(closing))

    async def _read(self) -> None:
        """Do what the client asks for, one after the other."""
        header = self._websocket.headers.get("authorization", "")
        kind, _blank, text = header.partition(" ")
        if header:
            await self._enter(text.strip() if kind.lower() == "bearer" else "")
        while True:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            try:
                await self._obey(received.get("text"))
            except BadRequest as wrong:
                await self._answer("", message(ERROR, {"message": str(wrong), "hint": wrong.hint}))

    async def _obey(self, text: str | None) -> None:
        request = read_request(text)
        if isinstance(request, Ping):
            await self._answer("", message("pong", {}))
        elif isinstance(request, Authenticate):
            await self._enter(request.token)
        elif self._caller is None:
            raise BadRequest("authenticate first", 'send {"action": "authenticate", "token": "…"}')
        elif isinstance(request, Subscribe):
            for name in request.channels:
                await self._subscribe(name, request.after.get(name, 0))
        elif isinstance(request, Unsubscribe):
            for name in request.channels:
                await self._unsubscribe(name)

    async def _enter(self, text: str) -> None:
        """Let the client in, or raise :class:`Closing`: who does not know a token gets no second try."""
        try:
            caller = await self._service.door.enter(self._websocket, text)
            await self._service.door.need(self._websocket, caller, Scope.READ)
        except Problem as problem:
            raise Closing(NOT_ALLOWED, problem.body.detail) from None
        self._token, self._caller = text, caller
        await self._answer("", message("authenticated", {"name": caller.name, "scope": caller.scope}))

    async def _subscribe(self, name: str, after: int) -> None:
        if name in self._open:
            self._open[name].confirmed = False
            self._wake.set()
            return
        try:
            if len(self._open) >= MOST:
                raise BadRequest(f"more than {MOST} channels", "unsubscribe from some, or open another connection")
            listening = open_channel(self._service, name, after, self._wake)
        except BadRequest as wrong:
            await self._answer(name, message(ERROR, {"message": str(wrong), "hint": wrong.hint}))
            return
        self._open[name] = _Open(listening)
        self._wake.set()

    async def _unsubscribe(self, name: str) -> None:
        self._close(name)
        await self._answer(name, message("unsubscribed", {}))

    async def _answer(self, channel: str, told: Message) -> None:
        await self._answers.put((channel, told))
        self._wake.set()

    async def _write(self) -> None:
        """Write whatever there is, and wait for more."""
        while True:
            self._wake.clear()
            await self._check()
            if not await self._write_some():
                with suppress(TimeoutError):
                    async with asyncio.timeout(FRESH):
                        await self._wake.wait()

    async def _check(self) -> None:
        """Raise :class:`Closing` when the client has to go."""
        if self._pulse.closing:
            raise Closing(STOPPING, "the service stops")
        if self._caller is None:
            if time.monotonic() - self._since > LOGIN:
                raise Closing(NOT_ALLOWED, f"no token came within {LOGIN:g} seconds")
        elif not await self._passes.still_good(self._websocket, self._token):
            raise Closing(NOT_ALLOWED, NO_MORE)

    async def _write_some(self) -> bool:
        """Write the answers that wait, and some news of each channel; tell whether there was anything."""
        wrote = False
        while not self._answers.empty():
            await self._send(*self._answers.get_nowait())
            wrote = True
        for name, one in list(self._open.items()):
            if one.subscription.ready and not one.confirmed:
                one.confirmed = wrote = True
                await self._send(name, message("subscribed", {}))
            for told in await self._taken(name, one.subscription):
                await self._send(name, told)
                wrote = True
        return wrote

    async def _taken(self, name: str, subscription: Subscription) -> list[Message]:
        try:
            messages = await subscription.take()
        except Ended as end:
            self._close(name)
            return [message(ERROR, {"message": str(end), "hint": "subscribe again" if end.again else ""})]
        except (SQLAlchemyError, OSError):  # the database does not answer: it will
            await asyncio.sleep(AGAIN)
            return []
        if subscription.over:
            self._close(name)
        return messages

    def _close_all(self) -> None:
        for name in list(self._open):
            self._close(name)

    def _close(self, name: str) -> None:
        if name in self._open:
            self._open.pop(name).close()

    async def _send(self, channel: str, told: Message) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._websocket.send_text(told.as_text(channel))
        except TimeoutError:
            raise Closing(TOO_SLOW, f"you read nothing for {self._patience:g} seconds") from None
