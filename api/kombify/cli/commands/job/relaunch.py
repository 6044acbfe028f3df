"""`kombify job relaunch`: a job once more."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands.job.options import JobNumber
from kombify.cli.options import Follow, Format, LaunchKey, OutputFormat, ServiceUrl
from kombify.cli.output import Output


def relaunch(
    context: typer.Context,
    job: JobNumber,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Only on hosts that failed, or that it did not finish.")
    ] = False,
    key: LaunchKey = None,
    follow: Follow = False,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Launch a job again as it was."""
    from kombify.cli.client import connect
    from kombify.cli.launched import tell_launched

    output: Output = context.obj
    client = connect(url)
    launched = client.launch(f"/jobs/{job}/relaunch", {"unfinished": unfinished}, key)
    tell_launched(client, output, launched, follow=follow, form=form)
