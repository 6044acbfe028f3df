"""A lab: a named folder with machines in it, which outlives the command that made it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_whole
from kombify.sim.drivers import AUTO, BEST, choose_driver, make_driver
from kombify.sim.errors import SimError
from kombify.sim.folders import labs_folder
from kombify.sim.host import ThisHost
from kombify.sim.hypervisors import remove_proxmox
from kombify.sim.inventory import write_inventory
from kombify.sim.keys import make_lab_key
from kombify.sim.locks import locked
from kombify.sim.machine import Driver, Machine, State
from kombify.sim.order import check_order, ip_of, order_kept, read_orders, write_order

__all__ = ["Lab", "create_lab", "labs_folder", "list_labs", "open_lab"]

_LAB_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
_SETTINGS = "lab.json"
WORLD = "world.json"


@dataclass(frozen=True)
class Lab:
    """One lab. Several processes may work with it at the same time.

    What changes one machine shares the lab's lock and holds that machine's own; what changes the whole lab, such as
    taking it down, waits for all of those and keeps them out.
    """

    name: str
    folder: Path
    driver: Driver

    @property
    def inventory(self) -> Path:
        """The file with which Ansible reaches the machines, laid beside the inventory of the spec."""
        return self.folder / "inventory.ini"

    def machines(self) -> dict[str, Machine]:
        """Return the machines as they were ordered, by name."""
        return read_orders(self._nodes)

    def machine(self, name: str) -> Machine:
        """Return the order of one machine."""
        self._require(name)
        return self.machines()[name]

    def state(self, name: str) -> State:
        """Tell whether a machine runs."""
        self._require(name)
        return self.driver.state(name)

    def up(self) -> None:
        """Make what the machines share. Machines that were off stay off."""
        with self._changing_all():
            make_lab_key(self.folder, f"kombify-{self.name}")
            self.driver.up()
            self._publish()

    def down(self) -> None:
        """Remove the lab with everything in it, also what a killed command left."""
        remove_proxmox(self)
        with self._changing_all():
            self.driver.down()
            # The settings go last: as long as they are there, the lab can be taken down again.
            for path in self.folder.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name not in {_SETTINGS, self._lock.name}:
                    path.unlink()
            shutil.rmtree(self.folder)

    def add(self, machine: Machine) -> None:
        """Make a machine and boot it. One that is there as ordered is started."""
        check_order(machine)
        with self._changing(machine.name):
            with self._book():
                is_new = self._enter(machine)
            try:
                self.driver.add(machine)
            except BaseException:
                # Half a machine is none: its name and its address are free again.
                if is_new:
                    self._remove(machine.name)
                raise
            with self._book():
                self._publish()

    def change(self, machine: Machine) -> None:
        """Order another address, size or user for a machine that is off. Its disk stays; the next start uses them."""
        check_order(machine)
        self._require(machine.name)
        with self._changing(machine.name), self._book():
            if self.driver.state(machine.name) == "running":
                raise SimError(f"{machine.name} runs: kombify sim stop {self.name} {machine.name} before it is changed")
            self._refuse_taken(machine)
            write_order(self._nodes / machine.name, machine)
            self._publish()

    def start(self, name: str) -> None:
        """Boot a machine that is stopped."""
        self._require(name)
        with self._changing(name):
            self.driver.start(name)

    def stop(self, name: str, *, force: bool = False) -> None:
        """Shut a machine down in order, or pull the plug."""
        self._require(name)
        with self._changing(name):
            self.driver.stop(name, force=force)

    def reboot(self, name: str) -> None:
        """Restart a machine in order."""
        self._require(name)
        with self._changing(name):
            self.driver.reboot(name)

    def rm(self, name: str) -> None:
        """Remove a machine with its disk."""
        self._require(name)
        with self._changing(name):
            self._remove(name)

    def wait(self, name: str, seconds: float = 60.0) -> float:
        """Wait until SSH answers, and return after how many seconds it did."""
        self._require(name)
        return self.driver.wait(name, seconds)

    @property
    def _nodes(self) -> Path:
        return self.folder / "nodes"

    @property
    def _lock(self) -> Path:
        return self.folder / "lab.lock"

    def _require(self, name: str) -> None:
        if not order_kept(self._nodes / name):
            known = ", ".join(self.machines()) or "none"
            raise SimError(f"lab {self.name} has no node {name} (it has: {known}): kombify sim add {self.name} {name}")

    def _enter(self, machine: Machine) -> bool:
        """Put an order into the books, if nobody else has its name or its address; tell whether it was not there."""
        there = self.machines().get(machine.name, machine)
        if there != machine:
            raise SimError(
                f"lab {self.name} has another machine {there.name} already ({there.address}): "
                f"choose another name, or kombify sim rm {self.name} {there.name}"
            )
        self._refuse_taken(machine)
        folder = self._nodes / machine.name
        is_new = not order_kept(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_order(folder, machine)
        return is_new

    def _refuse_taken(self, machine: Machine) -> None:
        for other in self.machines().values():
            if other.name != machine.name and ip_of(other) == ip_of(machine):
                raise SimError(f"{ip_of(machine)} is taken by {other.name} in lab {self.name}: choose another address")

    def _remove(self, name: str) -> None:
        with self._book():
            self.driver.rm(name)
            shutil.rmtree(self._nodes / name, ignore_errors=True)
            self._publish()

    def _publish(self) -> None:
        """Write the inventory for Ansible."""
        # A lab of a spec has an inventory of its own making, which names machines that are not there yet.
        if not (self.folder / WORLD).exists():
            write_inventory(
                self.folder, {name: self._variables(machine) for name, machine in self.machines().items()}, {}
            )

    def _variables(self, machine: Machine) -> dict[str, object]:
        at = {"ansible_host": ip_of(machine), "ansible_user": machine.user}
        return {**at, **self.driver.connection_vars(machine.name)}

    @contextmanager
    def _changing_all(self) -> Iterator[None]:
        with self._guarded(), locked(self._lock):
            yield

    @contextmanager
    def _changing(self, name: str) -> Iterator[None]:
        locks = self.folder / "locks"
        with self._guarded(), locked(self._lock, shared=True):
            locks.mkdir(mode=0o700, exist_ok=True)
            with locked(locks / name):
                yield

    @contextmanager
    def _book(self) -> Iterator[None]:
        """Keep others from changing what is said about all machines."""
        with locked(self.folder / "book.lock"):
            yield

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Say it plainly when the lab goes away under our feet."""
        try:
            yield
        except FileNotFoundError:
            if self.folder.exists():
                raise
            raise SimError(f"lab {self.name} was taken down meanwhile") from None


