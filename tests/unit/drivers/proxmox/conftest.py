"""A Proxmox in memory, which answers as the real one does: tasks that take a while, locks, pending settings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxRefusal
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm, Wishes

AT_ONCE = {"name", "description", "onboot", "tags", "net0", "scsi1", "scsi2", "ide2"}
TEMPLATE = {
    "name": "debian-13",
    "template": 1,
    "boot": "order=scsi0",
    "scsi0": "local-lvm:base-9000-disk-0,size=4G",
    "ide2": "local-lvm:vm-9000-cloudinit,media=cdrom",
    "net0": "virtio=BC:24:11:00:00:01,bridge=vmbr0",
    "memory": "512",
    "cores": 1,
}


class Killed(BaseException):
    """The process is gone, as after kill -9: nobody catches this."""


@dataclass
class Machine:
    """A VM of the fake."""

    node: str
    config: dict[str, Any]
    status: str = "stopped"
    pending: dict[str, Any] = field(default_factory=dict)
    kind: str = "qemu"


@dataclass
class FakeProxmox:
    """The API; ``kill_at`` ends the client after that many calls."""

    machines: dict[int, Machine] = field(default_factory=lambda: {9000: Machine("pve", dict(TEMPLATE))})
    nodes: dict[str, str] = field(default_factory=lambda: {"pve": "online"})
    quorate: bool = True
    shared: bool = False
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    failing_tasks: dict[str, str] = field(default_factory=dict)
    kill_at: int | None = None
    overview: dict[int, str] = field(default_factory=dict)
    """What the overview of the cluster says of the power of a machine while that is out of date."""
    images: set[str] = field(default_factory=set)
    _running: dict[str, tuple[int, Callable[[], str | None], str | None]] = field(default_factory=dict)
    _ended: dict[str, str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)

    def call(self, method: str, path: str, **given: Any) -> Any:
        if self.kill_at is not None and len(self.calls) == self.kill_at:
            raise Killed
        self.calls.append((method, path, given))
        self._tick()
        for pattern, said in self.refusals.items():
            if re.search(pattern, f"{method} {path}"):
                raise ProxmoxRefusal(f"Proxmox refused {method} {path}", said)
        for pattern, answer in ROUTES.items():
            match = re.fullmatch(pattern, f"{method} {path}")
            if match:
                return answer(self, given, *match.groups())
        raise AssertionError(f"the fake does not know {method} {path}")

    @property
    def changes(self) -> list[str]:
        """What was asked to be changed, as text."""
        return [f"{method} {path}" for method, path, _given in self.calls if method != "get"]

    def settle(self) -> None:
        """Let all tasks end."""
        while self._running:
            self.call("get", "cluster/status")

    def find(self, node: str, vmid: str) -> Machine:
        machine = self.machines.get(int(vmid))
        if machine is None or machine.node != node:
            raise ProxmoxRefusal("Proxmox refused", f"Configuration file 'nodes/{node}/{vmid}.conf' does not exist")
        return machine

    def task(self, node: str, kind: str, vmid: int, effect: Callable[[], str | None]) -> str:
        """Begin a task, which ends two requests later whether or not anybody waits for it."""
        upid = f"UPID:{node}:{next(self._numbers):08X}:0:0:{kind}:{vmid}:root@pam!t:"
        failure = next((said for word, said in self.failing_tasks.items() if word in f"{kind} {vmid}"), None)
        self._running[upid] = (len(self.calls) + 2, effect, failure)
        return upid

    def _tick(self) -> None:
        for upid, (end, effect, failure) in list(self._running.items()):
            if len(self.calls) >= end:
                del self._running[upid]
                self._ended[upid] = failure or effect() or "OK"
                if failure and "qmclone" in upid:
                    del self.machines[int(upid.split(":")[6])]

    def _status(self, _given: Any, upid: str) -> dict[str, Any]:
        ended = self._ended.get(upid)
        return {"status": "stopped", "exitstatus": ended} if ended else {"status": "running"}

    def _resources(self, _given: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [{"type": "node", "node": name, "status": s} for name, s in self.nodes.items()]
        for vmid, machine in self.machines.items():
            entry = {"type": machine.kind, "vmid": vmid, "node": machine.node}
            entry["status"] = self.overview.get(vmid, machine.status)
            entry |= {key: machine.config[key] for key in ("name", "template", "tags", "lock") if key in machine.config}
            found.append(entry | {"maxdisk": 4 * 2**30, "mem": 2**28})
        for node in self.nodes:
            for name, content in (("local", "iso,import"), ("local-lvm", "images,rootdir")):
                storage = {"type": "storage", "node": node, "storage": name, "content": content}
                found.append(storage | {"maxdisk": 500 * 2**30, "disk": 40 * 2**30, "shared": int(self.shared)})
        return found

    def _pending(self, _given: Any, node: str, vmid: str) -> list[dict[str, Any]]:
        machine = self.find(node, vmid)
        entries = {key: {"key": key, "value": value} for key, value in machine.config.items()}
        for key, value in machine.pending.items():
            entries.setdefault(key, {"key": key})["pending"] = value
        return list(entries.values())

    def _clone(self, given: Any, node: str, vmid: str) -> str:
        source, new = self.find(node, vmid), int(given["newid"])
        if new in self.machines:
            raise ProxmoxRefusal("Proxmox refused", f"unable to create VM {new}: config file already exists")
        config = {key: value for key, value in source.config.items() if key != "template"}
        config |= {"name": given["name"], "description": given["description"], "lock": "clone"}
        config["net0"] = f"virtio=BC:24:11:00:00:{new % 256:02X},bridge=vmbr0"
        config["scsi0"] = f"{given.get('storage', 'local-lvm')}:vm-{new}-disk-0,size=4G"
        machine = self.machines[new] = Machine(given.get("target", node), config)
        return self.task(node, "qmclone", new, lambda: machine.config.pop("lock") and None)

    def _configure(self, given: Any, node: str, vmid: str) -> None:
        machine = self.find(node, vmid)
        self._refuse_locked(machine)
        if not self.quorate:
            raise ProxmoxRefusal("Proxmox refused", "cluster not ready - no quorum?")
        for key, value in given.items():
            if re.match(r"scsi\d", key):
                storage, _colon, rest = str(value).partition(":")
                size, _comma, options = rest.partition(",")
                value = f"{storage}:vm-{vmid}-disk-{key[4:]},{options},size={size}G"  # noqa: PLW2901
            late = machine.status == "running" and key not in AT_ONCE
            (machine.pending if late else machine.config)[key] = value

    def _resize(self, given: Any, node: str, vmid: str) -> str:
        machine = self.find(node, vmid)

        def effect() -> None:
            parts = [part for part in machine.config[given["disk"]].split(",") if not part.startswith("size=")]
            machine.config[given["disk"]] = ",".join([*parts, f"size={given['size']}"])

        return self.task(node, "resize", int(vmid), effect)

    def _power(self, _given: Any, node: str, vmid: str, action: str) -> str:
        machine = self.find(node, vmid)
        self._refuse_locked(machine)
        if action == "shutdown" and machine.status != "running":
            raise ProxmoxRefusal("Proxmox refused", f"VM {vmid} not running")

        def effect() -> str | None:
            if action == "start" and machine.status == "running":
                return f"VM {vmid} already running"
            machine.status = "stopped" if action == "shutdown" else "running"
            machine.config |= machine.pending
            machine.pending = {}
            return None

        return self.task(node, f"qm{action}", int(vmid), effect)

    def _migrate(self, given: Any, node: str, vmid: str) -> str:
        machine = self.find(node, vmid)
        return self.task(node, "qmigrate", int(vmid), lambda: setattr(machine, "node", given["target"]))

    def _destroy(self, _given: Any, node: str, vmid: str) -> str:
        self.find(node, vmid)
        return self.task(node, "qmdestroy", int(vmid), lambda: self.machines.pop(int(vmid), None) and None)

    def _create(self, given: Any, node: str) -> str:
        config = {key: value for key, value in given.items() if key != "vmid"}
        config["scsi0"] = f"local-lvm:vm-{given['vmid']}-disk-0,size=3584M"
        self.machines[given["vmid"]] = Machine(node, config)
        return self.task(node, "qmcreate", given["vmid"], lambda: None)

    def _convert(self, _given: Any, node: str, vmid: str) -> str:
        machine = self.find(node, vmid)
        return self.task(node, "qmtemplate", int(vmid), lambda: machine.config.update(template=1))

    def _download(self, given: Any, node: str, storage: str) -> str:
        name = f"{storage}:import/{given['filename']}"
        return self.task(node, "download", 0, lambda: self.images.add(name))

    @staticmethod
    def _refuse_locked(machine: Machine) -> None:
        if "lock" in machine.config:
            raise ProxmoxRefusal("Proxmox refused", f"VM is locked ({machine.config['lock']})")


VM = r"nodes/([^/]+)/qemu/(\d+)"
ROUTES: dict[str, Callable[..., Any]] = {
    "get cluster/resources": FakeProxmox._resources,
    "get cluster/status": lambda fake, _given: [{"type": "cluster", "name": "c", "quorate": int(fake.quorate)}],
    f"get {VM}/pending": FakeProxmox._pending,
    f"get {VM}/status/current": lambda fake, _given, node, vmid: {"status": fake.find(node, vmid).status},
    r"get nodes/[^/]+/tasks/([^/]+)/status": FakeProxmox._status,
    r"get nodes/[^/]+/storage/[^/]+/content": lambda fake, _given: [{"volid": one} for one in fake.images],
    f"post {VM}/clone": FakeProxmox._clone,
    f"put {VM}/config": FakeProxmox._configure,
    f"put {VM}/resize": FakeProxmox._resize,
    f"post {VM}/status/(\\w+)": FakeProxmox._power,
    f"post {VM}/migrate": FakeProxmox._migrate,
    f"post {VM}/template": FakeProxmox._convert,
    r"post nodes/([^/]+)/qemu": FakeProxmox._create,
    r"post nodes/([^/]+)/storage/([^/]+)/download-url": FakeProxmox._download,
    f"delete {VM}": FakeProxmox._destroy,
}


@pytest.fixture
def proxmox() -> FakeProxmox:
    return FakeProxmox()


@pytest.fixture
def wishes() -> Wishes:
    return Wishes(stack="home", node="pve", storage="local-lvm", ssh_keys=("ssh-ed25519 AAAA me",))


@pytest.fixture
def web() -> Vm:
    return Vm(
        "web-1", 101, template="debian-13", cores=2, memory_mib=1024, disk_gib=10, disks_gib={"data": 20},
        ip="192.0.2.21", prefix=24, gateway="192.0.2.1", dns=("192.0.2.1",), bridge="vmbr0",
    )  # fmt: skip


@pytest.fixture
def pace() -> Pace:
    """A clock that jumps instead of waiting."""
    seconds = itertools.count()
    return Pace(task_seconds=1000, now=lambda: next(seconds), sleep=lambda _seconds: None)
