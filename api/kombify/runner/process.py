"""The process of a job: it waits for the stack, runs the playbook, and writes down what happens."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from kombify.runner import processes
from kombify.runner.errors import RunnerError
from kombify.runner.events import Redactor, secrets_in
from kombify.runner.job import Job, stack_lock
from kombify.runner.reconcile import end_what_was_left, now, remove_passing
from kombify.runner.request import Request
from kombify.runner.runs import Run, run_of
from kombify.runner.status import State, Status
from kombify.runner.variables import VARIABLES, load_variables

GRACE = 10.0
"""Seconds that a playbook gets to end itself after it was asked to."""
LOOKS = 1
"""Seconds between two looks whether somebody wants the job to end."""
HAD_ITS_RUN = 75


class Canceled(Exception):
    """Somebody wants the job to end before it began."""


class Cancellation:
    """Remembers that the process was asked to end, and passes it on to the playbook."""

    def __init__(self) -> None:
        self._until: float | None = None
        self.asked = False
        self.playbook: Run | None = None
        """What runs; nothing while the job waits."""
        signal.signal(signal.SIGTERM, self._ask)

    def overdue(self) -> bool:
        """Tell whether the playbook has to be ended by force."""
        return self._until is not None and time.monotonic() > self._until

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True
        if self.playbook is None:
            raise Canceled
        if self._until is None:
            self._until = time.monotonic() + GRACE
            self.playbook.interrupt()


def run_job(folder: Path) -> int:
    """Run the job of a folder, once, and return Ansible's exit code."""
    job = Job(folder)
    if not job.take_claim():
        return HAD_ITS_RUN
    status = Status(State.WAITING, pid=os.getpid())
    job.record(status)
    try:
        cancellation = Cancellation()
        _say_that_we_live()
        processes.adopt()
        request = job.request()
        playbook = run_of(job, request, Redactor(_secrets(job, request)))
        with stack_lock(folder.parent):
            end_what_was_left(folder.parent)
            cancellation.playbook = playbook
            status = replace(status, state=State.RUNNING, started=now())
            _record(job, status)
            job.settle()
            status = _ran(job, playbook, status, cancellation)
            _end(job, status)
    except Canceled:
        _end(job, replace(status, state=State.CANCELED))
    except RunnerError as fault:
        message = f"{fault}; {fault.hint}" if fault.hint else str(fault)
        _end(job, replace(status, state=State.ERROR, message=message))
    except Exception as fault:
        _end(job, replace(status, state=State.ERROR, message=f"{type(fault).__name__}: {fault}"))
        raise
    return status.code if status.code is not None else 1


def _end(job: Job, status: Status) -> None:
    """Write down how the job ended, when nothing is left that only the run needed."""
    remove_passing(job)
    _record(job, replace(status, ended=now()))


def _record(job: Job, status: Status) -> None:
    """Write the status. While the disk is full this waits: nobody else knows how the job ended."""
    while True:
        try:
            job.record(status)
        except OSError:
            if not job.folder.exists():
                raise
            time.sleep(LOOKS)
        else:
            return


def _ran(job: Job, playbook: Run, status: Status, cancellation: Cancellation) -> Status:
    """Run the playbook and return how the job ended, when none of its processes is left."""
    try:
        code = playbook.run(cancellation.overdue, LOOKS)
    finally:
        if not playbook.complete:
            processes.end_all(job.folder)  # a killed Ansible leaves its workers, a killed worker what it had started
    status = replace(status, code=code)
    if cancellation.asked:
        return replace(status, state=State.CANCELED)
    if code is None:
        return replace(status, state=State.ERROR, message="Ansible was killed")
    return replace(status, state=State.FAILED if code else State.SUCCESSFUL)


def _secrets(job: Job, request: Request) -> set[str]:
    """Return the values that nobody may read in what the job writes."""
    variables = load_variables(job.folder / VARIABLES)
    return secrets_in(variables) | {str(variables[name]) for name in request.secret if name in variables}


def _say_that_we_live() -> None:
    """Close our output, for which the launcher waits; what is printed from now on goes where complaints go."""
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
