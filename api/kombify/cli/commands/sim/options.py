"""Arguments and options that several commands of `kombify sim` share."""

from __future__ import annotations

from typing import Annotated

import typer


def _labs(incomplete: str) -> list[str]:
    """Return the labs whose name begins like this."""
    from kombify.sim.lab import list_labs

    return [lab.name for lab in list_labs() if lab.name.startswith(incomplete)]


def _nodes(context: typer.Context, incomplete: str) -> list[str]:
    """Return the nodes of the lab that was typed before."""
    from kombify.sim.lab import open_lab

    return [name for name in open_lab(context.params["lab"]).machines() if name.startswith(incomplete)]


LabName = Annotated[str, typer.Argument(metavar="LAB", help="The lab.", autocompletion=_labs)]
NodeName = Annotated[str, typer.Argument(metavar="NODE", help="The node.", autocompletion=_nodes)]
NodeNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NODE]...", help="The nodes.", show_default="all", autocompletion=_nodes),
]
Driver = Annotated[
    str, typer.Option(metavar="DRIVER", help="What makes the machines: auto, netns, podman or api-only.")
]
FIRST_LAB = "lab"
"""How a lab is called when nobody says it."""
