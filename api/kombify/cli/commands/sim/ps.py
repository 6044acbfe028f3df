"""`kombify sim ps`: what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.options import Format, OutputFormat
from kombify.cli.output import Output


def ps(
    context: typer.Context,
    lab: Annotated[str | None, typer.Argument(metavar="[LAB]", help="Only this lab.")] = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """List the labs and their nodes."""
    from kombify.cli.views.sim import labs as view
    from kombify.sim.lab import list_labs, open_lab

    output: Output = context.obj
    found = list_labs() if lab is None else [open_lab(lab)]
    output.answer(form, view.data(found), view.text(found))
