"""Whether the service can do its work: each check has its own time, so that the answer never hangs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kombify.store.database import Database
from kombify.store.migrate import newest_revision, revision_of
from kombify.store.models import Setting, Worker

PATIENCE = 2.0
"""Seconds that all checks together get."""
FRESH = 1.0
"""Seconds for which an answer is good: to ask often costs nothing."""
LEAST_FREE = 256 * 2**20
SILENT = 60.0
"""Seconds after which a worker that does not beat is not counted on."""
PROBE = "health.probe"

Check = Callable[[], str]
"""Returns what is wrong and what to do, or nothing."""


class Health:
    """Looks after the service."""

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks
        self._threads = ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="kombify-health")
        self._under_way: dict[str, Future[str]] = {}
        self._last: tuple[float, dict[str, str]] = (-FRESH, {})
        self._lock = asyncio.Lock()

    async def troubles(self) -> dict[str, str]:
        """Return what is wrong, by the name of the check."""
        async with self._lock:
            if time.monotonic() - self._last[0] > FRESH:
                self._last = (time.monotonic(), await self._look())
            return self._last[1]

    def stop(self) -> None:
        """Look no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look(self) -> dict[str, str]:
        for name, check in self._checks.items():
            if name not in self._under_way:  # one that hangs is not asked twice
                self._under_way[name] = self._threads.submit(check)
        waiting = [asyncio.wrap_future(one) for one in self._under_way.values()]
        await asyncio.wait(waiting, timeout=PATIENCE)
        said = {name: _said(future) for name, future in self._under_way.items()}
        self._under_way = {name: one for name, one in self._under_way.items() if not one.done()}
        return {name: trouble for name, trouble in said.items() if trouble}


def _said(future: Future[str]) -> str:
    if not future.done():
        return f"no answer within {PATIENCE:g} seconds; wait, and see the log"
    error = future.exception()
    return future.result() if error is None else f"{str(error).splitlines()[0]}; see the log"


def database_check(database: Database) -> Check:
    """Return the check that the database answers, takes what is written, and has the form that this version needs."""

    def check() -> str:
        try:
            with database.begin() as session:
                session.merge(Setting(key=PROBE, value=int(time.time())))
            revision = revision_of(database)
        except SQLAlchemyError as error:
            what = str(getattr(error, "orig", None) or error).splitlines()[0]
            return f"{what}; check that it runs, that its disk has space, and that it may be written"
        if revision != _newest():
            return f"it has revision {revision} and {_newest()} is needed; start the newest service once"
        return ""

    return check


def disk_check(folder: Path) -> Check:
    """Return the check that there is space in the data folder."""

    def check() -> str:
        if not folder.is_dir():
            return f"{folder} is gone; stop the service and restore it: kombify restore"
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"{folder} cannot be written; give it back to the user of the service"
        room = os.statvfs(folder)
        free = room.f_bavail * room.f_frsize
        if free < LEAST_FREE:
            return f"{free // 2**20} MiB are free at {folder}; free {LEAST_FREE // 2**20} MiB at least"
        return ""

    return check


class WorkersCheck:
    """The check that somebody runs jobs. Each worker counts; how long it stands still is measured with our clock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, tuple[int, float]] = {}

    def __call__(self) -> str:
        """Look once."""
        moment = time.monotonic()
        with self._database.read() as session:
            beats = {one.id: one.beats for one in session.scalars(select(Worker).where(Worker.state == "running"))}
        for worker, count in beats.items():
            if self._seen.get(worker, (None,))[0] != count:
                self._seen[worker] = (count, moment)
        if any(moment - self._seen[worker][1] < SILENT for worker in beats):
            return ""
        return "no worker takes jobs; start one: kombify worker run, or set worker.jobs_at_once"


@cache
def _newest() -> str:
    return newest_revision()
