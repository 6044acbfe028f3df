"""Logging in to a machine of a lab, as Ansible does it."""

from __future__ import annotations

import shlex

from kombify.sim.errors import SimError
from kombify.sim.lab import Lab
from kombify.sim.order import ip_of


def ssh_command(lab: Lab, name: str, user: str | None = None) -> list[str]:
    """Return the command that logs in; what shall run there may follow it."""
    machine = lab.machine(name)
    variables = lab.driver.connection_vars(name)
    if not variables:
        raise SimError(f"nobody can log in to {name}: lab {lab.name} has the driver {lab.driver.name}")
    host = variables.get("ansible_host", ip_of(machine))
    options = shlex.split(variables.get("ansible_ssh_common_args", ""))
    key = variables.get("ansible_ssh_private_key_file")
    identity = ["-i", key, "-o", "IdentitiesOnly=yes"] if key else []
    return ["ssh", *options, *identity, f"{user or machine.user}@{host}"]
