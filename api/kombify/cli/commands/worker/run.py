"""`kombify worker`: run jobs, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.commands.serve import LogFormat
from kombify.cli.options import DataDir
from kombify.cli.output import Output


def run(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Its name, for ever.", show_default="the host's")
    ] = None,
    data_dir: DataDir = None,
    stacks: Annotated[
        Path | None,
        typer.Option("--stacks", metavar="DIR", help="A stack, or a folder of stacks.", show_default="this folder"),
    ] = None,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="Lines for people, or JSON: auto is JSON when piped.")
    ] = LogFormat.AUTO,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print a unit with which systemd runs it.")] = False,
) -> None:
    """Run jobs on this machine for a service on another one: both use one PostgreSQL database.

    It needs the folders of the stacks, with the same files as where jobs are ordered. SIGTERM and Ctrl-C stop it and
    no job: those go on, and the next start takes them up. `kombify worker drain` lets it finish them first.
    """
    if context.invoked_subcommand is not None:
        return
    from kombify.cli import maintenance, working

    output: Output = context.obj
    known = maintenance.settings(data_dir, worker=name, stacks_dir=stacks)
    if systemd:
        from kombify.cli.views.service import unit

        output.document(unit.text("worker", known))
        return
    working.work(output, known, log_format=log_format.value)
