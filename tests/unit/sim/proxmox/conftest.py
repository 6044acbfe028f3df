"""A simulated Proxmox in this process, over a lab whose machines are only noted down."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from proxmoxer import ProxmoxAPI

from kombify.sim.errors import SimError
from kombify.sim.hypervisors import CERTIFICATE, CLIENT, KEY, ProxmoxSettings
from kombify.sim.machine import Machine, State
from kombify.sim.proxmox.fake import make_cert
from kombify.sim.proxmox.server import SimulatedProxmox

TOKEN = f"{CLIENT}={UUID(int=7)}"
PATIENCE = 20


@dataclass
class NotedLab:
    """A lab without machines: it notes what was asked of it."""

    known: dict[str, Machine] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    broken: str = ""
    """Why no machine can be made, if none can."""

    def machines(self) -> Mapping[str, Machine]:
        return dict(self.known)

    def add(self, machine: Machine) -> None:
        if self.broken:
            raise SimError(self.broken)
        self.known[machine.name] = machine
        self.start(machine.name)

    def change(self, machine: Machine) -> None:
        assert machine.name not in self.running
        self.known[machine.name] = machine

    def start(self, name: str) -> None:
        self.asked.append(f"start {name}")
        self.running.add(name)

    def stop(self, name: str, *, force: bool = False) -> None:
        self.asked.append(f"pull {name}" if force else f"stop {name}")
        self.running.discard(name)

    def rm(self, name: str) -> None:
        self.running.discard(name)
        del self.known[name]

    def state(self, name: str) -> State:
        return "running" if name in self.running else "stopped"


class Cluster:
    """A simulated Proxmox that serves from a thread, and a client of it."""

    def __init__(self, folder: Path, settings: ProxmoxSettings, lab: NotedLab) -> None:
        self.folder, self.settings, self.lab = folder, settings, lab
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        make_cert(str(folder), name="proxmox", hosts=(settings.host,))
        self._thread.start()
        self.pve = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(PATIENCE)
        self.api = self.client(TOKEN)

    async def _serve(self) -> SimulatedProxmox:
        pve = SimulatedProxmox(self.folder, self.settings, TOKEN, self.lab)
        await pve.start(str(self.folder / CERTIFICATE), str(self.folder / KEY))
        return pve

    async def _drop(self) -> None:
        await self.pve.stop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def client(self, token: str) -> Any:
        user, _, rest = token.partition("!")
        name, _, value = rest.partition("=")
        ca = str(self.folder / CERTIFICATE)
        return ProxmoxAPI(
            self.pve.url.removeprefix("https://"), user=user, token_name=name, token_value=value, verify_ssl=ca
        )

    def end(self) -> None:
        """End at once: nothing is written down any more."""
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def done(self, upid: str) -> str:
        """Wait for a task, and return how it ended."""
        node = upid.split(":")[1]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            status = self.api.nodes(node).tasks(upid).status.get()
            if status["status"] == "stopped":
                return str(status["exitstatus"])
            time.sleep(0.005)
        raise AssertionError(f"the task did not end: {upid}")

    def vm(self, vmid: int = 101, node: str = "pve") -> Any:
        return self.api.nodes(node).qemu(vmid)

    def clone(self, vmid: int = 101, name: str = "web-1", **more: Any) -> Any:
        """Clone the template, give the VM an address, and return it."""
        assert self.done(self.vm(9000).clone.post(newid=vmid, name=name, **more)) == "OK"
        self.vm(vmid).config.put(ipconfig0=f"ip=10.77.0.{vmid - 90}/24,gw=10.77.0.1", ciuser="kombify")
        return self.vm(vmid)

    def started(self, vmid: int = 101, name: str = "web-1") -> Any:
        vm = self.clone(vmid, name)
        assert self.done(vm.status.start.post()) == "OK"
        return vm


@pytest.fixture
def lab() -> NotedLab:
    return NotedLab()


@pytest.fixture
def settings() -> ProxmoxSettings:
    return ProxmoxSettings()


@pytest.fixture
def cluster(tmp_path: Path, settings: ProxmoxSettings, lab: NotedLab) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path, settings, lab)
    yield cluster
    cluster.end()
