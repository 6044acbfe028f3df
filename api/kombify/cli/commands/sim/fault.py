"""`kombify sim fault`: make the simulated Proxmox of a lab fail, to see what becomes of a run."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kombify.cli.commands.sim.options import LabName
from kombify.cli.options import Format, OutputFormat
from kombify.cli.output import Output


class Switch(StrEnum):
    """Whether the fault shall be there."""

    ON = "on"
    OFF = "off"


def _faults(incomplete: str) -> list[str]:
    from kombify.sim.faults import FAULTS

    return [name for name in FAULTS if name.startswith(incomplete)]


def fault(
    context: typer.Context,
    lab: LabName,
    name: Annotated[
        str | None, typer.Argument(metavar="[FAULT]", help="Without one they are listed.", autocompletion=_faults)
    ] = None,
    switch: Annotated[Switch, typer.Argument(metavar="[on|off]")] = Switch.ON,
    vm: Annotated[str | None, typer.Option("--vm", metavar="N", help="Only this VM: its number or its name.")] = None,
    node: Annotated[str | None, typer.Option("--node", metavar="N", help="Only the VMs of this Proxmox node.")] = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Switch a fault of the simulated Proxmox on or off, or list them. It counts from the next request on."""
    from kombify.cli.views.sim import fault as view
    from kombify.sim.hypervisors import set_fault, switched_on
    from kombify.sim.lab import open_lab

    output: Output = context.obj
    opened = open_lab(lab)
    if name is not None:
        set_fault(opened, name, switch is Switch.ON, vm=vm, node=node)
    on = switched_on(opened)
    output.answer(form, view.data(on), view.text(on))
