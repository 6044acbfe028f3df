"""What a worker does with a job that the durable queue brings: from waiting for its turn to its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.unreadable import SecretUnreadable
from kombify.engine.errors import EngineError
from kombify.engine.execution import AGAIN, Execution
from kombify.engine.origin import Origins, Passing
from kombify.engine.outcome import Leaving, Outcome
from kombify.engine.settings import EngineSettings
from kombify.engine.specs import Specs
from kombify.engine.stacks import Stacks
from kombify.engine.troubles import Troubles
from kombify.engine.turns import close, take_turn
from kombify.engine.workflow import WorkflowRun
from kombify.runner.status import State
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Job

T = TypeVar("T")


class Performer:
    """Performs jobs, each in a thread of its own. To perform a job again goes on where it was left."""

    def __init__(
        self,
        database: Database,
        settings: EngineSettings,
        stacks: Stacks,
        troubles: Troubles,
        pass_on: Callable[[int], bool],
        specs: Specs,
    ) -> None:
        self._database = database
        self._troubles = troubles
        self._draining = threading.Event()
        self._leaving = threading.Event()
        origins = Origins(database, stacks, settings.worker)
        self._passing = Passing(database, origins, pass_on)
        self._execution = Execution(database, settings, stacks, troubles, self.pause, origins, specs)
        self._workflow = WorkflowRun(database, self._execution)

    def drain(self) -> None:
        """Begin no job any more: those that wait for their turn are left to others."""
        self._draining.set()

    def begin_again(self) -> None:
        """Begin jobs again after a drain."""
        self._draining.clear()

    def leave(self) -> None:
        """Let go of all jobs: their processes go on, and whoever follows them next stores the rest."""
        self._leaving.set()

    def pause(self, seconds: float) -> None:
        """Wait so many seconds; raise :class:`Leaving` when the worker stops."""
        if self._leaving.wait(seconds):
            raise Leaving

    def pause_in_line(self, seconds: float) -> None:
        """Wait so many seconds for the job's turn; raise :class:`Leaving` when the worker begins no more."""
        if self._draining.is_set():
            raise Leaving
        self.pause(seconds)

    def perform(self, job_id: int) -> None:
        """See a job through to its end."""
        has_turn = self._patiently(job_id, lambda: take_turn(self._database, job_id, self.pause_in_line))
        if has_turn and self._patiently(job_id, lambda: self._passing.may_begin(job_id, self.pause_in_line)):
            outcome = self._patiently(job_id, lambda: self._carried_out(job_id))
            self._patiently(job_id, lambda: self._close(job_id, outcome))

    def _patiently(self, job_id: int, work: Callable[[], T]) -> T:
        """Do something with the database until it succeeds: a job is never given up because the database is away."""
        while True:
            try:
                return work()
            except SQLAlchemyError as trouble:
                self._troubles.note(f"job {job_id}", trouble)
                self.pause(AGAIN)

    def _carried_out(self, job_id: int) -> Outcome:
        with self._database.begin() as session:
            job = session.get_one(Job, job_id, with_for_update=True)
            job.started_at = job.started_at or (now() if job.kind == "workflow" else None)
        carry_out = self._workflow.carry_out if job.kind == "workflow" else self._execution.carry_out
        try:
            return carry_out(job_id)
        except (EngineError, SecretUnreadable) as refusal:
            return Outcome(State.ERROR, message=str(refusal))

    def _close(self, job_id: int, outcome: Outcome) -> None:
        with self._database.begin() as session:
            close(session, session.get_one(Job, job_id, with_for_update=True), outcome)
        self._troubles.over(f"job {job_id}")
