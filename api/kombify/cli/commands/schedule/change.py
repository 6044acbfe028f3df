"""`kombify schedule remove|enable|disable`: other times, or none."""

from __future__ import annotations

import typer

from kombify.cli.commands.schedule.options import ScheduleName
from kombify.cli.options import ServiceUrl
from kombify.cli.output import Output


def remove(context: typer.Context, name: ScheduleName, url: ServiceUrl = None) -> None:
    """Remove a schedule. What it launched stays."""
    from kombify.cli.client import connect, segment

    connect(url).delete(f"/schedules/{segment(name)}")
    output: Output = context.obj
    output.show(f"Removed the schedule {name}.")


def enable(context: typer.Context, name: ScheduleName, url: ServiceUrl = None) -> None:
    """Let a schedule launch again; what it missed is not made up for."""
    _set(context, name, url, enabled=True)


def disable(context: typer.Context, name: ScheduleName, url: ServiceUrl = None) -> None:
    """Let a schedule launch nothing until it is enabled again."""
    _set(context, name, url, enabled=False)


def _set(context: typer.Context, name: str, url: str | None, *, enabled: bool) -> None:
    from kombify.cli.client import connect, segment
    from kombify.cli.views.service import schedules as view

    output: Output = context.obj
    output.show(*view.text([connect(url).patch(f"/schedules/{segment(name)}", {"enabled": enabled})]))
