"""`kombify job launch`: a playbook, on the service."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.options import Follow, Format, LaunchKey, OutputFormat, ServiceUrl, StackName
from kombify.cli.output import Output


def launch(
    context: typer.Context,
    playbook: Annotated[str, typer.Argument(metavar="[PLAYBOOK]", help="A playbook of the stack.")] = "site",
    stack: StackName = "",
    limit: Annotated[
        list[str] | None, typer.Option("--limit", "-l", metavar="NODES", help="Only these nodes; may be repeated.")
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tags", "-t", metavar="TAG", help="Only tasks with this tag; may be repeated.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look what would be changed.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes in files.")] = False,
    variable: Annotated[
        list[str] | None,
        typer.Option("-e", metavar="NAME=VALUE|@FILE", help="A variable, or a file with several; may be repeated."),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret", metavar="NAME=vault:…", help="A variable with a secret, by its reference; may be repeated."
        ),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What people shall call the job.", show_default="none")] = "",
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Ansible's -v; up to five times.")] = 0,
    key: LaunchKey = None,
    follow: Follow = False,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Launch a playbook. Once this has answered, the job runs, whatever happens to the service or to this computer."""
    from kombify.cli import values
    from kombify.cli.client import connect
    from kombify.cli.launched import tell_launched

    output: Output = context.obj
    body = {
        "stack": stack,
        "playbook": playbook,
        "title": title,
        "limit": values.names(limit or ()),
        "tags": values.names(tags or ()),
        "check": check,
        "diff": diff,
        "verbosity": verbose,
        "variables": values.variables(variable or ()),
        "secrets": values.secrets(secret or ()),
    }
    client = connect(url)
    tell_launched(client, output, client.launch("/jobs", body, key), follow=follow, form=form)
