"""The workers: each shows that it lives, and one of them takes over what a dead one had begun.

Nobody compares clocks: a worker counts, and who watches it measures with its own clock how long the count stands still.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import kombify
from kombify.engine.errors import EngineError, NotFound
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Job, Notice, Run, Worker

AT_WORK = ("running",)
"""States of workers that take jobs."""
ALIVE = ("running", "draining")
"""States of workers that would take over from others, or have jobs that could be taken over."""
DRAINING = "draining"
DRAINED = "drained"
GONE = ("dead", "stopped", DRAINED)
FORGOTTEN_AFTER = timedelta(minutes=10)
"""Where there is one machine, nobody declares a worker dead; whoever was silent for so long may be forgotten."""
RESCUE_LOCK = 52_60_02
"""The number of PostgreSQL's lock that the one rescuer holds."""


class Listed(NamedTuple):
    """A worker, as others see it."""

    id: str
    state: str
    wanted: str
    host: str
    version: str
    seen_at: datetime
    stacks: dict[str, Any]
    jobs: int


class Roll:
    """The list of workers, as one of them keeps it."""

    def __init__(self, database: Database, worker: str, stacks: Callable[[], dict[str, Any]] = dict[str, Any]) -> None:
        self._database = database
        self._worker = worker
        self._stacks = stacks
        self.wanted = ""
        """What an operator wants of this worker, as of its last beat."""
        self._seen: dict[str, tuple[int, float]] = {}

    def enter(self) -> None:
        """Write this worker into the list, or back into it."""
        row = {
            "id": self._worker,
            "beats": int(time.time()),  # never what it was before a restart
            "state": "running",
            "stacks": self._stacks(),
            "host": socket.gethostname(),
            "version": kombify.__version__,
            "started_at": now(),
            "seen_at": now(),
        }
        with self._database.begin() as session:
            self._database.put(session, Worker, [row])

    def beat(self) -> bool:
        """Show that this worker lives, and return whether there are others that would take over from it."""
        stacks = self._stacks()
        with self._database.begin() as session:
            alive = select(func.count(Worker.id)).where(Worker.id != self._worker, Worker.state.in_(ALIVE))
            others = bool(session.scalar(alive))
            values = {"beats": Worker.beats + 1, "seen_at": now(), "guarded": others, "stacks": stacks}
            beaten = update(Worker).where(Worker.id == self._worker).values(values)
            row = session.execute(beaten.returning(Worker.state, Worker.wanted)).one_or_none()
        self.wanted = row.wanted if row is not None else ""
        if row is None or row.state == "dead":  # we were believed to be dead
            self.enter()
        return others

    def leave(self) -> None:
        """Say that this worker has stopped, unless jobs of it go on: those are taken over when nobody comes back.

        A drained one stays so.
        """
        with self._database.begin() as session:
            mine = select(Run.job_id).join(Job, Job.id == Run.job_id)
            left = session.scalar(mine.where(Run.worker == self._worker, Job.ended_at.is_(None)).limit(1))
            if left is None:
                mine_at_work = (Worker.id == self._worker, Worker.state != DRAINED)
                session.execute(update(Worker).where(*mine_at_work).values(state="stopped"))

    def set_state(self, state: str, worker: str | None = None) -> None:
        """Say that a worker runs, drains, or has stopped; raise :class:`NotFound` when there is none of that name."""
        with self._database.begin() as session:
            _row(session, worker or self._worker).state = state

    def rescue(self, dead_after: float, take_over: Callable[[list[str]], int]) -> list[str]:
        """Take over what workers had begun that show no life for so many seconds; return their names.

        Only where there are several machines, and only one worker at a time does it. The jobs of a worker that knew of
        no other when it fell silent have no warden that ends them, so they wait until it comes back.
        """
        if self._database.is_sqlite:
            return []
        with self._database.begin() as session:
            if not session.scalar(select(func.pg_try_advisory_xact_lock(RESCUE_LOCK))):
                self._seen.clear()
                return []
            others = select(Worker).where(Worker.id != self._worker, Worker.state.not_in(("dead", DRAINED)))
            found = list(session.scalars(others))
            dead = self._silent(found, dead_after)
            if dead:
                take_over(dead)
                fallen = [one for one in found if one.id in dead and one.state != "stopped"]
                if fallen:
                    self._database.insert_new(session, Notice, map(_obituary, fallen))
                session.execute(update(Worker).where(Worker.id.in_(dead)).values(state="dead"))
        return dead

    def want(self, worker: str, wanted: str) -> None:
        """Let a worker know at its next beat what is wanted of it: ``draining``, or nothing."""
        with self._database.begin() as session:
            _row(session, worker).wanted = wanted

    def forget(self, worker: str) -> None:
        """Remove a worker that will not come back from the list, and with it all hope for its folders.

        Raises :class:`EngineError` when it is at work.
        """
        with self._database.begin() as session:
            row = _row(session, worker)
            if row.state not in GONE and now() - row.seen_at < FORGOTTEN_AFTER:
                raise EngineError(f"worker '{worker}' is at work", f"stop it first: kombify worker drain {worker}")
            session.delete(row)
            session.execute(update(Run).where(Run.worker == worker).values(folder_removed=True))

    def _silent(self, workers: list[Worker], dead_after: float) -> list[str]:
        """Return the workers whose count stands still too long, and those that have stopped."""
        moment = time.monotonic()
        for worker in workers:
            if self._seen.get(worker.id, (None, 0.0))[0] != worker.beats:
                self._seen[worker.id] = (worker.beats, moment)
        silent = [one for one in workers if one.guarded and moment - self._seen[one.id][1] > dead_after]
        return sorted({one.id for one in workers if one.state == "stopped"} | {one.id for one in silent})


def list_all(database: Database) -> list[Listed]:
    """Return all workers with the number of jobs that each has begun."""
    jobs = (
        select(func.count(Job.id))
        .join(Run, Run.job_id == Job.id)
        .where(Run.worker == Worker.id, Job.ended_at.is_(None))
    )
    with database.read() as session:
        columns = [getattr(Worker, name) for name in Listed._fields if name != "jobs"]
        rows = session.execute(select(*columns, jobs.scalar_subquery().label("jobs")).order_by(Worker.id))
        return [Listed(**row) for row in rows.mappings()]


def _row(session: Session, worker: str) -> Worker:
    row = session.get(Worker, worker, with_for_update=True)
    if row is None:
        raise NotFound(f"there is no worker '{worker}'", "see: kombify worker list")
    return row


def _obituary(worker: Worker) -> dict[str, Any]:
    """Return the notice about a worker that died; each death is told once."""
    return {
        "at": now(),
        "kind": "worker_dead",
        "subject": f"worker {worker.id} (beat {worker.beats})",
        "stack": "",
        "data": {"worker": worker.id, "host": worker.host, "seen_at": worker.seen_at.isoformat()},
    }
