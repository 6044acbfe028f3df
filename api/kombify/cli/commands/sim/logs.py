"""`kombify sim logs`: what a node, or a service of the lab, has to say."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands.sim.options import LabName
from kombify.cli.output import Output


def logs(
    context: typer.Context,
    lab: LabName,
    node: Annotated[str | None, typer.Argument(metavar="[NODE]", help="The node; none: the package proxy.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines of each, the last ones.")] = 100,
) -> None:
    """Show the journal of a node, which may be off, and what its supervisor says about its boots."""
    from kombify.sim.lab import open_lab
    from kombify.sim.logs import lab_log, node_log

    output: Output = context.obj
    opened = open_lab(lab)
    output.document(lab_log(opened, lines) if node is None else node_log(opened, node, lines))
