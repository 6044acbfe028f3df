"""`kombify workflow cancel`: end a workflow."""

from __future__ import annotations

import typer

from kombify.cli.commands.job.cancel import Waits
from kombify.cli.commands.workflow.options import WorkflowNumber
from kombify.cli.options import Format, OutputFormat, ServiceUrl


def cancel(
    context: typer.Context,
    workflow: WorkflowNumber,
    waits: Waits = True,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """End a workflow in order: what it did is undone."""
    from kombify.cli.client import connect
    from kombify.cli.launched import tell_canceled

    client = connect(url)
    canceled = client.post(f"/workflows/{workflow}/cancel")
    tell_canceled(client, context.obj, canceled, waits=waits, form=form)
