"""`kombify workflow list|show|follow`: what is deployed and what was."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands.workflow.options import WorkflowNumber
from kombify.cli.ending import Ended
from kombify.cli.options import EventsFormat, Format, Newest, OnlyStack, OutputFormat, ServiceUrl
from kombify.cli.output import Output


def list_workflows(
    context: typer.Context,
    stack: OnlyStack = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only in this state, such as rolled_back.")
    ] = None,
    last: Newest = 20,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """List workflows, the newest first."""
    from kombify.cli.client import connect
    from kombify.cli.views.service import jobs as view

    output: Output = context.obj
    found = connect(url).items("/workflows", last, stack=stack, state=state)
    output.answer(form, found, view.text(found, "workflow"))


def show(
    context: typer.Context,
    workflow: WorkflowNumber,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show a workflow with its phases, and of a plan what it would change."""
    from kombify.cli.client import connect
    from kombify.cli.views.service import workflows as view

    output: Output = context.obj
    client = connect(url)
    found = client.get(f"/workflows/{workflow}")
    plan = client.get(f"/workflows/{workflow}/plan") if found["check"] and found["ended_at"] else None
    if form is Format.JSON:
        output.json({**found, "plan": plan})
        return
    output.show(*view.details(found))
    if plan is not None:
        output.show("", *view.plan(plan))


def follow(
    context: typer.Context,
    workflow: WorkflowNumber,
    url: ServiceUrl = None,
    form: EventsFormat = Format.TEXT,
) -> None:
    """Show what Ansible prints in all jobs of a workflow, also while the service is started again.

    Ends with 0 when all went well, with 1 when it was rolled back or failed, with 4 when a plan found something to
    change. Ctrl-C leaves the workflow alone.
    """
    from kombify.cli import following
    from kombify.cli.client import connect

    client = connect(url)
    raise Ended(following.follow(client, context.obj, client.get(f"/workflows/{workflow}"), form))
