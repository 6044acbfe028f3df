"""`kombify sim start|stop|reboot|rm`: what can be done to nodes that are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from kombify.cli.commands.sim.options import LabName, NodeName, NodeNames
from kombify.cli.output import Output


def start(context: typer.Context, lab: LabName, nodes: NodeNames = None) -> None:
    """Boot nodes that are off, and wait until SSH answers."""
    from kombify.sim.lab import open_lab

    opened = open_lab(lab)
    _each(context.obj, nodes or [*opened.machines()], opened.start, "Booting")
    _each(context.obj, nodes or [*opened.machines()], opened.wait, "Waiting for")


def stop(
    context: typer.Context,
    lab: LabName,
    nodes: NodeNames = None,
    force: Annotated[bool, typer.Option("--force", help="Pull the plug.")] = False,
) -> None:
    """Shut nodes down in order. Their disks stay."""
    from kombify.sim.lab import open_lab

    opened = open_lab(lab)
    _each(context.obj, nodes or [*opened.machines()], lambda name: opened.stop(name, force=force), "Stopping")


def reboot(context: typer.Context, lab: LabName, node: NodeName) -> None:
    """Restart a node in order, and wait until SSH answers."""
    from kombify.sim.lab import open_lab

    opened = open_lab(lab)
    _each(context.obj, [node], opened.reboot, "Rebooting")
    _each(context.obj, [node], opened.wait, "Waiting for")


def rm(context: typer.Context, lab: LabName, node: NodeName) -> None:
    """Remove a node with its disk."""
    from kombify.sim.lab import open_lab

    _each(context.obj, [node], open_lab(lab).rm, "Removing")


def _each(output: Output, nodes: list[str], do: Callable[[str], object], what: str) -> None:
    for node in nodes:
        with output.busy(f"{what} {node}"):
            do(node)
