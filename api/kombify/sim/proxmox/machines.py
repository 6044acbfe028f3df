# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What becomes of a VM's configuration: the machine of the lab that it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_interface, ip_network
from typing import Any, Protocol
from urllib.parse import unquote

from kombify.sim.errors import SimError
from kombify.sim.machine import Machine, State

MIB = 2**20
IMAGE_USER = "debian"
"""Who logs in where the configuration names nobody, as in Debian's cloud image."""


class Machines(Protocol):
    """What is needed of a lab."""

    def machines(self) -> Mapping[str, Machine]:
        """Return its machines by name."""

    def add(self, machine: Machine) -> None:
        """Make a machine and boot it."""

    def change(self, machine: Machine) -> None:
        """Make a stopped machine another one with the same disk."""

    def start(self, name: str) -> None:
        """Boot a stopped machine."""

    def stop(self, name: str, *, force: bool = False) -> None:
        """Shut a machine down in order, or pull the plug."""

    def rm(self, name: str) -> None:
        """Remove a machine with its disk."""

    def state(self, name: str) -> State:
        """Tell whether a machine runs."""


def machine_of(config: Mapping[str, Any], name: str, address: str) -> Machine:
    """Return the machine that a VM of this configuration boots as: the part of cloud-init."""
    keys = unquote(str(config.get("sshkeys") or "")).splitlines()
    return Machine(
        name=name,
        address=address,
        memory=memory_mib(config) * MIB,
        user=str(config.get("ciuser") or IMAGE_USER),
        keys=tuple(key.strip() for key in keys if key.strip()),
    )


def memory_mib(config: Mapping[str, Any]) -> int:
    """Return a VM's memory in MiB; Proxmox writes it as a number or as ``current=NUMBER``."""
    return int(str(config.get("memory", 512)).split("=")[-1])


def address_of(config: Mapping[str, Any], leases: Mapping[str, str | None], taken: Iterable[str]) -> str:
    """Return the address that the first network card gets, from cloud-init or from its bridge's DHCP."""
    fixed = re.search(r"\bip=(\d[^,]*)", str(config.get("ipconfig0", "")))
    if fixed:
        return fixed[1]
    bridge = re.search(r"\bbridge=([^,]+)", str(config.get("net0", "")))
    network = leases.get(bridge[1]) if bridge else None
    if network is None:
        raise SimError("the VM has no address: give it one with ipconfig0, nothing hands out addresses on its bridge")
    return _lease(network, taken)


def _lease(network: str, taken: Iterable[str]) -> str:
    """Return the highest free address of a network: the low ones are given by hand."""
    used = {ip_interface(address).ip for address in taken}
    pool = ip_network(network)
    for number in range(int(pool.broadcast_address) - 1, int(pool.network_address) + 1, -1):
        candidate = ip_interface(f"{pool.network_address + (number - int(pool.network_address))}/{pool.prefixlen}")
        if candidate.ip not in used:
            return str(candidate)
    raise SimError(f"every address of {network} is taken")


def label(name: str) -> str:
    """Return a name as a host may have it."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[:40] or "vm"
