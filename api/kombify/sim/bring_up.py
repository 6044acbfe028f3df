"""Bringing a lab to what a spec describes: what is missing is made, what is no longer wanted is removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole
from kombify.sim.hypervisors import Endpoint, proxmox_running, remove_proxmox, start_proxmox
from kombify.sim.inventory import HostVars, hypervisor_vars, write_inventory
from kombify.sim.machine import Driver, Machine, State
from kombify.sim.world import World

FILE = "world.json"
"""The names of the machines that came from a spec: others were added by hand, or by the simulated Proxmox."""
PATIENCE = 60.0
"""Seconds until SSH of a machine has to answer."""
API_ONLY = "api-only"


class Lab(Protocol):
    """What is needed of a lab."""

    @property
    def folder(self) -> Path:
        """Where its files are."""

    @property
    def driver(self) -> Driver:
        """What makes its machines."""

    def machines(self) -> dict[str, Machine]:
        """Return its machines by name."""

    def add(self, machine: Machine) -> None:
        """Make a machine and boot it."""

    def start(self, name: str) -> None:
        """Boot a machine."""

    def stop(self, name: str, *, force: bool = False) -> None:
        """Shut a machine down."""

    def rm(self, name: str) -> None:
        """Remove a machine."""

    def state(self, name: str) -> State:
        """Tell whether a machine runs."""

    def wait(self, name: str, seconds: float) -> float:
        """Wait until SSH of a machine answers."""


@dataclass(frozen=True)
class Changes:
    """What was done, by the names of machines."""

    made: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    """Removed and made again, because another address, size or user was ordered."""
    started: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    proxmox: bool = False
    """Whether the simulated Proxmox was started."""

    @property
    def any(self) -> bool:
        """Whether anything was done."""
        return self != Changes()


def bring_up(lab: Lab, world: World, tell: Callable[[str], None]) -> Changes:
    """Make a lab what a world describes, wait until its machines can be reached, and write its inventory."""
    wanted, there, before = world.machines, lab.machines(), _read(lab.folder)
    kept = {name: machine for name, machine in there.items() if wanted.get(name) == machine}
    # A run that is killed on the way shall not forget what it made, nor what it had to remove.
    _write(lab.folder, before | set(wanted))
    changes = Changes(
        made=tuple(name for name in wanted if name not in there),
        renewed=tuple(name for name in wanted if name in there and name not in kept),
        started=_in_state(lab, kept, wanted.keys() - world.stopped, "stopped"),
        stopped=_in_state(lab, kept, wanted.keys() & world.stopped, "running"),
        removed=tuple(name for name in there if name in before and name not in wanted),
        proxmox=world.proxmox is not None and not proxmox_running(lab),
    )
    _apply(lab, world, changes, tell)
    endpoint = _play_proxmox(lab, world, tell)
    if lab.driver.name != API_ONLY:
        for name in wanted.keys() - world.stopped:
            lab.wait(name, PATIENCE)
    reached = {name: dict(lab.driver.connection_vars(name)) for name in world.reached}
    write_inventory(lab.folder, reached, _instead(lab, world, endpoint))
    _write(lab.folder, set(wanted))
    return changes


def _apply(lab: Lab, world: World, changes: Changes, tell: Callable[[str], None]) -> None:
    for name in (*changes.removed, *changes.renewed):
        tell(f"Removing {name}")
        lab.rm(name)
    for name in (*changes.made, *changes.renewed):
        tell(f"Booting {name}")
        lab.add(world.machines[name])
    for name in changes.started:
        tell(f"Starting {name}")
        lab.start(name)
    for name in (*changes.stopped, *(name for name in (*changes.made, *changes.renewed) if name in world.stopped)):
        tell(f"Stopping {name}")
        lab.stop(name)


def _play_proxmox(lab: Lab, world: World, tell: Callable[[str], None]) -> Endpoint | None:
    if world.proxmox is None:
        remove_proxmox(lab)
        return None
    if not proxmox_running(lab):
        tell("Starting the simulated Proxmox")
    return start_proxmox(lab, world.proxmox)


def _in_state(lab: Lab, there: Mapping[str, Machine], names: set[str], state: State) -> tuple[str, ...]:
    return tuple(name for name in there if name in names and lab.state(name) == state)


def _instead(lab: Lab, world: World, endpoint: Endpoint | None) -> HostVars:
    """Return what hosts have to know instead of what the spec says: who logs in where, and which API makes VMs."""
    found: dict[str, dict[str, object]] = {
        name: {"ansible_user": machine.user, "ansible_port": 22} for name, machine in world.machines.items()
    }
    if endpoint is not None:
        public = lab.folder / "id_ed25519.pub"
        keys = [public.read_text(encoding="ascii").strip()] if public.exists() else []
        found |= {name: hypervisor_vars(endpoint, keys) for name in world.hypervisors}
    return found


def _read(folder: Path) -> set[str]:
    try:
        return set(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return set()


def _write(folder: Path, names: set[str]) -> None:
    write_whole(folder / FILE, json.dumps(sorted(names)) + "\n", mode=0o600)
