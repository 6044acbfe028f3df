"""`kombify schedule`: what the service launches by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from kombify.cli.commands.schedule.add import add
from kombify.cli.commands.schedule.change import disable, enable, remove
from kombify.cli.commands.schedule.show import list_schedules, run

COMMANDS: Mapping[str, Callable[..., None]] = {
    "list": list_schedules,
    "add": add,
    "remove": remove,
    "enable": enable,
    "disable": disable,
    "run": run,
}

schedule = typer.Typer(no_args_is_help=True)
for name, function in COMMANDS.items():
    schedule.command(name)(function)


@schedule.callback()
def about() -> None:
    """Let the service look for drift, deploy, or run a playbook again and again."""
