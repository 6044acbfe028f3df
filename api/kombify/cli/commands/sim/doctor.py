"""`kombify sim doctor`: what this machine can simulate."""

from __future__ import annotations

from typing import Annotated

import typer

from kombify.cli.ending import Code, Ended, Stop
from kombify.cli.options import Format, OutputFormat
from kombify.cli.output import Output


def doctor(
    context: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Run the commands that mend what is missing.")] = False,
    nodes: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="How many nodes there shall be room for.")] = 20,
    form: OutputFormat = Format.TEXT,
) -> None:
    """Say what this machine can simulate, what is missing, and how to mend it. Without --fix nothing is changed."""
    from kombify.cli.views.sim import doctor as view
    from kombify.sim import doctor as checks
    from kombify.sim.drivers import choose_driver
    from kombify.sim.folders import labs_folder
    from kombify.sim.host import ThisHost

    output: Output = context.obj
    host = ThisHost(labs_folder())
    found = checks.examine(host, nodes)
    orders = checks.commands(found) if fix else []
    if orders:
        if not host.root:
            raise Stop("only root can mend what is missing", "run it as: sudo kombify sim doctor --fix")
        checks.fix(orders, output.tell)
        found = checks.examine(host, nodes)
    choice = choose_driver("auto", host)
    output.answer(form, view.data(found, choice), view.text(found, choice))
    if checks.missing(found):
        raise Ended(Code.FAILED)
