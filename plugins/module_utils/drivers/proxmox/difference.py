# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done: the difference between what there shall be and what there is. Pure: nothing is asked or changed.

Everything that must not happen becomes a problem, and with a problem nothing is done at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.disks import DiskProblem
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.numbers import with_real_numbers
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.plans import (
    Plan,
    plan_existing,
    plan_new,
    plan_removed,
)
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.refusals import Refusals, locked
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import Guest, Survey
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.templates import find_template
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import RETIRED, Vm, Wishes


@dataclass
class Difference:
    """What is to be done about all VMs of one hypervisor."""

    plans: list[Plan] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    removed: list[Guest] = field(default_factory=list)

    @property
    def work(self) -> list[Plan]:
        """The plans that have something to do."""
        return [plan for plan in self.plans if plan.steps]


def difference(found: Survey, vms: Sequence[Vm], wishes: Wishes) -> Difference:
    """Compare; ``vms`` are those that the plan puts on this hypervisor."""
    numbered = with_real_numbers(found, vms, wishes.stack)
    result = Difference(problems=numbered.problems, notes=numbered.notes)
    refusals = Refusals(found, wishes)
    for vm in numbered.vms:
        if vm.state != "absent":
            problem = refusals.about(vm) or _compare(vm, found, wishes, result)
            result.problems += [problem] if problem else []
    absent = {vm.name for vm in vms if vm.state == "absent"}
    result.removed = list(_left_over(found, vms, wishes))
    for guest in result.removed:
        _leave(guest, wishes, result, asked=wishes.prune or _name(guest) in absent)
    if not found.quorate and result.work:
        result.problems.append(refusals.no_quorum())
    return result


def _compare(vm: Vm, found: Survey, wishes: Wishes, result: Difference) -> str | None:
    """Add the plan of a VM that nothing speaks against; return what does so after all."""
    guest, template = found.holder(vm.vmid), find_template(found, vm.template)
    try:
        if guest is not None:
            plan = plan_existing(vm, guest, wishes)
        elif template is not None:
            plan = plan_new(vm, template, wishes)
    except DiskProblem as error:
        return f"{vm.name}: {error}."
    if guest is not None and guest.lock and plan.steps:
        return locked(guest)
    result.plans.append(plan)
    if plan.waits:
        result.notes.append(
            f"{vm.name}: {', '.join(plan.waits)} will be real after its next start."
            " Restart it yourself, or let it be done with proxmox_restart: true."
        )
    return None


def _left_over(found: Survey, vms: Sequence[Vm], wishes: Wishes) -> Iterator[Guest]:
    """Yield the VMs of the stack on this hypervisor that the plan does not have, neither here nor elsewhere."""
    kept = {vm.name for vm in vms if vm.state != "absent"} | wishes.planned
    for guest in found.owned(wishes.stack).values():
        if guest.node == wishes.node and _name(guest) not in kept and not guest.template:
            yield guest


def _leave(guest: Guest, wishes: Wishes, result: Difference, *, asked: bool) -> None:
    """Retire or destroy a VM that left the plan when that was asked for, else only say that it is there."""
    if not asked:
        state = "still runs" if guest.running else "is retired" if RETIRED in guest.tags else "is stopped"
        result.notes.append(
            f"{_name(guest)} ({guest.vmid}) is not in the plan any more and {state}. Nothing was done to it: --prune"
            " (proxmox_prune: true) shuts it down and keeps its disks; with --destroy-data they are deleted too."
        )
        return
    plan = plan_removed(guest, _name(guest), wishes)
    if guest.lock and plan.steps:
        result.problems.append(locked(guest))
    else:
        result.plans.append(plan)


def _name(guest: Guest) -> str:
    return guest.owner[1] if guest.owner else guest.name
