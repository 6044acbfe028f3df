"""Following what the service runs: nothing missing and nothing twice, also while the service is started again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import orjson

from kombify.cli.client import Answered, Away, Client
from kombify.cli.ending import Code, Stop
from kombify.cli.options import Format
from kombify.cli.output import Output
from kombify.cli.sse import messages
from kombify.cli.views.service.following import JsonView, TextView
from kombify.cli.views.service.jobs import FAILURES, kind_of

SILENCE = 45.0
"""Seconds without a sign of life after which a connection is made anew; the service gives one every 15 s."""
PATIENCE = 600.0
"""Seconds for which a service may be away while somebody follows."""
PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds between two looks at something that takes its time; a service counts what each address asks."""
LATER = (429, 502, 503, 504)
"""Answers of a service, or of a proxy before it, that is not ready or wants to be left alone for a moment."""


class View(Protocol):
    """Shows what happens."""

    changed: int
    """How many tasks changed something, or would."""

    def state(self, job: dict[str, Any]) -> None:
        """Take in a state of the job."""

    def event(self, event: dict[str, Any]) -> None:
        """Take in an event, each once and in order."""

    def end(self, job: dict[str, Any]) -> None:
        """Sum up how it ended."""


def follow(client: Client, output: Output, job: dict[str, Any], form: Format) -> Code:
    """Show a job or a workflow to its end, and return what that means. Ctrl-C only ends the watching."""
    kind = kind_of(job)
    view: View = JsonView(output) if form is Format.JSON else TextView(output)
    with _left_alone(client, kind, job["id"]):
        if kind == "workflow":
            _show_jobs_of(client, output, job["id"], view)
        else:
            _show(client, output, job, view)
        ended = client.get(f"/{kind}s/{job['id']}")
    view.end(ended)
    return code_of(ended, changed=view.changed)


def wait(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    """Wait until a job or a workflow has ended, and return it."""
    kind = kind_of(job)
    with _left_alone(client, kind, job["id"]):
        pauses = _pauses()
        while job["ended_at"] is None:
            time.sleep(next(pauses))
            job = client.get(f"/{kind}s/{job['id']}")
    return job


def code_of(job: dict[str, Any], *, changed: int = 0) -> Code:
    """Return the exit code of a job that has ended. One that only looked, and found differences, says so."""
    if job["state"] in FAILURES:
        return Code.FAILED
    return Code.DIFFERENT if job["check"] and changed else Code.FINE


def stream(client: Client, output: Output, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a stream says, to its end, whatever happens to the connection or to the service meanwhile."""
    last, gone_since, pauses = "", 0.0, _pauses()
    while True:
        wait = 0.0
        try:
            with client.stream(path, last, SILENCE) as chunks:
                for message in messages(chunks):
                    gone_since, pauses = 0.0, _pauses()
                    if message is None:
                        continue
                    last = message.id or last
                    data = orjson.loads(message.data)
                    if message.event == "bye" and not data["again"]:
                        raise Stop(f"the service ended the stream: {data['reason']}", "follow it again")
                    yield message.event, data
                    if message.event == "end":
                        return
        except (Away, Answered) as trouble:
            if isinstance(trouble, Answered):
                if trouble.status not in LATER:
                    raise
                wait = trouble.wait
            if not gone_since:
                gone_since = time.monotonic()
                output.tell(f"{trouble}. Waiting for it; what runs goes on.")
            if time.monotonic() - gone_since > PATIENCE:
                raise
        time.sleep(max(wait, next(pauses)))


def _show(client: Client, output: Output, job: dict[str, Any], view: View) -> None:
    counter = 0
    for kind, data in stream(client, output, f"/jobs/{job['id']}/stream"):
        if kind == "event" and data["counter"] > counter:
            counter = data["counter"]
            view.event(data)
        elif kind in ("state", "end"):
            view.state(job | data)


def _show_jobs_of(client: Client, output: Output, workflow_id: int, view: View) -> None:
    """Show the jobs of a workflow; they run one after another."""
    seen: set[int] = set()
    pauses = _pauses()
    while True:
        workflow = client.get(f"/workflows/{workflow_id}")
        view.state(workflow)
        jobs = client.items("/jobs", 1000, parent_id=workflow_id)
        new = [job for job in reversed(jobs) if job["id"] not in seen]
        for job in new:
            seen.add(job["id"])
            _show(client, output, job, view)
            pauses = _pauses()
        if not new:
            if workflow["ended_at"] is not None:
                return
            time.sleep(next(pauses))


def _pauses() -> Iterator[float]:
    """Yield longer and longer pauses."""
    pause = PAUSE
    while True:
        yield pause
        pause = min(pause * 1.3, LONGEST_PAUSE)


@contextmanager
def _left_alone(client: Client, kind: str, job_id: int) -> Iterator[None]:
    """Watch something that goes on without us, and without the service too."""
    client.patience = PATIENCE
    try:
        yield
    except KeyboardInterrupt:
        raise Stop(
            f"no longer watching {kind} {job_id}; it goes on",
            f"see it: kombify {kind} follow {job_id}; end it: kombify {kind} cancel {job_id}",
            code=Code.INTERRUPTED,
        ) from None
