"""`kombify up`: from the file to running machines."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.ending import Ended
from kombify.cli.options import HERE, DestroyData, EventsFormat, Format, Lab, Limit, SpecPath, Verbose
from kombify.cli.output import Output


def up(
    context: typer.Context,
    path: SpecPath = HERE,
    stage: Annotated[
        list[str] | None, typer.Option("--stage", "-s", metavar="STAGE", help="Only this stage; may be repeated.")
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tags", "-t", metavar="TAG", help="Only tasks with this tag; may be repeated.")
    ] = None,
    limit: Limit = "",
    check: Annotated[bool, typer.Option("--check", help="Only look what would be changed.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes in files.")] = False,
    lab: Lab = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Retire virtual machines that the spec no longer has; their disks are kept.")
    ] = False,
    destroy_data: DestroyData = False,
    verbose: Verbose = 0,
    form: EventsFormat = Format.TEXT,
) -> None:
    """Make the machines what the spec says, stage by stage. What is right already is left alone.

    The run goes on when this command is killed; started again, it follows it to its end. Ctrl-C cancels it in order.
    """
    from kombify.cli import asking, running, stack

    output: Output = context.obj
    planned = stack.planned(output, path, form=form)
    request = asking.request(
        planned,
        asking.SITE,
        title="up" if not check else "check",
        stages=stage or (),
        tags=tags or (),
        limit=limit,
        lab=lab,
        check=check,
        diff=diff,
        verbose=verbose,
        variables={"proxmox_prune": prune or destroy_data, "proxmox_destroy_data": destroy_data},
    )
    if not check:
        stack.save(planned)
    raise Ended(running.run(output, planned.project.folder, request, verbose=verbose, form=form))
