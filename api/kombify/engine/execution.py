"""Carrying out one job on this worker: start its process or find it, store what it writes, see it end.

Every step can be taken again after a kill. A job is started at most once: its run is claimed in the database before
its process exists, and its process claims its folder before it does anything.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.read import Surroundings, read_secret
from kombify.engine.elsewhere import target_of
from kombify.engine.errors import NotFound
from kombify.engine.origin import Origins
from kombify.engine.outcome import Outcome
from kombify.engine.recorder import Recorder
from kombify.engine.requests import LAST, JobRequest, load_job
from kombify.engine.settings import EngineSettings
from kombify.engine.snapshots import last_applied, unpack
from kombify.engine.specs import Specs
from kombify.engine.stacks import Stacks, changed
from kombify.engine.troubles import Troubles
from kombify.engine.warden import name_of, own
from kombify.runner import processes
from kombify.runner.cancel import cancel
from kombify.runner.errors import RunnerError
from kombify.runner.job import Job as Folder
from kombify.runner.job import jobs_folder, make_job
from kombify.runner.launch import start
from kombify.runner.reconcile import end_rest
from kombify.runner.reconcile import now as runner_now
from kombify.runner.request import Request
from kombify.runner.status import State, Status
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Job, Run, Snapshot

LOOK = 0.1
"""Seconds between two looks at what a job has written."""
GATHER = 0.2
"""The same while it writes: each transaction takes time from the play, whose machine this is too."""
ASK = 0.5
"""Seconds between two looks whether somebody wants it to end."""
AGAIN = 1.0
"""Seconds until something is tried again that the disk or the database refused."""
PATIENCE = 20.0
"""Seconds that a job gets to end itself after it was asked to."""


class Execution:
    """One job on this worker."""

    def __init__(
        self,
        database: Database,
        settings: EngineSettings,
        stacks: Stacks,
        troubles: Troubles,
        pause: Callable[[float], None],
        origins: Origins,
        specs: Specs,
    ) -> None:
        self._database = database
        self._settings = settings
        self._worker = settings.worker
        self._stacks = stacks
        self._troubles = troubles
        self._pause = pause
        self._prepared: dict[int, Folder] = {}
        """Folders of jobs that could not be claimed yet: with the database away, each try would leave another one."""
        self._origins = origins
        self._specs = specs

    def carry_out(self, job_id: int, *, undo: bool = False) -> Outcome:
        """Carry out a job whose turn it is, or go on with it, and return how it ended.

        An undo is not ended by the cancellation of its workflow.
        """
        while True:
            try:
                folder = self._folder(job_id)
                if isinstance(folder, Outcome):
                    return folder
                outcome = self._follow(job_id, folder, undo=undo)
            except (SQLAlchemyError, OSError, RunnerError) as trouble:
                self._wait_out(job_id, trouble)
                continue
            if outcome is not None:
                return outcome
            self._pause(AGAIN)  # its process ended at once, such as for want of room on the disk

    def _wait_out(self, job_id: int, trouble: Exception) -> None:
        """Wait: the process goes on, and what it writes is stored when disk and database work again."""
        self._troubles.note(f"job {job_id}", trouble)
        self._pause(AGAIN)

    def _folder(self, job_id: int) -> Folder | Outcome:
        """Return the folder of the job, whose process was started, or how the job has ended already."""
        with self._database.read() as session:
            job = session.get_one(Job, job_id)
            run = session.get(Run, job_id)
        if run is None:
            return self._begin(job)
        if run.worker != self._worker:
            return Outcome(State.LOST, message=f"worker {run.worker} went away while it ran there")
        folder = Folder(Path(run.folder))
        if not folder.folder.exists():
            end_rest(folder)
            return Outcome(State.LOST, message=f"its folder {run.folder} is gone")
        return self._begin(job) if self._never_ran(folder) else folder

    def _begin(self, job: Job) -> Folder | Outcome:
        """Claim the run, then start its process. What a kill leaves in between is a folder in which nothing ran."""
        if job.cancel_asked_at is not None:
            return Outcome(State.CANCELED)
        obstacle = self._origins.obstacle(job)
        if obstacle:
            raise RunnerError(obstacle)
        request = load_job(job.request)
        stale = changed(request.plan, self._stacks.fingerprint(job.stack)) if request.plan else []
        if stale:
            return Outcome(State.ERROR, message=f"the plan is stale, changed since: {', '.join(stale)}")
        stack = self._stacks.folder(job.stack)
        if request.snapshot is not None and target_of(self._specs, stack, request.playbook):
            return Outcome(State.ERROR, message="AWX reads the spec from its repository: undo the change there")
        folder = self._prepared.get(job.id)
        if folder is None or folder.claim.exists():
            folder = make_job(jobs_folder(stack), self._asked(request, job, stack), kept=True)
            own(folder.folder, name_of(self._settings.data, self._worker))
            self._prepared[job.id] = folder
        before = self._claim(job.id, folder)
        del self._prepared[job.id]
        if before != folder.folder:
            shutil.rmtree(before, ignore_errors=True)
        try:
            start(folder)
        except RunnerError as fault:
            return Outcome(State.ERROR, message=str(fault))
        return folder

    def _claim(self, job_id: int, folder: Folder) -> Path:
        """Write down that the job runs here, and return the folder in which it was to run before."""
        with self._database.begin() as session:
            run = session.get(Run, job_id, with_for_update=True)
            if run is None:
                run = Run(job_id=job_id, worker=self._worker, folder=str(folder.folder))
                session.add(run)
            before, run.folder = run.folder, str(folder.folder)
            return Path(before)

    def _asked(self, request: JobRequest, job: Job, stack: Path) -> Request:
        """Return what the runner shall do, with the values of secrets."""
        secrets = {name: read_secret(text, Surroundings(stack)) for name, text in request.secrets.items()}
        awx = target_of(self._specs, stack, request.playbook)
        return Request(
            playbook=request.playbook,
            inventories=self._inventories(request, job, stack),
            title=request.title or str(job.id),
            tags=request.tags,
            limit=",".join(request.limit),
            check=request.check,
            diff=request.diff,
            verbosity=request.verbosity,
            variables={**request.variables, **secrets},
            secret=tuple(secrets),
            awx=awx,
        )

    def _inventories(self, request: JobRequest, job: Job, stack: Path) -> tuple[str, ...]:
        """Return the stack's inventories, those of a snapshot in a folder of its own that the next job replaces."""
        known = self._stacks.inventories(job.stack)
        if request.snapshot is None:
            return known
        with self._database.read() as session:
            number = last_applied(session, job.stack) if request.snapshot == LAST else request.snapshot
            snapshot = session.get(Snapshot, number or 0)
        if snapshot is None or snapshot.stack != job.stack:
            raise NotFound(f"there is no snapshot {request.snapshot} of {job.stack}", "deploy the stack first")
        copy = unpack(snapshot.files, stack, self._settings.data / "snapshots" / job.stack)
        return tuple(
            str(copy / Path(one).relative_to(stack)) if Path(one).is_relative_to(stack) else one for one in known
        )

    def _never_ran(self, folder: Folder) -> bool:
        """Tell whether the playbook of a folder provably never started: only then may it be started anew.

        Whoever takes the claim of a folder is the only one who can run it, so a claim that we get proves it. A process
        that has it writes down that it waits before it runs anything: if it is gone by then, nothing has happened.
        """
        if folder.take_claim():
            return True
        until = time.monotonic() + PATIENCE
        while folder.recorded().state is State.PENDING and processes.processes_of(folder.folder):
            if time.monotonic() > until:
                processes.end_all(folder.folder)
            self._pause(LOOK)
        gone = folder.status().state in (State.PENDING, State.LOST)
        return gone and folder.recorded().state in (State.PENDING, State.WAITING)

    def _follow(self, job_id: int, folder: Folder, *, undo: bool) -> Outcome | None:
        """Store what the process writes until it has ended. None when it ended before it ran anything."""
        recorder = Recorder(self._database, job_id, folder.events)
        known = None
        ask_at = asked_at = 0.0
        while True:
            status = folder.status()  # asked first: what was written before the end will be read
            if status.state in (State.LOST, State.CANCELED):
                end_rest(folder)  # Ansible outlives the job's process, and writes until it is ended
            stored = recorder.store()
            if status.state.ended:
                return self._ended(job_id, folder, status, undo=undo)
            if status.state is State.PENDING and self._never_ran(folder):
                return None
            if status.state is not known:
                known = self._tell(job_id, status)
            if time.monotonic() >= ask_at:
                ask_at = time.monotonic() + ASK
                asked_at = self._end_if_wanted(job_id, folder, asked_at, undo=undo)
            self._troubles.over(f"job {job_id}")
            self._wait(status, folder, GATHER if stored else LOOK)

    def _ended(self, job_id: int, folder: Folder, status: Status, *, undo: bool) -> Outcome | None:
        """Return how the job ended, when nothing of it is left. None when it ended before it ran anything."""
        wanted = self._wanted_to_end(job_id, undo=undo)
        if status.state is State.LOST:
            if self._never_ran(folder) and not wanted:
                return None
            if folder.recorded().state is not State.LOST:
                folder.record(replace(status, ended=runner_now()))
        self._troubles.over(f"job {job_id}")
        canceled = wanted and status.state is State.LOST
        return Outcome(State.CANCELED if canceled else status.state, status.code, "" if canceled else status.message)

    def _tell(self, job_id: int, status: Status) -> State:
        """Say in the job's row that its process waits, or runs."""
        with self._database.begin() as session:
            job = session.get_one(Job, job_id, with_for_update=True)
            if job.ended_at is None:
                job.state = status.state
                if status.state is State.RUNNING and job.started_at is None:
                    job.started_at = now()
        return status.state

    def _end_if_wanted(self, job_id: int, folder: Folder, asked_at: float, *, undo: bool) -> float:
        """Ask the process to end if somebody wants it to, by force when it does not; return when it was asked."""
        if not self._wanted_to_end(job_id, undo=undo):
            return 0.0
        if not asked_at:
            cancel(folder)
            return time.monotonic()
        if time.monotonic() > asked_at + PATIENCE:
            cancel(folder, force=True)
        return asked_at

    def _wanted_to_end(self, job_id: int, *, undo: bool) -> bool:
        """Tell whether the job, or its workflow, was canceled, or was given up as lost by others."""
        with self._database.read() as session:
            job = session.get_one(Job, job_id)
            of_whom = [job_id] if undo or job.parent_id is None else [job_id, job.parent_id]
            over = or_(Job.cancel_asked_at.is_not(None), Job.ended_at.is_not(None))
            return session.scalar(select(Job.id).where(Job.id.in_(of_whom), over).limit(1)) is not None

    def _wait(self, status: Status, folder: Folder, seconds: float) -> None:
        """Wait so many seconds, or until the process is gone."""
        if status.pid is None:
            self._pause(seconds)
            return
        self._pause(0)
        with processes.handle_of(status.pid, folder.folder) as handle:
            processes.wait(handle, seconds)
