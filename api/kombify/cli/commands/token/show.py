"""`kombify token list|revoke`: who may, and who may no longer."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.options import Format, OutputFormat, ServiceUrl
from kombify.cli.output import Output


def list_tokens(context: typer.Context, url: ServiceUrl = None, form: OutputFormat = Format.TEXT) -> None:
    """List the tokens, without what opens the service."""
    from kombify.cli.client import connect
    from kombify.cli.views.service import tokens as view

    output: Output = context.obj
    found = connect(url).everything("/tokens")
    output.answer(form, found, view.text(found))


def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The token.")],
    url: ServiceUrl = None,
) -> None:
    """End a token at once. Its name stays taken, so that the audit stays clear."""
    from kombify.cli.client import connect, segment

    connect(url).delete(f"/tokens/{segment(name)}")
    output: Output = context.obj
    output.show(f"Revoked the token {name}.")
