# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons not to touch a VM, each said with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import Guest, Survey
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.templates import (
    find_template,
    no_template,
)
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.values import mark
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm, Wishes


@dataclass(frozen=True)
class Refusals:
    """What speaks against a VM of the plan, in the light of what there is."""

    found: Survey
    wishes: Wishes

    def about(self, vm: Vm) -> str | None:
        """Return why this VM cannot be had, or None."""
        guest = self.found.holder(vm.vmid)
        return (
            self._elsewhere(vm)
            or (self._foreign(vm, guest) if guest is not None else None)
            or (self._moved(vm, guest) if guest is not None else None)
            or (self._missing(vm) if guest is None else None)
        )

    def _elsewhere(self, vm: Vm) -> str | None:
        """A VM of this name that another Proxmox has."""
        if vm.name not in self.wishes.elsewhere:
            return None
        return (
            f"{vm.name} exists on {self.wishes.elsewhere[vm.name]}, which belongs to another Proxmox, and the plan"
            f" wants it on {self.wishes.node}. Pin it with runs_on: {self.wishes.elsewhere[vm.name]}, or remove it"
            " there (state: absent) and restore its data from a backup."
        )

    def _foreign(self, vm: Vm, guest: Guest) -> str | None:
        """The VMID is taken by something that is not this VM."""
        if guest.owner == (self.wishes.stack, vm.name):
            return None
        if guest.owner is not None:
            whose = f"which is node {guest.owner[1]} of stack {guest.owner[0]}"
        else:
            whose = "which kombify.stack did not make"
        advice = f"Write another number for {vm.name}, such as vmid: {self.found.free_vmid(guest.vmid)}"
        if guest.kind == "qemu" and not guest.template and guest.owner is None:
            advice += f"; or hand that VM over by writing '{mark(self.wishes.stack, vm.name)}' into its notes"
        return f"{vm.name}: VMID {vm.vmid} is taken by {guest}, {whose}. Nothing was done to it. {advice}."

    def _moved(self, vm: Vm, guest: Guest) -> str | None:
        if guest.node == self.wishes.node or self.wishes.migrate:
            return None
        return (
            f"{vm.name} runs on {guest.node}, and the plan wants it on {self.wishes.node}. Let it be moved with"
            f" proxmox_migrate: true (its disks are copied), or keep it with runs_on: {guest.node}."
        )

    def _missing(self, vm: Vm) -> str | None:
        """What a new VM needs and does not find."""
        if not self.wishes.ssh_keys:
            return (
                f"{vm.name}: no SSH key is known, so nobody could log in. Set proxmox_ssh_keys to public keys, or make"
                " one with: ssh-keygen -t ed25519"
            )
        if vm.template is None:
            return (
                f"{vm.name} has no template to be cloned from. Write providers.NAME.template, or template at the node."
            )
        if find_template(self.found, vm.template) is None:
            return f"{vm.name}: {no_template(self.found, vm.template)}"
        if self.wishes.storage is None:
            return None
        storage = self.found.storage(self.wishes.storage)
        if storage is None or "images" not in storage.content:
            fit = [one.name for one in self.found.storages if one.node == self.found.node and "images" in one.content]
            return (
                f"{vm.name}: {self.found.node} has no storage {self.wishes.storage} for disks of VMs; it has:"
                f" {', '.join(sorted(fit)) or 'none that the token may see'}. Write one of them as"
                " providers.NAME.storage."
            )
        return None

    def no_quorum(self) -> str:
        """The cluster cannot agree on changes."""
        offline = [name for name, online in sorted(self.found.nodes.items()) if not online]
        which = f" Offline: {', '.join(offline)}." if offline else ""
        return (
            f"The cluster has lost its quorum, so nothing can be changed; nothing was.{which}"
            " Bring its nodes back (pvecm status shows them) and run again."
        )


def locked(guest: Guest) -> str:
    """Another task works on a VM."""
    return (
        f"{guest} is locked ({guest.lock}): another task works on it. Wait until that has ended and run again."
        f" When no task is left, remove the lock on {guest.node} with: qm unlock {guest.vmid}"
    )
