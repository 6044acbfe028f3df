# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Disks and network cards as Proxmox keeps them: new ones are made, removed ones stay as unused, some grow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kombify.sim.hypervisors import GIB
from kombify.sim.proxmox.fake import (
    DRIVE_KEY,
    NEW_DISK,
    SIZE_UNITS,
    FakePve,
    PveError,
    TaskError,
    die,
    drives_of,
    format_size,
    is_cdrom,
    join_drive,
    schema,
    split_drive,
    volume_ref,
    with_mac,
)

ONE = "/nodes/{node}/qemu/{vmid}"
NET_KEY = re.compile(r"net\d+")
CLOUD_INIT_SIZE = 4 * 2**20
IMAGE_SIZE = 4 * GIB
"""The size of a cloud image's disk, in bytes."""
SECRET = "*" * 10
"""How Proxmox shows a password that it keeps."""


class Disks(FakePve):  # type: ignore[misc]
    """A cluster whose VMs have disks."""

    full: bool = False
    """Whether no storage takes anything more."""

    def _routes_disks(self) -> list[tuple[str, str, Any]]:
        return [("PUT", f"{ONE}/resize", self._resize), ("PUT", f"{ONE}/unlink", self._unlink)]

    # -- configuration

    async def _apply_config(self, vm: Any, user: str, values: Mapping[str, Any]) -> None:
        """Change a configuration. Disks and network cards change at once, also while the VM runs."""
        self.need_quorum()
        self._check_lock(vm)
        wanted = {key: self._as_kept(vm, key, value) for key, value in typed(values).items()}
        removed = [key for key in re.split(r"[,; ]+", str(wanted.get("delete") or "")) if key]
        before = {key: str(vm.config[key]) for key in removed if key in vm.config}
        await super()._apply_config(vm, user, wanted)
        for key in [key for key in vm.pending if DRIVE_KEY.match(key) or NET_KEY.fullmatch(key)]:
            value = vm.pending.pop(key)
            if value is None:
                vm.config.pop(key, None)
            else:
                vm.config[key] = value
        for key, value in before.items():
            self._let_go(vm, key, value)

    def _as_kept(self, vm: Any, key: str, value: Any) -> Any:
        """Return a value as the configuration keeps it; a new disk is made."""
        if NET_KEY.fullmatch(key):
            return with_mac(value)
        if key == "cipassword":
            return SECRET
        if key == "description":
            return str(value).rstrip()
        if key == "tags":
            return ";".join(sorted({tag.lower() for tag in re.split(r"[;, ]+", str(value)) if tag}))
        if DRIVE_KEY.match(key):
            volume = split_drive(value)[0]
            if volume.endswith(":cloudinit") or NEW_DISK.match(volume):
                return self._qm_new_drive(vm.vmid, key, value, None)[0]
        return value

    def _let_go(self, vm: Any, key: str, value: str, *, free: bool = False) -> None:
        """A removed disk stays as unused until it is removed once more; a drive of cloud-init goes at once."""
        volume, props = split_drive(value)
        if key.startswith("unused") or free or (is_cdrom(volume, props) and "cloudinit" in volume):
            self._qm_free(volume)
        elif DRIVE_KEY.match(key) and not is_cdrom(volume, props):
            number = next(number for number in range(256) if f"unused{number}" not in vm.config)
            vm.config[f"unused{number}"] = volume

    def _qm_new_drive(self, vmid: int, key: str, value: str, default: str | None) -> Any:
        """Make the disk of a new drive: an empty one, one for cloud-init, or the copy of an image."""
        volume, props = split_drive(value)
        if volume.endswith(":cloudinit"):
            drive = self.cloud_init_drive(vmid, volume_ref(volume)[0])
            return drive, [split_drive(drive)[0]]
        image = props.pop("import-from", None)
        if image is None:
            return super()._qm_new_drive(vmid, key, value, default)
        storage, name = volume_ref(image)
        if name not in self._volumes(storage):
            raise die(f"volume '{image}' does not exist")
        place = f"{volume_ref(volume)[0] or default}:{IMAGE_SIZE // GIB}"
        return super()._qm_new_drive(vmid, key, join_drive(place, props), default)

    def cloud_init_drive(self, vmid: int, storage: str) -> str:
        """Make the drive on which a VM finds what cloud-init shall do."""
        name = f"vm-{vmid}-cloudinit"
        volume = {"content": "images", "format": "raw", "size": CLOUD_INIT_SIZE, "vmid": vmid, "ctime": 0}
        self._store(storage).setdefault("volumes", {})[name] = volume
        return f"{storage}:{name},media=cdrom,size=4M"

    def own_cloud_init_drive(self, vm: Any) -> None:
        """Give a clone a drive of cloud-init of its own, where it still has its template's."""
        for key, volume, _ in drives_of(vm.config):
            if volume.endswith("-cloudinit"):
                vm.config[key] = self.cloud_init_drive(vm.vmid, volume_ref(volume)[0])

    async def _qm_clone(self, values: Mapping[str, Any], user: str) -> Any:
        """Clone a VM, to another node only if that one sees its disks too."""
        target = values.get("target")
        moves = target in self.nodes and target != values["node"]
        if moves and not self.disks_are_shared(self.find(values["node"], values["vmid"])):
            raise die(f"can't clone VM to node '{target}' (VM uses local storage)")
        return await super()._qm_clone(values, user)

    def disks_are_shared(self, vm: Any) -> bool:
        """Tell whether every node sees all disks of a VM."""
        places = {volume_ref(volume)[0] for _, volume, _ in drives_of(vm.config)}
        return all(self.storages.get(place, {}).get("shared") for place in places)

    # -- storages that are full

    def _qm_alloc(self, sid: str, vmid: int, fmt: str, size: int, linked_from: str | None = None) -> Any:
        if self.full:
            raise die(full_message(self._store(sid), f"vm-{vmid}-disk-0", linked_from))
        return super()._qm_alloc(sid, vmid, fmt, size, linked_from)

    def _space(self, store: Mapping[str, Any]) -> tuple[int, int, int]:
        total, used, available = super()._space(store)
        return (total, total, 0) if self.full else (total, used, available)

    # -- size

    async def _resize(self, values: Mapping[str, Any], user: str) -> str:
        vm = self.find(values["node"], values["vmid"])
        self.require(user, f"/vms/{vm.vmid}", "VM.Config.Disk")
        self._check_lock(vm)
        key = values["disk"]
        if key not in vm.config:
            raise die(f"disk '{key}' does not exist")
        volume, props = split_drive(vm.config[key])
        if is_cdrom(volume, props):
            raise die("you can't resize a cdrom")
        sid, name = volume_ref(volume)
        kept = self._volumes(sid).get(name, {"content": "images", "size": 0, "vmid": vm.vmid})
        size = new_size(values["size"], int(kept["size"] or 0))
        if size < int(kept["size"] or 0):
            raise die("shrinking disks is not supported")

        async def body() -> None:
            if self.full:
                raise TaskError(full_message(self._store(sid), name, None, grow=True))
            self.storages[sid].setdefault("volumes", {})[name] = {**kept, "size": size}
            vm.config[key] = join_drive(volume, {**props, "size": format_size(size)})

        upid: str = await self.task(vm.node, "resize", vm.vmid, user, body, vm=vm)
        return upid

    async def _unlink(self, values: Mapping[str, Any], user: str) -> None:
        vm = self.find(values["node"], values["vmid"])
        self.require(user, f"/vms/{vm.vmid}", "VM.Config.Disk")
        self._check_lock(vm)
        for key in re.split(r"[,; ]+", str(values["idlist"])):
            if key in vm.config:
                self._let_go(vm, key, str(vm.config.pop(key)), free=bool(values.get("force")))


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a form as Proxmox keeps them: numbers as numbers."""
    spec = schema.load().paths[f"{ONE}/config"]["PUT"]["parameters"]
    found: dict[str, Any] = schema.validate(spec, dict(values))[0]
    return found


def new_size(text: str, old: int) -> int:
    """Return the size in bytes that a text such as 20G or +5G asks for."""
    found = re.fullmatch(r"(\+?)(\d+(?:\.\d+)?)([KMGT])?", text)
    if not found:
        raise PveError(400, "Parameter verification failed.", {"size": "value does not match the regex pattern"})
    asked = int(float(found[2]) * (SIZE_UNITS[found[3]] if found[3] else 1))
    return old + asked if found[1] else asked


def full_message(store: Mapping[str, Any], volume: str, linked_from: str | None, *, grow: bool = False) -> str:
    """Return what Proxmox says when a storage has no room left."""
    if store.get("type") == "lvmthin":
        group, pool = store.get("vgname", "pve"), store.get("thinpool", "data")
        if grow:
            return (
                f"error resizing volume '/dev/{group}/{volume}':   Insufficient free space in thin pool {group}/{pool}."
            )
        reached = f"Cannot create new thin volume, free space in thin pool {group}/{pool} reached threshold."
        what = (
            f"clone image '{group}/{linked_from.split('/')[-1]}' error"
            if linked_from
            else f"lvcreate '{group}/{volume}' error"
        )
        return f"{what}:   {reached}"
    return f"unable to create image: qemu-img: {volume}: Could not resize file: No space left on device"
