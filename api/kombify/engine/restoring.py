"""Restoring the service: while nobody works, and so that nothing runs again by surprise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, update

from kombify.engine.errors import EngineError
from kombify.engine.place import places_in, take_place
from kombify.engine.warden import jobs_of, name_of
from kombify.runner.status import State
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Job, Run, StackLease, Worker
from kombify.store.restore import Restored, restore

FOLDER = "restored"
"""Where in the data folder the logs of jobs are whose own folders are not on this machine."""
MESSAGE = "the service was restored from a backup that was made before this job ended"


def restore_service(
    database: Database, path: Path, *, data: Path, worker: str, passphrase: str | None = None, force: bool = False
) -> Restored:
    """Restore a backup for the worker of this name, whose data folder this is.

    Raises :class:`EngineError` when the service runs, or jobs that it began do.
    """
    with _nobody_works(data, worker):
        return restore(
            database,
            path,
            logs=data / FOLDER,
            settle=lambda connection: _settle(connection, worker, data / FOLDER),
            passphrase=passphrase,
            force=force,
        )


@contextmanager
def _nobody_works(data: Path, worker: str) -> Iterator[None]:
    """Hold the place of every worker of this data folder, so that none works or begins to."""
    with ExitStack() as stack:
        for name in sorted({*places_in(data), worker}):
            stack.callback(os.close, take_place(data, name))
            running = jobs_of(name_of(data, name))
            if running:
                said = f"{len(running)} jobs of worker '{name}' still run"
                raise EngineError(said, "start the service again and wait for their end, or cancel them")
        yield


def _settle(connection: Connection, worker: str, logs: Path) -> None:
    """End what had not ended, free the stacks, and let workers that do not beat be known as dead."""
    lost = {"state": State.LOST, "ended_at": now(), "message": MESSAGE, "events_stored": True}
    connection.execute(update(Job).where(Job.ended_at.is_(None)).values(lost))
    connection.execute(sa.delete(StackLease))
    connection.execute(update(Worker).values(state="dead", wanted=""))
    connection.execute(update(Run).where(Run.folder.startswith(f"{logs}/", autoescape=True)).values(worker=worker))
