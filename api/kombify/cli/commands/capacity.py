"""`kombify capacity`: what is used and what still fits."""

from __future__ import annotations

import typer

from kombify.cli.options import HERE, Format, OutputFormat, Overlays, Sets, SpecPath
from kombify.cli.output import Output


def capacity(
    context: typer.Context,
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show how full the stack, its sites, clusters and nodes are, and the largest item that still fits."""
    from kombify.cli import stack
    from kombify.cli.views import capacity as view

    output: Output = context.obj
    report = view.report(stack.planned(output, path, overlay, sets, form=form).plan)
    output.answer(form, view.data(report), view.text(report))
