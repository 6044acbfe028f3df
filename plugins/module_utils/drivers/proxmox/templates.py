# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates: finding the one that a VM is cloned from, and the steps that make one from a cloud image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.steps import Step
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import Guest, Survey
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.values import drives

FIRST_VMID = 9000
FORMATS = (".qcow2", ".raw", ".vmdk")

_CHECKSUM = re.compile(r"(md5|sha1|sha224|sha256|sha384|sha512):([0-9a-fA-F]+)\Z")


@dataclass(frozen=True)
class Image:
    """A cloud image that a template is made from."""

    url: str
    checksum: str
    """Algorithm and digest, such as ``sha512:1f0c…``."""
    bridge: str
    disk_storage: str
    image_storage: str = "local"

    @property
    def file(self) -> str:
        """The name under which Proxmox keeps the image."""
        name = PurePosixPath(unquote(urlsplit(self.url).path)).name
        return name if name.endswith(FORMATS) else f"{PurePosixPath(name).stem or 'image'}.qcow2"

    @property
    def volume(self) -> str:
        """The image as a volume of its storage."""
        return f"{self.image_storage}:import/{self.file}"


def find_template(found: Survey, wanted: str | None) -> Guest | None:
    """Return the template with this name or VMID: one of the hypervisor, else one whose disks all nodes share."""
    fits = [one for one in found.guests if one.template and wanted in (one.name, str(one.vmid))]
    here = [one for one in fits if one.node == found.node]
    shared = [one for one in fits if _storages(one) and _storages(one) <= found.shared_storages]
    return next(iter(sorted([*here, *shared], key=lambda one: (one.node != found.node, one.vmid))), None)


def no_template(found: Survey, wanted: str) -> str:
    """Say that a template is missing, what there is, and how to get it."""
    there = sorted({one.name for one in found.guests if one.template and one.node == found.node})
    others = sorted({one.node for one in found.guests if one.template and one.name == wanted})
    where = f" It is on {', '.join(others)}, but its disks are not shared." if others else ""
    return (
        f"{found.node} has no template {wanted}; it has: {', '.join(there) or 'none that the token may see'}.{where}"
        f" Let it be made from a cloud image with proxmox_template_images: {{{wanted}: {{url: …, checksum: …}}}},"
        f" or make it by hand (the README of the role proxmox shows both)."
    )


def template_steps(found: Survey, name: str, image: Image, *, downloaded: bool) -> tuple[int, tuple[Step, ...]]:
    """Return the VMID of a template to be, and what is left to do for it: download, import, convert."""
    half = next((one for one in found.guests if _mark(name) in str(one.config.get("description", ""))), None)
    vmid = half.vmid if half is not None else found.free_vmid(FIRST_VMID)
    machine = f"nodes/{found.node}/qemu"
    todo = [Step("template", f"convert {name} to a template", "post", f"{machine}/{vmid}/template")]
    if half is None:
        settings = {"vmid": vmid, **template_settings(name, image)}
        todo.insert(0, Step("template", f"import {image.file}", "post", machine, settings))
        if not downloaded:
            todo.insert(0, _download(found.node, image))
    return vmid, tuple(todo)


def template_settings(name: str, image: Image) -> dict[str, Any]:
    """Return the settings of a template: cloud-init, serial console, guest agent, a disk that gives space back."""
    return {
        "name": name,
        "description": f"{_mark(name)}\n\nMade from {image.url}",
        "ostype": "l26",
        "cores": 1,
        "memory": 1024,
        "cpu": "x86-64-v2-AES",
        "scsihw": "virtio-scsi-single",
        "scsi0": f"{image.disk_storage}:0,import-from={image.volume},discard=on,iothread=1",
        "ide2": f"{image.disk_storage}:cloudinit",
        "boot": "order=scsi0",
        "net0": f"virtio,bridge={image.bridge}",
        "serial0": "socket",
        "vga": "serial0",
        "agent": "enabled=1",
    }


def as_if_made(found: Survey, name: str, vmid: int, image: Image) -> Guest:
    """Return the template as it would be, so that check mode can go on; images are small."""
    config: Mapping[str, Any] = template_settings(name, image) | {"scsi0": f"{image.disk_storage}:{vmid},size=1G"}
    return Guest(vmid, name, found.node, template=True, config=config)


def _download(node: str, image: Image) -> Step:
    match = _CHECKSUM.match(image.checksum)
    if match is None:
        raise ProxmoxError(
            f"The checksum of {image.url} must look like sha512:1f0c…, and is {image.checksum or 'missing'}."
            " The publisher of the image lists it, often in a file SHA512SUMS beside it."
        )
    given = {
        "content": "import",
        "filename": image.file,
        "url": image.url,
        "checksum-algorithm": match[1],
        "checksum": match[2].lower(),
    }
    path = f"nodes/{node}/storage/{image.image_storage}/download-url"
    return Step("template", f"download {image.file}", "post", path, given)


def _mark(name: str) -> str:
    return f"kombify.stack template: {name}"


def _storages(template: Guest) -> frozenset[str]:
    return frozenset(drive.get("", "").partition(":")[0] for drive in drives(template.config).values())
