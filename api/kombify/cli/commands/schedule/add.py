"""`kombify schedule add`: a new schedule."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kombify.cli.commands.schedule.options import ScheduleName
from kombify.cli.ending import Stop
from kombify.cli.options import Format, OutputFormat, ServiceUrl, StackName
from kombify.cli.output import Output


def add(
    context: typer.Context,
    name: ScheduleName,
    when: Annotated[
        str,
        typer.Argument(metavar="WHEN", help="Words such as 'daily 02:30' or 'sunday 03:00', or five fields of cron."),
    ],
    drift: Annotated[bool, typer.Option("--drift", help="Look for drift.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Plan a deployment, and change nothing.")] = False,
    deploy: Annotated[bool, typer.Option("--deploy", help="Deploy the stack.")] = False,
    playbook: Annotated[str, typer.Option("--playbook", metavar="PLAYBOOK", help="Run this playbook.")] = "",
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", "-l", metavar="NODES", help="Only these nodes, with --drift or --playbook."),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tags", "-t", metavar="TAG", help="Only these tasks, with --playbook.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing, with --playbook.")] = False,
    stack: StackName = "",
    timezone: Annotated[
        str | None,
        typer.Option("--timezone", metavar="ZONE", help="Such as Europe/Berlin.", show_default="that of the spec"),
    ] = None,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Make a schedule. Say one of --drift, --plan, --deploy and --playbook."""
    from kombify.cli import values
    from kombify.cli.client import connect
    from kombify.cli.views.service import schedules as view

    output: Output = context.obj
    if [drift, plan, deploy, bool(playbook)].count(True) != 1:
        raise Stop("what shall be launched?", "say one of --drift, --plan, --deploy and --playbook")
    request: dict[str, Any] = {"kind": "deployment", "check": plan}
    if drift:
        request = {"kind": "drift", "limit": values.names(limit or ())}
    elif playbook:
        request = {
            "kind": "job",
            "playbook": playbook,
            "limit": values.names(limit or ()),
            "tags": values.names(tags or ()),
            "check": check,
        }
    body = {"name": name, "stack": stack, "when": when, "request": request}
    made = connect(url).post("/schedules", body | ({"timezone": timezone} if timezone else {}))
    output.answer(form, made, view.text([made]))
