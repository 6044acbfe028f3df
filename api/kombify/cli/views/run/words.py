"""Words that all views of a job share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from ansible_collections.kombify.stack.plugins.plugin_utils.recap import Failure
from kombify.cli.views.run.progress import Progress
from kombify.cli.views.tables import table
from kombify.runner.job import Job
from kombify.runner.status import State, Status

HEADERS = ("Stage", "Hosts", "OK", "Changed", "Failed", "Time")
SAID = 15
"""Lines that are shown of what Ansible said, when it never began."""


def duration(seconds: float) -> str:
    """Say a time: ``8.1 s``, ``2 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


def ending(job: Job, status: Status, progress: Progress) -> Iterator[RenderableType]:
    """Sum up a job that has ended: its stages, its failures, and what to do next."""
    request = job.request()
    stages = {name: tally for name, tally in progress.recap.stages.items() if tally.hosts}
    if stages:
        yield ""
        changed = "To change" if request.check else HEADERS[3]
        rows = [
            (name, str(len(one.hosts)), str(one.ok), str(one.changed), str(len(one.failed)), duration(one.seconds))
            for name, one in stages.items()
        ]
        yield table((*HEADERS[:3], changed, *HEADERS[4:]), rows, right=(1, 2, 3, 4, 5))
    for failure in progress.recap.failures:
        yield from _failure(failure)
    if status.state is State.FAILED and not progress.recap.failures:
        yield ""
        yield from (Text.from_ansi(line) for line in "\n".join(progress.said).splitlines()[-SAID:])
    yield ""
    yield _verdict(job, status, progress)
    yield f"Log: {_from_here(job.log)}"


def changes(progress: Progress) -> int:
    """Count the tasks that changed something, or would."""
    return sum(tally.changed for tally in progress.recap.stages.values())


def _failure(failure: Failure) -> Iterator[RenderableType]:
    yield ""
    yield Text.assemble((failure.host, "bold red"), f" failed in stage {failure.stage}, task '{failure.task}'")
    yield f"  What happened: {failure.advice.what}"
    if failure.advice.advice:
        yield f"  What to do:    {failure.advice.advice}"
        yield f"  It said:       {failure.advice.message}"


def _verdict(job: Job, status: Status, progress: Progress) -> Text:
    title = job.request().title or "run"
    took = duration(progress.moment - progress.began)
    if status.state is State.SUCCESSFUL:
        number = changes(progress)
        what = "would be changed" if job.request().check else "changed"
        return Text.assemble((f"{title}: done", "bold green"), f" in {took}, {number or 'nothing'} {what}")
    return Text.assemble((f"{title}: {status.state}", "bold red"), _next_step(job, status, took))


def _next_step(job: Job, status: Status, took: str) -> str:
    match status.state:
        case State.FAILED:
            return f" after {took}; mend what is said above, then run the same command again"
        case State.CANCELED:
            return f" after {took}; the same command goes on from what is there"
        case State.LOST:
            return f" ({status.message}) and what it left running was ended; the same command goes on from there"
        case _:
            return f": {status.message}; {_more(job)}"


def _more(job: Job) -> str:
    """Point at what the job's process complained about, if it did."""
    if job.faults.stat().st_size:
        return f"see {_from_here(job.faults)}"
    return "the same command goes on from what is there"


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
