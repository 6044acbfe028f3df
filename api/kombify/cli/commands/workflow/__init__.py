"""`kombify workflow`: deployments by the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from kombify.cli.commands.workflow.cancel import cancel
from kombify.cli.commands.workflow.launch import apply, launch, plan
from kombify.cli.commands.workflow.show import follow, list_workflows, show

COMMANDS: Mapping[str, Callable[..., None]] = {
    "plan": plan,
    "apply": apply,
    "launch": launch,
    "list": list_workflows,
    "show": show,
    "follow": follow,
    "cancel": cancel,
}

workflow = typer.Typer(no_args_is_help=True)
for name, function in COMMANDS.items():
    workflow.command(name)(function)


@workflow.callback()
def about() -> None:
    """Deploy a stack phase by phase; when one fails, what was done is undone, the last one first."""
