"""A job on disk: the folder in which everything about it is."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.runner import processes
from kombify.runner.errors import RunnerError
from kombify.runner.request import Request, load_request
from kombify.runner.status import State, Status, read_status, write_status
from kombify.runner.variables import VARIABLES, dump_variables

KEPT = 20
"""How many jobs of a stack are kept; older ones are removed when a new one is made."""
KEEP = "keep"
"""A file that says that a job's folder is somebody else's to remove."""
MEMORY = Path("/dev/shm")  # noqa: S108 - only folders that we make ourselves, for nobody else
STAMP = "%Y%m%d-%H%M%S-%f"


@dataclass(frozen=True)
class Job:
    """One job. Two of them are the same when their folders are."""

    folder: Path

    @property
    def id(self) -> str:
        """The name of the folder; names sort by the time at which the jobs were made."""
        return self.folder.name

    @property
    def claim(self) -> Path:
        """Made by the first process of the job, so that no second one ever runs it."""
        return self.folder / "claim"

    @property
    def events(self) -> Path:
        """One JSON object a line, secrets left out."""
        return self.folder / "events.ndjson"

    @property
    def log(self) -> Path:
        """What Ansible printed, secrets left out."""
        return self.folder / "stdout.log"

    @property
    def faults(self) -> Path:
        """What the job's own process had to complain about."""
        return self.folder / "stderr.log"

    @property
    def passing(self) -> Path:
        """A folder in memory, for what must never touch a disk. Who needs it makes it."""
        return MEMORY / f"kombify-{hashlib.sha256(bytes(self.folder)).hexdigest()[:32]}"

    def take_claim(self) -> bool:
        """Take the right to run the job, which can be had once, and tell whether it was had."""
        try:
            os.close(os.open(self.claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return False
        return True

    def request(self) -> Request:
        """Return what was asked for, without the values of variables."""
        return load_request((self.folder / "request.json").read_text(encoding="utf-8"))

    def recorded(self) -> Status:
        """Return what the job's process wrote last."""
        return read_status(self.folder / "status.json")

    def status(self) -> Status:
        """Return the status; a job whose process is gone before it wrote its end is lost."""
        before = self.recorded()
        if before.state.ended or before.pid is None or processes.belongs(before.pid, self.folder):
            return before
        after = self.recorded()  # it may have ended between the two looks
        return after if after.state.ended else replace(after, state=State.LOST, message="its process was killed")

    def record(self, status: Status) -> None:
        """Write the status."""
        write_status(self.folder / "status.json", status)

    def settle(self) -> None:
        """See that the disk knows of all files: after a power cut nobody may believe that a job never ran."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def jobs_folder(stack: Path) -> Path:
    """Return the folder of the jobs of the stack whose spec is in this folder."""
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import STATE_FOLDER

    return stack.absolute() / STATE_FOLDER / "jobs"


def jobs_of(jobs: Path) -> list[Job]:
    """Return the jobs whose process came to life, the oldest first."""
    return [Job(path.parent) for path in sorted(jobs.glob("*/status.json"))]


def find_job(jobs: Path, name: str | None = None) -> Job:
    """Return a job by its name, by the end of its name, or the newest one."""
    known = jobs_of(jobs)
    found = [job for job in known if name is None or job.id == name] or [
        job for job in known if name and job.id.endswith(name)
    ]
    if not found:
        what = "there are no jobs yet" if name is None else f"there is no job '{name}'"
        raise RunnerError(what, f"the newest is {known[-1].id}" if known else "start one: kombify up")
    return found[-1]


def unfinished(jobs: Path) -> Job | None:
    """Return the job that runs, or will run as soon as another one has ended."""
    return next((job for job in jobs_of(jobs) if not job.status().state.ended), None)


def make_job(jobs: Path, request: Request, *, kept: bool = False) -> Job:
    """Make the folder of a new job, which nobody else may read, and remove the oldest folders.

    A kept one is never removed here: that is left to who asked for it.
    """
    for folder in (jobs.parent, jobs):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _prune(jobs)
    job = Job(_new_folder(jobs))
    try:
        _fill(job, request, kept=kept)
    except OSError:  # such as a full disk: whoever tries again shall not leave a folder each time
        shutil.rmtree(job.folder, ignore_errors=True)
        raise
    return job


def fact_cache(jobs: Path) -> Path:
    """Return the folder in which Ansible keeps the facts of the stack's machines from one job to the next."""
    return jobs.parent / "fact_cache"


def routing(jobs: Path) -> Path:
    """Return the folder in which jobs keep what they read about collections."""
    return jobs.parent / "routing"


def forget_facts(jobs: Path) -> None:
    """Remove the facts, when the machines are no longer what they were."""
    shutil.rmtree(fact_cache(jobs), ignore_errors=True)


@contextmanager
def stack_lock(jobs: Path) -> Iterator[None]:
    """Wait until no other job of this stack runs; the kernel gives the lock back when its holder dies."""
    with (jobs / "lock").open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def try_stack_lock(jobs: Path) -> Iterator[bool]:
    """Take the lock if nobody has it, and tell whether it could be had."""
    with (jobs / "lock").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _fill(job: Job, request: Request, *, kept: bool) -> None:
    if kept:
        (job.folder / KEEP).touch()
    (job.folder / "env").mkdir(mode=0o700)
    if request.variables:
        write_private(job.folder / VARIABLES, dump_variables(request.variables))
    write_private(job.folder / "request.json", request.dump())


def _new_folder(jobs: Path) -> Path:
    """Make a folder whose name sorts after all others, also when the clock was set back."""
    while True:
        now = datetime.now(UTC)
        newest = max(_names(jobs), default="")
        if newest >= now.strftime(STAMP):
            now = datetime.strptime(newest, STAMP).replace(tzinfo=UTC) + timedelta(microseconds=1)
        try:
            (jobs / now.strftime(STAMP)).mkdir(mode=0o700)
        except FileExistsError:
            continue  # another process was faster
        return jobs / now.strftime(STAMP)


def _names(jobs: Path) -> list[str]:
    return sorted(path.name for path in jobs.iterdir() if path.is_dir())


def _prune(jobs: Path) -> None:
    for name in _names(jobs)[: -KEPT + 1]:
        if not (jobs / name / KEEP).exists() and Job(jobs / name).status().state.ended:
            shutil.rmtree(jobs / name, ignore_errors=True)
