"""`kombify sim`: simulated machines in named labs. Its commands, a file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from kombify.cli.commands.sim.add import add
from kombify.cli.commands.sim.doctor import doctor
from kombify.cli.commands.sim.down import down
from kombify.cli.commands.sim.fault import fault
from kombify.cli.commands.sim.image import image
from kombify.cli.commands.sim.logs import logs
from kombify.cli.commands.sim.power import reboot, rm, start, stop
from kombify.cli.commands.sim.ps import ps
from kombify.cli.commands.sim.ssh import ssh
from kombify.cli.commands.sim.up import up

COMMANDS: Mapping[str, Callable[..., None]] = {
    function.__name__: function
    for function in (up, down, ps, add, start, stop, reboot, rm, ssh, logs, image, doctor, fault)
}

simulation = typer.Typer(no_args_is_help=True)
for name, function in COMMANDS.items():
    simulation.command(name)(function)


@simulation.callback()
def sim() -> None:
    """Simulate machines: real Linux with systemd and SSH, in labs that leave nothing behind."""
