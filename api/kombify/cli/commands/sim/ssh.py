"""`kombify sim ssh`: on a node."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands.sim.options import LabName, NodeName


def ssh(
    lab: LabName,
    node: NodeName,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND]...", help="What to run there.", show_default="a shell"),
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", "-l", metavar="USER", help="Who logs in.", show_default="as ordered")
    ] = None,
) -> None:
    """Log in to a node, or run a command there; everything after -- is the command."""
    import os

    from kombify.cli.ending import Stop
    from kombify.sim.lab import open_lab
    from kombify.sim.login import ssh_command

    words = [*ssh_command(open_lab(lab), node, user), *(command or ())]
    try:
        os.execvp(words[0], words)  # noqa: S606 - ssh takes our place, its exit code is ours
    except FileNotFoundError:
        raise Stop("ssh is not installed", "apt-get install openssh-client") from None
