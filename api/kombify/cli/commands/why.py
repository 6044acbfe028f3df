"""`kombify why`: where a value comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.options import HERE, Format, OutputFormat, Overlays, Sets, SpecPath
from kombify.cli.output import Output


def why(
    context: typer.Context,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="A path into the spec, such as nodes.nas.memory.")],
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show which layers say something about a value, and where: defaults, templates, the entry, overrides, overlays."""
    from kombify.cli import stack
    from kombify.cli.views import why as view

    output: Output = context.obj
    project = stack.open_stack(output, path, overlay, sets)
    chain = view.chain(project.spec, value)
    output.answer(form, view.data(value, chain), view.text(value, chain))
