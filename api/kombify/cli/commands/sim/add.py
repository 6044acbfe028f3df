"""`kombify sim add`: a node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.commands.sim.options import LabName
from kombify.cli.output import Output


def add(
    context: typer.Context,
    lab: LabName,
    node: Annotated[str, typer.Argument(metavar="NODE", help="The node's name, which is its host name too.")],
    address: Annotated[
        str | None,
        typer.Argument(metavar="[ADDRESS]", help="Such as 10.77.0.11/24.", show_default="the next of 10.77.0.0/24"),
    ] = None,
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help="The most memory it gets, such as 512MiB.")] = None,
    user: Annotated[str, typer.Option(metavar="USER", help="Who logs in; others than root may use sudo.")] = "root",
    key: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A public key that may log in besides the lab's own; may be repeated."),
    ] = None,
) -> None:
    """Add a node to a lab and wait until SSH answers."""
    from ansible_collections.kombify.stack.plugins.module_utils.spec.units import parse_size
    from kombify.sim.lab import open_lab
    from kombify.sim.machine import Machine
    from kombify.sim.order import free_address

    output: Output = context.obj
    opened = open_lab(lab)
    machine = Machine(
        name=node,
        address=address or free_address(opened.machines().values()),
        memory=None if memory is None else parse_size(memory),
        user=user,
        keys=tuple(path.read_text(encoding="utf-8").strip() for path in key or ()),
    )
    with output.busy(f"Booting {node}"):
        opened.add(machine)
        opened.wait(node)
    output.show(f"{node} runs at {machine.address}. Log in: kombify sim ssh {lab} {node}")
