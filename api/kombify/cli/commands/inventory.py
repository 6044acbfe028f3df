"""`kombify inventory`: the Ansible inventory, without Ansible."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kombify.cli import completion
from kombify.cli.options import HERE, Format, Overlays, Sets, SpecPath
from kombify.cli.output import Output


class InventoryFormat(StrEnum):
    """The forms of an inventory."""

    YAML = "yaml"
    JSON = "json"


def inventory(
    context: typer.Context,
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    host: Annotated[
        str | None,
        typer.Option(metavar="NODE", help="Only the variables of this node.", autocompletion=completion.nodes),
    ] = None,
    form: Annotated[
        InventoryFormat, typer.Option("--format", help="A static inventory, or what an inventory script prints.")
    ] = InventoryFormat.YAML,
) -> None:
    """Print the inventory that Ansible gets from the spec."""
    from kombify.cli import stack
    from kombify.cli.views import inventory as view

    output: Output = context.obj
    report = Format.JSON if form is InventoryFormat.JSON else Format.TEXT
    unified = stack.planned(output, path, overlay, sets, form=report).unified
    if host is not None:
        stack.require("node", host, unified.nodes)
    output.document(view.printed(unified, host, form.value))
