"""`kombify job list|show|follow`: what runs and what ran."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands.job.options import JobNumber
from kombify.cli.ending import Ended
from kombify.cli.options import EventsFormat, Format, Newest, OnlyStack, OutputFormat, ServiceUrl
from kombify.cli.output import Output


def list_jobs(
    context: typer.Context,
    stack: OnlyStack = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only in this state, such as running or failed.")
    ] = None,
    last: Newest = 20,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """List jobs, the newest first."""
    from kombify.cli.client import connect
    from kombify.cli.views.service import jobs as view

    output: Output = context.obj
    found = connect(url).items("/jobs", last, stack=stack, state=state)
    output.answer(form, found, view.text(found))


def show(
    context: typer.Context,
    job: JobNumber,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show a job: what was asked for, and what became of it."""
    from kombify.cli.client import connect
    from kombify.cli.views.service import jobs as view

    output: Output = context.obj
    found = connect(url).get(f"/jobs/{job}")
    output.answer(form, found, view.details(found))


def follow(
    context: typer.Context,
    job: JobNumber,
    url: ServiceUrl = None,
    form: EventsFormat = Format.TEXT,
) -> None:
    """Show what Ansible prints in a job, from its beginning to its end, also while the service is started again.

    Ends as the job does: 0 successful, 1 failed, 4 when --check found something to change. Ctrl-C leaves the job alone.
    """
    from kombify.cli import following
    from kombify.cli.client import connect

    client = connect(url)
    raise Ended(following.follow(client, context.obj, client.get(f"/jobs/{job}"), form))
