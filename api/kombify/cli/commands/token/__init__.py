"""`kombify token`: who may use the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from kombify.cli.commands.token.create import create
from kombify.cli.commands.token.show import list_tokens, revoke

COMMANDS: Mapping[str, Callable[..., None]] = {"create": create, "list": list_tokens, "revoke": revoke}

token = typer.Typer(no_args_is_help=True)
for name, function in COMMANDS.items():
    token.command(name)(function)


@token.callback()
def about() -> None:
    """Make and revoke keys to the service. That takes an admin's token, such as the one in its data folder."""
