"""Running a job for a command: start it, watch it to its end, and turn that into the end of the command."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from rich.text import Text

from kombify.cli.ending import Code, Stop
from kombify.cli.options import Format
from kombify.cli.output import Output
from kombify.cli.views.run import plain, words
from kombify.cli.views.run.live import LiveView
from kombify.cli.views.run.progress import Progress
from kombify.runner.cancel import cancel
from kombify.runner.errors import RunnerError
from kombify.runner.follow import follow
from kombify.runner.job import Job, jobs_folder, jobs_of
from kombify.runner.launch import Busy, launch
from kombify.runner.reconcile import reconcile
from kombify.runner.request import Request
from kombify.runner.status import State, Status


class View(Protocol):
    """Shows a job while it runs."""

    progress: Progress

    def event(self, event: Mapping[str, Any]) -> None:
        """Take in one event."""

    def pause(self) -> None:
        """Use the time while nothing happens."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def run(output: Output, stack: Path, request: Request, *, verbose: int = 0, form: Format = Format.TEXT) -> Code:
    """Run a job of the stack in this folder and show it; one that runs already is followed to its end first."""
    jobs = jobs_folder(stack)
    while True:
        _tell_of_killed(output, jobs)
        try:
            job = _launched(jobs, request)
        except Busy as busy:
            _wait_for(output, busy.job, verbose, form)
        else:
            return show(output, job, verbose=verbose, form=form)


def show(output: Output, job: Job, *, verbose: int = 0, form: Format = Format.TEXT, ours: bool = True) -> Code:
    """Watch a job to its end and sum it up. Ctrl-C cancels it when it is ``ours``, and else only ends the watching."""
    view = _view(output, job, verbose, form)
    try:
        with _interrupts(output, job, ours=ours):
            for recorded in follow(job):
                view.pause() if recorded is None else view.event(recorded.event)
    except KeyboardInterrupt:
        raise Stop(f"no longer watching job {job.id}; it goes on", "see it: kombify logs --follow") from None
    finally:
        view.close()
    view.progress.end()
    status = job.status()
    if status.state is State.LOST:
        reconcile(job.folder.parent)
    if isinstance(view, plain.JsonView):
        output.line(summary(job, status, view.progress))
    elif isinstance(view, plain.AnsibleView):
        output.show(*list(words.ending(job, status, view.progress))[-2:])
    else:
        output.show(*words.ending(job, status, view.progress))
    return _code(job, status, view.progress)


def wait(job: Job) -> None:
    """Wait until a job has ended."""
    for _recorded in follow(job):
        pass


def print_log(output: Output, job: Job) -> None:
    """Print the log of a job as far as it is."""
    for line in job.log.read_text(encoding="utf-8", errors="replace").splitlines():
        output.show(Text.from_ansi(line))


def summary(job: Job, status: Status, progress: Progress) -> dict[str, Any]:
    """Return how a job ended, for a program: the last line after its events."""
    return {
        "event": "summary",
        "job": job.id,
        "state": status.state,
        "message": status.message,
        "check": job.request().check,
        "stages": {name: tally.as_dict() for name, tally in progress.recap.stages.items() if tally.hosts},
        "failures": [
            {"stage": one.stage, "host": one.host, "task": one.task, **one.advice._asdict()}
            for one in progress.recap.failures
        ],
        "log": str(job.log),
    }


def _launched(jobs: Path, request: Request) -> Job:
    try:
        return launch(jobs, request)
    except Busy:
        raise
    except RunnerError as error:
        raise Stop(str(error), error.hint) from None


def _tell_of_killed(output: Output, jobs: Path) -> None:
    known = jobs_of(jobs)
    if known and known[-1].recorded().state is not State.LOST and known[-1].status().state is State.LOST:
        output.tell(f"Job {known[-1].id} was killed. What it left running is ended first.")


def _wait_for(output: Output, job: Job, verbose: int, form: Format) -> None:
    title = job.request().title or "job"
    output.tell(f"{title} ({job.id}) still runs on this stack. It is followed to its end, then this starts.")
    if form is Format.JSON:
        wait(job)
    else:
        show(output, job, verbose=verbose, ours=False)


def _view(output: Output, job: Job, verbose: int, form: Format) -> View:
    if form is Format.JSON:
        return plain.JsonView(output)
    if verbose:
        return plain.AnsibleView(output)
    if output.stdout.is_terminal and output.stdout.file.isatty():
        return LiveView(output, job.request().title or job.id)
    return plain.LinesView(output, check=job.request().check)


def _code(job: Job, status: Status, progress: Progress) -> Code:
    """Return the exit code. A job that only looked, and found differences, says so."""
    if status.state is not State.SUCCESSFUL:
        return Code.FAILED
    return Code.DIFFERENT if job.request().check and words.changes(progress) else Code.FINE


@contextmanager
def _interrupts(output: Output, job: Job, *, ours: bool) -> Iterator[None]:
    """Let Ctrl-C cancel the job the first time, and leave it alone the second time."""
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        cancel(job)
        output.tell("Canceling: the job ends in order. Ctrl-C once more stops watching it.")

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
