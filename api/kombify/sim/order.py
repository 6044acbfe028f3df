"""Orders of machines: what can be ordered, and how an order is kept: machine.json in the machine's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole
from kombify.sim.errors import SimError
from kombify.sim.machine import Machine

FILE = "machine.json"
FIRST_NETWORK = IPv4Network("10.77.0.0/24")
"""Where machines are when nobody says it."""
_FIRST_HOST = 11
LEAST_MEMORY = 64 * 2**20
"""Less, in bytes, and systemd and sshd have no room."""
_NODE_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_USER_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def write_order(folder: Path, machine: Machine) -> None:
    """Keep an order, whole or not at all."""
    write_whole(folder / FILE, json.dumps(asdict(machine), indent=2) + "\n", mode=0o600)


def read_order(folder: Path) -> Machine:
    """Return a kept order. Raises FileNotFoundError when there is none."""
    data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Machine(**{**data, "keys": tuple(data["keys"])})


def read_orders(nodes: Path) -> dict[str, Machine]:
    """Return all kept orders below a folder, by name. What a killed run left half made is none."""
    found = {}
    for folder in sorted(path.parent for path in nodes.glob(f"*/{FILE}")):
        # One may be removed while we look.
        with suppress(FileNotFoundError):
            found[folder.name] = read_order(folder)
    return found


def order_kept(folder: Path) -> bool:
    """Tell whether there is an order in a folder."""
    return (folder / FILE).exists()


def ip_of(machine: Machine) -> str:
    """Return the address of a machine without the prefix of its network."""
    return machine.address.partition("/")[0]


def free_address(machines: Iterable[Machine]) -> str:
    """Return the first address that no machine has, for one whose address does not matter."""
    taken = {ip_of(machine) for machine in machines}
    free = (str(host) for host in list(FIRST_NETWORK.hosts())[_FIRST_HOST - 1 :] if str(host) not in taken)
    found = next(free, None)
    if found is None:
        raise SimError(f"no address of {FIRST_NETWORK} is free: say which one the machine shall have")
    return f"{found}/{FIRST_NETWORK.prefixlen}"


def check_order(machine: Machine) -> None:
    """Raise :class:`SimError` for an order that no driver can fulfil."""
    if not _NODE_NAME.fullmatch(machine.name):
        raise SimError(f"'{machine.name}' cannot name a node: at most 63 of a-z, 0-9 and -, and not - first or last")
    if not _USER_NAME.fullmatch(machine.user):
        raise SimError(f"'{machine.user}' cannot name a user: at most 32 of a-z, 0-9, _ and -, beginning with a letter")
    if any("\n" in key.strip() or not key.strip() for key in machine.keys):
        raise SimError(f"a key of {machine.name} is not one line: give the content of a .pub file")
    if machine.memory is not None and machine.memory < LEAST_MEMORY:
        raise SimError(f"{machine.name} needs more memory to boot: {LEAST_MEMORY >> 20} MiB at least")
    try:
        address = IPv4Interface(machine.address)
    except ValueError:
        raise SimError(f"'{machine.address}' is no IPv4 address with its prefix: 10.77.0.11/24 would be one") from None
    ip, network = address.ip, address.network
    edge = network.prefixlen < 31 and ip in {network.network_address, network.broadcast_address}
    if edge or ip.is_loopback or ip.is_multicast or ip.is_link_local or ip.is_unspecified or "/" not in machine.address:
        raise SimError(f"{machine.address} cannot be the address of a node: 10.77.0.11/24 could")
