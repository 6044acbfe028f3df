"""`kombify workflow plan|apply|launch`: what would be, and do it."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands.workflow.options import Prune
from kombify.cli.ending import Code, Ended
from kombify.cli.options import Follow, Format, LaunchKey, OutputFormat, ServiceUrl, StackName
from kombify.cli.output import Output


def launch(
    context: typer.Context,
    stack: StackName = "",
    prune: Prune = False,
    key: LaunchKey = None,
    follow: Follow = False,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Deploy a stack as its files are now."""
    from kombify.cli.client import connect
    from kombify.cli.launched import tell_launched

    client = connect(url)
    launched = client.launch("/workflows", {"stack": stack, "prune": prune}, key)
    tell_launched(client, context.obj, launched, follow=follow, form=form)


def plan(
    context: typer.Context,
    stack: StackName = "",
    prune: Prune = False,
    key: LaunchKey = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show what Ansible prints while it looks.")] = False,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Look what a deployment would change, wait for the answer, and keep it as a plan that can be applied.

    Ends with 4 when something would be changed, and with 1 when that could not be found out.
    """
    from kombify.cli.client import connect
    from kombify.cli.launched import await_end
    from kombify.cli.views.service import differences
    from kombify.cli.views.service import workflows as view

    output: Output = context.obj
    client = connect(url)
    workflow = client.launch("/workflows", {"stack": stack, "prune": prune, "check": True}, key)
    await_end(client, output, workflow, follow=follow and form is Format.TEXT)
    found = client.get(f"/workflows/{workflow['id']}/plan")
    output.answer(form, found, view.plan(found))
    if found["state"] != "successful":
        raise Ended(Code.FAILED)
    raise Ended(Code.DIFFERENT if differences.changed_in(found["differences"]) else Code.FINE)


def apply(
    context: typer.Context,
    plan: Annotated[int, typer.Argument(metavar="PLAN", min=1, help="The number of a plan.")],
    follow: Follow = False,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Deploy what was planned, once. A plan is refused when the stack's files are no longer those it was made from."""
    from kombify.cli.client import connect
    from kombify.cli.launched import tell_launched

    client = connect(url)
    launched = client.post(f"/workflows/{plan}/apply", repeatable=True)
    tell_launched(client, context.obj, launched, follow=follow, form=form)
