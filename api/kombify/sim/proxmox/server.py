# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The simulated Proxmox: fakepve's API with power, disks, hypervisors and faults that behave as the real ones."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import subprocess
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from kombify.sim.errors import SimError
from kombify.sim.hypervisors import STATE, ProxmoxSettings
from kombify.sim.proxmox.cluster import furnish
from kombify.sim.proxmox.disks import Disks
from kombify.sim.proxmox.fake import PveError, TaskError
from kombify.sim.proxmox.guests import Guests
from kombify.sim.proxmox.hosts import Hosts
from kombify.sim.proxmox.machines import Machines
from kombify.sim.proxmox.moves import Moves
from kombify.sim.proxmox.state import Keeper
from kombify.sim.proxmox.striking import Faults

TIME_SCALE = 0.01
"""Seconds that pass here while one passes in fakepve; more than 0, so that tasks run beside requests."""
LOCK_WAIT = 10
"""Seconds that a task waits for another one of the same VM."""
SLOW = 5.0
"""Seconds that every task takes longer with the fault slow."""


class SimulatedProxmox(Disks, Hosts, Moves):
    """A cluster whose VMs are machines of a lab."""

    def __init__(self, folder: Path, settings: ProxmoxSettings, token: str, lab: Machines) -> None:
        super().__init__(password=secrets.token_hex(), host=settings.host, port=settings.port)
        self.settings = settings
        self.cluster_name = folder.name
        self.time_scale = TIME_SCALE
        self.lock_wait = LOCK_WAIT / TIME_SCALE
        self.max_requests = 0
        self.apitokens = dict([token.split("=", 1)])
        self._faults = Faults(folder)
        self.guests = Guests(lab, settings.bridges, partial(self._faults.strike, "no-boot"))
        self._keeper = Keeper(folder / STATE)
        self._after: Mapping[str, Callable[[Any], None]] = {
            "qmstart": self.guests.boot,
            "qmreboot": self.guests.boot,
            "qmreset": self.guests.reset,
            "qmstop": self.guests.pull_plug,
            "qmdestroy": self.guests.remove,
            "qmcreate": self.guests.follow,
            "qmrollback": self.guests.follow,
        }
        self._keeper.restore(self)
        furnish(self, settings)

    # -- requests

    async def _answer(self, request: web.Request, handler: Any, generic: Any, path_node: str | None) -> Any:
        """Answer a request, knowing what became of the machines and the faults since the last one."""
        if self._faults.changed():
            self._apply_faults()
        await self._look()
        changing = request.method not in ("GET", "HEAD")
        if changing and not self.quorate:
            return web.json_response(
                {"data": None, "message": "cluster not ready - no quorum?\n"},
                status=500,
                reason="cluster not ready - no quorum?",
            )
        response = await super()._answer(request, handler, generic, path_node)
        if changing:
            self.save()
        return response

    def _authenticate(self, request: web.Request) -> Any:
        """Refuse a wrong token with the words of Proxmox."""
        header = request.headers.get("Authorization", "")
        if not header.startswith("PVEAPIToken="):
            return super()._authenticate(request)
        token_id, _, secret = header.removeprefix("PVEAPIToken=").partition("=")
        user, _, name = token_id.partition("!")
        if user not in {known.partition("!")[0] for known in self.apitokens}:
            raise PveError(401, f"no such user ('{user}')")
        if token_id not in self.apitokens:
            raise PveError(401, f"no such token '{name}' for user '{user}'")
        if not hmac.compare_digest(self.apitokens[token_id].encode(), secret.encode()):
            raise PveError(401, "invalid token value!")
        return token_id

    # -- tasks

    async def task(
        self,
        node: str,
        ttype: str,
        tid: Any,
        user: str,
        body: Callable[[], Awaitable[str | None]],
        vm: Any = None,
        lock: bool = True,
        log: Any = (),
    ) -> Any:
        """Run a task and then what it means for the machine of its VM."""

        upids: list[str] = []

        async def whole() -> str | None:
            try:
                if self._faults.on("slow"):
                    await asyncio.sleep(SLOW)
                note = await body()
                if ttype == "qmclone":
                    self.own_cloud_init_drive(vm)
                if vm is not None and ttype in self._after:
                    await self._do(vm, self._after[ttype])
                return note
            except TaskError:
                raise
            except PveError as error:
                raise TaskError(error.message) from error
            except Exception as fault:
                traceback.print_exception(fault)
                raise TaskError(f"fault of the simulation: {fault}") from fault
            finally:
                self._apply_faults()
                asyncio.get_running_loop().call_soon(self._ended, upids)

        # The task begins only after its number is known: it runs beside us.
        upids.append(await super().task(node, ttype, tid, user, whole, vm=vm, lock=lock, log=log))
        return upids[0]

    async def _do(self, vm: Any, action: Callable[[Any], None]) -> None:
        """Do to a machine what was done to its VM; a VM whose machine does not start is off."""
        self.guests.moves[vm.vmid] += 1
        self.guests.call(vm)
        self.save()
        try:
            await asyncio.to_thread(action, vm)
        except (SimError, OSError, subprocess.SubprocessError) as error:
            starting = action in (self.guests.boot, self.guests.reset, self.guests.follow)
            if starting:
                vm.status = vm.qmpstatus = "stopped"
            raise TaskError(f"start failed: {error}" if starting else str(error)) from error
        finally:
            self.guests.moves[vm.vmid] += 1
            self._answer_as_agent(vm)

    async def _powerdown(self, vm: Any, p: Mapping[str, Any]) -> str | None:
        """Ask the system of a VM to end; one that hangs is ended by force, if the request says so."""
        forced = str(p.get("forceStop", 0)) in ("1", "true")
        try:
            await self._do(vm, self.guests.shut_down)
        except TaskError as error:
            if not forced:
                raise TaskError("VM quit/powerdown failed - got timeout") from error
            await self._do(vm, self.guests.pull_plug)
        vm.status = vm.qmpstatus = "stopped"
        return None

    def _ended(self, upids: list[str]) -> None:
        task = self.tasks[upids[0]]
        print(f"{time.strftime('%H:%M:%S')} {task['type']} {task['id']}: {task.get('exitstatus')}", flush=True)
        self.save()

    def save(self) -> None:
        """Keep what is known over the end of this process."""
        self._keeper.save(self)

    # -- machines

    async def _look(self) -> None:
        """See which VMs were switched on or off in the lab, or from inside."""
        if not self.guests.due():
            return
        before = {vm.vmid: self.guests.moves[vm.vmid] for vm in self.vms if self._idle(vm)}
        try:
            running = await asyncio.to_thread(self.guests.seen, list(before))
        except (SimError, OSError):
            # A machine was removed while we looked: the next look will see it.
            return
        for vm in self.vms:
            if self._idle(vm) and before.get(vm.vmid) == self.guests.moves[vm.vmid]:
                self._see(vm, running=running[vm.vmid])

    def _idle(self, vm: Any) -> bool:
        """Tell whether nobody does something with the machine of a VM right now."""
        return not vm.template and vm.lock_holder is None

    def _see(self, vm: Any, *, running: bool) -> None:
        """Take over whether the machine of a VM runs. One whose system did not come up has none that does."""
        if vm.vmid in self.guests.hung and not running:
            return
        self.guests.hung.discard(vm.vmid)
        status = "running" if running else "stopped"
        if vm.status != status:
            vm.status = vm.qmpstatus = status
            vm.started_at = time.time() if running else None
        if running == (vm.agent is None):
            self._answer_as_agent(vm)

    def _answer_as_agent(self, vm: Any) -> None:
        """Let the guest agent of a running VM answer with what its machine really has."""
        address = self.guests.address(vm)
        if vm.status != "running" or address is None or vm.vmid in self.guests.hung:
            vm.agent = None
            return
        ip, _, prefix = address.partition("/")
        mac = str(vm.config.get("net0", "")).partition("=")[2].partition(",")[0].lower()
        found = {"ip-address": ip, "ip-address-type": "ipv4", "prefix": int(prefix or 32)}
        vm.agent = {"interfaces": [{"name": "eth0", "hardware-address": mac, "ip-addresses": [found]}]}

    def _apply_faults(self) -> None:
        """Be as the faults that are on say, for the VMs that there are now."""
        self.quorate = not self._faults.on("quorum-lost")
        self.full = self._faults.on("storage-full")
        for vm in self.vms:
            locked = self._faults.strike("vm-locked", vm)
            if locked and not vm.lock:
                self.snapshot_lock(vm.vmid, "backup")
            elif not locked and vm.lock == "backup":
                self.unlock(vm.vmid)
