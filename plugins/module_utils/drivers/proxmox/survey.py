# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is: the nodes, storages and guests of a Proxmox, as far as the token may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Api
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.values import owner, words

TAG = "kombify"
"""The tag that every VM of ours gets before it is started for the first time."""


@dataclass(frozen=True)
class Guest:
    """A virtual machine, template or container. Only those that may concern us come with their configuration."""

    vmid: int
    name: str
    node: str
    kind: str = "qemu"
    status: str = "stopped"
    template: bool = False
    lock: str = ""
    tags: frozenset[str] = frozenset()
    memory_in_use: int = 0
    disk_size: int = 0
    config: Mapping[str, Any] = field(default_factory=dict)
    """As it will be after the next start."""
    pending: tuple[str, ...] = ()
    """What of it waits for that start."""

    @property
    def owner(self) -> tuple[str, str] | None:
        """Stack and node of a VM that is ours."""
        return owner(self.config.get("description"))

    @property
    def running(self) -> bool:
        """Whether it has power."""
        return self.status == "running"

    def __str__(self) -> str:
        kind = "template" if self.template else "VM" if self.kind == "qemu" else "container"
        return f"{kind} {self.name} ({self.vmid}) on {self.node}"


@dataclass(frozen=True)
class Storage:
    """A storage as one node sees it; sizes in bytes."""

    name: str
    node: str
    content: frozenset[str]
    total: int = 0
    used: int = 0
    shared: bool = False


@dataclass(frozen=True)
class Survey:
    """What was found, seen from one node: the hypervisor that we work on."""

    node: str
    nodes: Mapping[str, bool]
    cluster: str
    """The name of the cluster; nothing when the node stands alone."""
    quorate: bool
    guests: tuple[Guest, ...]
    storages: tuple[Storage, ...]

    def holder(self, vmid: int) -> Guest | None:
        """Return whoever has a VMID, anywhere in the cluster."""
        return next((guest for guest in self.guests if guest.vmid == vmid), None)

    def owned(self, stack: str) -> dict[int, Guest]:
        """Return the VMs of a stack by VMID, anywhere in the cluster."""
        return {guest.vmid: guest for guest in self.guests if (guest.owner or ("",))[0] == stack}

    def storage(self, name: str) -> Storage | None:
        """Return a storage of the hypervisor."""
        return next((one for one in self.storages if one.name == name and one.node == self.node), None)

    @property
    def shared_storages(self) -> frozenset[str]:
        """The names of the storages that all nodes share."""
        return frozenset(one.name for one in self.storages if one.shared)

    def free_vmid(self, first: int = 100) -> int:
        """Return the lowest VMID from a number on that nobody visible has."""
        taken = {guest.vmid for guest in self.guests}
        return next(number for number in range(first, 10**9) if number not in taken)


def survey(api: Api, node: str, vmids: Collection[int] = ()) -> Survey:
    """Look at the whole Proxmox; refuse a node that it does not have.

    The configuration is read of templates, of VMs with these VMIDs, and of whatever may be ours: those that carry our
    tag, and those that do not run, because a VM of ours is tagged before it runs.
    """
    found = api.call("get", "cluster/resources")
    status = api.call("get", "cluster/status")
    nodes = {one["node"]: one.get("status") == "online" for one in found if one["type"] == "node"}
    _refuse_node(node, nodes)
    guests = [_guest(one) for one in found if one["type"] in ("qemu", "lxc")]
    return Survey(
        node=node,
        nodes=nodes,
        cluster=next((str(one.get("name")) for one in status if one.get("type") == "cluster"), ""),
        quorate=all(one.get("quorate", 1) for one in status if one.get("type") == "cluster"),
        guests=tuple(_known_well(api, one) if _may_concern(one, nodes, vmids) else one for one in guests),
        storages=tuple(_storage(one) for one in found if one["type"] == "storage"),
    )


def _refuse_node(node: str, nodes: Mapping[str, bool]) -> None:
    if node not in nodes:
        raise ProxmoxError(
            f"This Proxmox has no node {node}; it has: {', '.join(sorted(nodes)) or 'none that the token may see'}."
            f" Give the hypervisor that name in the spec, or say which one it is with vars: {{proxmox_node: NAME}}."
        )
    if not nodes[node]:
        raise ProxmoxError(f"The node {node} is offline. Power it on, or look at its network, and run again.")


def _guest(one: Mapping[str, Any]) -> Guest:
    return Guest(
        vmid=int(one["vmid"]),
        name=str(one.get("name", "")),
        node=one["node"],
        kind=one["type"],
        status=one.get("status", "unknown"),
        template=bool(one.get("template")),
        lock=one.get("lock") or "",
        tags=frozenset(words(one.get("tags"))),
        memory_in_use=int(one.get("mem") or 0),
        disk_size=int(one.get("maxdisk") or 0),
    )


def _may_concern(guest: Guest, nodes: Mapping[str, bool], vmids: Collection[int]) -> bool:
    if guest.kind != "qemu" or not nodes.get(guest.node):
        return False
    return guest.template or not guest.running or TAG in guest.tags or guest.vmid in vmids


def _known_well(api: Api, guest: Guest) -> Guest:
    """Add the configuration, and ask anew whether it runs: the overview may be ten seconds old."""
    path = f"nodes/{guest.node}/qemu/{guest.vmid}"
    try:
        entries = api.call("get", f"{path}/pending")
        status = guest.status if guest.template else api.call("get", f"{path}/status/current")["status"]
    except ProxmoxError as error:
        if "does not exist" in str(error):
            return guest
        raise
    config = {one["key"]: one.get("pending", one.get("value")) for one in entries if not one.get("delete")}
    waiting = tuple(one["key"] for one in entries if "pending" in one or one.get("delete"))
    lock = str(config.get("lock", guest.lock))
    return replace(guest, config=config, pending=waiting, lock=lock, status=status)


def _storage(one: Mapping[str, Any]) -> Storage:
    return Storage(
        name=one["storage"],
        node=one["node"],
        content=frozenset(words(one.get("content"))),
        total=int(one.get("maxdisk") or 0),
        used=int(one.get("disk") or 0),
        shared=bool(one.get("shared")),
    )
