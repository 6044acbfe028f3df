"""`kombify restore`: a service out of its backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.options import DataDir, PassphraseFile
from kombify.cli.output import Output


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of `kombify backup`.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a database that holds something; it is kept aside.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    data_dir: DataDir = None,
) -> None:
    """Restore the service from a backup, while it is stopped: into SQLite, or into PostgreSQL if that is configured.

    Jobs that had not ended at the time of the backup are lost: none runs again by surprise.
    """
    from kombify.cli import maintenance
    from kombify.cli.ending import Stop
    from kombify.engine.restoring import restore_service

    output: Output = context.obj
    if not file.exists():
        raise Stop(f"there is no {file}", "give a file of: kombify backup")
    words = maintenance.passphrase(passphrase_file)
    known = maintenance.settings(data_dir)
    data = known.data_dir.absolute()
    with maintenance.database_of(known, there=False) as database, output.busy("Restoring"):
        done = restore_service(database, file, data=data, worker=known.worker, passphrase=words, force=force)
    output.show(f"Restored {done.rows['jobs']} jobs, {done.rows['events']} events, {done.logs} logs from {file}.")
    if done.aside:
        output.show(f"The database that was there is kept: {done.aside}")
    output.show("Start the service: kombify serve")
