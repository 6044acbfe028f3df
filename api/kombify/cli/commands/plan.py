"""`kombify plan`: what would be, and what would change."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.options import HERE, Format, OutputFormat, Overlays, Sets, SpecPath
from kombify.cli.output import Output


def plan(
    context: typer.Context,
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write kombination.lock and .kombify/, so that nothing wanders later.")
    ] = False,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show what would change against kombination.lock, and why; the spec itself is never written."""
    from kombify.cli import stack
    from kombify.cli.views import plan as view

    output: Output = context.obj
    planned = stack.planned(output, path, overlay, sets, form=form)
    if save:
        stack.save(planned)
    if form is Format.JSON:
        output.json(view.data(planned, saved=save))
    else:
        output.show(*view.text(planned, saved=save))
        view.show_problems(output, planned)
