"""`kombify graph`: what comes after what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kombify.cli.options import HERE, Format, Overlays, Sets, SpecPath
from kombify.cli.output import Output


class GraphFormat(StrEnum):
    """The forms of a graph."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"
    JSON = "json"


def graph(
    context: typer.Context,
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    form: Annotated[
        GraphFormat, typer.Option("--format", help="For people, Markdown, pictures, or programs.")
    ] = GraphFormat.TEXT,
) -> None:
    """Show the services in waves, and what each needs."""
    from kombify.cli import stack
    from kombify.cli.views import graph as view

    output: Output = context.obj
    report = Format.JSON if form is GraphFormat.JSON else Format.TEXT
    planned = stack.planned(output, path, overlay, sets, form=report)
    output.document(view.drawn(planned.unified, form.value))
