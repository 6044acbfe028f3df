"""Which driver makes the machines of a lab: the most real one that this machine can do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kombify.sim import doctor
from kombify.sim.api_only import ApiOnlyDriver
from kombify.sim.errors import SimError
from kombify.sim.host import Host
from kombify.sim.machine import Driver
from kombify.sim.netns.driver import NetnsDriver
from kombify.sim.podman.driver import PodmanDriver

AUTO = "auto"
BEST = "netns"
ROOT = "netns or podman: namespaces and the image of the machines are made by root; run it with sudo"


@dataclass(frozen=True)
class Choice:
    """A driver, and why none of the better ones."""

    name: str
    reasons: tuple[str, ...] = ()


def choose_driver(word: str, host: Host) -> Choice:
    """Return the driver of a word; ``auto`` is the first of netns, podman and api-only that can work here."""
    if word != AUTO:
        if word not in DRIVERS:
            raise SimError(f"there is no driver '{word}'; it is one of {', '.join((AUTO, *DRIVERS))}")
        return Choice(word)
    if not host.root:
        return Choice("api-only", (ROOT,))
    hindrances = tuple(f"{BEST}: {check.what}" for check in doctor.impossible(doctor.examine(host)))
    if not hindrances:
        return Choice(BEST)
    if host.which("podman") and host.answers("podman", "info"):
        return Choice("podman", hindrances)
    return Choice("api-only", (*hindrances, "podman: not installed, or it does not work here"))


def make_driver(name: str, lab: str, folder: Path) -> Driver:
    """Make the driver of a lab."""
    return DRIVERS[name](lab, folder)


def unreal(name: str) -> tuple[str, ...]:
    """Return what is not real about the machines of a driver."""
    return DRIVERS[name].unreal


DRIVERS: dict[str, type[NetnsDriver | PodmanDriver | ApiOnlyDriver]] = {
    BEST: NetnsDriver,
    "podman": PodmanDriver,
    "api-only": ApiOnlyDriver,
}
