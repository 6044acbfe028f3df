"""Control groups: they hold a lab's processes together, so that none gets away, and they limit a machine's memory.

Every process of a lab lives below ``kombify/LAB`` of cgroup v2: a machine in ``nodes/NAME`` (which is what its systemd
sees as the root), our own processes in ``services``. Hosts that still have the memory controller in v1 get the limit
there; what is said about v2 holds all the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kombify.sim.errors import SimError

SERVICES = "services"
_PATIENCE = 10.0


@dataclass(frozen=True)
class Hierarchies:
    """Where the two kinds of control groups are mounted; `memory` only if that controller is still in v1."""

    unified: Path
    memory: Path | None


def find_hierarchies(mounts: str) -> Hierarchies:
    """Read the text of /proc/self/mounts. Raises :class:`SimError` when there is no cgroup v2."""
    unified = memory = None
    for line in mounts.splitlines():
        _source, where, kind, options, *_rest = line.split()
        if kind == "cgroup2" and unified is None:
            unified = Path(where)
        elif kind == "cgroup" and "memory" in options.split(","):
            memory = Path(where)
    if unified is None:
        raise SimError("cgroup v2 is not mounted: mount -t cgroup2 none /sys/fs/cgroup (every systemd host has it)")
    return Hierarchies(unified, memory)


@dataclass(frozen=True)
class LabGroups:
    """The control groups of one lab."""

    hierarchies: Hierarchies
    lab: str

    @classmethod
    def of(cls, lab: str) -> LabGroups:
        """Return the groups of a lab on this machine."""
        return cls(find_hierarchies(Path("/proc/self/mounts").read_text(encoding="utf-8")), lab)

    @property
    def root(self) -> Path:
        """The group that holds all others of the lab."""
        return self.hierarchies.unified / "kombify" / self.lab

    def node(self, name: str) -> Path:
        """Return the group of a machine, which is the root group for its systemd."""
        return self.root / "nodes" / name

    def running_nodes(self) -> int:
        """Count the machines that run, those of all labs."""
        labs = _children(self.hierarchies.unified / "kombify")
        return sum(populated(group) for lab in labs for group in _children(lab / "nodes"))

    def make(self) -> None:
        """Make the groups that all machines share."""
        (self.root / SERVICES).mkdir(parents=True, exist_ok=True)
        (self.root / "nodes").mkdir(exist_ok=True)

    def make_node(self, name: str, memory: int | None) -> None:
        """Make a machine's groups, with its limit of memory in bytes."""
        self.node(name).mkdir(exist_ok=True)
        if self.hierarchies.memory is not None:
            folder = self._node_memory(self.hierarchies.memory, name)
            folder.mkdir(parents=True, exist_ok=True)
            if memory is not None:
                (folder / "memory.limit_in_bytes").write_text(str(memory), encoding="ascii")
        elif memory is not None:
            _hand_down_memory(self.hierarchies.unified, self.node(name).parent)
            (self.node(name) / "memory.max").write_text(str(memory), encoding="ascii")

    def join_services(self) -> None:
        """Move the caller to our own processes. Raises :class:`SimError` when the lab was taken down meanwhile."""
        try:
            join(self.root / SERVICES)
        except FileNotFoundError:
            raise SimError(f"lab {self.lab} was taken down meanwhile") from None

    def join_node(self, name: str) -> None:
        """Move the caller to a machine's processes."""
        join(self.node(name))
        if self.hierarchies.memory is not None:
            join(self._node_memory(self.hierarchies.memory, name))

    def remove_node(self, name: str) -> None:
        """End all processes of a machine and remove its groups."""
        self._remove([self.node(name)])
        if self.hierarchies.memory is not None:
            self._remove([self._node_memory(self.hierarchies.memory, name)])

    def remove(self) -> None:
        """End all processes of the lab and remove its groups, and those above it that are empty then."""
        self._remove([self.root])
        if self.hierarchies.memory is not None:
            self._remove([self.hierarchies.memory / "kombify" / self.lab])
        for top in (self.hierarchies.unified, self.hierarchies.memory):
            if top is not None:
                with suppress(OSError):
                    (top / "kombify").rmdir()

    def _node_memory(self, memory: Path, name: str) -> Path:
        return memory / "kombify" / self.lab / name

    def _remove(self, groups: Sequence[Path]) -> None:
        for group in groups:
            kill(group)
            remove_tree(group)


def join(group: Path) -> None:
    """Move the caller into a group that exists."""
    with (group / "cgroup.procs").open("r+", encoding="ascii") as file:
        file.write(str(os.getpid()))


def kill(group: Path) -> None:
    """End all processes of a group and of those below it; a group that is gone has none."""
    # "r+": a file that is not there is not made. Groups of v1 have no such file, their processes are in v2 too.
    with suppress(FileNotFoundError), (group / "cgroup.kill").open("r+", encoding="ascii") as file:
        file.write("1")


def populated(group: Path) -> bool:
    """Tell whether a process lives in a group or below it."""
    try:
        return "populated 1" in (group / "cgroup.events").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


def _children(group: Path) -> list[Path]:
    """Return the groups directly below one, which may be gone."""
    return [path for path in group.iterdir() if path.is_dir()] if group.is_dir() else []


def remove_tree(group: Path) -> None:
    """Remove a group and those below it, as soon as their last processes have ended."""
    end = time.monotonic() + _PATIENCE
    while group.exists():
        try:
            for folder, _folders, _files in os.walk(group, topdown=False):
                Path(folder).rmdir()
        except FileNotFoundError:
            continue
        except OSError as error:
            if time.monotonic() > end:
                raise SimError(f"the processes in {group} do not end: {error.strerror}; look at them with ps") from None
            time.sleep(0.01)


def _hand_down_memory(top: Path, group: Path) -> None:
    """Let the groups from the top to this one have children with a limit of memory."""
    for folder in (
        top,
        *reversed([parent for parent in group.parents if parent.is_relative_to(top / "kombify")]),
        group,
    ):
        try:
            (folder / "cgroup.subtree_control").write_text("+memory", encoding="ascii")
        except OSError as error:
            raise SimError(
                f"the memory of machines cannot be limited, {folder} does not hand the controller down "
                f"({error.strerror}): leave the limit away, or run outside of a container"
            ) from None
