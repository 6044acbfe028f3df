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
from kombify.server.access.callers import Caller
from kombify.server.settings import Settings
from kombify.server.stacks.planned import Plans
from kombify.store.database import Database
from kombify.store.models import AuditEntry


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

    @property
    def orders(self) -> Orders:
        """Launch, cancel and relaunch. These wait for the database: call them in a thread."""
        return self.engine.orders

    async def start(self) -> None:
        """Bring the database up to date, and run jobs from now on."""
        await asyncio.to_thread(self.engine.start if self.settings.jobs_at_once else self.engine.prepare)

    async def stop(self) -> None:
        """Leave. The processes of jobs go on, and the next start takes them up."""
        if self.settings.jobs_at_once:
            await asyncio.to_thread(self.engine.stop)
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
        entry = AuditEntry(
            who=caller.name,
            address=caller.address,
            action=action,
            subject=subject,
            allowed=allowed,
            details=details,
        )
        await asyncio.to_thread(self._write, entry)

    def _write(self, entry: AuditEntry) -> None:
        with self.database.begin() as session:
            session.add(entry)
