"""The process of a job: it waits for the stack, runs the playbook, and writes down what happens."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from kombify.runner import processes
from kombify.runner.events import Redactor, secrets_in, shaped
from kombify.runner.job import Job, fact_cache, stack_lock
from kombify.runner.reconcile import end_what_was_left, now
from kombify.runner.request import Request
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

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._until: float | None = None
        self.asked = False
        self.waiting = True
        signal.signal(signal.SIGTERM, self._ask)

    def overdue(self) -> bool:
        """Tell whether the playbook has to be ended by force. ansible-runner asks this every second."""
        if not self.asked:
            return False
        if self._until is None:
            self._until = time.monotonic() + GRACE
            # What Ctrl-C does: Ansible stops its workers and says that it was interrupted.
            for pid in processes.children_of(os.getpid(), self._folder):
                processes.send(pid, self._folder, signal.SIGINT)
        return time.monotonic() > self._until

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True
        if self.waiting:
            raise Canceled


class Recorder:
    """Appends events and output, one write an event: so a line is there or not, whenever the process is killed."""

    def __init__(self, job: Job, redactor: Redactor) -> None:
        self.in_order = False
        """Whether Ansible came to its own end."""
        self._redactor = redactor
        self._events = _opened(job.events)
        self._log = _opened(job.log)

    def __call__(self, event: dict[str, Any]) -> bool:
        """Keep an event; False tells ansible-runner to write no file of its own for it."""
        if event.get("event") == "playbook_on_stats":
            self.in_order = True
        if "uuid" in event:
            kept = shaped(event, self._redactor)
            os.write(self._events, f"{json.dumps(kept, ensure_ascii=False, default=str)}\n".encode(errors="replace"))
            if kept.get("stdout"):
                os.write(self._log, f"{kept['stdout']}\n".encode(errors="replace"))
        return False


def run_job(folder: Path) -> int:
    """Run the job of a folder, once, and return Ansible's exit code."""
    job = Job(folder)
    if not job.take_claim():
        return HAD_ITS_RUN
    status = Status(State.WAITING, pid=os.getpid())
    job.record(status)
    try:
        cancellation = Cancellation(folder)
        _say_that_we_live()
        with stack_lock(folder.parent):
            cancellation.waiting = False
            end_what_was_left(folder.parent)
            status = replace(status, state=State.RUNNING, started=now())
            job.record(status)
            status = _ran(job, status, cancellation)
            job.record(status)
    except Canceled:
        job.record(replace(status, state=State.CANCELED, ended=now()))
    except Exception as fault:
        job.record(replace(status, state=State.ERROR, ended=now(), message=f"{type(fault).__name__}: {fault}"))
        raise
    return status.code if status.code is not None else 1


def _ran(job: Job, status: Status, cancellation: Cancellation) -> Status:
    """Run the playbook and return how the job ended."""
    import ansible_runner  # type: ignore[import-untyped]

    request = job.request()
    recorder = Recorder(job, Redactor(_secrets(job, request)))
    run = ansible_runner.run(
        private_data_dir=str(job.folder),
        ident="run",
        playbook=request.playbook,
        inventory=list(request.inventories),
        tags=",".join(request.tags) or None,
        limit=request.limit or None,
        verbosity=request.verbosity or None,
        cmdline=request.options() or None,
        fact_cache=str(fact_cache(job.folder.parent)),
        settings={"pexpect_timeout": LOOKS, "suppress_output_file": True},
        quiet=True,
        event_handler=recorder,
        status_handler=_forget_environment,
        cancel_callback=cancellation.overdue,
    )
    if not recorder.in_order:
        processes.end_all(job.folder)  # a killed Ansible leaves its workers, a killed worker what it had started
    for name in ("env", "tmp"):
        shutil.rmtree(job.folder / name, ignore_errors=True)
    status = replace(status, ended=now(), code=run.rc)
    if cancellation.asked:
        return replace(status, state=State.CANCELED)
    if run.rc is None:
        return replace(status, state=State.ERROR, message="Ansible was killed")
    return replace(status, state=State.FAILED if run.rc else State.SUCCESSFUL)


def _secrets(job: Job, request: Request) -> set[str]:
    """Return the values that nobody may read in what the job writes."""
    variables = load_variables(job.folder / VARIABLES)
    return secrets_in(variables) | {str(variables[name]) for name in request.secret if name in variables}


def _forget_environment(status: dict[str, Any], runner_config: Any) -> None:
    """Remove the file in which ansible-runner keeps the whole environment, secrets too."""
    if status["status"] == "running":
        Path(runner_config.artifact_dir, "command").unlink(missing_ok=True)


def _say_that_we_live() -> None:
    """Close our output, for which the launcher waits; what is printed from now on goes where complaints go."""
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
