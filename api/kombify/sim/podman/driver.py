"""The driver podman: containers with the systemd of the image that all drivers share."""

from __future__ import annotations

import resource
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole
from kombify.sim import image
from kombify.sim.errors import SimError
from kombify.sim.locks import locked
from kombify.sim.machine import Machine, State
from kombify.sim.order import read_orders
from kombify.sim.podman.seed import peers_script, seed_script
from kombify.sim.programs import Programs, run

LABEL = "kombify.lab"
REPOSITORY = "localhost/kombify-sim"
ORDERLY = "15"
"""Seconds for a shutdown in order."""
LIMITS = {"nofile": (resource.RLIMIT_NOFILE, 524_288), "nproc": (resource.RLIMIT_NPROC, 32_768)}
"""Limits that Podman would set higher than it may where root is not all-powerful, and the most that a machine needs."""
TUN = Path("/dev/net/tun")
_LOOK = 0.1


class PodmanDriver:
    """The machines of one lab."""

    name = "podman"
    unreal: tuple[str, ...] = (
        "a machine is a container: its boot id is that of this machine, so `ansible.builtin.reboot` waits in vain",
        "SSH enters through `podman exec`: no firewall and no setting of the SSH server's port can lock you out",
        "machines reach every network that this machine does, not only its package sources",
        "no modules, no sysctls beyond the network's, no block devices; CPU, memory and clock are this machine's",
    )

    def __init__(
        self, lab: str, folder: Path, *, programs: Programs = run, make_image: Callable[[], Path] = image.ensure
    ) -> None:
        self.lab = f"kombify-{lab}"
        self.folder = folder
        self._run = programs
        self._image = make_image

    def up(self) -> None:
        """Import the image and make the lab's network, when they are not there."""
        self._tag()
        if not self._run(["podman", "network", "exists", self.lab]).ok:
            self._podman("network", "create", "--label", f"{LABEL}={self.lab}", self.lab)

    def down(self) -> None:
        """Remove all containers of the lab and its network."""
        found = self._podman("ps", "--all", "--quiet", "--filter", f"label={LABEL}={self.lab}").split()
        if found:
            self._podman("rm", "--force", "--time", "0", "--volumes", *found)
        if self._run(["podman", "network", "exists", self.lab]).ok:
            self._podman("network", "rm", "--force", self.lab)

    def add(self, machine: Machine) -> None:
        """Start a container, do in it what cloud-init does on a VM, and make it known to the others."""
        names = ["--name", self._container(machine.name), "--hostname", machine.name, "--network", self.lab]
        rights = ["--systemd", "always", "--cap-add", "AUDIT_WRITE,NET_ADMIN,NET_RAW"]
        if TUN.exists():
            rights += ["--device", str(TUN)]
        label = ["--label", f"{LABEL}={self.lab}"]
        self._podman("run", "--detach", *names, *label, *rights, *self._limits(machine), self._tag())
        key = (self.folder / "id_ed25519.pub").read_text(encoding="ascii").strip()
        host_key = self._inside(machine.name, seed_script(machine, [key, *machine.keys])).strip()
        self._know(machine, host_key)
        self._introduce()

    def start(self, name: str) -> None:
        """Start the container again."""
        self._podman("start", self._container(name))

    def stop(self, name: str, *, force: bool = False) -> None:
        """Let its systemd shut it down, or kill it."""
        how = ["kill"] if force else ["stop", "--time", ORDERLY]
        self._podman(*how, self._container(name))

    def reboot(self, name: str) -> None:
        """Stop it in order and start it again."""
        self._podman("restart", "--time", ORDERLY, self._container(name))

    def rm(self, name: str) -> None:
        """Remove the container with what was written in it."""
        self._podman("rm", "--force", "--ignore", "--time", "0", "--volumes", self._container(name))

    def wait(self, name: str, seconds: float) -> float:
        """Wait until its SSH server runs."""
        begin = time.monotonic()
        while not self._run(["podman", "exec", self._container(name), "systemctl", "is-active", "--quiet", "ssh"]).ok:
            if time.monotonic() - begin > seconds:
                raise SimError(f"{name}: no SSH server after {seconds:.0f} s: podman logs {self._container(name)}")
            time.sleep(_LOOK)
        return time.monotonic() - begin

    def state(self, name: str) -> State:
        """Ask whether the container runs."""
        question = ["podman", "container", "inspect", "--format", "{{.State.Running}}", self._container(name)]
        return "running" if self._run(question).out.strip() == "true" else "stopped"

    def connection_vars(self, name: str) -> Mapping[str, str]:
        """Return how SSH gets into the container: its server reads and writes what `podman exec` passes on."""
        options = {
            "ProxyCommand": shlex.join(
                ["podman", "exec", "--interactive", self._container(name), "/usr/sbin/sshd", "-i"]
            ),
            "UserKnownHostsFile": str(self.folder / "known_hosts"),
            "StrictHostKeyChecking": "yes",
        }
        return {
            # Connections that Ansible keeps open are named by host and port only: another lab may have the same.
            "ansible_control_path_dir": str(self.folder / "cp"),
            "ansible_ssh_private_key_file": str(self.folder / "id_ed25519"),
            "ansible_ssh_common_args": shlex.join(
                word for key, value in options.items() for word in ("-o", f"{key}={value}")
            ),
        }

    def _container(self, name: str) -> str:
        return f"{self.lab}-{name}"

    def _limits(self, machine: Machine) -> list[str]:
        """Return the limits that can hold here: with one that it may not set, Podman would refuse to start."""
        found = ["--pids-limit", "0"]
        for word, (number, enough) in LIMITS.items():
            most = resource.getrlimit(number)[1]
            limit = enough if most == resource.RLIM_INFINITY else min(most, enough)
            found += ["--ulimit", f"{word}={limit}:{limit}"]
        if machine.memory and "memory" in self._podman("info", "--format", "{{.Host.CgroupControllers}}"):
            found += ["--memory", str(machine.memory)]
        return found

    def _know(self, machine: Machine, host_key: str) -> None:
        """Note whose key it is; what was noted of an earlier machine at this address goes."""
        known, address = self.folder / "known_hosts", machine.address.partition("/")[0]
        with locked(self.folder / "known_hosts.lock"):
            lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
            kept = [line for line in lines if not line.startswith(f"{address} ")]
            write_whole(known, "".join(f"{line}\n" for line in [*kept, f"{address} {host_key}"]), mode=0o600)

    def _introduce(self) -> None:
        """Tell every running machine the addresses of all, also those of other subnets: they share one network."""
        orders = read_orders(self.folder / "nodes")
        script = peers_script(order.address.partition("/")[0] for order in orders.values())
        for name in orders:
            if self.state(name) == "running":
                self._inside(name, script)

    def _tag(self) -> str:
        """Return the name of our image in Podman's store; it is imported when it is not there."""
        root = self._image()
        tag = f"{REPOSITORY}:{root.name}"
        if not self._run(["podman", "image", "exists", tag]).ok:
            pack = shlex.join(["tar", "--numeric-owner", "--exclude=./dev/*", "-C", str(root), "-c", "."])
            take = shlex.join(["podman", "import", "--quiet", "--change", 'CMD ["/sbin/init"]', "-", tag])
            self._must(["sh", "-ec", f"{pack} | {take}"])
        return tag

    def _inside(self, name: str, script: str) -> str:
        return self._must(["podman", "exec", "--interactive", self._container(name), "sh", "-s"], script)

    def _podman(self, *words: str) -> str:
        return self._must(["podman", *words])

    def _must(self, command: list[str], text: str = "") -> str:
        ended = self._run(command, text)
        if not ended.ok:
            raise SimError(f"{shlex.join(command[:3])} … failed: {ended.err.strip() or ended.out.strip()}")
        return ended.out
