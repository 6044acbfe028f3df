"""`kombify docs`: the stack as a page."""

from __future__ import annotations

import typer

from kombify.cli.options import HERE, Overlays, Sets, SpecPath
from kombify.cli.output import Output


def docs(context: typer.Context, path: SpecPath = HERE, overlay: Overlays = None, sets: Sets = None) -> None:
    """Print a page about the stack in Markdown, with diagrams: what runs where, and how it is reached."""
    from ansible_collections.kombify.stack.plugins.module_utils.render.docs.page import markdown
    from kombify.cli import stack

    output: Output = context.obj
    output.document(markdown(stack.planned(output, path, overlay, sets).unified))
