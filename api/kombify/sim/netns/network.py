"""The network of a lab: a namespace with a bridge, and a cable from there to every machine.

The lab itself answers at one link-local address, wherever the machines are: they may have any address, in several
networks, because each of them gets a route of its own, and the lab forwards between them.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Sequence
from ipaddress import IPv4Interface
from pathlib import Path

from kombify.sim.egress.ports import SERVICES_ADDRESS
from kombify.sim.errors import SimError

BRIDGE = "lab"
NAMESPACES = Path("/run/netns")
# The lab forwards between its networks; all of them are on one bridge, which is no reason to send redirects.
_SYSCTLS = {
    "net/ipv4/ip_forward": "1",
    "net/ipv4/conf/all/send_redirects": "0",
    "net/ipv4/conf/default/send_redirects": "0",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
}


class LabNetwork:
    """The network of one lab."""

    def __init__(self, lab: str) -> None:
        self.lab = lab
        self.namespace = f"kombify-{lab}"
        self.path = NAMESPACES / self.namespace

    def up(self, owner: str) -> None:
        """Make the namespace and the bridge for an owner, or finish what a killed run began."""
        self.require_owner(owner)
        if not _is_namespace(self.path):
            self.down()
            _run("ip", "netns", "add", self.namespace)
        inside = ("ip", "netns", "exec", self.namespace)
        sysctls = "; ".join(f"echo {value} > /proc/sys/{key}" for key, value in _SYSCTLS.items())
        bridge = f"ip link show {BRIDGE} >/dev/null 2>&1 || ip link add {BRIDGE} type bridge"
        address = f"ip address replace {SERVICES_ADDRESS}/32 dev {BRIDGE}"
        start = f"ip link set lo up; ip link set {BRIDGE} up alias {shlex.quote(_alias(owner))}"
        _run(*inside, "sh", "-ec", f"{sysctls}; {bridge}; {address}; {start}")

    def down(self) -> None:
        """Remove the namespace and all that is in it."""
        if self.path.exists():
            _run("ip", "netns", "delete", self.namespace)

    def require_up(self) -> None:
        """Raise :class:`SimError` when there is no network, as after a restart of the host."""
        if not _is_namespace(self.path):
            raise SimError(f"lab {self.lab} is not up: kombify sim up {self.lab}")

    def require_owner(self, owner: str) -> None:
        """Raise :class:`SimError` when somebody else has a lab of this name, in another folder for labs."""
        ran = _call("ip", "-n", self.namespace, "-json", "link", "show", BRIDGE)
        alias = json.loads(ran.stdout)[0].get("ifalias") if ran.returncode == 0 else None
        if alias not in {None, _alias(owner)}:
            raise SimError(
                f"another lab has this name, its folder is {alias}: choose another name, or set KOMBIFY_LABS"
            )

    def connect(self, address: IPv4Interface, init: int) -> None:
        """Lay the cable to a machine that is booting, `init` being its PID 1, and set its address."""
        cable, mac = _cable(address), ":".join(f"{byte:02x}" for byte in (0x02, 0x4B, *address.ip.packed))
        # A machine that rebooted may not have lost its old cable yet.
        _call("ip", "-n", self.namespace, "link", "delete", cable)
        _batch(
            ("ip", "-n", self.namespace),
            f"link add {cable} type veth peer name eth0 address {mac} netns {init}",
            f"link set {cable} master {BRIDGE} up",
            f"route replace {address.ip}/32 dev {BRIDGE}",
        )
        _batch(
            ("nsenter", f"--net=/proc/{init}/ns/net", "ip"),
            "link set lo up",
            f"address add {address} dev eth0",
            "link set eth0 up",
            f"route add default via {SERVICES_ADDRESS} dev eth0 onlink",
        )


def _cable(address: IPv4Interface) -> str:
    """Return the name of the lab's end of a cable; the kernel allows 15 characters, so the address names it."""
    return f"node-{int(address.ip):08x}"


def _alias(owner: str) -> str:
    """Return what a bridge can hold of its owner's name."""
    return owner[-255:]


def _is_namespace(path: Path) -> bool:
    """Tell whether the namespace is there, and not just the empty file that a killed `ip netns add` leaves."""
    try:
        return path.stat().st_dev != path.parent.stat().st_dev
    except FileNotFoundError:
        return False


def _batch(command: Sequence[str], *lines: str) -> None:
    """Run several commands of ip(8) in one process."""
    _run(*command, "-batch", "-", text="\n".join(lines))


def _run(*command: str, text: str | None = None) -> None:
    ran = _call(*command, text=text)
    if ran.returncode != 0:
        raise SimError(f"the network of the lab: {' '.join(command)} ended with {ran.returncode}: {ran.stderr.strip()}")


def _call(*command: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SimError(f"{command[0]} is not installed: apt-get install iproute2 util-linux") from None
