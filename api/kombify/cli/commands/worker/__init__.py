"""`kombify worker`: run jobs on this machine for a service on another one, and manage those that do."""

from __future__ import annotations

import typer

from kombify.cli.commands.worker.manage import drain, forget, list_workers, undrain
from kombify.cli.commands.worker.run import run

worker = typer.Typer()
worker.callback(invoke_without_command=True)(run)
worker.command("list")(list_workers)
worker.command("drain")(drain)
worker.command("undrain")(undrain)
worker.command("forget")(forget)
