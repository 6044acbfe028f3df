# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there shall be: virtual machines as the plan has them, and what the user allows to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import TAG
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.values import (
    Config,
    keys_text,
    mark,
    network_card,
    owner,
    readable_keys,
    words,
)

RETIRED = "kombify-retired"
"""The tag of a VM that left the plan; it is shut down, and its disks are kept."""
IMMEDIATE = frozenset({"name", "description", "onboot", "tags", "net0"})
"""What a running VM takes at once; everything else waits for its next start."""


@dataclass(frozen=True)
class Vm:
    """One virtual machine of the plan. What is None is left as the template has it."""

    name: str
    vmid: int
    state: str = "present"
    template: str | None = None
    cores: int | None = None
    memory_mib: int | None = None
    disk_gib: int | None = None
    disks_gib: Mapping[str, int] = field(default_factory=dict)
    ip: str | None = None
    prefix: int | None = None
    gateway: str | None = None
    dns: tuple[str, ...] = ()
    bridge: str | None = None
    vlan: int | None = None
    mac: str | None = None
    user: str = "kombify"
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Vm:
        """Read one entry of ``proxmox_vms``."""
        known = {one.name for one in fields(cls)}
        values = {key: value for key, value in given.items() if key in known and value is not None}
        values |= {key: tuple(values[key]) for key in ("dns", "tags") if key in values}
        return cls(**values)


@dataclass(frozen=True)
class Wishes:
    """What the role was told about all VMs of one hypervisor."""

    stack: str
    node: str
    storage: str | None = None
    bridge: str = "vmbr0"
    """The bridge of VMs whose network and template name none."""
    search_domain: str | None = None
    ssh_keys: tuple[str, ...] = ()
    renew_keys: bool = False
    """Whether the keys were written down, so that existing VMs shall get them too."""
    planned: frozenset[str] = frozenset()
    """All VMs of the stack, wherever they shall run: none of these is ever retired here."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """VMs of the stack that other hypervisors have, and which: name to node."""
    prune: bool = False
    destroy_data: bool = False
    restart: bool = False
    migrate: bool = False
    full_clone: bool = True
    shutdown_seconds: int = 120


def settings(vm: Vm, config: Config, wishes: Wishes, *, new: bool) -> dict[str, Any]:
    """Return the settings that a VM with this configuration shall have; what users added themselves stays."""
    kept_tags = () if new else [tag for tag in words(config.get("tags")) if tag != RETIRED]
    wanted: dict[str, Any] = {
        "name": vm.name,
        "description": _description(config.get("description"), wishes.stack, vm.name, new=new),
        "tags": ";".join(sorted({TAG, wishes.stack, *vm.tags, *kept_tags})),
        "onboot": 1,
        "net0": network_card(config.get("net0"), bridge=vm.bridge, vlan=vm.vlan, mac=vm.mac, default=wishes.bridge),
        "ciuser": vm.user,
        "ipconfig0": _address(vm),
    }
    if "ciupgrade" not in config:
        # Upgrading packages at the first boot would keep everyone waiting; the role prepare does that.
        wanted["ciupgrade"] = 0
    if vm.cores is not None:
        wanted |= {"cores": vm.cores, "sockets": 1}
    if vm.memory_mib is not None:
        wanted["memory"] = vm.memory_mib
    if vm.dns:
        wanted["nameserver"] = " ".join(vm.dns)
    if wishes.search_domain:
        wanted["searchdomain"] = wishes.search_domain
    if new or wishes.renew_keys or "sshkeys" not in config:
        wanted["sshkeys"] = keys_text(wishes.ssh_keys)
    return wanted


def same(key: str, is_now: object, wanted: object) -> bool:
    """Tell whether two values of a setting mean the same."""
    return readable(key, is_now) == readable(key, wanted)


def readable(key: str, value: object) -> object:
    """Return a setting in a form that people compare; equal forms mean the same to Proxmox."""
    if value is None:
        return {"sockets": "1", "onboot": "0"}.get(key)
    if key == "sshkeys":
        return readable_keys(value)
    if key == "tags":
        return sorted({tag.lower() for tag in words(value)})
    if key in ("ipconfig0", "net0"):
        return sorted(str(value).split(","))
    if key == "nameserver":
        return words(value)
    return str(value).strip()


def _address(vm: Vm) -> str:
    if vm.ip is None:
        return "ip=dhcp"
    address = f"ip={vm.ip}/{vm.prefix or 24}"
    return f"{address},gw={vm.gateway}" if vm.gateway else address


def _description(text: object, stack: str, name: str, *, new: bool) -> str:
    """Return the notes of a VM: our mark, and below it whatever people wrote."""
    line = mark(stack, name)
    if new or not text:
        return line
    return str(text) if owner(text) == (stack, name) else f"{line}\n\n{text}"
