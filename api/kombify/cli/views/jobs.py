"""The jobs of a stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import RenderableType

from kombify.cli.views.run.words import duration
from kombify.cli.views.tables import table
from kombify.runner.job import Job
from kombify.runner.status import Status


def data(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Return the jobs for a program."""
    return [{"id": job.id, "title": job.request().title, "log": str(job.log), **asdict(job.status())} for job in jobs]


def text(jobs: Sequence[Job]) -> Iterator[RenderableType]:
    """Return the jobs for people."""
    if not jobs:
        yield "No jobs yet. Start one: kombify up"
        return
    yield table(("Job", "Run", "State", "Time", ""), map(_row, jobs))


def _row(job: Job) -> tuple[str, ...]:
    status = job.status()
    return (job.id, job.request().title, status.state, _time(status), status.message)


def _time(status: Status) -> str:
    if status.started is None or status.ended is None:
        return ""
    took = datetime.fromisoformat(status.ended) - datetime.fromisoformat(status.started)
    return duration(took.total_seconds())
