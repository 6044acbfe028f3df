"""What can be made to go wrong on a simulated Proxmox, and the file of a lab that says what shall."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.sim.errors import SimError

FAULTS_FILE = "proxmox.faults.json"
FAULTS: dict[str, str] = {
    "storage-full": "No disk can be made, copied or grown.",
    "quorum-lost": "Nothing can be changed, as in a cluster that lost its majority.",
    "vm-locked": "The VM is locked by a backup that does not end.",
    "slow": "Every task takes seconds longer.",
    "no-boot": "The VM is powered on, but its system does not come up.",
}
PER_VM = frozenset({"vm-locked", "no-boot"})


@dataclass(frozen=True)
class Fault:
    """A fault that is on; one without a VM and a node strikes everywhere."""

    name: str
    vm: str | None = None
    """The number or the name of the only VM that it strikes."""
    node: str | None = None
    """The Proxmox node whose VMs it strikes, or the name of a VM."""

    def strikes(self, *, vmid: int, vm: str, node: str) -> bool:
        """Tell whether it strikes this VM."""
        return self.vm in (None, str(vmid), vm) and self.node in (None, node, vm)


def list_faults() -> dict[str, str]:
    """Return what each fault does, by its name."""
    return dict(FAULTS)


def read_faults(folder: Path) -> tuple[Fault, ...]:
    """Return the faults that are on in a lab's folder."""
    try:
        entries = json.loads((folder / FAULTS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(Fault(**entry) for entry in entries)


def write_fault(folder: Path, name: str, on: bool, *, vm: str | None = None, node: str | None = None) -> None:
    """Switch a fault on or off; off without a VM and a node ends it everywhere."""
    _check(name, vm, node)
    fault = Fault(name, vm, node)
    everywhere = vm is None and node is None
    kept = [other for other in read_faults(folder) if other != fault and not (everywhere and other.name == name)]
    _write(folder, [*kept, fault] if on else kept)


def _check(name: str, vm: str | None, node: str | None) -> None:
    if name not in FAULTS:
        raise SimError(f"There is no fault {name}. Known: {', '.join(FAULTS)}.")
    if (vm or node) and name not in PER_VM:
        raise SimError(f"The fault {name} strikes everything: leave out --vm and --node.")


def _write(folder: Path, faults: list[Fault]) -> None:
    entries: list[dict[str, Any]] = [asdict(fault) for fault in faults]
    write_private(folder / FAULTS_FILE, json.dumps(entries, indent=1))
