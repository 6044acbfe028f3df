"""`kombify serve`: the service."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.output import Output


class LogFormat(StrEnum):
    """The forms of a log."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


def serve(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option("--port", "-p", help="The port to listen on.", show_default="5260")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="The address to listen on.", show_default="127.0.0.1"),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="DIR", help="The service's own files.", show_default="data")
    ] = None,
    stacks: Annotated[
        Path | None,
        typer.Option("--stacks", metavar="DIR", help="A stack, or a folder of stacks.", show_default="this folder"),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option("--database-url", metavar="URL", help="The database.", show_default="a file in the data folder"),
    ] = None,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="Lines for people, or JSON: auto is JSON when piped.")
    ] = LogFormat.AUTO,
    new_admin_token: Annotated[
        bool, typer.Option("--new-admin-token", help="Make a new token in the data folder; the one made before ends.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether it could be started like this.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print a unit with which systemd runs it.")] = False,
) -> None:
    """Run jobs of stacks for whoever may: over REST, for `kombify job`, the portal and AWX's clients.

    All settings can stand in kombistack.yaml of this folder, or in the environment (KOMBISTACK_PORT); the options here
    win. SIGTERM and Ctrl-C stop the service and no job: those go on, and the next start takes them up.
    """
    from kombify.cli import serving

    output: Output = context.obj
    given = {
        "port": port,
        "host": host,
        "data_dir": data_dir,
        "stacks_dir": stacks,
        "database_url": database_url,
    }
    settings = serving.settings({name: value for name, value in given.items() if value is not None})
    if systemd:
        from kombify.cli.views.service import unit

        output.document(unit.text("serve", settings))
    elif check:
        serving.check(output, settings)
    else:
        serving.serve(output, settings, log_format=log_format.value, renew_token=new_admin_token)
