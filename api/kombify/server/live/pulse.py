"""The one who asks the database what is new, on behalf of all who listen. When nobody does, it asks nothing.

Other processes may change things too, so the database is the truth. A change by this process is noticed at once, one
by others within ``TICK``.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.server.live import news
from kombify.server.live.feeds import ChannelFeed, Feed, JobFeed
from kombify.server.live.messages import Message
from kombify.server.live.subscriptions import ChannelSubscription, JobSubscription
from kombify.server.live.watches import JOBS, NOTICES, STACKS, WORKERS, JobsWatch, NoticesWatch, Watch, WorkersWatch
from kombify.store.database import Database

TICK = 0.1
"""Seconds between two looks whether somebody else has changed something."""
REST = 0.03
"""Seconds between two looks at the least, however much happens."""
AGAIN = 1.0
"""Seconds until a database is asked again that did not answer."""
AT_ONCE = 10
"""Pages of events of one job that are read before others have their turn."""
READERS = 4
"""Connections that all listeners together may use for what happened before they came."""

_WATCHES: dict[str, Callable[[], Watch]] = {JOBS: JobsWatch, WORKERS: WorkersWatch, NOTICES: NoticesWatch}
_NEEDED = {JOBS: (JOBS,), STACKS: (JOBS, NOTICES), WORKERS: (WORKERS,), NOTICES: (NOTICES,)}

log = logging.getLogger(__name__)


class Pulse:
    """News for those who listen, in one event loop."""

    def __init__(self, database: Database) -> None:
        self.closing = False
        """Whether the service stops: then all who listen shall go."""
        self._database = database
        self._jobs: dict[int, JobFeed] = {}
        self._channels: dict[str, ChannelFeed] = {}
        self._watches: dict[str, Watch] = {}
        self._poked = asyncio.Event()
        self._asked = False
        self._readers = asyncio.Semaphore(READERS)
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        database.committed.append(self.poke)

    @contextmanager
    def follow(self, job_id: int, after: int, wake: asyncio.Event) -> Iterator[JobSubscription]:
        """Listen to a job, from behind a counter on. ``wake`` is set whenever there may be something to take."""
        feed = self._jobs.setdefault(job_id, JobFeed(job_id))
        with self._listening(feed, wake):
            yield JobSubscription(feed, after, self._events_behind)

    @contextmanager
    def listen(self, channel: str, wake: asyncio.Event) -> Iterator[ChannelSubscription]:
        """Listen to a channel from now on: ``jobs``, ``stacks.NAME``, ``workers`` or ``notices``."""
        feed = self._channels.setdefault(channel, ChannelFeed())
        with self._listening(feed, wake):
            yield ChannelSubscription(feed)

    def poke(self) -> None:
        """Say, from any thread, that something was changed."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it was closed in this moment
                loop.call_soon_threadsafe(self._poked.set)

    def close(self) -> None:
        """Send all away who listen, because the service stops."""
        self.closing = True
        for feed in self._feeds():
            feed.wake()

    async def stop(self) -> None:
        """Ask nothing any more."""
        self.close()
        if self._task is not None and self._loop is asyncio.get_running_loop():
            self._task.cancel()
            await asyncio.wait([self._task])

    @contextmanager
    def _listening(self, feed: Feed, wake: asyncio.Event) -> Iterator[None]:
        feed.listeners.append(wake)
        self._wake_up()
        try:
            yield
        finally:
            feed.listeners.remove(wake)
            self._jobs = {job_id: one for job_id, one in self._jobs.items() if one.listeners}
            self._channels = {name: one for name, one in self._channels.items() if one.listeners}

    def _wake_up(self) -> None:
        """See that somebody looks, and that he looks at once."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._loop is not loop:
            self._loop, self._poked, self._readers = loop, asyncio.Event(), asyncio.Semaphore(READERS)
            self._task = loop.create_task(self._run())
        self._asked = True
        self._poked.set()

    def _feeds(self) -> list[Feed]:
        return [*self._jobs.values(), *self._channels.values()]

    async def _events_behind(self, job_id: int, after: int) -> list[Message]:
        async with self._readers, self._database.async_engine.connect() as connection:
            return await news.events_behind(connection, job_id, after)

    async def _run(self) -> None:
        """Look again and again, as long as somebody listens and whatever the database says."""
        troubled = False
        while self._feeds():
            try:
                async with self._database.async_engine.connect() as connection:
                    await self._keep_looking(connection)
                    troubled = False
            except (SQLAlchemyError, OSError) as trouble:
                if not troubled:
                    log.warning("no news, because the database does not answer: %s", trouble)
                troubled = True
                await asyncio.sleep(AGAIN)
        self._loop, self._watches = None, {}

    async def _keep_looking(self, connection: AsyncConnection) -> None:
        seen: object = None
        while self._feeds():
            self._poked.clear()
            asked, self._asked = self._asked, False
            known, seen = seen, await news.stamp(connection)
            if asked or seen != known:
                await self._look(connection)
            await connection.rollback()  # so that it sees what is new the next time
            await asyncio.sleep(REST)
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._poked.wait()

    async def _look(self, connection: AsyncConnection) -> None:
        if self._jobs:
            await self._look_at_jobs(connection)
        needed = {name for channel in self._channels for name in _NEEDED[channel.partition(".")[0]]}
        self._watches = {name: self._watches.get(name) or _WATCHES[name]() for name in sorted(needed)}
        feeds = list(self._channels.values())  # those that come during the look are for the next one
        for watch in self._watches.values():
            for told in await watch.look(connection):
                for channel in told.channels:
                    if channel in self._channels:
                        self._channels[channel].put(told.message)
        for feed in feeds:
            if not feed.ready:
                feed.ready = True
                feed.wake()

    async def _look_at_jobs(self, connection: AsyncConnection) -> None:
        feeds = dict(self._jobs)
        rows: dict[int, list[RowMapping]] = defaultdict(list)
        for row in await news.jobs_and_parts(connection, feeds):
            rows[row["id"]].append(row)
            rows[row["parent_id"]].append(row)
        for job_id, feed in feeds.items():
            feed.see(rows[job_id])
            for _ in range(AT_ONCE):
                if not feed.lacks_events:
                    break
                found = await news.events_behind(connection, job_id, feed.filled)
                feed.add(found, all_of_them=len(found) < news.PAGE)
            self._asked |= feed.lacks_events
