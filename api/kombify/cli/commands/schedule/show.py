"""`kombify schedule list|run`: what there is, and one of them now."""

from __future__ import annotations

import typer

from kombify.cli.commands.schedule.options import ScheduleName
from kombify.cli.options import Follow, Format, LaunchKey, OutputFormat, ServiceUrl
from kombify.cli.output import Output


def list_schedules(context: typer.Context, url: ServiceUrl = None, form: OutputFormat = Format.TEXT) -> None:
    """List the schedules."""
    from kombify.cli.client import connect
    from kombify.cli.views.service import schedules as view

    output: Output = context.obj
    found = connect(url).everything("/schedules")
    output.answer(form, found, view.text(found))


def run(
    context: typer.Context,
    name: ScheduleName,
    key: LaunchKey = None,
    follow: Follow = False,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Launch now what a schedule launches; its times stay as they are."""
    from kombify.cli.client import connect, segment
    from kombify.cli.launched import tell_launched

    client = connect(url)
    tell_launched(
        client, context.obj, client.launch(f"/schedules/{segment(name)}/run", {}, key), follow=follow, form=form
    )
