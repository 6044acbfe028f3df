"""The process beside a machine: it boots it, boots it again after a reboot, and ends after a poweroff.

It is told to shut the machine down by SIGTERM, and to restart it by SIGHUP. It has a mount namespace of its own: when
it ends, however that happens, the machine and all mounts end with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
import uuid
from ipaddress import IPv4Interface
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole
from kombify.sim.errors import SimError
from kombify.sim.machine import Machine
from kombify.sim.netns import boot, linux, seed, services
from kombify.sim.netns.cgroups import LabGroups
from kombify.sim.netns.network import LabNetwork
from kombify.sim.netns.node import NodeFolder
from kombify.sim.order import read_order

# What systemd understands as "power off" and "restart", counted from the first real-time signal of the C library.
_INIT_POWEROFF, _INIT_REBOOT = signal.SIGRTMIN + 4, signal.SIGRTMIN + 5
_ASK_AGAIN = 1.0


class Supervisor:
    """Keeps one machine running."""

    def __init__(self, lab: str, lab_key: str, image: Path, node: NodeFolder) -> None:
        self.node = node
        self.machine: Machine = read_order(node.path)
        self.lab_key = lab_key
        self.image = image
        self.groups = LabGroups.of(lab)
        self.network = LabNetwork(lab)

    def prepare(self) -> None:
        """Mount the machine's disk where only we see it, and make it this machine's on the first boot."""
        linux.unshare(linux.NEW_MOUNTS)
        # What the host unmounts shall go away here too, or we would hold on to it.
        linux.mount(None, "/", None, "rec,slave")
        for folder in (self.node.root, self.node.upper, self.node.work):
            folder.mkdir(exist_ok=True)
        # Relative names: colons and commas have a meaning in the options, and paths may hold them.
        os.chdir(self.node.path)
        # A machine stays with the image that it was made of: its disk holds what differs from that one.
        lower = Path("lower")
        if not lower.exists():
            lower.unlink(missing_ok=True)
            lower.symlink_to(self.image)
        # Nothing is synced to the disk, which makes installing packages fast; a disk that was not unmounted in order
        # is marked, and would be refused.
        shutil.rmtree("work/work/incompat", ignore_errors=True)
        linux.mount("overlay", self.node.root, "overlay", data="lowerdir=lower,upperdir=upper,workdir=work,volatile")
        os.chdir("/")
        if not self.node.host_key.exists():
            write_whole(self.node.host_key, seed.seed(self.node.root, self.machine, self.lab_key) + "\n", mode=0o600)

    def boot(self) -> int:
        """Boot the machine and return its PID 1."""
        self.groups.make_node(self.machine.name, self.machine.memory)
        boot_id = str(uuid.uuid4())
        init, go = self._fork_init(boot_id)
        try:
            self.network.connect(IPv4Interface(self.machine.address), init)
            write_whole(self.node.boot_id, f"{boot_id}\n", mode=0o600)
            os.write(go, b"!")
        finally:
            os.close(go)
        return init

    def keep_running(self, init: int) -> None:
        """Wait, reboot as often as the machine wants to, and return when it is off."""
        while self._attend(init):
            self.groups.remove_node(self.machine.name)
            init = self.boot()
            _say(f"booted again, its PID 1 is {init}")
        self.groups.remove_node(self.machine.name)

    def _fork_init(self, boot_id: str) -> tuple[int, int]:
        """Fork PID 1. It waits until something is written to the returned pipe: its network has to be there first."""
        told_number, tell_number = os.pipe()
        told_go, tell_go = os.pipe()
        helper = os.fork()
        if helper == 0:
            try:
                self.groups.join_node(self.machine.name)
                linux.unshare(boot.NAMESPACES)
                init = os.fork()
                if init:
                    os.write(tell_number, str(init).encode("ascii"))
                    os._exit(0)
                os.close(tell_number)
                os.close(tell_go)
                # An end without the word means that the supervisor died. By now the helper has ended: it is our parent.
                if os.read(told_go, 1):
                    linux.die_with_parent(signal.SIGKILL)
                    signal.pthread_sigmask(signal.SIG_SETMASK, ())
                    boot.become_init(self.node.root, self.machine.name, boot_id)
            except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
                traceback.print_exc()
            os._exit(1)
        os.close(tell_number)
        os.close(told_go)
        os.waitpid(helper, 0)
        with os.fdopen(told_number, "rb") as numbers:
            number = numbers.read()
        if not number:
            os.close(tell_go)
            raise SimError("its namespaces cannot be made")
        return int(number), tell_go

    def _attend(self, init: int) -> bool:
        """Wait for the end of PID 1, passing on what we are told; return whether it wants to boot again."""
        asked: int | None = None
        while True:
            ended, status = os.waitpid(init, os.WNOHANG)
            if ended:
                # reboot(2) in a PID namespace: SIGHUP for a restart, SIGINT for a poweroff.
                signal_number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
                _say(f"PID 1 ended (signal {signal_number})")
                return signal_number == signal.SIGHUP and asked != _INIT_POWEROFF
            # A systemd that has just begun does not hear it yet: ask again.
            told = signal.sigtimedwait({signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP}, _ASK_AGAIN)
            if told is not None and told.si_signo == signal.SIGTERM:
                asked = _INIT_POWEROFF
            elif told is not None and told.si_signo == signal.SIGHUP:
                asked = asked or _INIT_REBOOT
            if asked is not None and (told is None or told.si_signo != signal.SIGCHLD):
                os.kill(init, asked)


def _say(text: str) -> None:
    print(f"[supervisor] {text}", flush=True)


def main(lab: str, folder: str, lab_key: str, image: str, reply_to: str) -> None:
    """Supervise a machine; tell the file descriptor `reply_to` that it boots, or what went wrong."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP})
    node = NodeFolder(Path(folder))
    try:
        LabGroups.of(lab).join_services()
        linux.adopt_orphans()
        supervisor = Supervisor(lab, lab_key, Path(image), node)
        supervisor.prepare()
        init = supervisor.boot()
        if not node.supervisor.hold():
            raise SimError("it runs already")
    except (OSError, SimError) as error:
        services.answer(int(reply_to), str(error))
        raise SystemExit(1) from error
    services.answer(int(reply_to), services.READY)
    _say(f"booted, its PID 1 is {init}")
    supervisor.keep_running(init)


if __name__ == "__main__":
    main(*sys.argv[1:])
