"""The names of channels: ``jobs``, ``jobs.ID``, ``stacks.NAME``, ``workers``, ``notices``."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager

from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from kombify.server.live.requests import BadRequest
from kombify.server.live.subscriptions import Subscription
from kombify.server.live.watches import JOBS, NOTICES, STACKS, WORKERS
from kombify.server.service import Service

KNOWN = f"{JOBS}, {JOBS}.ID, {STACKS}.NAME, {WORKERS}, {NOTICES}"
HIGHEST = 2**62


def open_channel(service: Service, name: str, after: int, wake: asyncio.Event) -> AbstractContextManager[Subscription]:
    """Return what listens to a channel, or raise :class:`BadRequest` when there is none of that name."""
    kind, dot, rest = name.partition(".")
    if kind == JOBS and dot and rest.isascii() and rest.isdigit() and len(rest) < 20 and int(rest) <= HIGHEST:
        return service.pulse.follow(int(rest), after, wake)
    if kind == STACKS and dot:
        stacks = service.stacks.names()
        if rest not in stacks:
            raise BadRequest(f"there is no stack '{rest[:80]}'", did_you_mean(rest, stacks, ""))
        return service.pulse.listen(name, wake)
    if name in (JOBS, WORKERS, NOTICES):
        return service.pulse.listen(name, wake)
    raise BadRequest(f"there is no channel '{name[:80]}'", f"known: {KNOWN}")
