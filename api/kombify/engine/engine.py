"""The engine of one worker: everything together, started and stopped."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kombify.engine.deployment import Deployments
from kombify.engine.durable import DurableQueue
from kombify.engine.execution import AGAIN
from kombify.engine.from_spec import SchedulesOfSpecs
from kombify.engine.launching import Orders
from kombify.engine.performer import Performer
from kombify.engine.place import take_place
from kombify.engine.recorder import catch_up
from kombify.engine.retention import remove_old
from kombify.engine.schedules import Schedules
from kombify.engine.settings import EngineSettings
from kombify.engine.specs import Specs
from kombify.engine.stacks import Stacks
from kombify.engine.troubles import Troubles
from kombify.engine.warden import Note, keep_warden
from kombify.engine.workers import DRAINED, DRAINING, Roll
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.models import Job

LONG = 7 * 24 * 3600
"""Seconds that a drain waits for jobs."""
PATIENCE = 60.0
"""Seconds for which the start waits for the database."""

log = logging.getLogger(__name__)


class Engine:
    """Runs jobs. ``orders`` takes them; it can be used from any thread, before and after ``start`` too."""

    def __init__(self, database: Database, stacks: Stacks, settings: EngineSettings) -> None:
        self.troubles = Troubles()
        self._database = database
        self.settings = settings
        self._queue = DurableQueue(database, settings.worker)
        self.orders = Orders(database, stacks, self._queue.put, self._queue.wake, settings.worker)
        self.deployments = Deployments(database, stacks, self.orders)
        self.schedules = Schedules(database, self.orders, self.deployments)
        self.roll = Roll(database, settings.worker, lambda: {name: stacks.fingerprint(name) for name in stacks.names()})
        specs = Specs()
        self._from_specs = SchedulesOfSpecs(database, stacks, specs)
        self._performer = Performer(database, settings, stacks, self.troubles, self.orders.enqueue_again, specs)
        self._note = Note(settings.data, settings.worker)
        self.drained = threading.Event()
        """Set while this worker has done what it had begun, and begins nothing because an operator wants that."""
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock: int | None = None
        self._suspects: set[int] = set()
        self._strays: set[str] = set()

    def prepare(self) -> None:
        """Bring the database up to date; enough for taking orders that other workers run."""
        migrate(self._database)
        self._queue.prepare()

    def start(self) -> None:
        """Bring the database up to date, take up what was begun before, and run jobs from now on.

        Raises :class:`EngineError` when a worker of this name runs already.
        """
        self._lock = take_place(self.settings.data, self.settings.worker)
        for step in (self.prepare, self.roll.enter, self._beat, self._catch_up, self._start_queue):
            self._insist(step)
        self._every("heartbeat", self.settings.beat, self._beat)
        self._every("drain", self.settings.beat, self._obey)
        self._every("rescue", self.settings.beat, self._rescue)
        self._every("queue", self.settings.tidy, self._tidy)
        self._every("retention", self.settings.retention, self.remove_old)
        self._every("schedules", self.settings.schedules, self._look_at_schedules)

    def stop(self, *, drain: int = 0) -> None:
        """Stop taking jobs; wait so many seconds for those that run, and leave the rest to whoever comes next.

        The processes of jobs go on in any case.
        """
        if drain:
            self._finish(drain)
        self._stopping.set()
        self._performer.leave()
        if not drain:
            self._queue.stop(0)
        for thread in self._threads:
            thread.join(timeout=10)
        self.roll.leave()
        if self._lock is not None:
            os.close(self._lock)

    def _look_at_schedules(self) -> None:
        self._from_specs.keep()
        self.schedules.fire_due()

    def _obey(self) -> None:
        """Drain when an operator wants it, and go back to work when he does not any more."""
        if self.roll.wanted == DRAINING and not self.drained.is_set():
            log.info("draining: what has begun is finished, nothing new is begun")
            self._finish(LONG)
            if self._stopping.is_set():
                return
            self._queue.take_over([self.settings.worker])  # what had not begun
            self.roll.set_state(DRAINED)
            self.drained.set()
        elif self.roll.wanted != DRAINING and self.drained.is_set():
            self._performer.begin_again()
            self._start_queue()
            self.roll.enter()
            self.drained.clear()

    def _finish(self, patience: int) -> None:
        """Begin nothing any more, and wait so many seconds for what has begun."""
        self.roll.set_state(DRAINING)
        self._performer.drain()
        self._queue.stop(patience)

    def find_forgotten(self) -> list[int]:
        """Give jobs back to the queue that it forgot, such as after an error of its own; return their numbers."""
        with self._database.read() as session:
            unfinished = select(Job.id, Job.enqueued).where(Job.ended_at.is_(None), Job.parent_id.is_(None))
            jobs = [(one.id, one.enqueued) for one in session.execute(unfinished)]
        missing = self._queue.forgotten(jobs)
        again = [job_id for job_id in sorted(missing & self._suspects) if self.orders.enqueue_again(job_id)]
        self._suspects = missing - set(again)
        return again

    def find_strays(self) -> set[str]:
        """Bring again what the queue believes to be at work here, and is not; return the names."""
        strays = self._queue.strays()
        again = strays & self._strays  # what is begun, or ends, in this very moment looks the same
        if again:
            log.warning("brought again after an error of the database: %s", ", ".join(sorted(again)))
            self._queue.bring_again(again)
        self._strays = strays - again
        return again

    def remove_old(self) -> None:
        """Remove what is older than the retention says."""
        removed = remove_old(self._database, self._queue, self.settings.worker)
        if any(removed):
            log.info("removed: events of %d jobs, %d folders, %d jobs", *removed)

    def _tidy(self) -> None:
        self.find_forgotten()
        self.find_strays()

    def _catch_up(self) -> None:
        catch_up(self._database, self.settings.worker)

    def _start_queue(self) -> None:
        self._queue.start(self._performer.perform, at_once=self.settings.at_once)

    def _insist(self, step: Callable[[], None]) -> None:
        """Do a step of the start, again and again for some time if the database is not there yet."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                step()
            except SQLAlchemyError as trouble:
                if time.monotonic() > until:
                    raise
                self.troubles.note("start", trouble)
                time.sleep(AGAIN)
            else:
                self.troubles.over("start")
                return

    def _beat(self) -> None:
        others = self.roll.beat()
        self._note.leave(others=others)
        if others:
            keep_warden(self.settings.data, self.settings.worker, self.settings.dead_after / 2)

    def _rescue(self) -> None:
        for worker in self.roll.rescue(self.settings.dead_after, self._queue.take_over):
            log.warning("worker %s shows no life: others go on with its jobs", worker)

    def _every(self, name: str, seconds: float, work: Callable[[], object]) -> None:
        """Do something again and again in a thread of its own, so that nothing slow keeps the heart from beating."""
        thread = threading.Thread(target=self._repeat, args=(name, seconds, work), name=f"kombify-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _repeat(self, name: str, seconds: float, work: Callable[[], object]) -> None:
        while not self._stopping.wait(seconds):
            try:
                work()
            except (SQLAlchemyError, OSError) as trouble:
                self.troubles.note(name, trouble)
            else:
                self.troubles.over(name)
