"""`kombify job`: jobs of the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from kombify.cli.commands.job.cancel import cancel
from kombify.cli.commands.job.launch import launch
from kombify.cli.commands.job.relaunch import relaunch
from kombify.cli.commands.job.show import follow, list_jobs, show

COMMANDS: Mapping[str, Callable[..., None]] = {
    "launch": launch,
    "list": list_jobs,
    "show": show,
    "follow": follow,
    "cancel": cancel,
    "relaunch": relaunch,
}

job = typer.Typer(no_args_is_help=True)
for name, function in COMMANDS.items():
    job.command(name)(function)


@job.callback()
def about() -> None:
    """Launch playbooks on the service, and see what became of them.

    Without a service, `kombify up`, `jobs`, `logs` and `cancel` do the same for the stack in this folder.
    """
