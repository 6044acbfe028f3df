"""The second inventory of a lab: read after the spec, it says how the simulated machines are reached."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole
from kombify.sim.hypervisors import Endpoint

FILE = "inventory.ini"
HEAD = "# Written by kombify sim: `ansible-playbook -i kombination.yaml -i THIS FILE` works on the lab.\n"
INTERPRETER = "/usr/bin/python3"

PLAIN = re.compile(r"[A-Za-z/][\w:/.@-]*")
"""Text that neither a shell nor Python takes for anything else."""

HostVars = Mapping[str, Mapping[str, object]]


def hypervisor_vars(endpoint: Endpoint, keys: list[str]) -> dict[str, object]:
    """Return what a hypervisor's host has to know instead of what the spec says."""
    return {
        "proxmox_api": endpoint.url,
        "proxmox_token": f"file:{endpoint.token_file}",
        "proxmox_ca": str(endpoint.ca_file),
        "proxmox_ssh_keys": keys,
    }


def write_inventory(folder: Path, reached: HostVars, instead: HostVars) -> Path:
    """Write the inventory of a lab, whole, and return its path."""
    path = folder / FILE
    write_whole(path, render_inventory(reached, instead), mode=0o600)
    return path


def render_inventory(reached: HostVars, instead: HostVars) -> str:
    """Return the inventory as INI: how hosts are reached, and what they have to know instead of what the spec says.

    What all have in common stands once; the rest stands at each host, where it wins over the spec.
    """
    common = _common(reached)
    own = {name: {key: value for key, value in given.items() if key not in common} for name, given in reached.items()}
    names = dict.fromkeys([*reached, *instead])
    hosts = "".join(_host(name, {**own.get(name, {}), **instead.get(name, {})}) for name in names)
    shared = "".join(f"{key}={value!r}\n" for key, value in common.items())
    return f"{HEAD}{hosts}\n[all:vars]\n{shared}"


def _common(hosts: HostVars) -> dict[str, object]:
    """Return the variables that every host has with the same value, and our interpreter: then nobody looks for it."""
    found: dict[str, object] = {"ansible_python_interpreter": INTERPRETER}
    first = next(iter(hosts.values()), {})
    same = {key: value for key, value in first.items() if all(one.get(key) == value for one in hosts.values())}
    # An address is that of one host, even where there is only one: the spec may name others.
    same.pop("ansible_host", None)
    return {**found, **same}


def _host(name: str, given: Mapping[str, object]) -> str:
    return " ".join([name, *(f"{key}={_word(value)}" for key, value in given.items())]) + "\n"


def _word(value: object) -> str:
    """Return a value for the line of a host: Ansible splits that as a shell does, and then reads it as Python."""
    plain = isinstance(value, str) and PLAIN.fullmatch(value) and value not in {"True", "False", "None"}
    return str(value) if plain else shlex.quote(repr(value))
