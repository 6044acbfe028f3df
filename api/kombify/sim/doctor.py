"""What this machine can simulate, what is missing, and the commands that mend it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kombify.sim.errors import SimError
from kombify.sim.host import Host
from kombify.sim.programs import run

Command = tuple[str, ...]

NODES = 20
"""For how many nodes there shall be room, when nobody says."""
ROOM = 2 * 2**30
"""Bytes for the image, cached packages and what a handful of nodes write."""
INOTIFY = "/proc/sys/fs/inotify/max_user_instances"
INOTIFY_HOST, INOTIFY_NODE = 32, 6
"""Inotify instances that the machine itself uses, and that the systemd of one node does."""
ENOUGH_INOTIFY = 1024
CONTROLLERS = "/sys/fs/cgroup/cgroup.controllers"
UNSHARE = ("unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--fork", "true")
KEYRINGS = {"debian": "debian-archive-keyring", "ubuntu": "ubuntu-keyring"}
"""The packages with the keys of a system's own packages, of which the image is made."""
SHOWN_OF_A_FAILURE = 3
"""Lines that are shown of what a command said that failed."""
TOOLS = {"mmdebstrap": "mmdebstrap", "ip": "iproute2", "nft": "nftables", "ssh": "openssh-client"}
"""Programs, and Debian's packages that they are in."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    what: str
    """What was found, or what is missing and what follows from it."""
    mend: tuple[Command, ...] = ()
    """The commands that mend it. None: it cannot be mended from here."""
    needed: bool = True
    """Whether nodes cannot be made without it."""


def examine(host: Host, nodes: int = NODES) -> list[Check]:
    """Look at everything that nodes made of namespaces need, enough for a number of nodes."""
    return [
        _root(host),
        _namespaces(host),
        _overlay(host),
        _memory(host),
        inotify(host, nodes),
        _tun(host),
        *_tools(host),
        _packages(host),
        _room(host),
        _python(host),
        _proxmox(host),
    ]


def missing(checks: Iterable[Check]) -> list[Check]:
    """Return what nodes cannot be made without, and is not there."""
    return [check for check in checks if check.needed and not check.ok]


def impossible(checks: Iterable[Check]) -> list[Check]:
    """Return what no command can mend: another driver has to do."""
    return [check for check in missing(checks) if not check.mend]


def require(host: Host, nodes: int = NODES) -> None:
    """Raise ``SimError`` with all that is missing, and how to mend it, before anything starts."""
    found = missing(examine(host, nodes))
    if found:
        lines = [f"  {check.name}: {check.what}" for check in found]
        orders = [f"  {shlex.join(order)}" for order in commands(found)]
        mend = ["Mend it with `kombify sim doctor --fix`, which runs:", *orders] if orders else []
        raise SimError("\n".join(["this machine cannot simulate nodes yet:", *lines, *mend]))


def commands(checks: Iterable[Check]) -> list[Command]:
    """Return the commands that mend all that is not right, each once, and packages in one go."""
    orders = dict.fromkeys(order for check in checks if not check.ok for order in check.mend)
    packages = [order[-1] for order in orders if order[0] == "apt-get"]
    install = [("apt-get", "update"), _install(*packages)] if packages else []
    return [*install, *(order for order in orders if order[0] != "apt-get")]


def fix(orders: Iterable[Command], tell: Callable[[str], None]) -> None:
    """Run commands, say each before it runs, and what one that fails says; whether it helped is to be looked at."""
    for order in orders:
        tell(f"$ {shlex.join(order)}")
        ended = run(order)
        if not ended.ok:
            said = (ended.err or ended.out).strip().splitlines()[-SHOWN_OF_A_FAILURE:]
            tell("\n".join([f"That failed, with exit code {ended.code}:", *said]))


def _install(*packages: str) -> Command:
    return ("apt-get", "install", "--yes", "--no-install-recommends", *packages)


def _root(host: Host) -> Check:
    return Check("root", host.root, "yes" if host.root else "namespaces and mounts are made by root; run it with sudo")


def _namespaces(host: Host) -> Check:
    ok = host.root and host.answers(*UNSHARE)
    sorry = "this machine does not let us make namespaces (a container without privileges?)"
    return Check("namespaces", ok, "all kinds can be made" if ok else sorry if host.root else "not tried without root")


def _overlay(host: Host) -> Check:
    if not host.root:
        return Check("overlayfs", False, "not tried without root")
    if host.overlays():
        return Check("overlayfs", True, "nodes share one image")
    if host.which("modprobe") and host.answers("modprobe", "--dry-run", "overlay"):
        return Check("overlayfs", False, "the kernel has it, but it is not loaded", (("modprobe", "overlay"),))
    sorry = "cannot be mounted where labs are kept; set KOMBIFY_LABS to a folder on a disk with ext4 or xfs"
    return Check("overlayfs", False, sorry)


def _memory(host: Host) -> Check:
    ok = "memory" in host.text(CONTROLLERS).split() or host.exists("/sys/fs/cgroup/memory")
    what = "nodes get a limit of their own" if ok else "no memory controller: nodes share the memory of this machine"
    return Check("memory limit", ok, what, needed=False)


def inotify(host: Host, nodes: int) -> Check:
    """Look whether there is room for so many nodes, over all labs."""
    limit, need = int(host.text(INOTIFY) or 0), INOTIFY_HOST + INOTIFY_NODE * nodes
    ok = limit >= need
    enough = max(ENOUGH_INOTIFY, need)
    what = f"{limit} instances, enough for {nodes} nodes" if ok else f"{limit} instances, {nodes} nodes need {need}"
    return Check("inotify", ok, what, (("sysctl", "-w", f"fs.inotify.max_user_instances={enough}"),))


def _tun(host: Host) -> Check:
    ok = host.exists("/dev/net/tun")
    what = "WireGuard runs without the kernel's" if ok else "missing: no VPN where the kernel has no WireGuard"
    return Check("/dev/net/tun", ok, what, (("modprobe", "tun"),), needed=False)


def _tools(host: Host) -> Iterator[Check]:
    for program, package in TOOLS.items():
        ok = host.which(program)
        yield Check(program, ok, "installed" if ok else f"not installed (package {package})", (_install(package),))


def _packages(host: Host) -> Check:
    """Look at what the image is made of: packages of this machine's own system, whose signatures are checked."""
    system = _system(host)
    package = KEYRINGS.get(system)
    if package is None:
        return Check("packages", False, f"the image is made of packages of Debian or Ubuntu, and this is '{system}'")
    ok = any(host.exists(f"/usr/share/keyrings/{system}-archive-keyring.{form}") for form in ("gpg", "pgp"))
    what = f"those of {system.title()}" if ok else f"the keys of {system.title()} that verify them are missing"
    return Check("packages", ok, what, (_install(package),))


def _system(host: Host) -> str:
    """Return the word of os-release for this system."""
    lines = host.text("/etc/os-release").splitlines()
    return next((line.removeprefix("ID=").strip("\"'") for line in lines if line.startswith("ID=")), "unknown")


def _room(host: Host) -> Check:
    free = host.free()
    what = f"{free / 2**30:.1f} GiB free" + ("" if free >= ROOM else f", {ROOM / 2**30:.0f} GiB are needed")
    return Check("disk", free >= ROOM, what)


def _python(host: Host) -> Check:
    ok = tuple(host.python) >= (3, 11)
    version = ".".join(map(str, host.python))
    return Check("Python", ok, version if ok else f"{version}: 3.11 or newer is needed")


def _proxmox(host: Host) -> Check:
    ok = host.module("fakepve")
    what = "installed" if ok else "not installed: specs with a Proxmox provider cannot be simulated (extra `sim`)"
    order = (sys.executable, "-m", "pip", "install", "fakepve[crypto]==0.5.0")
    return Check("simulated Proxmox", ok, what, (order,), needed=False)
