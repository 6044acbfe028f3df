"""The application: its commands and the options that all of them share."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.commands import COMMANDS, SERVICE
from kombify.cli.commands.job import job
from kombify.cli.commands.schedule import schedule
from kombify.cli.commands.sim import simulation
from kombify.cli.commands.token import token
from kombify.cli.commands.worker import worker
from kombify.cli.commands.workflow import workflow
from kombify.cli.output import Output

EPILOG = "Exit codes: 0 fine, 1 failed, 2 the spec or the configuration is invalid, 3 refused, 4 differences found."

GROUPS = {"job": job, "workflow": workflow, "schedule": schedule, "token": token, "worker": worker}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
for panel, functions in COMMANDS.items():
    for name, function in functions.items():
        app.command(name, rich_help_panel=panel)(function)
for name, group in GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel=SERVICE)
app.add_typer(simulation, name="sim", rich_help_panel="Try out")


def _version(wanted: bool) -> None:
    if wanted:
        import kombify

        typer.echo(f"kombify {kombify.__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    color: Annotated[
        bool | None, typer.Option("--color/--no-color", help="Colours, instead of only on a terminal.")
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Turn one file, kombination.yaml, into a checked plan and an Ansible inventory."""
    context.obj = Output(color)
