"""Taking orders: launch, cancel, relaunch. Each is one transaction, and holds once it has returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kombify.engine.errors import EngineError, KeyReused, NotFound, StalePlan
from kombify.engine.origin import origin_of
from kombify.engine.outcome import Outcome
from kombify.engine.requests import JobRequest, WorkflowRequest, load_job
from kombify.engine.stacks import Stacks, changed
from kombify.engine.turns import close
from kombify.runner.status import State
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import HostSummary, Job, Phase

Put = Callable[[Session, int, str, int], None]
"""Puts a job (number, stack, attempt) into the durable queue, in the transaction of the session."""


class Launched(NamedTuple):
    """A job, and whether it is a new one."""

    id: int
    new: bool


class Orders:
    """The orders that a service takes."""

    def __init__(self, database: Database, stacks: Stacks, put: Put, wake: Callable[[], None], worker: str) -> None:
        self._database = database
        self._stacks = stacks
        self._put = put
        self._wake = wake
        self._worker = worker

    def launch(
        self,
        stack: str,
        request: JobRequest | WorkflowRequest,
        *,
        by: str = "",
        key: str | None = None,
        relaunch_of: int | None = None,
    ) -> Launched:
        """Accept a job or a workflow; it is safe from here on.

        The same key of the same caller gives the first job again. Raises :class:`NotFound` for an unknown stack,
        :class:`KeyReused` when the key stood for something else, :class:`StalePlan` when the plan is no longer right.
        """
        stale = changed(request.plan, self._stacks.fingerprint(stack)) if request.plan else []
        self._stacks.folder(stack)
        if stale:
            raise StalePlan(stale)
        job = Job(
            kind=request.kind,
            stack=stack,
            title=request.title,
            state=State.PENDING,
            request=request.model_dump(mode="json"),
            launched_by=by,
            launch_key=key,
            relaunch_of=relaunch_of,
            origin=origin_of(self._stacks, self._worker, stack),
            enqueued=1,
        )
        first = self._first_with(job)
        if first is not None:
            return first
        try:
            return self._accept(job, request)
        except IntegrityError:  # somebody with this key was faster by a moment
            first = self._first_with(job)
            if first is None:
                raise
            return first

    def cancel(self, job_id: int, *, by: str = "") -> bool:
        """Ask a job to end, and tell whether there was something to end. One that nobody began ends at once."""
        with self._database.begin() as session:
            job = session.get(Job, job_id, with_for_update=True)
            if job is None:
                raise _no_such_job(job_id)
            if job.ended_at is not None:
                return False
            job.cancel_asked_at = job.cancel_asked_at or now()
            job.cancel_asked_by = job.cancel_asked_by or by
            if job.state == State.PENDING and job.parent_id is None:
                close(session, job, Outcome(State.CANCELED))
            return True

    def relaunch(self, job_id: int, *, unfinished: bool = False, by: str = "", key: str | None = None) -> Launched:
        """Launch a job again: on all its hosts, or on those that failed or did not come to the end."""
        with self._database.read() as session:
            job = session.get(Job, job_id)
            if job is None:
                raise _no_such_job(job_id)
            if job.kind != "job":
                raise EngineError(f"{job_id} is a workflow", "relaunch one of its jobs, or launch the workflow again")
            if unfinished and job.ended_at is None:
                raise EngineError(f"job {job_id} has not ended", "cancel it, or wait for its end")
            request = load_job(job.request)
            if unfinished:
                request = request.model_copy(update={"limit": _unfinished(session, job, request)})
        return self.launch(job.stack, request, by=by, key=key, relaunch_of=job_id)

    def enqueue_again(self, job_id: int) -> bool:
        """Put a job that the durable queue forgot into it again; whatever it did already is not done twice."""
        with self._database.begin() as session:
            job = session.get(Job, job_id, with_for_update=True)
            if job is None or job.ended_at is not None:
                return False
            job.enqueued += 1
            self._put(session, job.id, job.stack, job.enqueued)
            return True

    def _first_with(self, job: Job) -> Launched | None:
        if job.launch_key is None:
            return None
        with self._database.read() as session:
            same = (Job.launched_by == job.launched_by, Job.launch_key == job.launch_key)
            first = session.scalar(select(Job).where(*same))
        if first is None:
            return None
        if (first.stack, first.request) != (job.stack, job.request):
            raise KeyReused(f"the key '{job.launch_key}' stands for job {first.id}", "use a new key for a new launch")
        return Launched(first.id, new=False)

    def _accept(self, job: Job, request: JobRequest | WorkflowRequest) -> Launched:
        with self._database.begin() as session:
            session.add(job)
            session.flush()
            if isinstance(request, WorkflowRequest):
                session.add_all(_phases(job.id, request))
            self._put(session, job.id, job.stack, job.enqueued)
        self._wake()
        return Launched(job.id, new=True)


def _phases(workflow_id: int, request: WorkflowRequest) -> list[Phase]:
    return [
        Phase(
            workflow_id=workflow_id,
            position=position,
            name=phase.name,
            state=phase.state,
            request=phase.job.model_dump(mode="json"),
            undo=phase.undo.model_dump(mode="json") if phase.undo is not None else None,
        )
        for position, phase in enumerate(request.phases, 1)
    ]


def _unfinished(session: Session, job: Job, request: JobRequest) -> tuple[str, ...]:
    """Return the limit for the hosts that failed or did not come to the end.

    When none did, hosts that the run never reached are unknown: then it is for all that the job was for.
    """
    summaries = session.scalars(select(HostSummary).where(HostSummary.job_id == job.id)).all()
    left = tuple(sorted(one.host for one in summaries if not one.finished))
    if summaries and not left:
        raise EngineError(f"job {job.id} came to its end on all hosts", "relaunch it on all of them")
    return left if len(left) < len(summaries) else request.limit


def _no_such_job(job_id: int) -> NotFound:
    return NotFound(f"there is no job {job_id}", "see: kombify job list")
