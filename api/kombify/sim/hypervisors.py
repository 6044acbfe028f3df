"""The simulated Proxmox of a lab, seen from outside: its settings, its process and its faults.

The simulation itself is a program of its own (``kombify.sim.proxmox``, AGPL-3.0-or-later);
nothing here imports it: it is told what to be by files of the lab, and spoken to over HTTPS.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.sim.errors import SimError
from kombify.sim.faults import Fault, list_faults, read_faults, write_fault
from kombify.sim.locks import PidFile, locked

__all__ = [
    "Endpoint",
    "ProxmoxNode",
    "ProxmoxSettings",
    "Storage",
    "list_faults",
    "proxmox_endpoint",
    "proxmox_running",
    "remove_proxmox",
    "set_fault",
    "start_proxmox",
    "stop_proxmox",
    "switched_on",
]

SETTINGS, TOKEN, RUN, LOCK, GUARD, LOG = (
    f"proxmox.{end}" for end in ("json", "token", "run.json", "lock", "guard", "log")
)
"""What is held in LOCK is the running process; GUARD, starting and stopping it."""
CERTIFICATE, KEY, STATE = "proxmox.crt", "proxmox.key", "proxmox.state.json"
NOT_INHERITED = {"KOMBIFY_JOB"}
"""Variables that say to whom a process belongs: this one outlives the command that starts it."""
MISSING = """The simulated Proxmox needs packages that are not installed: pip install "kombify[sim]\""""
GIB = 2**30
PATIENCE = 10.0
LOOK = 0.02
CLIENT = "root@pam!kombify"
"""Whose token it is: ``USER@REALM!TOKENID``."""


class LabFolder(Protocol):
    """What is needed of a lab: where its files are."""

    @property
    def folder(self) -> Path:
        """Its folder."""


@dataclass(frozen=True)
class Storage:
    """A storage of the cluster, there on every node of it."""

    type: str = "lvmthin"
    """As Proxmox names it: dir, lvmthin, zfspool, nfs, …"""
    size: int = 500 * GIB
    """Its capacity, in bytes."""
    shared: bool = False
    """Whether every node sees the same disks on it."""


@dataclass(frozen=True)
class ProxmoxNode:
    """A hypervisor of the cluster."""

    cores: int = 16
    memory: int = 64 * GIB
    """In bytes."""


@dataclass(frozen=True)
class ProxmoxSettings:
    """What the simulated cluster is made of."""

    nodes: Mapping[str, ProxmoxNode] = field(default_factory=lambda: {"pve": ProxmoxNode()})
    templates: Mapping[str, int] = field(default_factory=lambda: {"debian-13": 9000})
    """The number of each image's template on the first node; the second has it at 100 more, and so on."""
    bridges: Mapping[str, str | None] = field(default_factory=lambda: {"vmbr0": None})
    """Each bridge with the network that hands out addresses on it, such as 10.77.0.0/24."""
    storages: Mapping[str, Storage] = field(default_factory=lambda: {"local-lvm": Storage()})
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one, and keeps it while it stays free."""
    token_id: str = CLIENT

    def save(self, folder: Path) -> None:
        """Write it into a lab's folder."""
        write_private(folder / SETTINGS, json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, folder: Path) -> ProxmoxSettings:
        """Read it from a lab's folder."""
        data: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        data["nodes"] = {name: ProxmoxNode(**node) for name, node in data["nodes"].items()}
        data["storages"] = {name: Storage(**storage) for name, storage in data["storages"].items()}
        return cls(**data)


@dataclass(frozen=True)
class Endpoint:
    """How to reach the API."""

    url: str
    token_file: Path
    """A file with ``USER@REALM!TOKENID=UUID``."""
    ca_file: Path
    """The certificate that it shows."""


