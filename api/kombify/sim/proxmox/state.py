# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the cluster knows, as a text that survives its process."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.sim.proxmox.fake import FakeVm

VM_FIELDS = ("vmid", "name", "node", "status", "qmpstatus", "config", "pending", "template", "pool")
VM_EXTRAS = ("snapshots", "started_at")
UNFINISHED = ("clone", "create")
TASKS_KEPT = 200


def dump(pve: Any) -> str:
    """Return all that shall survive."""
    data = {
        "vms": [{name: getattr(vm, name, None) for name in VM_FIELDS + VM_EXTRAS} for vm in pve.vms],
        "storages": {name: {**store, "files": sorted(store["files"])} for name, store in pve.storages.items()},
        "pools": {name: sorted(members) for name, members in pve.pools.items()},
        "tasks": pve.tasklog[-TASKS_KEPT:],
        "hung": sorted(pve.guests.hung),
        "machines": {str(vmid): name for vmid, name in pve.guests.names.items()},
    }
    return json.dumps(data, indent=1, sort_keys=True)


def load(pve: Any, text: str) -> None:
    """Take over what was known. What a task was about when the process ended is undone, as far as it was a new VM."""
    data = json.loads(text)
    pve.storages = {name: {**store, "files": set(store["files"])} for name, store in data["storages"].items()}
    pve.pools = {name: set(members) for name, members in data["pools"].items()}
    pve.guests.hung = set(data["hung"])
    pve.guests.names = {int(vmid): name for vmid, name in data["machines"].items()}
    for fields in data["vms"]:
        vm = FakeVm(**{name: fields[name] for name in VM_FIELDS})
        for name in VM_EXTRAS:
            setattr(vm, name, fields[name])
        if vm.config.pop("lock", None) in UNFINISHED:
            _free(pve, vm.vmid)
        else:
            pve.vms.append(vm)
    for task in data["tasks"]:
        if task["status"] == "running":
            task.update(status="stopped", exitstatus="unexpected status", endtime=task["starttime"])
        pve.tasks[task["upid"]] = task
        pve.tasklog.append(task)


def _free(pve: Any, vmid: int) -> None:
    for store in pve.storages.values():
        for name in [name for name in store.get("volumes", {}) if re.search(rf"\bvm-{vmid}-", name)]:
            del store["volumes"][name]


class Keeper:
    """Writes the state into a file whenever it became another one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = ""

    def restore(self, pve: Any) -> None:
        """Take over what an earlier process knew."""
        if self._path.exists():
            load(pve, self._path.read_text(encoding="utf-8"))

    def save(self, pve: Any) -> None:
        """Write the state in one step; a lab that was taken down gets no folder again."""
        text = dump(pve)
        if text != self._written and self._path.parent.is_dir():
            write_private(self._path, text)
            self._written = text
