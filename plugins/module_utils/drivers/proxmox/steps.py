# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single steps on a Proxmox, as data: one request each, and what it is called for people.

A step may be made twice: after a run that was killed the next one finds what is there and goes on from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["template", "clone", "configure", "grow", "migrate", "start", "restart", "shutdown", "destroy"]

DONE_ALREADY = {"start": "already running", "shutdown": "not running", "destroy": "does not exist"}
"""What Proxmox says when somebody was faster: the step is done."""


@dataclass(frozen=True)
class Step:
    """One request to the API. Most of them start a task there, which has to be waited for."""

    kind: Kind
    says: str
    """What it does, such as ``grow scsi0 to 50 GiB``."""
    method: Literal["post", "put", "delete"]
    path: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def clone(
    source: tuple[str, int], vmid: int, *, name: str, description: str, target: str, storage: str | None, full: bool
) -> Step:
    """Copy a template; the mark comes with the copy, so that it is known as ours from the first moment."""
    node, template = source
    wanted = {
        "newid": vmid,
        "name": name,
        "description": description,
        "full": int(full),
        "target": target if target != node else None,
        "storage": storage if full else None,
    }
    given = {key: value for key, value in wanted.items() if value is not None}
    return Step("clone", f"clone template {template}", "post", f"nodes/{node}/qemu/{template}/clone", given)


def configure(node: str, vmid: int, changes: Mapping[str, Any]) -> Step:
    """Change settings, all of them or none."""
    return Step("configure", f"set {', '.join(sorted(changes))}", "put", f"nodes/{node}/qemu/{vmid}/config", changes)


def grow(node: str, vmid: int, slot: str, gib: int) -> Step:
    """Make a disk larger, up to this size."""
    says = f"grow {slot} to {gib} GiB"
    return Step("grow", says, "put", f"nodes/{node}/qemu/{vmid}/resize", {"disk": slot, "size": f"{gib}G"})


def migrate(node: str, vmid: int, target: str, *, running: bool) -> Step:
    """Move a VM with its disks to another node of the cluster."""
    given = {"target": target, "online": int(running), "with-local-disks": 1}
    return Step("migrate", f"move from {node} to {target}", "post", f"nodes/{node}/qemu/{vmid}/migrate", given)


def start(node: str, vmid: int) -> Step:
    """Switch on."""
    return Step("start", "start", "post", f"nodes/{node}/qemu/{vmid}/status/start")


def restart(node: str, vmid: int, seconds: int) -> Step:
    """Shut down and start again, so that what is pending becomes real."""
    return Step("restart", "restart", "post", f"nodes/{node}/qemu/{vmid}/status/reboot", {"timeout": seconds})


def shutdown(node: str, vmid: int, seconds: int, *, force: bool = False) -> Step:
    """Shut down in order; by force only what is destroyed afterwards."""
    given = {"timeout": seconds, "forceStop": int(force)}
    return Step("shutdown", "shut down", "post", f"nodes/{node}/qemu/{vmid}/status/shutdown", given)


def destroy(node: str, vmid: int) -> Step:
    """Delete a VM with all its disks."""
    return Step("destroy", "destroy with its disks", "delete", f"nodes/{node}/qemu/{vmid}", {"purge": 1})
