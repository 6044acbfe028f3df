"""`kombify export`: everything that a plan is handed over as."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.options import HERE, Overlays, Sets, SpecPath
from kombify.cli.output import Output


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to; it is made.")],
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are not ours, or were changed.")] = False,
) -> None:
    """Write the plan as files: a static inventory, the stages, documentation, and a manifest with their hashes."""
    from ansible_collections.kombify.stack.plugins.module_utils.render.artefacts import artefacts
    from kombify.cli import artefact_folder, stack

    output: Output = context.obj
    planned = stack.planned(output, path, overlay, sets)
    with output.busy("Writing"):
        files = artefacts(planned.plan.requirements, planned.unified)
        artefact_folder.replace(folder, files, planned.unified, force=force)
    output.show(f"Wrote {len(files) + 1} files to {folder}")
