"""Arguments that several commands of `kombify workflow` share."""

from __future__ import annotations

from typing import Annotated

import typer

WorkflowNumber = Annotated[int, typer.Argument(metavar="WORKFLOW", min=1, help="The workflow's number.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Retire virtual machines that the spec no longer has; their disks are kept.")
]
