"""Small writes beside the answer to a request: the audit, and when a token was last used.

They are collected while the database is busy, and then written together, so that a flood of them costs little.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextvars import Context
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Executable
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from kombify.store.database import Database

MOST = 10_000
"""Writes that may wait; more are left out, and counted."""
AT_ONCE = 500
AGAIN = 1.0
"""Seconds after which a write is tried again."""
PATIENCE = 5.0
"""Seconds that the last writes get when the service stops."""

log = logging.getLogger(__name__)


@dataclass
class Write:
    """A statement, and whether it is in the database."""

    statement: Executable
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Journal:
    """Writes what it is given, in order, in transactions of its own."""

    def __init__(self, database: Database) -> None:
        self.trouble = ""
        """Why nothing can be written now."""
        self.left_out = 0
        self._database = database
        self._waiting: deque[Write] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, statement: Executable) -> Write:
        """Write this soon. Whoever needs to know waits for its ``done``."""
        write = Write(statement)
        if len(self._waiting) >= MOST:
            self.left_out += 1
            return write
        self._waiting.append(write)
        self._begin()
        return write

    async def stop(self) -> None:
        """Write what still waits, if that does not take too long."""
        try:
            await asyncio.wait_for(self._begin(), PATIENCE)
        except TimeoutError:
            log.warning("%d writes were not made: %s", len(self._waiting), self.trouble)

    def _begin(self) -> asyncio.Task[None]:
        """Return the task that writes, in the loop that runs now."""
        here = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not here:
            self._task = here.create_task(self._work(), context=Context())  # it is part of no request
        return self._task

    async def _work(self) -> None:
        while self._waiting:
            batch = list(islice(self._waiting, AT_ONCE))
            try:
                await asyncio.to_thread(self._write, [one.statement for one in batch])
            except (OperationalError, InterfaceError) as error:
                self._trouble(error)
                await asyncio.sleep(AGAIN)
                continue
            except SQLAlchemyError as error:
                await asyncio.to_thread(self._write_each, batch, error)
            self.trouble = ""
            for one in batch:
                self._waiting.popleft()
                one.done.set()

    def _write(self, statements: list[Executable]) -> None:
        with self._database.begin() as session:
            for statement in statements:
                session.execute(statement)

    def _write_each(self, batch: list[Write], error: SQLAlchemyError) -> None:
        """One of them cannot be written, whatever happens: the others must not wait for it."""
        for one in batch:
            try:
                self._write([one.statement])
            except SQLAlchemyError:
                self.left_out += 1
                log.exception("this cannot be written: %s", error)

    def _trouble(self, error: SQLAlchemyError) -> None:
        text = str(error).splitlines()[0]
        if text != self.trouble:
            log.warning("cannot write: %s", text)
        self.trouble = text
