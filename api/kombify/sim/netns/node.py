"""The folder of one machine: what its supervisor and the driver tell each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kombify.sim.locks import PidFile
from kombify.sim.machine import State


@dataclass(frozen=True)
class NodeFolder:
    """Where a machine's disk, its order and its traces are."""

    path: Path

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.path.name

    @property
    def root(self) -> Path:
        """Where the supervisor mounts the machine's disk, in its own mount namespace: nobody else sees it there."""
        return self.path / "root"

    @property
    def upper(self) -> Path:
        """What the machine's disk has other than the image."""
        return self.path / "upper"

    @property
    def work(self) -> Path:
        """What the overlay needs for itself."""
        return self.path / "work"

    @property
    def console(self) -> Path:
        """What the supervisor has to say."""
        return self.path / "console.log"

    @property
    def boot_id(self) -> Path:
        """The id of the running or the last boot."""
        return self.path / "boot_id"

    @property
    def host_key(self) -> Path:
        """The public SSH key of the machine; the last thing that seeding writes."""
        return self.path / "ssh_host_key.pub"

    @property
    def supervisor(self) -> PidFile:
        """Held by the supervisor, which lives as long as the machine runs."""
        return PidFile(self.path / "supervisor.pid")

    def state(self) -> State:
        """Tell whether the machine runs."""
        return "running" if self.supervisor.holder() else "stopped"
