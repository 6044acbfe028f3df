"""The jobs of the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from kombify.cli.views.run.words import duration
from kombify.cli.views.tables import table

Job = dict[str, Any]
HEADERS = ("Job", "Stack", "What", "State", "Launched", "Time", "")
COLORS = {"successful": "green", "running": "cyan"}
FAILURES = ("failed", "error", "canceled", "lost", "rolled_back")


def text(jobs: Sequence[Job], kind: str = "job") -> Iterator[RenderableType]:
    """Return jobs or workflows, the newest first, for people."""
    if not jobs:
        yield f"No {kind}s. Launch one: kombify {kind} launch"
        return
    yield table((kind.capitalize(), *HEADERS[1:]), map(_row, jobs), right=(0,))


def details(job: Job) -> Iterator[RenderableType]:
    """Return one job for people."""
    yield from verdict(job) if job["ended_at"] else [Text(f"{name_of(job)}: {job['state']}", "bold")]
    said = {
        "launched": f"{moment(job['created_at'])} by {job['launched_by'] or 'nobody'}",
        "again for": job["relaunch_of"],
        "part of": f"workflow {job['parent_id']}" if job["parent_id"] else "",
        "started": moment(job["started_at"]),
        "cancel": moment(job["cancel_asked_at"]),
        "ended": moment(job["ended_at"]),
        "tags": ", ".join(job.get("tags", [])),
        "limit": ", ".join(job.get("limit", [])),
        "variables": ", ".join(f"{name}={value}" for name, value in job.get("variables", {}).items()),
        "secrets": ", ".join(f"{name} from {place}" for name, place in job.get("secrets", {}).items()),
        "artifacts": ", ".join(f"{name}={value}" for name, value in job.get("artifacts", {}).items()),
        "missing": f"{job['events_missing']} events" if job["events_missing"] else "",
    }
    yield table(("", ""), [(f"  {name}", str(value)) for name, value in said.items() if value])


def verdict(job: Job, changed: int | None = None) -> Iterator[Text]:
    """Say how a job ended, and what to do next."""
    took, name, kind, number = seconds(job), name_of(job), job["kind"], job["id"]
    within = f" in {duration(took)}" if took is not None else ""
    if job["state"] not in FAILURES:
        what = "would be changed" if job.get("check") else "changed"
        counted = f", {changed or 'nothing'} {what}" if changed is not None else ""
        yield Text.assemble((f"{name}: {job['state']}", "bold green"), within, counted)
        return
    why = f": {job['message']}" if job["message"] else ""
    yield Text.assemble((f"{name}: {job['state']}", "bold red"), within, why)
    if kind == "workflow":
        yield Text(f"See what happened: kombify workflow show {number}")
    elif job["parent_id"] is None:
        yield Text(f"Once it is mended, go on where it failed: kombify job relaunch {number} --unfinished")


def name_of(job: Job) -> str:
    """Return what people call a job: ``job 7 (home site)``."""
    return f"{job['kind']} {job['id']} ({job['stack']} {what_of(job)})"


def what_of(job: Job) -> str:
    """Return what a job does, in a word or two."""
    title = job["title"] or (job.get("playbook") or job["kind"]).removeprefix("kombify.stack.")
    return f"{title.rpartition('/')[2]} --check" if job.get("check") else title.rpartition("/")[2]


def moment(text: str | None) -> str:
    """Return a moment in UTC as people write it."""
    if text is None:
        return ""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def seconds(job: Job) -> float | None:
    """Return how long a job took."""
    if job["started_at"] is None or job["ended_at"] is None:
        return None
    return (datetime.fromisoformat(job["ended_at"]) - datetime.fromisoformat(job["started_at"])).total_seconds()


def _row(job: Job) -> tuple[str, ...]:
    took = seconds(job)
    return (
        str(job["id"]),
        job["stack"],
        what_of(job),
        job["state"],
        f"{moment(job['created_at']).removesuffix(' UTC')} {job['launched_by']}".strip(),
        duration(took) if took is not None else "",
        job["message"],
    )
