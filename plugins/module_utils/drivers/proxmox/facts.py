# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hypervisor has, asked of its API, in the form in which Ansible's ``setup`` tells of a machine.

The plan reads both alike, so a hypervisor needs no login for its facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Api
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import (
    TAG,
    Guest,
    Storage,
    Survey,
)

MIB = 2**20


def node_status(api: Api, node: str) -> Mapping[str, Any]:
    """Ask one node how it is."""
    status = api.call("get", f"nodes/{node}/status")
    return status if isinstance(status, Mapping) else {}


def setup_facts(found: Survey, status: Mapping[str, Any], storage: Storage, stack: str) -> dict[str, Any]:
    """Return facts as ``setup`` would; memory and disks of our own VMs do not count as used."""
    ours = [guest for guest in found.guests if guest.node == found.node and {TAG, stack} <= guest.tags]
    memory = _mapping(status.get("memory"))
    used = max(0, _number(memory.get("used")) - sum(guest.memory_in_use for guest in ours if guest.running))
    free = storage.total - max(0, storage.used - sum(guest.disk_size for guest in ours))
    averages = [_number(one) for one in status.get("loadavg") or ()]
    return {
        "ansible_architecture": _mapping(status.get("current-kernel")).get("machine", "x86_64"),
        "ansible_processor_nproc": int(_number(_mapping(status.get("cpuinfo")).get("cpus"))),
        "ansible_memtotal_mb": int(_number(memory.get("total"))) // MIB,
        "ansible_memory_mb": {"nocache": {"used": int(used) // MIB}},
        "ansible_loadavg": dict(zip(("1m", "5m", "15m"), averages, strict=False)),
        "ansible_mounts": [{"mount": "/var/lib", "size_total": storage.total, "size_available": max(0, free)}],
    }


def vm_storage(found: Survey, wanted: str | None) -> Storage:
    """Return the storage that holds disks of VMs: the one that is meant, else the largest that may."""
    fits = [one for one in found.storages if one.node == found.node and "images" in one.content]
    chosen = found.storage(wanted) if wanted else max(fits, key=lambda one: one.total, default=None)
    if chosen is None or "images" not in chosen.content:
        raise ProxmoxError(
            f"{found.node} has no storage {wanted or 'for disks of VMs'}; those for disks of VMs are:"
            f" {', '.join(sorted(one.name for one in fits)) or 'none that the token may see'}."
            " Name one with providers.NAME.storage."
        )
    return chosen


def storage_entry(storage: Storage) -> dict[str, Any]:
    """Return a storage as data; sizes in bytes."""
    content = sorted(storage.content)
    return {"name": storage.name, "content": content, "total": storage.total, "used": storage.used}


def guest_entry(guest: Guest) -> dict[str, Any]:
    """Return a guest as data."""
    return {"name": guest.name, "vmid": guest.vmid, "node": guest.node, "status": guest.status}


def vm_entry(guest: Guest) -> dict[str, Any]:
    """Return a VM of ours as data, by the name that the plan has for it."""
    return guest_entry(guest) | {"name": guest.owner[1] if guest.owner else guest.name}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    """Return a number, which Proxmox often writes as text; anything else is nothing."""
    try:
        return float(str(value))
    except ValueError:
        return 0.0
