"""`kombify sim down`: no lab any more."""

from __future__ import annotations

import typer

from kombify.cli.commands.sim.options import LabName
from kombify.cli.output import Output


def down(context: typer.Context, lab: LabName) -> None:
    """Remove a lab with all its nodes and their disks, also one that was left half made."""
    from kombify.sim.lab import open_lab

    output: Output = context.obj
    with output.busy("Removing the lab"):
        open_lab(lab).down()
    output.show(f"Lab {lab} is gone.")
