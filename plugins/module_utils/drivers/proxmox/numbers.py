# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which number each VM really has.

Our mark says which VM is which, not its number: a number that the plan gives may be another one today, when it was not
kept in kombination.lock, and then a machine must neither be made twice nor be taken for another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import Guest, Survey
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm


@dataclass
class Numbered:
    """VMs with the numbers that they have or get, and what there is to say about it."""

    vms: list[Vm] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def with_real_numbers(found: Survey, vms: Sequence[Vm], stack: str) -> Numbered:
    """Return the VMs by the numbers that ours have, and free ones in place of those that other VMs of ours have."""
    result = Numbered()
    ours = found.owned(stack)
    taken = {guest.vmid for guest in found.guests} | {vm.vmid for vm in vms}
    for vm in vms:
        copies = [guest for guest in ours.values() if guest.owner == (stack, vm.name)]
        if vm.state == "absent" or any(guest.vmid == vm.vmid for guest in copies):
            result.vms.append(vm)
        elif len(copies) > 1:
            result.problems.append(_ambiguous(vm, copies))
        elif copies:
            result.vms.append(replace(vm, vmid=copies[0].vmid))
            result.notes.append(
                _told(vm, copies[0].vmid, f"keeps its VMID {copies[0].vmid}, and the plan says {vm.vmid}")
            )
        elif vm.vmid in ours:
            number = next(one for one in range(vm.vmid, 10**9) if one not in taken)
            taken.add(number)
            result.vms.append(replace(vm, vmid=number))
            result.notes.append(_told(vm, number, f"gets VMID {number}, because {ours[vm.vmid]} has that of the plan"))
        else:
            result.vms.append(vm)
    return result


def _told(vm: Vm, number: int, what: str) -> str:
    return f"{vm.name} {what}. Write vmid: {number} into the spec, so that both agree."


def _ambiguous(vm: Vm, copies: Sequence[Guest]) -> str:
    names = ", ".join(str(guest) for guest in copies)
    return (
        f"{vm.name} could be each of these, which all carry its mark: {names}. Remove the line"
        " 'kombify.stack: …' from the notes of those that are copies."
    )
