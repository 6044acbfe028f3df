# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The hypervisors themselves: their size, their bridges, and what a client may know of them."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from kombify.sim.hypervisors import ProxmoxSettings
from kombify.sim.proxmox.cluster import ROOT_DISK
from kombify.sim.proxmox.fake import FakePve


class Hosts(FakePve):  # type: ignore[misc]
    """A cluster whose hypervisors have a size."""

    settings: ProxmoxSettings

    def _routes_hosts(self) -> list[tuple[str, str, Any]]:
        return [
            ("GET", "/nodes/{node}/status", self._node_status),
            ("GET", "/nodes/{node}/network", self._node_network),
        ]

    async def _node_status(self, values: Mapping[str, Any], user: str) -> Any:
        node = values["node"]
        size = self._size(node)
        data = {
            "cpu": 0.02,
            "cpuinfo": {"cpus": size["maxcpu"], "cores": size["maxcpu"], "sockets": 1, "model": "Simulated CPU"},
            "memory": {"total": size["maxmem"], "used": size["mem"], "free": size["maxmem"] - size["mem"]},
            "rootfs": {"total": ROOT_DISK, "used": 0, "free": ROOT_DISK, "avail": ROOT_DISK},
            "loadavg": ["0.10", "0.08", "0.05"],
            "current-kernel": {
                "sysname": "Linux",
                "release": "6.14.8-2-pve",
                "version": "#1 SMP PREEMPT_DYNAMIC PMX 6.14.8-2",
                "machine": platform.machine(),
            },
            "kversion": "Linux 6.14.8-2-pve",
            "pveversion": f"pve-manager/{self.version}/simulated",
        }
        return self._complete("/nodes/{node}/status", data, node=node)

    async def _node_network(self, values: Mapping[str, Any], user: str) -> list[dict[str, Any]]:
        if values.get("type", "any_bridge") not in ("bridge", "any_bridge", "any_local_bridge", "include_sdn"):
            return []
        bridges = sorted(self.settings.bridges)
        return [{"iface": name, "type": "bridge", "active": 1, "autostart": 1, "method": "manual"} for name in bridges]

    async def _do_start(self, vm: Any, user: str, p: Mapping[str, Any]) -> Any:
        """Start a VM, unless its hypervisor does not have what the VM wants of it."""
        missing = [bridge for bridge in bridges_of(vm.config) if bridge not in self.settings.bridges]
        most = self.settings.nodes[vm.node].cores
        wanted = int(vm.config.get("cores", 1)) * int(vm.config.get("sockets", 1))
        vm.start_error = "start failed: QEMU exited with code 1" if missing else None
        if wanted > most:
            vm.start_error = f"MAX {most} vcpus allowed per VM on this node"
        upid = await super()._do_start(vm, user, p)
        self.tasks[upid]["log"][:0] = [f"bridge '{bridge}' does not exist" for bridge in missing]
        return upid

    async def _nodes(self, request: web.Request) -> web.Response:
        return self._sized(await super()._nodes(request))

    async def _resources(self, request: web.Request) -> web.Response:
        return self._sized(await super()._resources(request))

    def _sized(self, response: web.Response) -> web.Response:
        """Put the real sizes of nodes and storages into a list of things."""
        body = json.loads(response.text or "{}")
        for item in body["data"]:
            if item.get("type") == "node" and item["status"] == "online":
                item.update(self._size(item["node"]))
            elif item.get("type") == "storage":
                total, used, _ = self._space(self.storages[item["storage"]])
                item.update(maxdisk=total, disk=used)
        return web.json_response(body)

    def _size(self, node: str) -> dict[str, int]:
        """Return a node's capacity and how much memory its running VMs have."""
        size = self.settings.nodes[node]
        running = [vm for vm in self.vms if vm.node == node and vm.status == "running"]
        used = sum(self._vm_usage(vm)["mem"] for vm in running)
        return {"maxcpu": size.cores, "maxmem": size.memory, "mem": used, "maxdisk": ROOT_DISK, "disk": 0}


def bridges_of(config: Mapping[str, Any]) -> list[str]:
    """Return the bridges that a VM is connected to."""
    cards = [str(value) for key, value in sorted(config.items()) if re.fullmatch(r"net\d+", key)]
    return [found[1] for card in cards if (found := re.search(r"\bbridge=([^,]+)", card))]
