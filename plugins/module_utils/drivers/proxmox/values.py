# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxmox writes lists, drives and network cards as one line of text; here they become values, and text again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

GIB = 2**30
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
SERIAL_LENGTH = 20
"""The longest serial number that a disk of QEMU carries."""

DRIVE = re.compile(r"(?:ide|sata|scsi|virtio)\d+\Z")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)\Z")
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\Z")
_MARK = re.compile(r"^kombify\.stack: (\S+)/(\S+)\s*$", re.MULTILINE)

Config = Mapping[str, object]


def properties(text: object) -> dict[str, str]:
    """Return the parts of ``local-lvm:vm-1-disk-0,size=8G``; what has no name comes first and is called ``""``."""
    found: dict[str, str] = {}
    for part in str(text).split(","):
        key, equals, value = part.partition("=")
        if part:
            found.update({key: value} if equals else {"": key})
    return found


def joined(parts: Mapping[str, str]) -> str:
    """Return the text of what :func:`properties` reads."""
    return ",".join(f"{key}={value}" if key else value for key, value in parts.items())


def size_bytes(text: str) -> int:
    """Return the bytes of ``8G``; nothing readable is nothing."""
    match = _SIZE.match(text)
    return int(float(match[1]) * UNITS[match[2]]) if match else 0


def drives(config: Config) -> dict[str, dict[str, str]]:
    """Return the drives of a VM by their slot, without CD-ROMs."""
    found = {slot: properties(value) for slot, value in config.items() if DRIVE.match(slot)}
    return {slot: drive for slot, drive in found.items() if drive.get("media") != "cdrom"}


def boot_drive(config: Config) -> str | None:
    """Return the slot of the disk that the VM starts from."""
    slots = drives(config)
    order = properties(config.get("boot", "")).get("order", "").split(";")
    fixed = [*order, str(config.get("bootdisk", "")), "scsi0", "virtio0", "sata0", "ide0"]
    return next((slot for slot in fixed if slot in slots), None)


def has_cloud_init(config: Config) -> bool:
    """Tell whether the VM has the drive that carries its user, keys and address."""
    return any("cloudinit" in str(value) for slot, value in config.items() if DRIVE.match(slot))


def free_slot(config: Config, bus: str, numbers: Iterable[int]) -> str | None:
    """Return the first slot of a bus that is not in use."""
    return next((f"{bus}{number}" for number in numbers if f"{bus}{number}" not in config), None)


def disk_serial(name: str) -> str:
    """Return the serial number by which a disk is found again, in Proxmox and inside the VM."""
    return quote(name, safe="")[:SERIAL_LENGTH]


def network_card(text: object, *, bridge: str | None, vlan: int | None, mac: str | None, default: str) -> str:
    """Return a network card as it shall be; options that we do not know of stay as they are."""
    parts = properties(text or "virtio")
    model = _model(parts)
    address = parts.pop(model, None) if parts.pop("", None) is None else None
    if mac is not None:
        address = mac.upper()
    if bridge is not None:
        parts["bridge"] = bridge
        parts.pop("tag", None)
        if vlan is not None:
            parts["tag"] = str(vlan)
    parts.setdefault("bridge", default)
    return joined(({"": model} if address is None else {model: address}) | parts)


def without_mac(text: object) -> str:
    """Return a network card that gets a new address, as the one of a clone does."""
    parts = properties(text)
    model = _model(parts)
    return joined({"": model, **{key: value for key, value in parts.items() if key not in ("", model)}})


def _model(parts: Mapping[str, str]) -> str:
    """Return the model of a network card, which stands alone or in front of its address."""
    return parts.get("") or next((key for key, value in parts.items() if _MAC.match(value)), "virtio")


def words(text: object) -> list[str]:
    """Return the words of a list that Proxmox separates with blanks, commas or semicolons."""
    return [word for word in re.split(r"[\s,;]+", str(text or "")) if word]


def keys_text(keys: Iterable[str]) -> str:
    """Return public keys as Proxmox wants them: one a line, all of it URL-encoded."""
    return quote("\n".join(key.strip() for key in keys), safe="")


def readable_keys(text: object) -> list[str]:
    """Return the public keys of a VM."""
    return [line.strip() for line in unquote(str(text or "")).splitlines() if line.strip()]


def mark(stack: str, name: str) -> str:
    """Return the line in a VM's notes that says whose it is."""
    return f"kombify.stack: {stack}/{name}"


def owner(description: object) -> tuple[str, str] | None:
    """Return stack and node of a VM that carries our mark."""
    match = _MARK.search(str(description or ""))
    return (match[1], match[2]) if match else None
