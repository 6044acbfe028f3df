"""What a simulated machine shall be, and the interface of the drivers that make one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

State = Literal["running", "stopped"]


@dataclass(frozen=True)
class Machine:
    """A machine of a lab, as one would order it."""

    name: str
    """Its name in the lab, which is its host name too: a DNS label."""
    address: str
    """Its IPv4 address with the length of its network's prefix, such as 10.77.0.11/24."""
    memory: int | None = None
    """The most memory that it gets, in bytes."""
    user: str = "root"
    """Who logs in; any other user than root may use sudo without a password."""
    keys: tuple[str, ...] = ()
    """The public keys that may log in, besides the lab's own."""


class Driver(Protocol):
    """What makes machines: one object a lab. Real Proxmox is reached by a role, and does the same."""

    name: str
    """The word that chooses it: netns, podman or api-only."""
    unreal: tuple[str, ...]
    """What is not real about its machines, a short sentence each."""

    def up(self) -> None:
        """Make what the machines share, such as the network. Once more changes nothing."""

    def down(self) -> None:
        """Remove everything, also what a killed or half-finished run left."""

    def add(self, machine: Machine) -> None:
        """Make a machine and boot it."""

    def start(self, name: str) -> None:
        """Boot a machine that is stopped."""

    def stop(self, name: str, *, force: bool = False) -> None:
        """Shut a machine down in order, or pull the plug."""

    def reboot(self, name: str) -> None:
        """Restart a machine in order."""

    def rm(self, name: str) -> None:
        """Remove a machine with its disk."""

    def wait(self, name: str, seconds: float) -> float:
        """Wait until SSH answers, and return after how many seconds it did. Raise ``SimError`` when it does not."""

    def state(self, name: str) -> State:
        """Tell whether the machine runs."""

    def connection_vars(self, name: str) -> Mapping[str, str]:
        """Return the variables with which Ansible reaches the machine."""
