# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disks of a VM: those to add and those to grow. Nothing here ever makes a disk smaller or takes one away."""

from __future__ import annotations

from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.values import (
    GIB,
    Config,
    boot_drive,
    disk_serial,
    drives,
    free_slot,
    has_cloud_init,
    size_bytes,
)
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm, Wishes

SCSI_SLOTS = range(1, 31)
CLOUD_INIT_SLOTS = (2, 0, 1, 3)


class DiskProblem(Exception):
    """A disk that cannot become what the plan says."""


def disk_changes(vm: Vm, config: Config, wishes: Wishes) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the drives to add as settings, and the slots to grow with their new size in GiB."""
    there = drives(config)
    boot = boot_drive(config)
    if boot is None:
        raise DiskProblem("it has no disk to start from. Give its template a disk and a boot order")
    storage = wishes.storage or there[boot].get("", "").partition(":")[0]
    added: dict[str, Any] = {}
    grown: dict[str, int] = {}
    if vm.disk_gib is not None:
        _grow(boot, there[boot], vm.disk_gib, "disk", grown)
    if not has_cloud_init(config):
        added[_slot({**config, **added}, "ide", CLOUD_INIT_SLOTS)] = f"{storage}:cloudinit"
    for name, gib in vm.disks_gib.items():
        serial = disk_serial(name)
        slot = next((one for one, drive in there.items() if drive.get("serial") == serial), None)
        if slot is not None:
            _grow(slot, there[slot], gib, f"disks.{name}", grown)
        else:
            added[_slot({**config, **added}, "scsi", SCSI_SLOTS)] = f"{storage}:{gib},serial={serial}"
    return added, grown


def _slot(config: Config, bus: str, numbers: Any) -> str:
    slot = free_slot(config, bus, numbers)
    if slot is None:
        raise DiskProblem(f"all its {bus} slots are in use, so no drive can be added. Remove one that is not needed")
    return slot


def _grow(slot: str, drive: dict[str, str], gib: int, key: str, grown: dict[str, int]) -> None:
    """Note a disk that is too small; refuse one that would have to shrink."""
    if "size" not in drive:
        return
    size = size_bytes(drive["size"])
    if size > gib * GIB:
        raise DiskProblem(
            f"{slot} has {drive['size']}, the plan says {gib} GiB, and disks never shrink."
            f" Write {key}: {-(-size // GIB)}GiB, or make the machine anew"
        )
    if size < gib * GIB:
        grown[slot] = gib
