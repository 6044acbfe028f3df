"""The driver netns: real Linux machines out of namespaces, for root."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from kombify.sim import doctor, image, keys
from kombify.sim.errors import SimError
from kombify.sim.folders import labs_folder
from kombify.sim.host import ThisHost
from kombify.sim.locks import PidFile
from kombify.sim.machine import Machine, State
from kombify.sim.netns import linux, services
from kombify.sim.netns.cgroups import LabGroups
from kombify.sim.netns.network import LabNetwork
from kombify.sim.netns.node import NodeFolder
from kombify.sim.netns.ssh import LabSsh
from kombify.sim.order import read_order

SHUTDOWN_SECONDS = 45.0
REBOOT_SECONDS = 60.0
_SUPERVISOR, _EGRESS = "kombify.sim.netns.supervisor", "kombify.sim.egress"
_LOOK = 0.02


class NetnsDriver:
    """The machines of one lab."""

    name = "netns"
    unreal: tuple[str, ...] = (
        "machines share the kernel of this one: no modules, no sysctls beyond the network's, no block devices",
        "CPU, memory and load that a machine shows are those of this one (its limit of memory holds)",
        "the clock is the one of this machine",
    )

    def __init__(self, lab: str, folder: Path) -> None:
        self.lab = lab
        self.folder = folder
        self.network = LabNetwork(lab)
        self.key = folder / keys.NAME
        self.ssh = LabSsh(folder, self.network.path, self.key)

    def up(self) -> None:
        """Make the network and the control groups, and start the package proxy."""
        _require_root()
        image.ensure()
        self.network.up(str(self.folder))
        self._groups().make()
        self._start_egress()

    def down(self) -> None:
        """End every process of the lab at once, and remove what they ran in."""
        _require_root()
        self.network.require_owner(str(self.folder))
        self.ssh.close()
        for module in (_SUPERVISOR, _EGRESS):
            services.end(module, self.lab)
        self._groups().remove()
        self.network.down()

    def add(self, machine: Machine) -> None:
        """Make a machine and boot it."""
        self.start(machine.name)

    def start(self, name: str) -> None:
        """Boot a machine; one that runs stays as it is."""
        node = self._node(name)
        if node.supervisor.holder() is None:
            self.network.require_up()
            _require_inotify(self._groups().running_nodes() + 1)
            self._pull_the_plug(node)
            self.ssh.renew()
            words = (self.lab, node.path, self._public_key(), image.ensure())
            services.start(_SUPERVISOR, words, node.console, f"node {name}")
        # Its address may be another one than when it ran before, or who started it was killed before this.
        self.ssh.write_known_hosts()

    def stop(self, name: str, *, force: bool = False) -> None:
        """Shut a machine down in order, or pull the plug."""
        node = self._node(name)
        if force:
            self._pull_the_plug(node)
            return
        _tell(node, signal.SIGTERM)
        if not _becomes_true(lambda: node.supervisor.holder() is None, SHUTDOWN_SECONDS):
            seconds = f"{SHUTDOWN_SECONDS:.0f} s"
            raise SimError(f"{name} did not shut down in {seconds}: kombify sim stop --force {self.lab} {name}")

    def reboot(self, name: str) -> None:
        """Restart a machine in order; return when it boots again."""
        node = self._node(name)
        if node.supervisor.holder() is None:
            raise SimError(f"{name} does not run: kombify sim start {self.lab} {name}")
        before = node.boot_id.read_bytes()
        _tell(node, signal.SIGHUP)
        if not _becomes_true(lambda: node.boot_id.read_bytes() != before, REBOOT_SECONDS):
            raise SimError(f"{name} did not reboot in {REBOOT_SECONDS:.0f} s: kombify sim logs {self.lab} {name}")

    def rm(self, name: str) -> None:
        """Remove a machine with its disk."""
        node = self._node(name)
        self._pull_the_plug(node)
        shutil.rmtree(node.path, ignore_errors=True)
        self.ssh.write_known_hosts()

    def wait(self, name: str, seconds: float) -> float:
        """Wait until the SSH server answers."""
        self.network.require_up()
        address = read_order(self._node(name).path).address.partition("/")[0]
        start = time.monotonic()
        if not _becomes_true(lambda: self._answers(address), seconds):
            raise SimError(
                f"{name} ({address}) did not answer on port 22 in {seconds:.0f} s: kombify sim logs {self.lab} {name}"
            )
        return time.monotonic() - start

    def state(self, name: str) -> State:
        """Tell whether the machine runs."""
        return self._node(name).state()

    def connection_vars(self, name: str) -> Mapping[str, str]:
        """Return how SSH gets into the lab; it is the same for all machines."""
        del name
        return self.ssh.variables()

    def _node(self, name: str) -> NodeFolder:
        return NodeFolder(self.folder / "nodes" / name)

    def _pull_the_plug(self, node: NodeFolder) -> None:
        """End a machine, also one that only begins to boot because somebody was killed who made it."""
        services.end(_SUPERVISOR, self.lab, node.path)
        self._groups().remove_node(node.name)

    def _groups(self) -> LabGroups:
        return LabGroups.of(self.lab)

    def _public_key(self) -> str:
        return self.key.with_suffix(".pub").read_text(encoding="ascii").strip()

    def _start_egress(self) -> None:
        if PidFile(self.folder / "egress.pid").holder() is None:
            log = self.folder / "egress.log"
            services.end(_EGRESS, self.lab)
            services.start(_EGRESS, (self.lab, self.folder, self.network.path), log, "the package proxy")

    def _answers(self, address: str) -> bool:
        try:
            with linux.inside(self.network.path):
                client = socket.socket()
            with client:
                client.settimeout(1)
                client.connect((address, 22))
                return client.recv(4) == b"SSH-"
        except OSError:
            return False


def _require_root() -> None:
    if os.geteuid() != 0:
        raise SimError("the simulation needs root for its machines: sudo kombify sim …, or --driver api-only")


def _require_inotify(nodes: int) -> None:
    """Raise :class:`SimError` before a machine is booted whose systemd would stop for want of what all share."""
    check = doctor.inotify(ThisHost(labs_folder()), nodes)
    if not check.ok:
        raise SimError(f"{check.what}: {shlex.join(check.mend[0])}")


def _tell(node: NodeFolder, number: signal.Signals) -> None:
    pid = node.supervisor.holder()
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _becomes_true(test: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK)
    return True
