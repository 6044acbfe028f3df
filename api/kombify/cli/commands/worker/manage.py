"""`kombify worker list`, `drain`, `undrain`, `forget`."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.options import DataDir, Format, OutputFormat
from kombify.cli.output import Output

OwnName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="The worker.", show_default="the one of this machine")
]


def list_workers(context: typer.Context, data_dir: DataDir = None, form: OutputFormat = Format.TEXT) -> None:
    """List the workers, what they do, and whether they have the same files."""
    from kombify.cli import maintenance
    from kombify.cli.views.service import workers as view
    from kombify.engine.workers import list_all

    output: Output = context.obj
    with maintenance.database_of(maintenance.settings(data_dir)) as database:
        known = list_all(database)
    output.answer(form, view.data(known), view.text(known))


def drain(
    context: typer.Context,
    name: OwnName = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until its jobs have ended.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Let a worker finish what it has begun and begin nothing new, until `undrain`. None of its jobs is lost."""
    from kombify.cli import maintenance, working
    from kombify.engine.workers import DRAINING, Roll

    output: Output = context.obj
    known = maintenance.settings(data_dir)
    worker = name or known.worker
    with maintenance.database_of(known) as database:
        Roll(database, worker).want(worker, DRAINING)
        state = working.wait_for_drain(database, worker) if wait else "draining"
    output.show(f"worker {worker}: {state}")


def undrain(context: typer.Context, name: OwnName = None, data_dir: DataDir = None) -> None:
    """Let a worker take jobs again. One whose process has ended has to be started as well."""
    from kombify.cli import maintenance
    from kombify.engine.workers import Roll

    output: Output = context.obj
    known = maintenance.settings(data_dir)
    worker = name or known.worker
    with maintenance.database_of(known) as database:
        Roll(database, worker).want(worker, "")
    output.show(f"worker {worker}: may take jobs again")


def forget(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The worker.")],
    data_dir: DataDir = None,
) -> None:
    """Remove a worker that will not come back from the list. One that is at work is left alone."""
    from kombify.cli import maintenance
    from kombify.engine.workers import Roll

    output: Output = context.obj
    with maintenance.database_of(maintenance.settings(data_dir)) as database:
        Roll(database, name).forget(name)
    output.show(f"worker {name}: forgotten")
