"""The durable queue: brings every job to a worker, also after a kill. Nothing else of kombify knows how (it is DBOS).

What it is asked for is little, so that it could be replaced: put a job in a transaction, call ``perform`` for it at
least once on some worker, one of a stack at a time if it can. That a job runs at most once, and that two jobs of a
stack never overlap, is the business of our own tables.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from dbos import DBOS, DBOSClient, EnqueueOptions
from dbos._queue import Queue, queue_worker_thread
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kombify.engine.turns import keep_places
from kombify.store.database import Database

NAME = "kombify"
VERSION = "kombify-1"
"""What is in flight is bound to this word: it only changes when ``perform`` cannot take over older jobs any more."""
JOBS = "jobs"
RECOVERY = "recovery"
"""Without partitions, so that whoever holds a stack's lease never waits behind somebody who waits for it."""
LIVE = ("ENQUEUED", "PENDING", "DELAYED")
POLL = {JOBS: 0.2, RECOVERY: 1.0}
"""Seconds between two looks for jobs."""
REST = 0.1
"""Seconds between two looks because somebody rang."""

_performer: dict[str, Callable[[int], None]] = {}
"""DBOS knows functions of modules only, so what they call is kept here."""


@DBOS.step(name="perform")
def _perform(job_id: int) -> None:
    _performer["perform"](job_id)


@DBOS.workflow(name="job", max_recovery_attempts=1_000_000)
def _job(job_id: int) -> None:
    _perform(job_id)


class Bell(threading.Event):
    """What ends a look-out when it is set; when it is rung, the look-out looks at once instead of after its pause."""

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()
        self._answered = 0.0

    def ring(self) -> None:
        """Let the look-out look."""
        self._rung.set()

    def set(self) -> None:
        """Let the look-out end."""
        super().set()
        self.ring()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until somebody rings, at most so many seconds; tell whether it is the end.

        While one launch follows the other it does not look for each: that would take time from the launches.
        """
        if self._rung.wait(timeout):
            super().wait(max(0.0, self._answered + REST - time.monotonic()))
            self._answered = time.monotonic()
        self._rung.clear()
        return self.is_set()


def _look_out(bell: Bell, dbos: DBOS, queue: Queue) -> None:
    """Look for jobs until the bell says that it is the end."""
    while not bell.is_set():
        queue_worker_thread(bell, dbos, queue)
        bell.wait(POLL[RECOVERY])


class DurableQueue:
    """The queue, as one worker sees it."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker
        self._client = DBOSClient(system_database_engine=database.engine, application_name=NAME, lazy=True)
        self._dbos: DBOS | None = None
        self._bell = Bell()
        self._look_out: threading.Thread | None = None
        logging.getLogger("dbos").setLevel(logging.WARNING)

    def prepare(self) -> None:
        """Make the queue's own tables, or bring them up to date."""
        self._client._sys_db.run_migrations()

    def start(self, perform: Callable[[int], None], *, at_once: int) -> None:
        """Take up what this worker had begun, and then new jobs, at most so many at once.

        ``perform`` is called with the number of a job, in a thread of its own; it must expect to be called again.
        When this fails, it can be tried again.
        """
        try:
            self._start(perform, at_once)
        except SQLAlchemyError:
            self.stop(0)
            raise

    def _start(self, perform: Callable[[int], None], at_once: int) -> None:
        _performer["perform"] = perform
        dbos = self._dbos = DBOS(
            config={
                "name": NAME,
                "system_database_engine": self._database.engine,
                "executor_id": self._worker,
                "application_version": VERSION,
                "log_level": "WARNING",
                "use_listen_notify": False,
                "scheduler_polling_interval_sec": 3600.0,
            }
        )
        self.take_over([self._worker])
        self._client.register_queue(RECOVERY, polling_interval_sec=POLL[RECOVERY], on_conflict="always_update")
        queue = self._client.register_queue(
            JOBS,
            partition_concurrency=1,
            worker_concurrency=at_once,
            polling_interval_sec=POLL[JOBS],
            on_conflict="always_update",
        )
        # DBOS would look for jobs a few times a second. This queue we look after ourselves, also when somebody rings.
        DBOS.listen_queues([RECOVERY])
        DBOS.launch()
        self._bell = Bell()
        self._look_out = threading.Thread(target=_look_out, args=(self._bell, dbos, queue), name="kombify-look-out")
        self._look_out.daemon = True
        self._look_out.start()

    def wake(self) -> None:
        """Say that there is a new job, if this worker runs any."""
        self._bell.ring()

    def stop(self, patience: int) -> None:
        """Take no more jobs, and give those that run so many seconds."""
        self._bell.set()
        if self._look_out is not None:
            self._look_out.join(timeout=10)
        DBOS.destroy(workflow_completion_timeout_sec=patience)
        _performer.clear()

    def put(self, session: Session, job_id: int, stack: str, attempt: int) -> None:
        """Put a job into the queue, in the transaction of the session. Jobs of a stack come out in the order of ids.

        One that comes again may hold its stack's lease, so it must not stand behind others of the stack.
        """
        options: EnqueueOptions = {
            "workflow_name": "job",
            "queue_name": RECOVERY if attempt > 1 else JOBS,
            "workflow_id": _name(job_id, attempt),
            "priority": job_id,  # the queue's own order follows a clock, which may be set back
        }
        if attempt == 1:
            options["queue_partition_key"] = stack
        self._client.enqueue_in_transaction(session, options, job_id)

    def take_over(self, workers: list[str]) -> int:
        """Give what these workers had begun to whoever is alive, and return how much that was."""
        begun = self._client.list_workflows(
            status="PENDING", executor_id=workers, load_input=False, load_output=False, application_name=NAME
        )
        if begun:
            self.bring_again(one.workflow_id for one in begun)
        return len(begun)

    def forgotten(self, jobs: Iterable[tuple[int, int]]) -> set[int]:
        """Return those of the jobs (number, attempt) that the queue will not bring to a worker any more."""
        names = {_name(job_id, attempt): job_id for job_id, attempt in jobs}
        if not names:
            return set()
        known = self._client.list_workflows(workflow_ids=list(names), load_input=False, load_output=False)
        return set(names.values()) - {names[one.workflow_id] for one in known if one.status in LIVE}

    def strays(self) -> set[str]:
        """Return the names of what this worker has begun and does not work on: its database failed in between.

        Nobody would bring these again before the next start.
        """
        begun = self._client.list_workflows(
            status="PENDING", executor_id=self._worker, load_input=False, load_output=False, application_name=NAME
        )
        at_work = self._dbos._active_workflows_set.activeList() if self._dbos is not None else []
        return {one.workflow_id for one in begun}.difference(at_work)

    def bring_again(self, names: Iterable[str]) -> None:
        """Bring what has these names to a worker again."""
        again = sorted(names)
        keep_places(self._database, [_number(name) for name in again])
        self._client.resume_workflows(again, queue_name=RECOVERY)

    def sweep(self, jobs: Iterable[tuple[int, int]]) -> None:
        """Forget jobs (number, attempt) that have ended."""
        names = [_name(job_id, attempt) for job_id, attempts in jobs for attempt in range(1, attempts + 1)]
        if names:
            self._client.delete_workflows(names)


def _name(job_id: int, attempt: int) -> str:
    return f"job-{job_id}-{attempt}"


def _number(name: str) -> int:
    return int(name.split("-")[1])
