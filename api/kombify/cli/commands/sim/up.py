"""`kombify sim up`: a lab, and what a spec describes in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kombify.cli.commands.sim.options import FIRST_LAB, Driver
from kombify.cli.options import Format, OutputFormat
from kombify.cli.output import Output


def up(
    context: typer.Context,
    lab: Annotated[
        str,
        typer.Argument(
            metavar="[LAB]", help="How the lab is called.", show_default=f"the stack's name, or {FIRST_LAB}"
        ),
    ] = "",
    spec: Annotated[
        Path | None,
        typer.Option("--spec", metavar="PATH", help="Make what this spec describes: its machines, and its Proxmox."),
    ] = None,
    driver: Driver = "auto",
    form: OutputFormat = Format.TEXT,
) -> None:
    """Make a lab, or mend what is broken of it. With a spec: make what is missing, and remove what left the spec."""
    from kombify.cli import stack
    from kombify.cli.commands.sim.image import build
    from kombify.cli.views.sim import up as view
    from kombify.sim import doctor
    from kombify.sim.bring_up import Changes, bring_up
    from kombify.sim.drivers import AUTO, BEST, choose_driver
    from kombify.sim.host import ThisHost
    from kombify.sim.lab import create_lab, labs_folder
    from kombify.sim.world import describe_world

    output: Output = context.obj
    plan = stack.planned(output, spec, form=form).unified if spec is not None else None
    made = create_lab(lab or (plan.stack if plan else FIRST_LAB), driver)
    host = ThisHost(labs_folder())
    if made.driver.name == BEST:
        doctor.require(host, len(plan.nodes) if plan else 1)
    elif driver == AUTO:
        output.tell(*(f"Not {reason}" for reason in choose_driver(AUTO, host).reasons))
    if made.driver.name != "api-only":
        build(output)
    with output.busy("Making the lab"):
        made.up()
    changes = bring_up(made, describe_world(plan), output.tell) if plan else Changes()
    output.answer(form, view.data(made, changes), view.text(made, changes))
