# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs of the role proxmox: a hypervisor and the virtual machines that it shall have."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified, UnifiedNode
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import Vars

MIB, GIB = 2**20, 2**30
VM_USER = "kombify"
"""Who logs in to a virtual machine that we make, when the spec names nobody."""


def proxmox_vars(node: UnifiedNode, unified: Unified) -> Vars:
    """Return the variables of one hypervisor; the token is a reference that the role resolves."""
    provider = unified.providers.get(node.provider or "")
    found: Vars = {"proxmox_node": node.name}
    if provider is not None:
        found |= {
            "proxmox_api": provider.api,
            "proxmox_token": provider.token,
            "proxmox_storage": provider.storage,
            "proxmox_verify_tls": provider.verify_tls,
        }
    found["proxmox_vms"] = [_vm(vm, unified) for vm in unified.nodes.values() if vm.hypervisor == node.name]
    return {name: value for name, value in found.items() if value is not None}


def _vm(vm: UnifiedNode, unified: Unified) -> dict[str, Any]:
    """Return one virtual machine; sizes are rounded up to whole units."""
    network = unified.networks.get(vm.network or "")
    provider = unified.providers.get(vm.provider or "")
    bridge = (network.bridge if network else None) or (provider.bridge if provider else None)
    values = {
        "vmid": vm.vmid,
        "name": vm.name,
        "state": vm.state,
        "cores": _units(vm.cpu, 1000),
        "memory_mib": _units(vm.memory, MIB),
        "disk_gib": _units(vm.disk, GIB),
        "disks_gib": {name: _units(size, GIB) for name, size in vm.disks.items()} or None,
        "template": vm.image,
        "ip": vm.address,
        "prefix": ip_network(network.cidr).prefixlen if network else None,
        "gateway": network.gateway if network else None,
        "dns": list(network.dns) if network and network.dns else None,
        "bridge": bridge,
        "vlan": network.vlan if network else None,
        "mac": vm.mac,
        "user": vm.ssh_user or VM_USER,
    }
    return {name: value for name, value in values.items() if value is not None}


def _units(amount: int | None, unit: int) -> int | None:
    return None if amount is None else -(-amount // unit)