def create_lab(name: str, driver: str = AUTO) -> Lab:
    """Make a lab, or return the one that has the name already. Nothing runs before it is up."""
    if not _LAB_NAME.fullmatch(name):
        raise SimError(f"'{name}' cannot name a lab: at most 20 of a-z, 0-9 and -, and not - first")
    folder = labs_folder() / name
    kept = _kept_driver(folder)
    if kept is not None and driver not in {AUTO, kept}:
        raise SimError(
            f"lab {name} is there with the driver {kept}: kombify sim down {name} first, or leave --driver away"
        )
    if kept is None:
        kept = choose_driver(driver, ThisHost(labs_folder())).name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(folder / _SETTINGS, json.dumps({"name": name, "driver": kept}) + "\n", mode=0o600)
    return Lab(name, folder, make_driver(kept, name, folder))


def open_lab(name: str) -> Lab:
    """Return a lab that is there. Raises :class:`SimError` with the known ones."""
    folder = labs_folder() / name
    if not _LAB_NAME.fullmatch(name) or not folder.is_dir():
        known = ", ".join(lab.name for lab in list_labs()) or "none"
        raise SimError(f"there is no lab {name} (there are: {known}): kombify sim up {name}")
    # A killed command may have made the folder only.
    return Lab(name, folder, make_driver(_kept_driver(folder) or BEST, name, folder))


def list_labs() -> list[Lab]:
    """Return all labs, by name."""
    if not labs_folder().is_dir():
        return []
    names = sorted(path.name for path in labs_folder().iterdir())
    return [open_lab(name) for name in names if _LAB_NAME.fullmatch(name)]


def _kept_driver(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))["driver"])
    except (FileNotFoundError, ValueError, KeyError):
        # Of a killed command, or damaged: in both cases there is something to take down.
        return None
