"""`kombify token create`: a new token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from kombify.cli.options import Format, OutputFormat, ServiceUrl
from kombify.cli.output import Output


class Scope(StrEnum):
    """What a token allows; each allows what the one before does."""

    READ = "read"
    RUN = "run"
    ADMIN = "admin"


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose token it is; audit and jobs show it.")],
    scope: Annotated[Scope, typer.Option("--scope", help="What it allows.")] = Scope.READ,
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="After how many days it expires.", show_default="never")
    ] = None,
    url: ServiceUrl = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Make a token and print it. It is shown this once: the service keeps only its SHA-256."""
    from kombify.cli.client import connect

    output: Output = context.obj
    expires = (datetime.now(UTC) + timedelta(days=days)).isoformat() if days else None
    made = connect(url).post("/tokens", {"name": name, "scope": scope.value, "expires_at": expires})
    if form is Format.JSON:
        output.json(made)
        return
    output.show(made["token"])
    output.tell(f"This is shown once. Use it: KOMBISTACK_TOKEN in the environment. End it: kombify token revoke {name}")
