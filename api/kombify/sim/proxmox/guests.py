# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""VMs that run are machines of the lab that run: power goes one way, and what became of it comes back."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from kombify.sim.errors import SimError
from kombify.sim.machine import Machine
from kombify.sim.proxmox.machines import Machines, address_of, label, machine_of

LOOK_EVERY = 0.3
"""Seconds for which the lab's machines are taken to be as they were last seen."""


class Guests:
    """The VMs of the cluster and the machines that they are. Calls block, so they are made from threads."""

    def __init__(self, lab: Machines, bridges: Mapping[str, str | None], hangs: Callable[[Any], bool]) -> None:
        self._lab = lab
        self.bridges = bridges
        """Each bridge with the network that hands out addresses on it."""
        self._hangs = hangs
        self._looked = float("-inf")
        self.names: dict[int, str] = {}
        """The machine of each VM that was ever to be started."""
        self.hung: set[int] = set()
        """The VMs that are powered on and whose system did not come up."""
        self.moves: Counter[int] = Counter()
        """How often something was begun or ended with a VM's machine: what was seen before that counts no more."""

    def boot(self, vm: Any) -> None:
        """Boot the machine of a VM; the first time, make it."""
        self.hung.discard(vm.vmid)
        if self._hangs(vm):
            self.hung.add(vm.vmid)
            return
        machines = self._lab.machines()
        name = self.names[vm.vmid]
        others = {other.name: other for other in machines.values() if other.name != name}
        wanted = machine_of(vm.config, name, self._address(vm, others))
        if name not in machines:
            self._lab.add(wanted)
            return
        if self._lab.state(name) == "running":
            return
        if machines[name] != wanted:
            self._lab.change(wanted)
        self._lab.start(name)

    def call(self, vm: Any) -> None:
        """Give the machine of a VM its name; that is kept before anything is made under it."""
        if vm.vmid not in self.names:
            self.names[vm.vmid] = _free_name(vm, self._lab.machines())

    def shut_down(self, vm: Any) -> None:
        """Ask the system of a VM to end."""
        if vm.vmid in self.hung:
            raise SimError("a system that did not come up does not shut down")
        self._stop(vm, force=False)

    def pull_plug(self, vm: Any) -> None:
        """End a VM at once."""
        self._stop(vm, force=True)

    def reset(self, vm: Any) -> None:
        """Press the reset button."""
        self._stop(vm, force=True)
        self.boot(vm)

    def remove(self, vm: Any) -> None:
        """Remove the machine of a VM, with its disk."""
        self.hung.discard(vm.vmid)
        name = self.names.pop(vm.vmid, None)
        if name and name in self._lab.machines():
            self._lab.rm(name)

    def follow(self, vm: Any) -> None:
        """Make the machine run or not, as its VM does."""
        if vm.status == "running":
            self.boot(vm)
        else:
            self.pull_plug(vm)

    def due(self) -> bool:
        """Tell whether it is time to look at the lab again, and take it as done."""
        due = time.monotonic() - self._looked > LOOK_EVERY
        if due:
            self._looked = time.monotonic()
        return due

    def forget_look(self) -> None:
        """Look at the lab at the next occasion."""
        self._looked = float("-inf")

    def seen(self, vmids: list[int]) -> dict[int, bool]:
        """Return for each VM whether its machine runs: it may have been switched off from inside."""
        machines = self._lab.machines()
        named = {vmid: self.names.get(vmid) for vmid in vmids}
        return {
            vmid: bool(name and name in machines and self._lab.state(name) == "running") for vmid, name in named.items()
        }

    def address(self, vm: Any) -> str | None:
        """Return the address of a VM's machine, with its prefix."""
        machine = self._lab.machines().get(self.names.get(vm.vmid, ""))
        return machine.address if machine else None

    def _address(self, vm: Any, others: Mapping[str, Machine]) -> str:
        """A leased address stays, as long as the machine is there."""
        known = self.address(vm)
        if known and "ip=dhcp" in f"{vm.config.get('ipconfig0', 'ip=dhcp')}":
            return known
        return address_of(vm.config, self.bridges, [other.address for other in others.values()])

    def _stop(self, vm: Any, *, force: bool) -> None:
        self.hung.discard(vm.vmid)
        name = self.names.get(vm.vmid)
        if name and name in self._lab.machines() and self._lab.state(name) == "running":
            self._lab.stop(name, force=force)


def _free_name(vm: Any, others: Mapping[str, Machine]) -> str:
    """Return the VM's own name, or one with its number where a machine of the lab has that name already."""
    name = label(vm.name)
    return f"{name}-{vm.vmid}" if name in others else name
