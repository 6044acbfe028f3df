"""`kombify drift`: where machines are not as the spec says."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.ending import Ended, Stop
from kombify.cli.options import Format, LaunchKey, OutputFormat, ServiceUrl
from kombify.cli.output import Output


def drift(
    context: typer.Context,
    stack: Annotated[
        str, typer.Argument(metavar="[STACK]", help="The stack.", show_default="the only one of the service")
    ] = "",
    limit: Annotated[
        list[str] | None, typer.Option("--limit", "-l", metavar="NODES", help="Only these nodes; may be repeated.")
    ] = None,
    known: Annotated[
        bool, typer.Option("--known", help="Show what was found last, such as by a schedule; look for nothing new.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show what Ansible prints while it looks.")] = False,
    key: LaunchKey = None,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Let the service look where machines are not as the spec says. Nothing is changed.

    Ends with 4 when there is drift, and with 1 when some machine could not be seen.
    """
    from kombify.cli import values
    from kombify.cli.client import Client, connect
    from kombify.cli.launched import await_end
    from kombify.cli.views.service import drift as view

    output: Output = context.obj
    client: Client = connect(url)
    if known:
        found = client.items("/drift", 1, stack=stack or None)
        if not found:
            raise Stop("nobody has looked for drift yet", "look now: kombify drift")
        report = found[0]
    else:
        job = client.launch("/drift", {"stack": stack, "limit": values.names(limit or ())}, key)
        ended = await_end(client, output, job, follow=follow and form is Format.TEXT)
        if ended["state"] not in ("successful", "failed"):
            raise Stop(f"nobody knows: job {job['id']} is {ended['state']}", f"see: kombify job show {job['id']}")
        report = client.get(f"/drift/{job['id']}")
    output.answer(form, report, view.text(report))
    raise Ended(view.code(report))
