"""`kombify destroy`: take a stack away."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kombify.cli.ending import Code, Ended, Refused
from kombify.cli.options import HERE, DestroyData, EventsFormat, Format, Lab, SpecPath, Verbose
from kombify.cli.output import Output


def destroy(
    context: typer.Context,
    path: SpecPath = HERE,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look what would be changed.")] = False,
    lab: Lab = None,
    destroy_data: DestroyData = False,
    verbose: Verbose = 0,
    form: EventsFormat = Format.TEXT,
) -> None:
    """Take the stack away: machines that stay get their settings back, virtual machines are retired.

    The disks of virtual machines are kept, unless you say --destroy-data.
    """
    from kombify.cli import asking, running, stack
    from kombify.runner.job import forget_facts, jobs_folder

    output: Output = context.obj
    planned = stack.planned(output, path, form=form)
    name = planned.unified.stack
    request = asking.request(
        planned,
        asking.DESTROY,
        title="destroy",
        lab=lab,
        check=check,
        verbose=verbose,
        variables={"kombify_destroy": name, "proxmox_destroy_data": destroy_data},
    )
    if not (yes or check):
        _ask(name, destroy_data)
    folder = planned.project.folder
    code = running.run(output, folder, request, verbose=verbose, form=form)
    if code is Code.FINE and not check:
        forget_facts(jobs_folder(folder))
    raise Ended(code)


def _ask(name: str, destroy_data: bool) -> None:
    """Let the user type the name of the stack."""
    if not sys.stdin.isatty():
        raise Refused(f"this would take the stack {name} away", "say --yes to do it")
    disks = "DELETED with their disks" if destroy_data else "retired, their disks are kept"
    typer.echo(f"This takes the stack {name} away. Its virtual machines are {disks}.")
    if typer.prompt("Type the name of the stack to go on", default="", show_default=False) != name:
        raise Refused("that is not the name of the stack", "nothing was done")
