"""The last resort: no machines, only the simulated Proxmox with what it believes to run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from kombify.sim.errors import SimError
from kombify.sim.machine import Machine, State


class ApiOnlyDriver:
    """Keeps the state of machines that nobody can log in to."""

    name = "api-only"
    unreal: tuple[str, ...] = (
        "no machine exists: only the Proxmox API answers, and says what would run",
        "nothing can be reached over SSH, so a run ends after the stage proxmox",
    )

    def __init__(self, lab: str, folder: Path) -> None:
        self._lab = lab
        self._running = folder / "running"
        """A folder with an empty file for each machine that would run."""

    def up(self) -> None:
        """Share nothing."""
        self._running.mkdir(mode=0o700, parents=True, exist_ok=True)

    def down(self) -> None:
        """Forget all machines."""
        shutil.rmtree(self._running, ignore_errors=True)

    def add(self, machine: Machine) -> None:
        """Note that a machine would run."""
        self.start(machine.name)

    def start(self, name: str) -> None:
        """Note that a machine would run."""
        self.up()
        (self._running / name).touch()

    def stop(self, name: str, *, force: bool = False) -> None:
        """Note that a machine would be stopped."""
        del force
        (self._running / name).unlink(missing_ok=True)

    def reboot(self, name: str) -> None:
        """Note that a machine would run again."""
        self.start(name)

    def rm(self, name: str) -> None:
        """Forget a machine."""
        self.stop(name)

    def wait(self, name: str, seconds: float) -> float:
        """Say that there is nothing to wait for."""
        del seconds
        raise SimError(
            f"{name} cannot be reached: the lab {self._lab} has the driver api-only, and no machines behind the API. "
            "`kombify sim doctor` says what is missing for real ones."
        )

    def state(self, name: str) -> State:
        """Tell what was noted."""
        return "running" if (self._running / name).exists() else "stopped"

    def connection_vars(self, name: str) -> Mapping[str, str]:
        """Return nothing: there is no way to a machine."""
        del name
        return {}
