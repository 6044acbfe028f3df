# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done about one VM, in order: a new one, one that is there, one that left the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox import steps
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.disks import disk_changes
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.steps import Step
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import Guest
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.values import (
    DRIVE,
    mark,
    properties,
    without_mac,
)
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import (
    IMMEDIATE,
    RETIRED,
    Vm,
    Wishes,
    readable,
    same,
    settings,
)

RUNS = frozenset({"present", "running"})
NOT_CLONED = frozenset({"tags", "template", "onboot", "digest"})


@dataclass(frozen=True)
class Plan:
    """What is to be done about one VM; before and after are what changes of it, for people."""

    name: str
    vmid: int
    steps: tuple[Step, ...] = ()
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    waits: tuple[str, ...] = ()
    """Settings that become real only when the VM is started next."""


@dataclass(frozen=True)
class _Changes:
    """Settings to change, and disks to grow with their sizes in GiB."""

    settings: dict[str, Any]
    grown: dict[str, int]

    def steps(self, node: str, vmid: int) -> Iterator[Step]:
        if self.settings:
            yield steps.configure(node, vmid, self.settings)
        for slot, gib in self.grown.items():
            yield steps.grow(node, vmid, slot, gib)

    def shown(self) -> dict[str, Any]:
        sizes = {slot: f"{gib}G" for slot, gib in self.grown.items()}
        return {key: readable(key, value) for key, value in self.settings.items()} | sizes


def plan_new(vm: Vm, template: Guest, wishes: Wishes) -> Plan:
    """Clone, configure, grow, start."""
    description = mark(wishes.stack, vm.name)
    cloned = {key: value for key, value in template.config.items() if key not in NOT_CLONED}
    cloned |= {"name": vm.name, "description": description}
    if "net0" in cloned:
        cloned["net0"] = without_mac(cloned["net0"])
    changes = _changes(vm, cloned, wishes, new=True)
    first = steps.clone(
        (template.node, template.vmid),
        vm.vmid,
        name=vm.name,
        description=description,
        target=wishes.node,
        storage=wishes.storage,
        full=wishes.full_clone,
    )
    last = () if vm.state == "stopped" else (steps.start(wishes.node, vm.vmid),)
    state = "running" if last else "stopped"
    after = {"vmid": vm.vmid, "node": wishes.node, "template": template.name, "state": state, **changes.shown()}
    return Plan(vm.name, vm.vmid, (first, *changes.steps(wishes.node, vm.vmid), *last), {}, after)


def plan_existing(vm: Vm, guest: Guest, wishes: Wishes) -> Plan:
    """Move, configure what differs, grow what is too small, and give it power as the plan says."""
    changes = _changes(vm, guest.config, wishes, new=False)
    after = changes.shown()
    before = {key: readable(key, guest.config.get(key)) for key in after}
    before |= {slot: properties(guest.config[slot]).get("size") for slot in changes.grown}
    todo: list[Step] = []
    if guest.node != wishes.node:
        todo.append(steps.migrate(guest.node, guest.vmid, wishes.node, running=guest.running))
        before["node"], after["node"] = guest.node, wishes.node
    todo += changes.steps(wishes.node, vm.vmid)
    waits = _waits(guest, changes)
    if not guest.running and vm.state in RUNS:
        todo.append(steps.start(wishes.node, vm.vmid))
        before["state"], after["state"] = "stopped", "running"
    elif guest.running and vm.state == "stopped":
        todo.append(steps.shutdown(wishes.node, vm.vmid, wishes.shutdown_seconds))
        before["state"], after["state"] = "running", "stopped"
    elif waits and wishes.restart and vm.state in RUNS:
        todo.append(steps.restart(wishes.node, vm.vmid, wishes.shutdown_seconds))
        before["restart"], after["restart"], waits = "needed", "done", ()
    return Plan(vm.name, vm.vmid, tuple(todo), before, after, waits)


def plan_removed(guest: Guest, name: str, wishes: Wishes) -> Plan:
    """Shut down and keep, marked as retired; delete only when data may go too."""
    off = [steps.shutdown(guest.node, guest.vmid, wishes.shutdown_seconds, force=wishes.destroy_data)]
    off = off if guest.running else []
    if wishes.destroy_data:
        there = {"vmid": guest.vmid, "state": guest.status}
        return Plan(name, guest.vmid, (*off, steps.destroy(guest.node, guest.vmid)), there, {})
    wanted = {"tags": ";".join(sorted({*guest.tags, RETIRED})), "onboot": 0}
    changes = _Changes({key: value for key, value in wanted.items() if not same(key, guest.config.get(key), value)}, {})
    after = changes.shown()
    before = {key: readable(key, guest.config.get(key)) for key in after}
    if off:
        before["state"], after["state"] = "running", "stopped"
    return Plan(name, guest.vmid, (*changes.steps(guest.node, guest.vmid), *off), before, after)


def _changes(vm: Vm, config: Mapping[str, Any], wishes: Wishes, *, new: bool) -> _Changes:
    wanted = settings(vm, config, wishes, new=new)
    changed = {key: value for key, value in wanted.items() if not same(key, config.get(key), value)}
    added, grown = disk_changes(vm, config, wishes)
    return _Changes(changed | added, grown)


def _waits(guest: Guest, changes: _Changes) -> tuple[str, ...]:
    """Return the settings that a running VM takes only when it starts the next time."""
    if not guest.running:
        return ()
    late = {key for key in changes.settings if key not in IMMEDIATE and not DRIVE.match(key)}
    return tuple(sorted(late | set(guest.pending)))
