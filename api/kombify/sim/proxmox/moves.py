# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Moving a VM to another node of the cluster; its machine goes on as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kombify.sim.proxmox.fake import FakePve, TaskError, die


class Moves(FakePve):  # type: ignore[misc]
    """A cluster between whose nodes VMs can be moved."""

    def _routes_moves(self) -> list[tuple[str, str, Any]]:
        return [("POST", "/nodes/{node}/qemu/{vmid}/migrate", self._migrate)]

    async def _migrate(self, values: Mapping[str, Any], user: str) -> Any:
        vm = self.find(values["node"], values["vmid"])
        target = values["target"]
        self.require(user, f"/vms/{vm.vmid}", "VM.Migrate")
        if target == vm.node:
            raise die("target is local node.")
        if target not in self.nodes:
            raise die(f"no such cluster node '{target}'")
        self._check_lock(vm)
        running = vm.status == "running"
        if running and not values.get("online"):
            raise die("can't migrate running VM without --online")

        async def body() -> None:
            if running and not self.disks_are_shared(vm) and not values.get("with-local-disks"):
                raise TaskError("migration aborted")
            vm.node = target

        return await self.task(vm.node, "qmigrate", vm.vmid, user, body, vm=vm)
