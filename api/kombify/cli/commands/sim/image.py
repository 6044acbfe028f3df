"""`kombify sim image`: what all nodes begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.output import Output


def image(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it again, with the packages of today.")] = False,
) -> None:
    """Build the image of the nodes, if it is not there, and say where it is."""
    from kombify.sim import image as images

    output: Output = context.obj
    if rebuild:
        images.remove()
    output.show(str(build(output)))


def build(output: Output) -> Path:
    """Return the image; while it is being built, show how far it is."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from kombify.sim import image as images

    columns = (TextColumn("Building the image"), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=output.stderr, transient=True, disable=not output.stderr.is_terminal) as bar:
        task = bar.add_task("", total=1.0, visible=False, start=False)

        def tell(step: str, share: float) -> None:
            bar.start_task(task) if not bar.tasks[task].started else None
            bar.update(task, description=step, completed=share, visible=True)

        return images.ensure(tell)
