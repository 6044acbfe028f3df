# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the cluster has from the first moment on: nodes, storages and templates."""

from __future__ import annotations

from typing import Any

from kombify.sim.hypervisors import GIB, ProxmoxSettings, Storage
from kombify.sim.proxmox.disks import IMAGE_SIZE

ROOT_DISK = 64 * GIB
"""The size of a hypervisor's own disk, in bytes."""
NEXT_NODE = 100
"""The numbers of one node's templates are so far from the next node's: a number counts in the whole cluster."""


def furnish(pve: Any, settings: ProxmoxSettings) -> None:
    """Add what the settings name and the cluster does not have yet."""
    for name in [name for name in pve.nodes if name not in settings.nodes]:
        del pve.nodes[name]
    for name in settings.nodes:
        pve.add_node(name)
    pve.storages["local"].update(content="iso,vztmpl,backup,import", total=ROOT_DISK)
    pve.storages["local"].pop("avail", None)
    for name in [name for name in pve.storages if name not in settings.storages and name != "local"]:
        del pve.storages[name]
    for name, storage in settings.storages.items():
        pve.storages.setdefault(name, {"files": set(), "volumes": {}}).update(_storage(name, storage))
    for offset, node in enumerate(sorted(settings.nodes)):
        for image, vmid in settings.templates.items():
            if pve.vm(vmid + offset * NEXT_NODE) is None:
                _add_template(pve, vmid + offset * NEXT_NODE, image, node, settings)


def _storage(name: str, storage: Storage) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": storage.type, "active": 1, "total": storage.size, "content": "images,rootdir"}
    if storage.shared:
        kept["shared"] = 1
    if storage.type == "lvmthin":
        kept |= {"vgname": "pve", "thinpool": "data"}
    elif storage.type == "zfspool":
        kept["pool"] = name
    else:
        kept["path"] = f"/mnt/pve/{name}"
    return kept


def _add_template(pve: Any, vmid: int, image: str, node: str, settings: ProxmoxSettings) -> None:
    """Make a template as one makes it of a cloud image: a disk, a drive for cloud-init, a network card."""
    storage, bridge = next(iter(settings.storages)), next(iter(settings.bridges))
    config = {
        "agent": "1",
        "boot": "order=scsi0",
        "cores": 1,
        "memory": "512",
        "net0": f"virtio=BC:24:11:00:{vmid // 256 % 256:02X}:{vmid % 256:02X},bridge={bridge}",
        "ostype": "l26",
        "scsihw": "virtio-scsi-pci",
        "serial0": "socket",
        "template": 1,
    }
    vm = pve.add_vm(vmid, image, node=node, config=config)
    size = IMAGE_SIZE // GIB
    volume = pve._qm_new_drive(vmid, "scsi0", f"{storage}:{size}", None)[0].partition(",")[0]
    vm.config["scsi0"] = f"{pve._qm_rename_volume(volume)},size={size}G"
    vm.config["ide2"] = pve.cloud_init_drive(vmid, storage)
    vm.template = True
