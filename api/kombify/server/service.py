"""What the routes share: settings, database, stacks, engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.engine.engine import Engine
from kombify.engine.launching import Orders
from kombify.engine.settings import EngineSettings
from kombify.engine.stacks import StackFolders, find_stacks
from kombify.server.access.audit import Audit
from kombify.server.access.callers import Caller, Callers
from kombify.server.access.door import REFUSED_LOGINS, Door
from kombify.server.access.gateway import gateway_of
from kombify.server.access.journal import Journal
from kombify.server.access.rate import Limiter
from kombify.server.live.passes import Passes
from kombify.server.live.pulse import Pulse
from kombify.server.settings import Settings
from kombify.server.stacks.planned import Plans
from kombify.server.system.watch import Watch
from kombify.store.database import Database


class Service:
    """One service. It runs jobs itself, unless it is told to leave them to other workers."""

    def __init__(self, settings: Settings, *, engine: EngineSettings | None = None) -> None:
        self.settings = settings
        self.database = Database(settings.url_of_database)
        self.stacks: StackFolders = find_stacks(settings.stacks_dir)
        self.plans = Plans(self.stacks)
        self.engine = Engine(
            self.database,
            self.stacks,
            engine
            or EngineSettings(data=settings.data_dir.absolute(), worker=settings.worker, at_once=settings.jobs_at_once),
        )
        self.journal = Journal(self.database)
        self.trail = Audit(self.journal)
        callers = Callers(self.database, self.journal, gateway_of(settings))
        self.door = Door(callers, self.trail, Limiter(REFUSED_LOGINS if settings.rate_limit != "0" else "0"))
        self.pulse = Pulse(self.database)
        self.passes = Passes(self.door)
        self.watch = Watch(settings, self.database, self.engine, self.journal, callers)

    @property
    def orders(self) -> Orders:
        """Launch, cancel and relaunch. These wait for the database: call them in a thread."""
        return self.engine.orders

    async def start(self) -> None:
        """Bring the database up to date, and run jobs from now on."""
        self.settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(self.engine.start if self.settings.jobs_at_once else self.engine.prepare)

    async def stop(self) -> None:
        """Leave. The processes of jobs go on, and the next start takes them up."""
        await self.pulse.stop()
        if self.settings.jobs_at_once:
            await asyncio.to_thread(self.engine.stop)
        self.watch.stop()
        await self.journal.stop()
        await self.database.async_engine.dispose()
        await asyncio.to_thread(self.database.close)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection that only reads."""
        async with self.database.async_engine.connect() as connection:
            yield connection

    async def audit(
        self, caller: Caller, action: str, subject: str = "", *, allowed: bool = True, **details: Any
    ) -> None:
        """Write down who changed what, or was refused."""
        await self.trail.note(caller, action, subject, allowed=allowed, **details)
