"""`kombify plan`: what would be, and what would change."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.ending import Ended, Stop
from kombify.cli.options import HERE, Format, Lab, Limit, OutputFormat, Overlays, Sets, SpecPath, Verbose
from kombify.cli.output import Output


def plan(
    context: typer.Context,
    path: SpecPath = HERE,
    overlay: Overlays = None,
    sets: Sets = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write kombination.lock and .kombify/, so that nothing wanders later.")
    ] = False,
    machines: Annotated[
        bool, typer.Option("--machines", help="Look at the machines too: what would `kombify up` change on them?")
    ] = False,
    limit: Limit = "",
    lab: Lab = None,
    verbose: Verbose = 0,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Show what would change against kombination.lock, and why; the spec itself is never written.

    With --machines it also runs all stages in check mode: nothing is changed, differences of files are shown.
    """
    from kombify.cli import asking, running, stack
    from kombify.cli.views import plan as view

    output: Output = context.obj
    if machines and (overlay or sets):
        raise Stop("--machines looks at the spec as it is in its file", "leave --overlay and --set out")
    planned = stack.planned(output, path, overlay, sets, form=form)
    if save:
        stack.save(planned)
    if form is Format.JSON:
        data = view.data(planned, saved=save)
        output.line({"event": "plan", **data}) if machines else output.json(data)
    else:
        output.show(*view.text(planned, saved=save))
        view.show_problems(output, planned)
    if machines:
        request = asking.request(
            planned, asking.SITE, title="check", limit=limit, lab=lab, check=True, diff=True, verbose=verbose
        )
        raise Ended(running.run(output, planned.project.folder, request, verbose=verbose, form=form))
