"""The audit: who changed what, and who was refused.

Routes say what was done in words of their own. For a change that none of them spoke of the middleware says it, so that
nothing can be forgotten. An answer waits for its entry, but not for long: when the database is slow, the entry follows.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kombify.runner.events import Redactor
from kombify.server.access.callers import NOBODY, Caller
from kombify.server.access.headers import request_id
from kombify.server.access.journal import Journal
from kombify.server.access.rate import address_of
from kombify.store.columns import now
from kombify.store.models import AuditEntry

CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
PATIENCE = 1.0
"""Seconds that an answer waits for its entry."""
LONGEST = 2000
"""Characters of one text."""

log = logging.getLogger(__name__)


@dataclass
class Trail:
    """What is known about the request that is answered now."""

    address: str = ""
    caller: Caller = NOBODY
    told: bool = False
    """Whether somebody wrote it down already."""


trail: ContextVar[Trail | None] = ContextVar("trail", default=None)


class Audit:
    """Writes it down."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def note(
        self, caller: Caller, action: str, subject: str = "", *, allowed: bool = True, **details: Any
    ) -> None:
        """Write down what a caller did or was refused."""
        here = trail.get()
        if here is not None:
            here.told = True
        row = {
            "at": now(),
            "who": _short(caller.name),
            "address": _short(caller.address or (here.address if here else "")),
            "action": _short(action),
            "subject": _short(subject),
            "allowed": allowed,
            "details": _clean({**details, "request": request_id.get()}),
        }
        log.info("audit: %(who)s (%(address)s) %(action)s %(subject)s allowed=%(allowed)s", row)
        write = self._journal.put(insert(AuditEntry).values(**row))
        if allowed:
            await _wait(write.done)


class AuditTrail:
    """Sees to it that every change is written down, whoever answers it."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        here = Trail(address_of(scope))
        trail.set(here)

        async def send_once_written(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_change(scope, message["status"]) and not here.told:
                await self._tell(here, scope, message["status"])
            await send(message)

        await self._app(scope, receive, send_once_written if scope["type"] == "http" else send)

    async def _tell(self, here: Trail, scope: Scope, status: int) -> None:
        await self._audit.note(here.caller, scope["method"].lower(), scope["path"], status=status)


def _is_change(scope: Scope, status: int) -> bool:
    """Tell whether an answer says that something was changed. Whoever was refused was written down by who refused."""
    return scope["method"] in CHANGES and status < 400


async def _wait(done: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(done.wait(), PATIENCE)
    except TimeoutError:
        log.warning("the audit is slower than its answers")


def _clean(details: dict[str, Any]) -> Any:
    """Return details without secrets, and without what would not fit."""
    return Redactor().value({name: _cut(value) for name, value in details.items() if value not in (None, "")})


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, (list, tuple)):
        return [_cut(one) for one in value[:50]]
    if isinstance(value, dict):
        return {_short(str(key)): _cut(one) for key, one in list(value.items())[:50]}
    return value if value is None or isinstance(value, (bool, int, float)) else _short(str(value))


def _short(text: str) -> str:
    """Return a text that both databases can keep."""
    clean = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}…"
