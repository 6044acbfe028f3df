"""What is known about the service's own state: its health, and its figures."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from kombify.engine.engine import Engine
from kombify.server.access.callers import Callers
from kombify.server.access.journal import Journal
from kombify.server.settings import Settings
from kombify.server.system.figures import Figures, Looker, free, measure
from kombify.server.system.health import Health, WorkersCheck, database_check, disk_check
from kombify.server.system.metrics import Metrics
from kombify.server.system.models import Readiness
from kombify.store.database import Database

PATIENCE = 5.0
"""Seconds that the database gets for the figures; without it there are those of the process."""
MINOR = ("job ",)
"""Troubles of one job are no reason to take no others."""
AUDIT = "the audit cannot be written: {}; it is kept in memory until it can"


class Watch:
    """Looks after one service."""

    def __init__(
        self, settings: Settings, database: Database, engine: Engine, journal: Journal, callers: Callers
    ) -> None:
        self.metrics = Metrics()
        self._engine = engine
        self._journal = journal
        self._callers = callers
        self._data = settings.data_dir
        self._works = bool(settings.jobs_at_once)
        self._database = database
        self._file = Path(database.engine.url.database or "") if database.is_sqlite else None
        self._looker = Looker()
        self._looking = asyncio.Lock()
        self._health = Health(
            {
                "database": database_check(database),
                "disk": disk_check(self._data),
                "workers": WorkersCheck(database),
            }
        )

    async def health(self) -> Readiness:
        """Return whether jobs can be taken."""
        troubles = await self._health.troubles() | self._engine.troubles.now()
        minor = {name for name in troubles if name.startswith(MINOR) or (name == "workers" and not self._works)}
        warnings = {name: troubles.pop(name) for name in sorted(minor)}
        if self._journal.trouble:
            warnings["audit"] = AUDIT.format(self._journal.trouble)
        if self._callers.gateway is not None and self._callers.gateway.keys.trouble:
            warnings["gateway"] = self._callers.gateway.keys.trouble
        return Readiness(status="troubled" if troubles else "ready", troubles=troubles, warnings=warnings)

    async def measured(self) -> bytes:
        """Return all figures in Prometheus' format. Two who ask at once share no count."""
        async with self._looking:
            figures = await self._figures(self._database.async_engine)
            health = await self.health()
            figures.troubles, figures.warnings = len(health.troubles), len(health.warnings)
            figures.free_bytes = free(self._data)
            figures.left_out = self._journal.left_out
            return self.metrics.text(figures)

    def stop(self) -> None:
        """Look no more."""
        self._health.stop()

    async def _figures(self, engine: AsyncEngine) -> Figures:
        try:
            async with asyncio.timeout(PATIENCE), engine.connect() as connection:
                figures = await self._looker.look(connection)
                figures.database_bytes = await measure(connection, self._file)
        except (SQLAlchemyError, TimeoutError):
            return Figures()
        return figures
