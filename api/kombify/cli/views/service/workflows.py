"""The workflows of the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from kombify.cli.views.service import differences
from kombify.cli.views.service.jobs import details as job_details
from kombify.cli.views.tables import table


def details(workflow: dict[str, Any]) -> Iterator[RenderableType]:
    """Return a workflow with its phases for people."""
    yield from job_details(workflow)
    yield ""
    rows = [
        (one["name"], *_job(one["job_id"], one["job_state"]), *_job(one["undo_job_id"], one["undo_job_state"]))
        for one in workflow["phases"]
    ]
    yield table(("Phase", "Job", "State", "Undo", "State"), rows, right=(1, 3))


def plan(found: dict[str, Any]) -> Iterator[RenderableType]:
    """Return what a plan would change, and whether it can be applied."""
    yield from differences.text(found["differences"], "to change")
    number = found["workflow_id"]
    if found["stale"]:
        yield Text(f"This plan is stale, changed since: {', '.join(found['stale'])}. Plan again.", "bold yellow")
    elif found["state"] != "successful":
        yield Text(f"Plan {number} is {found['state']} and cannot be applied.", "bold red")
    elif not differences.changed_in(found["differences"]):
        yield "Nothing would be changed."
    else:
        yield f"Do it: kombify workflow apply {number}"


def _job(number: int | None, state: str | None) -> tuple[str, str]:
    return str(number or ""), state or ""
