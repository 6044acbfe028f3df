"""`kombify job cancel`: end a job."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands.job.options import JobNumber
from kombify.cli.options import Format, OutputFormat, ServiceUrl
from kombify.cli.output import Output

Waits = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until none of its processes is left.")]


def cancel(
    context: typer.Context,
    job: JobNumber,
    waits: Waits = True,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """End a job in order. What a task has begun on a machine comes to its own end there."""
    from kombify.cli.client import connect
    from kombify.cli.launched import tell_canceled

    output: Output = context.obj
    client = connect(url)
    tell_canceled(client, output, client.post(f"/jobs/{job}/cancel"), waits=waits, form=form)
