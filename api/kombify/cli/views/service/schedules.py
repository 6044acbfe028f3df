"""The schedules of the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType

from kombify.cli.views.service.jobs import moment
from kombify.cli.views.tables import table


def text(schedules: Sequence[dict[str, Any]]) -> Iterator[RenderableType]:
    """Return schedules for people."""
    if not schedules:
        yield 'No schedules. Make one: kombify schedule add nightly "daily 02:30" --drift'
        return
    yield table(("Schedule", "Stack", "When", "What", "Next", "Last job", "By"), map(_row, schedules))


def what_of(request: dict[str, Any]) -> str:
    """Return what a schedule launches, in words."""
    words = {"drift": "look for drift", "deployment": "plan" if request.get("check") else "deploy"}
    if request["kind"] in words:
        return words[request["kind"]]
    playbook = request.get("playbook", request["kind"]).removeprefix("kombify.stack.")
    return f"{playbook} --check" if request.get("check") else playbook


def _row(schedule: dict[str, Any]) -> tuple[str, ...]:
    return (
        schedule["name"],
        schedule["stack"],
        f"{schedule['when']} {schedule['timezone']}",
        what_of(schedule["request"]),
        moment(schedule["next_at"]) if schedule["enabled"] else "off",
        str(schedule["last_job_id"] or ""),
        schedule["created_by"],
    )