def start_proxmox(lab: LabFolder, settings: ProxmoxSettings, *, seconds: float = 30) -> Endpoint:
    """Start the simulated Proxmox of a lab, or leave it running when it is as it shall be."""
    if find_spec("fakepve") is None or find_spec("cryptography") is None:
        raise SimError(MISSING)
    with locked(lab.folder / GUARD):
        if not settings.port:
            settings = replace(settings, port=_last_port(lab.folder))
        if proxmox_running(lab):
            if ProxmoxSettings.load(lab.folder) == settings:
                return proxmox_endpoint(lab)
            _end(lab)
        settings.save(lab.folder)
        _make_token(lab.folder, settings.token_id)
        _launch(lab.folder, seconds)
        replace(settings, port=_run(lab.folder)["port"]).save(lab.folder)
        return proxmox_endpoint(lab)


def stop_proxmox(lab: LabFolder) -> None:
    """Stop it; its VMs go on, and are known to it when it starts again."""
    with suppress(FileNotFoundError), locked(lab.folder / GUARD):
        _end(lab)
        (lab.folder / GUARD).unlink()


def remove_proxmox(lab: LabFolder) -> None:
    """Stop it and forget everything that it knew. The machines of its VMs are the lab's to remove."""
    with suppress(FileNotFoundError), locked(lab.folder / GUARD):
        _end(lab)
        for file in (*lab.folder.glob("proxmox.*"), *lab.folder.glob(".proxmox.*")):
            file.unlink(missing_ok=True)


def proxmox_running(lab: LabFolder) -> bool:
    """Tell whether it runs."""
    return PidFile(lab.folder / LOCK).holder() is not None


def proxmox_endpoint(lab: LabFolder) -> Endpoint:
    """Return how to reach it."""
    if not proxmox_running(lab) or not (lab.folder / RUN).exists():
        raise SimError("The simulated Proxmox does not run. Start it with: kombify sim up")
    return Endpoint(_run(lab.folder)["url"], lab.folder / TOKEN, lab.folder / CERTIFICATE)


def set_fault(lab: LabFolder, name: str, on: bool, *, vm: str | None = None, node: str | None = None) -> None:
    """Switch a fault on or off. It counts from the next request on, and stays over a restart."""
    write_fault(lab.folder, name, on, vm=vm, node=node)


def switched_on(lab: LabFolder) -> tuple[Fault, ...]:
    """Return the faults that are on."""
    return read_faults(lab.folder)


def _last_port(folder: Path) -> int:
    return ProxmoxSettings.load(folder).port if (folder / SETTINGS).exists() else 0


def _make_token(folder: Path, token_id: str) -> None:
    """Make the token of a lab once; it goes from file to file, and never through an argument."""
    path = folder / TOKEN
    if not path.exists() or not path.read_text(encoding="utf-8").startswith(f"{token_id}="):
        write_private(path, f"{token_id}={uuid.UUID(bytes=secrets.token_bytes(16), version=4)}\n")


def _run(folder: Path) -> dict[str, Any]:
    """Return what the process wrote down when it began to listen."""
    found: dict[str, Any] = json.loads((folder / RUN).read_text(encoding="utf-8"))
    return found


def _launch(folder: Path, seconds: float) -> None:
    """Start the process, and wait until it listens."""
    (folder / RUN).unlink(missing_ok=True)
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "kombify.sim.proxmox", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={name: value for name, value in os.environ.items() if name not in NOT_INHERITED},
            start_new_session=True,
        )
    finally:
        os.close(log)
    end = time.monotonic() + seconds
    while not (folder / RUN).exists():
        if process.poll() is not None:
            last = (folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise SimError(f"The simulated Proxmox did not start: {' '.join(last)} (more in {folder / LOG})")
        if time.monotonic() > end:
            process.kill()
            process.wait()
            raise SimError(f"The simulated Proxmox was not ready after {seconds:.0f} s, see {folder / LOG}")
        time.sleep(LOOK)


def _end(lab: LabFolder) -> None:
    """End the process, in order if it can."""
    process = PidFile(lab.folder / LOCK)
    for number in (signal.SIGTERM, signal.SIGKILL):
        pid = process.holder()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            _await_end(process, pid)
    for name in (RUN, LOCK):
        (lab.folder / name).unlink(missing_ok=True)


def _await_end(process: PidFile, pid: int) -> None:
    end = time.monotonic() + PATIENCE
    while process.holder() == pid:
        if time.monotonic() > end:
            return
        time.sleep(LOOK)
    # It may be our child, whose end somebody has to take notice of.
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
