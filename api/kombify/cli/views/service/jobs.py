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
FAILURES = ("failed", "error", "canceled", "lost", "rolled_back")


def kind_of(job: Job) -> str:
    """Return ``job`` or ``workflow``; the service names the kind where both can stand."""
    return str(job.get("kind", "workflow"))


def text(jobs: Sequence[Job], kind: str = "job") -> Iterator[RenderableType]:
    """Return jobs or workflows, the newest first, for people."""
    if not jobs:
        yield f"No {kind}s. Launch one: kombify {kind} launch"
        return
    yield table((kind.capitalize(), *HEADERS[1:]), map(_row, jobs), right=(0,))


def details(job: Job) -> Iterator[RenderableType]:
    """Return one job for people."""
    yield verdict(job) if job["ended_at"] else Text(f"{name_of(job)}: {job['state']}", "bold")
    said = {
        "launched": f"{moment(job['created_at'])} by {job['launched_by'] or 'nobody'}",
        "again for": job.get("relaunch_of"),
        "part of": f"workflow {job['parent_id']}" if job.get("parent_id") else "",
        "started": moment(job["started_at"]),
        "cancel": moment(job["cancel_asked_at"]),
        "ended": moment(job["ended_at"]),
        "tags": ", ".join(job.get("tags", [])),
        "limit": ", ".join(job.get("limit", [])),
        "variables": ", ".join(f"{name}={value}" for name, value in job.get("variables", {}).items()),
        "secrets": ", ".join(f"{name} from {place}" for name, place in job.get("secrets", {}).items()),
        "artifacts": ", ".join(f"{name}={value}" for name, value in job.get("artifacts", {}).items()),
        "labels": ", ".join(job.get("labels", [])),
        "missing": f"{job['events_missing']} events" if job.get("events_missing") else "",
    }
    yield table(("", ""), [(f"  {name}", str(value)) for name, value in said.items() if value])


def verdict(job: Job, changed: int | None = None) -> Text:
    """Say how a job ended; ``changed`` is how many tasks changed something, if that is known."""
    took = seconds(job)
    within = f" in {duration(took)}" if took is not None else ""
    said = f"{name_of(job)}: {job['state']}"
    if job["state"] in FAILURES:
        return Text.assemble((said, "bold red"), within, f": {job['message']}" if job["message"] else "")
    what = "would be changed" if job.get("check") else "changed"
    return Text.assemble(
        (said, "bold green"), within, f", {changed or 'nothing'} {what}" if changed is not None else ""
    )


def advice(job: Job) -> Iterator[str]:
    """Say what to do about how a job ended, if there is something to do."""
    if job["state"] not in FAILURES:
        return
    if kind_of(job) == "workflow":
        yield f"See what happened: kombify workflow show {job['id']}"
    elif job.get("parent_id") is None:
        when = "Once that is mended, go on" if job["state"] == "failed" else "Go on"
        yield f"{when} where it ended: kombify job relaunch {job['id']} --unfinished"


def name_of(job: Job) -> str:
    """Return what people call a job: ``job 7 (home site)``."""
    return f"{kind_of(job)} {job['id']} ({job['stack']} {what_of(job)})"


def what_of(job: Job) -> str:
    """Return what a job does, in a word or two."""
    playbook = (job.get("playbook") or "").removeprefix("kombify.stack.")
    name = job["title"] or playbook.rpartition("/")[2].removesuffix(".yml")
    return f"{name} --check" if job.get("check") and kind_of(job) == "job" else name


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
