"""`kombify backup`: the whole service in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.options import DataDir, Format, OutputFormat, PassphraseFile
from kombify.cli.output import Output


def backup(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The file to make.", show_default="kombify-backup-TIME.tar.gz here"),
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Read FILE to its end instead: is it whole?")] = False,
    passphrase_file: PassphraseFile = None,
    data_dir: DataDir = None,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Back up the service, while it runs: jobs, events, tokens, schedules, settings, and the logs that are there.

    What it holds of secrets are references and digests. The file can be restored into SQLite and PostgreSQL.
    """
    from kombify.cli import maintenance
    from kombify.cli.ending import Refused, Stop
    from kombify.cli.views.service import backup as view
    from kombify.store.backup import backup as make
    from kombify.store.backup import verify as read
    from kombify.store.columns import now
    from kombify.store.errors import StoreError

    output: Output = context.obj
    words = maintenance.passphrase(passphrase_file)
    if verify:
        if file is None:
            raise Stop("which backup?", "kombify backup --verify FILE")
        try:
            contents = read(file, passphrase=words)
        except StoreError as error:
            raise Refused(str(error), error.hint) from None
        view.show(output, "is whole", file, contents, form)
        return
    path = file or maintenance.default_file(now(), sealed=words is not None)
    with maintenance.database_of(maintenance.settings(data_dir)) as database, output.busy("Backing up"):
        contents = make(database, path, passphrase=words)
    view.show(output, "written", path, contents, form)
