# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the arguments of the action to what the rest of this package works with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.templates import Image
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm, Wishes


def read_vms(given: Mapping[str, Any]) -> list[Vm]:
    """Return the VMs of the plan. One without a number on the hypervisor is not placed yet, and left out."""
    try:
        return [Vm.of(one) for one in given["vms"] if one.get("vmid") is not None]
    except TypeError as error:
        raise ProxmoxError(f"proxmox_vms has an entry without name: {error}") from error


def read_wishes(given: Mapping[str, Any], own_keys: Path) -> Wishes:
    """Return what the role was told; ``own_keys`` is where public keys are taken from when none were given."""
    return Wishes(
        stack=given["stack"],
        node=given["node"],
        storage=given["storage"],
        bridge=given["bridge"],
        search_domain=given["search_domain"],
        ssh_keys=tuple(given["ssh_keys"]) or public_keys(own_keys),
        renew_keys=bool(given["ssh_keys"]),
        planned=frozenset(given["planned"]),
        elsewhere={one["name"]: one["node"] for one in given["elsewhere"]},
        prune=given["prune"],
        destroy_data=given["destroy_data"],
        restart=given["restart"],
        migrate=given["migrate"],
        full_clone=given["clone"] == "full",
        shutdown_seconds=given["shutdown_timeout"],
    )


def read_images(given: Mapping[str, Any]) -> dict[str, Image]:
    """Return the cloud images by the name of the template that is made from them."""
    found = {}
    for name, image in given["template_images"].items():
        if not isinstance(image, Mapping) or not image.get("url"):
            raise ProxmoxError(f"proxmox_template_images.{name} needs url and checksum.")
        found[name] = Image(
            url=image["url"],
            checksum=image.get("checksum") or "",
            bridge=given["bridge"],
            disk_storage=given["storage"] or "local-lvm",
            image_storage=given["image_storage"],
        )
    return found


def public_keys(folder: Path) -> tuple[str, ...]:
    """Return the public keys in a folder, such as ``~/.ssh``."""
    texts = (path.read_text(encoding="utf-8").strip() for path in sorted(folder.glob("id_*.pub")))
    return tuple(text for text in texts if text)
